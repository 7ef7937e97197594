//! Databases, by what they can do and how they write it.
//!
//! ANSI is the default; a dialect states differences only, as data: [`Capabilities`] for what can be written, [`Syntax`]
//! for how, [`Filtering`] for what row filters need to know. Code outside this module asks these, never names.
//!
//! A dialect of your own is a type that implements [`Dialect`]. It begins with the ANSI data and changes what differs:
//!
//! ```
//! # use kysera_sql::{ast::*, compile::compile, value::Value};
//! use kysera_sql::dialect::{Capabilities, Dialect, Placeholder, Syntax};
//!
//! #[derive(Debug)]
//! struct Oracle {
//!     capabilities: Capabilities,
//!     syntax: Syntax,
//! }
//!
//! impl Oracle {
//!     fn new() -> Oracle {
//!         let mut syntax = Syntax::ansi();
//!         syntax.placeholder = Placeholder::Numbered(":");
//!         Oracle { capabilities: Capabilities::ansi(), syntax }
//!     }
//! }
//!
//! impl Dialect for Oracle {
//!     fn name(&self) -> &'static str {
//!         "Oracle"
//!     }
//!
//!     fn capabilities(&self) -> &Capabilities {
//!         &self.capabilities
//!     }
//!
//!     fn syntax(&self) -> &Syntax {
//!         &self.syntax
//!     }
//! }
//! # let mut query = Select::from(TableRef::named("dual"));
//! # query.items.push(SelectItem::expr(Expr::Value(Value::I64(1))));
//! assert_eq!(compile(&query.into(), &Oracle::new())?.sql, r#"select :1 from "dual""#);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod calls;
mod capabilities;
mod decimals;
mod filtering;
mod forms;
mod mssql;
mod mysql;
mod mysql_cast;
mod mysql_form;
mod pattern;
mod postgres;
mod sqlite;
mod syntax;
mod version;

pub(crate) use calls::are_positions;
pub use calls::{CallGuard, CalledOtherwise};
pub use capabilities::Capabilities;
pub use decimals::{CastForm, CheckedFloats, CheckedNumbers, TextDecimals};
pub use filtering::{Filtering, FullJoinFilter, NameCase, OwnRaise, Raise, RaiseReason, Raised, UpsertCheck};
pub use forms::{FormSql, FormUse};
pub use mssql::SqlServer;
pub use mysql::MySql;
pub use pattern::{glob_of_like, text_after};
pub use postgres::Postgres;
pub use sqlite::Sqlite;
pub use syntax::{
    ComputedForm, Concat, CustomForm, FormRule, IdentityForm, InsertWith, JsonFromEnd, JsonFunctions,
    JsonPathForm, JsonValues, KeyedJson, LimitForm, LockForm, NestedForm, NullSafe, OperandForm, OutputForm,
    OwnRows, Placeholder, PrefixForm, ProposedForm, Syntax, TypedJson, WriteFrom,
};
pub use version::Version;

use crate::form::Form;
use crate::value::SqlType;

/// A database's way of writing SQL.
pub trait Dialect: std::fmt::Debug + Send + Sync {
    /// The name for messages: `SQLite`, `PostgreSQL`, `MySQL`, `SQL Server`.
    fn name(&self) -> &'static str;

    /// The name for logs, traces and metrics, as OpenTelemetry lists them (`db.system.name`): `postgresql`, `sqlite`.
    fn system(&self) -> &'static str {
        "other_sql"
    }

    /// The server's version, where it is known.
    fn server_version(&self) -> Option<Version> {
        None
    }

    /// What this server can do.
    fn capabilities(&self) -> &Capabilities;

    /// How it spells that.
    fn syntax(&self) -> &Syntax {
        static ANSI: Syntax = Syntax::ansi();
        &ANSI
    }

    /// The name of a type; `None` for one that it does not have. Never asked for arrays and custom types, which
    /// [`Syntax`] describes.
    fn type_name(&self, ty: SqlType, place: TypePlace) -> Option<&'static str> {
        let _ = place;
        ansi_type(ty)
    }

    /// How a cast between two types is written; `from` is [`SqlType::Unknown`] where the builder does not know it.
    fn cast_form(&self, from: SqlType, to: SqlType) -> CastForm {
        let _ = (from, to);
        CastForm::Plain
    }

    /// What a declared form is; asked only where [`Syntax::forms`] is [`FormRule::Expressions`].
    fn form_use(&self, form: Form) -> FormUse {
        let _ = form;
        FormUse::Refused
    }

    /// What the placing of row filters needs to know of it.
    fn filtering(&self) -> &Filtering {
        static ANSI: Filtering = Filtering::ANSI;
        &ANSI
    }
}

/// Where a type's name is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TypePlace {
    /// In a cast.
    Cast,
    /// In the definition of a column.
    Column,
    /// In the definition of a column that is part of a key, or has a default: some databases want a length.
    KeyColumn,
}

fn ansi_type(ty: SqlType) -> Option<&'static str> {
    Some(match ty {
        SqlType::Bool => "boolean",
        SqlType::I16 => "smallint",
        SqlType::I32 => "integer",
        SqlType::I64 => "bigint",
        SqlType::U64 => "numeric(20)",
        SqlType::F32 => "real",
        SqlType::F64 => "double precision",
        SqlType::Decimal => "numeric",
        SqlType::Text => "text",
        SqlType::Bytes => "bytea",
        SqlType::Uuid => "uuid",
        SqlType::Date => "date",
        SqlType::Time => "time",
        SqlType::DateTime => "timestamp",
        SqlType::Timestamp => "timestamptz",
        SqlType::Json => "jsonb",
        SqlType::Array(_) | SqlType::Custom(_) | SqlType::Nested | SqlType::Unknown => return None,
    })
}
