//! MySQL and MariaDB: one dialect, two flavours.

use super::mysql_cast::{CHECKED, CHECKED_MARIADB, cast_form};
use super::mysql_form::form_use;
use super::{
    CalledOtherwise, Capabilities, CastForm, Concat, CustomForm, Dialect, Filtering, FormRule, FormUse,
    FullJoinFilter, IdentityForm, InsertWith, JsonFromEnd, JsonFunctions, JsonPathForm, JsonValues,
    KeyedJson, LimitForm, LockForm, NameCase, NestedForm, NullSafe, OwnRows, ProposedForm, Raise, Syntax,
    TypePlace, TypedJson, UpsertCheck, Version, WriteFrom,
};
use crate::form::Form;
use crate::ident::Name;
use crate::lexer::{BackslashEscapes, LexerRules};
use crate::value::SqlType;

/// MySQL or MariaDB, by version.
#[derive(Clone, Debug, PartialEq)]
pub struct MySql {
    maria: bool,
    version: Version,
    capabilities: Capabilities,
    syntax: Syntax,
    filtering: Filtering,
}

impl MySql {
    /// MySQL of that version.
    pub fn version(version: impl Into<Version>) -> MySql {
        let version = version.into();
        let at_least = |patch| version >= Version::new(8, 0, patch);
        let capabilities = Capabilities {
            lateral: at_least(14),
            correlated_derived: at_least(14),
            nested_rows: at_least(14),
            intersect: at_least(31),
            intersect_all: at_least(31),
            derived_columns: at_least(19),
            ..both()
        };
        let proposed = if at_least(20) { ProposedForm::RowAlias } else { ProposedForm::Values };
        let explain = Some(if at_least(16) { "explain format=tree " } else { "explain format=json " });
        // Without padding: a blank at the end makes another text, as elsewhere.
        let table_collation = Some(if at_least(17) { "utf8mb4_0900_bin" } else { "utf8mb4_bin" });
        let syntax = Syntax {
            proposed,
            explain,
            table_collation,
            selected_bytes_are_text: true,
            untyped_values: true,
            ..syntax()
        };
        let filtering = Filtering { cte_bodies_are_captured: true, ..FILTERING };
        MySql { maria: false, version, capabilities, syntax, filtering }
    }

    /// The newest MariaDB: 12.
    pub fn mariadb() -> MySql {
        MySql::mariadb_version((12, 0, 0))
    }

    /// MariaDB of that version.
    pub fn mariadb_version(version: impl Into<Version>) -> MySql {
        let version = version.into();
        let capabilities = Capabilities {
            returning: true,
            lateral: false,
            correlated_derived: false,
            derived_columns: false,
            write_with: false,
            window_in_subquery: true,
            index_if_not_exists: true,
            ..both()
        };
        let syntax = Syntax {
            locks: LockForm::For { key_locks: false, share: false, of: false },
            proposed: ProposedForm::Values,
            json_path: Some(JsonPathForm::Functions(EXTRACT_TEXT)),
            keyed_json: Some(KeyedJson::OrderedAggregate),
            nested_rows: NestedForm::OrderedAggregate,
            // Before it had a type for UUIDs, they were bytes.
            json_values: JsonValues::Typed(if version >= Version::new(10, 7, 0) { &UUIDS } else { &FLOATS }),
            // Deletes since 11.1, updates before (its manual, DELETE and UPDATE).
            hides_target: version < Version::new(11, 1, 0),
            own_rows: if version < Version::new(11, 1, 0) {
                OwnRows::AtFirstUse
            } else {
                OwnRows::AsInserted
            },
            checked: Some(&CHECKED_MARIADB),
            counts_null_constants: false,
            filter_hint: None,
            // Both seen of MariaDB 11.8.
            group_dates_begin_at_zero: false,
            join_forgets_outer: true,
            in_forgets_query: true,
            table_collation: Some("utf8mb4_nopad_bin"),
            ..syntax()
        };
        MySql { maria: true, version, capabilities, syntax, filtering: FILTERING }
    }

    /// For sessions in this database, which is what a name without one means; `None` where it is not known.
    ///
    /// Row filters then name the database of their tables, so that no CTE of a query is taken for one; and a table of another
    /// database with the same name is told from the one here.
    #[must_use = "returns the dialect"]
    pub fn default_schema(mut self, schema: Option<Name>) -> MySql {
        self.filtering.default_schema = schema;
        self
    }

    /// For a session whose `sql_mode` has `NO_BACKSLASH_ESCAPES`.
    #[must_use = "returns the dialect"]
    pub fn no_backslash_escapes(mut self) -> MySql {
        self.syntax.lexer = self.syntax.lexer.with_backslash_escapes(BackslashEscapes::Never);
        self
    }
}

impl Default for MySql {
    /// The newest MySQL: 9.7.
    fn default() -> MySql {
        MySql::version((9, 7, 0))
    }
}

const FILTERING: Filtering = Filtering {
    // A database is the schema here; only a connection knows its name.
    default_schema: None,
    names: NameCase::Unknown,
    cte_bodies_are_captured: false,
    full_join: FullJoinFilter::Derived,
    upsert: UpsertCheck::FirstAssignment,
    raise: Raise::TwoRows,
    table_after_in: false,
};

/// A JSON null is no SQL value: as a text it would be `null`.
const EXTRACT: JsonFunctions = JsonFunctions {
    json: ["json_extract(", ")"],
    text: ["json_unquote(nullif(json_extract(", "), cast('null' as json)))"],
};

/// MariaDB compares a document with a text by what both hold, and `"null"` is a text.
const EXTRACT_TEXT: JsonFunctions =
    JsonFunctions { text: ["json_unquote(nullif(concat(json_extract(", ")), 'null'))"], ..EXTRACT };

/// Where a float of 32 bits is written with six digits. A list of `if(true, f, 0e0)` would be cut at the length of these.
const FLOATS: TypedJson = TypedJson { float: ["cast(", " as double)"], ..TypedJson::CASTS };
/// Where a UUID may have a type of its own.
const UUIDS: TypedJson = TypedJson { uuid: ["cast(cast(", " as uuid) as char)"], ..FLOATS };

fn both() -> Capabilities {
    Capabilities {
        returning_by_key: true,
        full_join: false,
        on_duplicate_key: true,
        insert_ignore: true,
        replace: true,
        update_from: true,
        delete_using: true,
        write_limit: true,
        write_order_by: true,
        nulls_order: false,
        nested_rows: true,
        aggregate_filter: false,
        group_concat_order_by: true,
        limit_in_subquery: false,
        // Error 1235 where it would look the values up row by row.
        window_in_subquery: false,
        max_params: 65_535,
        ..Capabilities::ansi()
    }
}

fn syntax() -> Syntax {
    Syntax {
        quote: '`',
        lexer: LexerRules::MYSQL,
        insert_with: InsertWith::BeforeSelect,
        // MySQL has no OFFSET without LIMIT; its manual (SELECT statement) gives this number for "all the rest".
        limit: LimitForm::Limit { all: Some("18446744073709551615") },
        null_safe: NullSafe::Spaceship,
        concat: Concat::Function,
        write_from: WriteFrom::List,
        default_values: false,
        insert_ignore: "insert ignore",
        star_anywhere: false,
        json_path: Some(JsonPathForm::ArrowAfterColumn(EXTRACT)),
        json_from_end: Some(JsonFromEnd::Last),
        keyed_json: Some(KeyedJson::Objects { list: ["cast(coalesce(json_arrayagg(", "), '[]') as json)"] }),
        nested_rows: NestedForm::JsonArrays { list: ["coalesce(json_arrayagg(", "), json_array())"] },
        json_values: JsonValues::Typed(&TypedJson::CASTS),
        // Manual, "Optimizing Derived Tables".
        derived_order_dropped: true,
        // Manual, "Column Prefix Key Parts".
        index_of_any_length: "index its first 255 characters by raw SQL, `create index i on t (c(255))`; a column that is \
                              unique, a key or has a default gets a length of `create_table`, and needs no raw SQL",
        identity: IdentityForm::AtEnd("auto_increment"),
        custom_type: CustomForm::Labels,
        nulls_highest: false,
        // A document in a column is equal to no text that is bound.
        json_compares: false,
        // Sorted by their declared order, but compared as text.
        enum_order: false,
        instant_default: Some("current_timestamp(6)"),
        calls: &CalledOtherwise::MYSQL,
        checked: Some(&CHECKED),
        integer_quotient: Some(" div "),
        values_are_places: true,
        limit_is_number: true,
        // Each filter would be joined in, and the search for the order of six such joins took longer than 12 seconds.
        // In the ON of an outer join MySQL 9.7 leaves out the conditions of a query whose rows it materializes for a semijoin.
        filter_hint: Some("/*+ no_semijoin() */"),
        skips_not_null: true,
        counts_null_constants: true,
        sequential_set: true,
        forms: FormRule::Expressions,
        default_makes_keys: false,
        like_takes_lone_escape: true,
        positions_from_end: true,
        hides_target: true,
        own_rows: OwnRows::AtFirstUse,
        cascades_by_row: true,
        // Seen of MySQL 9.7, which warns of it (1292), or refuses to write what was found.
        group_dates_begin_at_zero: true,
        // Without a format the plan is a table of twelve columns.
        explain: Some("explain format=json "),
        ..Syntax::ansi()
    }
}

impl Dialect for MySql {
    fn name(&self) -> &'static str {
        if self.maria { "MariaDB" } else { "MySQL" }
    }

    fn system(&self) -> &'static str {
        if self.maria { "mariadb" } else { "mysql" }
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
        &self.filtering
    }

    fn cast_form(&self, from: SqlType, to: SqlType) -> CastForm {
        cast_form(from, to, self.maria)
    }

    fn form_use(&self, form: Form) -> FormUse {
        // MariaDB's type for UUIDs, which tells whether a text is one.
        form_use(form, self.maria, self.version >= Version::new(10, 7, 0))
    }

    fn type_name(&self, ty: SqlType, place: TypePlace) -> Option<&'static str> {
        match place {
            TypePlace::Cast => cast_type(ty, self.maria),
            TypePlace::Column => column_type(ty),
            TypePlace::KeyColumn => match ty {
                SqlType::Text | SqlType::Custom(_) => Some("varchar(255)"),
                SqlType::Bytes => Some("varbinary(255)"),
                _ => column_type(ty),
            },
        }
    }
}

fn cast_type(ty: SqlType, maria: bool) -> Option<&'static str> {
    Some(match ty {
        SqlType::Bool | SqlType::I16 | SqlType::I32 | SqlType::I64 => "signed",
        SqlType::U64 => "unsigned",
        SqlType::F32 => "float",
        SqlType::F64 => "double",
        // As much scale as there is: a cast must not cut digits.
        SqlType::Decimal => "decimal(65, 30)",
        SqlType::Json if !maria => "json",
        SqlType::Text | SqlType::Json => "char",
        SqlType::Bytes => "binary",
        SqlType::Uuid => "binary(16)",
        SqlType::Date => "date",
        SqlType::Time => "time(6)",
        SqlType::DateTime | SqlType::Timestamp => "datetime(6)",
        SqlType::Array(_) | SqlType::Custom(_) | SqlType::Nested | SqlType::Unknown => return None,
    })
}

fn column_type(ty: SqlType) -> Option<&'static str> {
    Some(match ty {
        SqlType::Bool => "boolean",
        SqlType::I16 => "smallint",
        SqlType::I32 => "integer",
        SqlType::I64 => "bigint",
        SqlType::U64 => "bigint unsigned",
        SqlType::F32 => "float",
        SqlType::F64 => "double",
        SqlType::Decimal => "decimal(65, 30)",
        SqlType::Text => "longtext",
        SqlType::Bytes => "longblob",
        SqlType::Uuid => "binary(16)",
        SqlType::Date => "date",
        SqlType::Time => "time(6)",
        SqlType::DateTime | SqlType::Timestamp => "datetime(6)",
        SqlType::Json => "json",
        SqlType::Array(_) | SqlType::Custom(_) | SqlType::Nested | SqlType::Unknown => return None,
    })
}
