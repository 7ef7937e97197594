//! SQLite.
//!
//! Its storage is ours to fix: timestamps, decimals, JSON and enums are text, a uuid is 16 bytes, a boolean 0 or 1.

use super::decimals::storage_class_cast;
use super::{
    CalledOtherwise, Capabilities, CastForm, CheckedNumbers, CustomForm, Dialect, Filtering, FormRule,
    FullJoinFilter, IdentityForm, JsonFromEnd, JsonPathForm, JsonValues, KeyedJson, LimitForm, NameCase,
    NestedForm, NullSafe, OperandForm, OwnRows, Placeholder, PrefixForm, Raise, Syntax, TextDecimals,
    TypePlace, UpsertCheck, Version,
};
use crate::ident::Name;
use crate::lexer::LexerRules;
use crate::value::SqlType;

/// SQLite, by version of the library.
#[derive(Clone, Debug, PartialEq)]
pub struct Sqlite {
    version: Version,
    capabilities: Capabilities,
    syntax: Syntax,
}

impl Sqlite {
    /// SQLite of that version, with the limits that the library is built with by default.
    pub fn version(version: impl Into<Version>) -> Sqlite {
        let version = version.into();
        let at_least = |minor| version >= Version::new(3, minor, 0);
        let capabilities = Capabilities {
            returning: at_least(35),
            returning_update: at_least(35),
            full_join: at_least(39),
            lateral: false,
            on_conflict: at_least(24),
            insert_alias: at_least(24),
            insert_ignore: true,
            replace: true,
            default_keyword: false,
            update_from: at_least(33),
            materialized: at_least(35),
            intersect_all: false,
            row_locks: false,
            nulls_order: at_least(30),
            aggregate_filter: at_least(30),
            aggregate_order_by: at_least(44),
            derived_columns: false,
            nested_rows: at_least(38),
            partial_index: true,
            index_if_not_exists: true,
            transactional_ddl: true,
            max_params: if at_least(32) { 32_766 } else { 999 },
            // limits.html, section 5.
            max_expr_depth: 1000,
            // SQLITE_MAX_FUNCTION_ARG: 127 until 3.47, then 1000; 100 on many builds of older versions.
            max_function_args: if at_least(48) { 1000 } else { 100 },
            ..Capabilities::ansi()
        };
        let syntax = Syntax { strict_tables: at_least(37), ..syntax() };
        Sqlite { version, capabilities, syntax }
    }

    /// With `SQLITE_LIMIT_FUNCTION_ARG` as the connection says it.
    #[must_use = "returns the dialect"]
    pub fn function_args(mut self, most: usize) -> Sqlite {
        self.capabilities.max_function_args = most;
        self
    }

    /// With `SQLITE_LIMIT_VARIABLE_NUMBER` as the connection says it.
    #[must_use = "returns the dialect"]
    pub fn params(mut self, most: usize) -> Sqlite {
        self.capabilities.max_params = most;
        self
    }

    /// For a library that was built with `SQLITE_ENABLE_UPDATE_DELETE_LIMIT`; the bundled one was not.
    #[must_use = "returns the dialect"]
    pub fn write_limit(mut self) -> Sqlite {
        self.capabilities.write_limit = true;
        self.capabilities.write_order_by = true;
        self
    }
}

impl Default for Sqlite {
    /// The version that the bundled library has at least: 3.50.
    fn default() -> Sqlite {
        Sqlite::version((3, 50, 0))
    }
}

fn syntax() -> Syntax {
    Syntax {
        placeholder: Placeholder::QuestionOrNumber,
        lexer: LexerRules::SQLITE,
        ctes_see_themselves: true,
        limit: LimitForm::Limit { all: Some("-1") },
        null_safe: NullSafe::Is,
        returning_alias: false,
        operand: OperandForm::Derived,
        intersect_first: false,
        comma_is_join: true,
        row_list_values: true,
        default_values_conflict: false,
        conflict_needs_where: true,
        json_path: Some(JsonPathForm::Arrow),
        json_from_end: Some(JsonFromEnd::Length),
        keyed_json: Some(KeyedJson::Objects { list: ["coalesce(json_group_array(", "), '[]')"] }),
        nested_rows: NestedForm::JsonArrays { list: ["json_group_array(", ")"] },
        json_values: JsonValues::Stored,
        identity: IdentityForm::AfterPrimaryKey("autoincrement"),
        schema_before_index: true,
        schema_in_references: false,
        custom_type: CustomForm::Text,
        explain: Some("explain query plan "),
        decimals: Some(&TextDecimals::FUNCTIONS),
        checked: Some(&CheckedNumbers::FUNCTIONS),
        closed_literals: true,
        calls: &CalledOtherwise::FUNCTIONS,
        like_as_glob: Some("like_pattern("),
        prefix: PrefixForm::Range { collate: " collate binary", after: "text_after(" },
        one_row: Some("one_row("),
        nulls_highest: false,
        json_compares: false,
        backslash_escapes_like: false,
        enum_order: false,
        forms: FormRule::Functions,
        checked_columns: true,
        instant_default: Some("(strftime('%Y-%m-%d %H:%M:%f000', 'now'))"),
        own_rows: OwnRows::WhenAssigned,
        ..Syntax::ansi()
    }
}

impl Dialect for Sqlite {
    fn name(&self) -> &'static str {
        "SQLite"
    }

    fn system(&self) -> &'static str {
        "sqlite"
    }

    fn server_version(&self) -> Option<Version> {
        Some(self.version)
    }

    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    fn syntax(&self) -> &Syntax {
        &self.syntax
    }

    fn filtering(&self) -> &Filtering {
        static SQLITE: Filtering = Filtering {
            default_schema: Some(Name::Borrowed("main")),
            names: NameCase::Insensitive,
            cte_bodies_are_captured: false,
            full_join: FullJoinFilter::NullableGuard,
            upsert: UpsertCheck::Where,
            raise: Raise::JsonPath,
            table_after_in: true,
        };
        &SQLITE
    }

    fn cast_form(&self, from: SqlType, to: SqlType) -> CastForm {
        storage_class_cast(from, to)
    }

    fn type_name(&self, ty: SqlType, place: TypePlace) -> Option<&'static str> {
        Some(match ty {
            // So that a key over it knows equal numbers of different scale.
            SqlType::Decimal if place != TypePlace::Cast => "text collate decimal",
            SqlType::Bool | SqlType::I16 | SqlType::I32 | SqlType::I64 | SqlType::U64 => "integer",
            SqlType::F32 | SqlType::F64 => "real",
            SqlType::Decimal
            | SqlType::Text
            | SqlType::Date
            | SqlType::Time
            | SqlType::DateTime
            | SqlType::Timestamp
            | SqlType::Json => "text",
            SqlType::Bytes | SqlType::Uuid => "blob",
            SqlType::Array(_) | SqlType::Custom(_) | SqlType::Nested | SqlType::Unknown => return None,
        })
    }
}
