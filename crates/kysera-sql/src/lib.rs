//! Typed SQL as plain data: values, tree, typed builder, dialects, compiler and decoding.
//!
//! This crate does no I/O and has no `async`. Applications use it through `kysera`; authors of drivers and
//! plugins through `kysera-core`.

extern crate self as kysera_sql;

#[doc(hidden)]
pub mod __private;
pub mod ast;
pub mod cell;
pub mod compile;
pub mod compiled;
pub mod dialect;
pub mod fold;
pub mod ident;
pub mod query;
pub mod read;
pub mod row;
pub mod table;
pub mod types;
pub mod value;
pub mod wire;

/// Makes an enum without fields an enum of the database: bound, stored and read as the text of its label.
///
/// ```
/// use kysera_sql::SqlEnum;
/// use kysera_sql::value::{ToValue, Value};
///
/// #[derive(Debug, Clone, Copy, PartialEq, SqlEnum)]
/// #[sql_enum(name = "mood", rename_all = "snake_case")]
/// # #[sql_enum(crate = kysera_sql)]
/// enum Mood {
///     Happy,    // 'happy'
///     QuiteSad, // 'quite_sad'
///     #[sql_enum(rename = "so-so")]
///     Middling, // 'so-so'
/// }
///
/// assert!(matches!(Mood::QuiteSad.to_value(), Value::Custom(mood, label) if mood.name == "mood" && label == "quite_sad"));
/// ```
///
/// A label that the enum does not have is an error when it is read.
///
/// # Dialects
/// PostgreSQL: a type made by `create type .. as enum`. SQLite: text.
pub use kysera_macros::SqlEnum;

/// Makes a struct with a single field a SQL type of its own: bound and read as that field, but never mixed up with it
/// in a comparison.
///
/// ```
/// use kysera_sql::SqlType;
/// use kysera_sql::value::{ToValue, Value};
///
/// #[derive(Debug, Clone, Copy, PartialEq, SqlType)]
/// # #[sql_type(crate = kysera_sql)]
/// struct PersonId(i64);
///
/// assert_eq!(PersonId(7).to_value(), Value::I64(7));
/// ```
pub use kysera_macros::SqlType;
