//! PostgreSQL, and what speaks its protocol.

use super::{
    Capabilities, CastForm, Dialect, Filtering, FormRule, FullJoinFilter, JsonPathForm, KeyedJson, LockForm,
    NameCase, Placeholder, PrefixForm, Raise, Syntax, UpsertCheck, Version,
};
use crate::ident::Name;
use crate::lexer::LexerRules;
use crate::value::SqlType;

/// PostgreSQL, by version.
#[derive(Clone, Debug, PartialEq)]
pub struct Postgres {
    version: Version,
    capabilities: Capabilities,
    syntax: Syntax,
    filtering: Filtering,
}

impl Postgres {
    /// PostgreSQL of that version.
    pub fn version(version: impl Into<Version>) -> Postgres {
        let version = version.into();
        let capabilities = Capabilities {
            returning: true,
            returning_update: true,
            on_conflict: true,
            conflict_constraint: true,
            insert_alias: true,
            merge: version.major >= 15,
            merge_do_nothing: version.major >= 15,
            merge_by_source: version.major >= 17,
            merge_returning: version.major >= 17,
            update_from: true,
            delete_using: true,
            writing_cte: true,
            materialized: version.major >= 12,
            distinct_on: true,
            aggregate_order_by: true,
            nested_rows: true,
            partial_index: true,
            index_if_not_exists: true,
            transactional_ddl: true,
            max_params: 65_535,
            max_function_args: 100,
            max_name: 63,
            ..Capabilities::ansi()
        };
        Postgres { version, capabilities, syntax: syntax(), filtering: FILTERING }
    }

    /// With the schema that an unqualified name means: `current_schema()`, `public` by default. Tables inside
    /// a row filter are written with it, so that no CTE of that name is taken for them. With `None` they are not, and a
    /// statement with such a CTE is refused.
    #[must_use = "returns the dialect"]
    pub fn default_schema(mut self, schema: Option<Name>) -> Postgres {
        self.filtering.default_schema = schema;
        self
    }

    /// For a server that does not send records in binary: nested rows then need `json_array_from`.
    #[must_use = "returns the dialect"]
    pub fn without_records(mut self) -> Postgres {
        self.capabilities.nested_rows = false;
        self
    }
}

impl Default for Postgres {
    /// The newest version: 18.
    fn default() -> Postgres {
        Postgres::version((18, 0, 0))
    }
}

const FILTERING: Filtering = Filtering {
    default_schema: Some(Name::Borrowed("public")),
    names: NameCase::Sensitive,
    cte_bodies_are_captured: false,
    full_join: FullJoinFilter::Derived,
    upsert: UpsertCheck::Where,
    raise: Raise::RareSqlState,
    table_after_in: false,
};

fn syntax() -> Syntax {
    Syntax {
        lexer: LexerRules::POSTGRES,
        placeholder: Placeholder::Numbered("$"),
        locks: LockForm::For { key_locks: true, share: true, of: true },
        empty_select: true,
        ilike: true,
        json_path: Some(JsonPathForm::Steps),
        keyed_json: Some(KeyedJson::WholeRows),
        recursive_types: true,
        arrays: true,
        infers_params: true,
        forms: FormRule::OwnTypes,
        prefix: PrefixForm::Function,
        operator_signs: "+-*/<>=~!%^&|@#?",
        ..Syntax::ansi()
    }
}

impl Dialect for Postgres {
    fn name(&self) -> &'static str {
        "PostgreSQL"
    }

    fn system(&self) -> &'static str {
        "postgresql"
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

    /// Only integers of 32 bits are cast to booleans and back.
    fn cast_form(&self, from: SqlType, to: SqlType) -> CastForm {
        match (from, to) {
            (SqlType::I16, SqlType::Bool) => CastForm::Around("(cast(", " as smallint) <> 0)"),
            (SqlType::I64, SqlType::Bool) => CastForm::Around("(cast(", " as bigint) <> 0)"),
            (SqlType::U64, SqlType::Bool) => CastForm::Around("(cast(", " as numeric) <> 0)"),
            (SqlType::Bool, SqlType::I16) => CastForm::Around("cast(cast(", " as integer) as smallint)"),
            (SqlType::Bool, SqlType::I64) => CastForm::Around("cast(cast(", " as integer) as bigint)"),
            (SqlType::Bool, SqlType::U64) => CastForm::Around("cast(cast(", " as integer) as numeric(20))"),
            // A `numeric` that is within 64 bits without a sign is one that is within 64 bits with it, moved by half.
            (SqlType::I16 | SqlType::I32 | SqlType::I64, SqlType::U64) => CastForm::Around(
                "(cast(cast(",
                " as numeric) - 9223372036854775808 as bigint) + 9223372036854775808)",
            ),
            // As a `numeric` a float has 15 digits, and a text may have a fraction.
            (SqlType::F32 | SqlType::F64 | SqlType::Text, SqlType::U64) => CastForm::Around(
                "(cast(cast(cast(",
                " as bigint) as numeric) - 9223372036854775808 as bigint) + 9223372036854775808)",
            ),
            (SqlType::Decimal, SqlType::U64) => CastForm::Around(
                "(cast(round(cast(",
                " as numeric)) - 9223372036854775808 as bigint) + 9223372036854775808)",
            ),
            _ => CastForm::Plain,
        }
    }

    fn filtering(&self) -> &Filtering {
        &self.filtering
    }
}
