//! Typed SQL as plain data: values, tree, typed builder, dialects, compiler and decoding.
//!
//! This crate does no I/O and has no `async`.
//!
//! **For whom:** authors of drivers and plugins, who meet its values, its tree and its compiled statements; tools that
//! write SQL and send it in their own way. Applications use it through `kysera`.
//!
//! **Where to begin:** queries with [`select_from`](query::select_from), trees with [`ast::Statement`], the way to SQL
//! with [`compile`](fn@compile::compile).
//!
//! ```
//! # use kysera_sql::{compile::compile, dialect::Postgres, doc::Person, prelude::*, query::{Query, select_from}};
//! let adults = select_from(Person).filter(Person.age.ge(18)).select(Person.first_name);
//! let compiled = compile(&adults.into_statement()?, &Postgres::default())?;
//! assert_eq!(compiled.sql, r#"select "person"."first_name" from "person" where "person"."age" >= $1"#);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! From what is written to what is sent: [`query`], [`write`](mod@write) and [`schema`] build, out of [`expr`], a tree
//! ([`ast`]) that [`typed`] checks; [`visit`] walks and changes it; [`compile`](mod@compile) writes it as a [`dialect`]
//! says. Values go in by [`value`] and [`types`], rows come out of cells by [`row`](mod@row) and [`cell`].

extern crate self as kysera_sql;

#[doc(hidden)]
pub mod __private;
pub mod ast;
pub mod cell;
pub mod compile;
pub mod compiled;
pub mod dialect;
#[doc(hidden)]
pub mod doc;
pub mod expr;
pub mod form;
pub mod ident;
pub mod lexer;
pub mod prelude;
pub mod query;
pub mod read;
pub mod row;
mod row_macro;
pub mod schema;
pub mod stack;
pub mod table;
pub mod typed;
pub mod types;
pub mod value;
pub mod visit;
pub mod wire;
pub mod write;

/// Makes an enum without fields an enum of the database: bound, stored and read as the text of its label.
///
/// ```
/// # use kysera_sql::SqlEnum;
/// # use kysera_sql::value::{ToValue, Value};
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
/// The enum gets `label()`, `labels()` and `variants()`, and prints and parses as its label. With
/// `#[sql_enum(text = false)]` it gets neither `Display` nor `FromStr`, for an enum that has its own.
///
/// ```
/// # #[derive(Debug, Clone, Copy, PartialEq, kysera_sql::SqlEnum)]
/// # #[sql_enum(rename_all = "snake_case", crate = kysera_sql)]
/// # enum Mood { Happy, QuiteSad }
/// assert_eq!(Mood::labels(), ["happy", "quite_sad"]);
/// assert_eq!(Mood::QuiteSad.to_string(), "quite_sad");
/// assert_eq!("happy".parse(), Ok(Mood::Happy));
/// ```
///
/// # Dialects
/// PostgreSQL: a type made by `create type .. as enum`. MySQL and MariaDB: `enum(..)` of the labels, in the column. SQLite: text.
pub use kysera_macros::SqlEnum;

/// Makes a struct with a single field a SQL type of its own: bound and read as that field, but never mixed up with it
/// in a comparison.
///
/// ```
/// # use kysera_sql::SqlType;
/// # use kysera_sql::value::{ToValue, Value};
/// #[derive(Debug, Clone, Copy, PartialEq, SqlType)]
/// # #[sql_type(crate = kysera_sql)]
/// struct PersonId(i64);
///
/// assert_eq!(PersonId(7).to_value(), Value::I64(7));
/// ```
///
/// With `#[sql_type(number)]` it computes, with itself and with what it wraps: a signed integer, a float or a decimal.
///
/// ```
/// # use kysera_sql::{SqlType, Table, doc::assert_sql, prelude::*, query::select_from};
/// #[derive(Debug, Clone, Copy, PartialEq, SqlType)]
/// #[sql_type(number)]
/// # #[sql_type(crate = kysera_sql)]
/// struct Points(i64);
///
/// #[derive(Debug, Clone, Table)]
/// # #[table(crate = kysera_sql)]
/// struct Player {
///     id: i64,
///     points: Points,
/// }
///
/// let more = select_from(Player).select(Player.points * 2);
/// assert_sql(more, r#"select "player"."points" * ? from "player""#);
/// ```
pub use kysera_macros::SqlType;

/// Makes a struct with named fields a row: read from columns by position, filled by `row!(Dto { .. })`, nested in other
/// rows.
///
/// # Attributes
/// `#[from_row(crate = path)]`: where the library is, when it is not `::kysera`.
pub use kysera_macros::FromRow;

/// Makes a struct with named fields a table, and the type of its rows.
///
/// Beside the struct it declares a constant of the same name with one column for each field (`Person.first_name`),
/// `PersonColumns`, its type, `NewPerson` for inserts and `PersonPatch` for updates.
///
/// # Attributes
/// On the struct, `#[table(..)]`:
/// * `name = ".."`: the table's name; without it the struct's in `snake_case`. `schema = ".."`.
/// * `primary_key(a, b)`: the key's columns, in order, where the order is not that of the fields.
/// * `unique(a, b)`: a unique constraint; may be given several times.
/// * `new = "..", patch = ".."`: other names for the companions; `new = false` leaves one out.
/// * `crate = path`: where the library is, when it is not `::kysera`.
///
/// On a field, `#[column(..)]`:
/// * `name = ".."`: the column's name, when it is not the field's.
/// * `primary_key`, `unique`.
/// * `generated`: the database makes it unless it is given; `generated_always`: the database alone does.
/// * `default = ".."`: its default, as SQL.
/// * `form = ".."`: how SQLite keeps it, where another program decided that: `uuid_text`, `unix_seconds`, `scaled(2)`, ..
///   [`form`] lists them.
/// * `references = "table.column"`, `on_delete = ".."`: a foreign key.
pub use kysera_macros::Table;
