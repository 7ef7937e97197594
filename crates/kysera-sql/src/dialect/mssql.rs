//! SQL Server.

use super::{
    Capabilities, ComputedForm, Concat, CustomForm, Dialect, Filtering, FullJoinFilter, IdentityForm,
    JsonFunctions, JsonPathForm, KeyedJson, LimitForm, LockForm, NameCase, NullSafe, OperandForm, OutputForm,
    Placeholder, Raise, Syntax, TypePlace, UpsertCheck, Version, WriteFrom,
};
use crate::ident::Name;
use crate::lexer::LexerRules;
use crate::value::SqlType;

/// SQL Server, by version: 16 is 2022.
#[derive(Clone, Debug, PartialEq)]
pub struct SqlServer {
    capabilities: Capabilities,
    syntax: Syntax,
}

impl SqlServer {
    /// SQL Server of that version (`16.0` is 2022, `15.0` is 2019).
    pub fn version(version: impl Into<Version>) -> SqlServer {
        let version = version.into();
        let null_safe = if version.major >= 16 { NullSafe::DistinctFrom } else { NullSafe::Intersect };
        SqlServer { capabilities: capabilities(), syntax: Syntax { null_safe, ..syntax() } }
    }
}

impl Default for SqlServer {
    /// SQL Server 2022.
    fn default() -> SqlServer {
        SqlServer::version((16, 0, 0))
    }
}

fn capabilities() -> Capabilities {
    Capabilities {
        returning: true,
        returning_update: true,
        merge: true,
        merge_by_source: true,
        merge_returning: true,
        update_from: true,
        delete_using: true,
        write_limit: true,
        intersect_all: false,
        nulls_order: false,
        aggregate_filter: false,
        row_values: false,
        partial_index: true,
        table_if_not_exists: false,
        transactional_ddl: true,
        // 2100 of a procedure call, of which `sp_executesql` takes two for itself.
        max_params: 2098,
        max_values_rows: 1000,
        ..Capabilities::ansi()
    }
}

fn syntax() -> Syntax {
    Syntax {
        lexer: LexerRules::MSSQL,
        national_text: true,
        placeholder: Placeholder::Numbered("@P"),
        boolean_values: false,
        recursive_keyword: false,
        ctes_see_themselves: true,
        limit: LimitForm::TopFetch,
        concat: Concat::Plus,
        locks: LockForm::Hint,
        output: OutputForm::Output,
        write_from: WriteFrom::Repeat,
        operand: OperandForm::DerivedIfOrdered,
        apply: true,
        order_needs_limit: true,
        inner_with: false,
        recursive_union: false,
        quote_collation: false,
        merge_semicolon: true,
        json_path: Some(JsonPathForm::Functions(JsonFunctions {
            json: ["json_query(", ")"],
            text: ["json_value(", ")"],
        })),
        keyed_json: Some(KeyedJson::ForJson),
        identity: IdentityForm::AfterType { by_default: "identity", always: "identity" },
        computed: ComputedForm::Persisted,
        custom_type: CustomForm::Text,
        explain: None,
        ..Syntax::ansi()
    }
}

impl Dialect for SqlServer {
    fn name(&self) -> &'static str {
        "SQL Server"
    }

    fn system(&self) -> &'static str {
        "microsoft.sql_server"
    }

    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    fn syntax(&self) -> &Syntax {
        &self.syntax
    }

    fn filtering(&self) -> &Filtering {
        static MSSQL: Filtering = Filtering {
            default_schema: Some(Name::Borrowed("dbo")),
            names: NameCase::Insensitive,
            cte_bodies_are_captured: false,
            full_join: FullJoinFilter::Derived,
            upsert: UpsertCheck::Where,
            raise: Raise::DivisionByZero,
            table_after_in: false,
        };
        &MSSQL
    }

    fn type_name(&self, ty: SqlType, place: TypePlace) -> Option<&'static str> {
        if place == TypePlace::KeyColumn {
            match ty {
                SqlType::Text | SqlType::Custom(_) => return Some("nvarchar(255)"),
                SqlType::Bytes => return Some("varbinary(255)"),
                _ => {}
            }
        }
        Some(match ty {
            SqlType::Bool => "bit",
            SqlType::I16 => "smallint",
            SqlType::I32 => "int",
            SqlType::I64 => "bigint",
            SqlType::U64 => "decimal(20, 0)",
            SqlType::F32 => "real",
            SqlType::F64 => "float",
            SqlType::Decimal => "decimal(38, 10)",
            SqlType::Text | SqlType::Json => "nvarchar(max)",
            SqlType::Bytes => "varbinary(max)",
            SqlType::Uuid => "uniqueidentifier",
            SqlType::Date => "date",
            SqlType::Time => "time(6)",
            SqlType::DateTime => "datetime2(6)",
            SqlType::Timestamp => "datetimeoffset(6)",
            SqlType::Array(_) | SqlType::Custom(_) | SqlType::Nested | SqlType::Unknown => return None,
        })
    }
}
