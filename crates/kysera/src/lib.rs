//! A type-safe SQL toolkit whose queries can be rewritten at run time.
//!
//! The compiler checks a query (tables in scope, column types, nullability through joins); underneath it is plain
//! data, so that [plugins] such as soft delete reach every reference to a table in every query.
//!
//! **For whom:** applications. All that they name is here under one roof; the crates below are for authors of drivers
//! (`kysera-core`, `kysera-testing`), of plugins (`kysera-core`) and of tools that only write SQL (`kysera-sql`).
//!
//! **Where to begin:** with the example, which needs one import, [`prelude`]; then with the table of
//! [where things are](#where-things-are).
//!
//! ```
//! use kysera::prelude::*;
//!
//! #[derive(Table, Debug, Clone)]
//! #[table(name = "person")]
//! struct Person {
//!     #[column(primary_key, generated)]
//!     id: i64,
//!     first_name: String,
//!     mother_id: Option<i64>,
//! }
//!
//! # async fn example(db: &Db) -> kysera::Result<()> {
//! let mother = alias!(Person as mother);
//! let people = select_from(Person)
//!     .left_join(&mother, mother.id.eq(Person.mother_id))
//!     .select(row! { name: Person.first_name, mother: mother.first_name })
//!     .fetch_all(db)
//!     .await?;
//! for person in people {
//!     let mother: Option<String> = person.mother; // optional, because of the left join
//!     println!("{}: {mother:?}", person.name);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # Where things are
//!
//! | to | begin with |
//! |---|---|
//! | describe a table | [`derive(Table)`](derive@Table), [`derive(SqlEnum)`](derive@SqlEnum), [`derive(SqlType)`](derive@SqlType), [`types`] |
//! | open a database | [`sqlite`], [`postgres`], [`mysql`], [`Db`] |
//! | query | [`select_from`](query::select_from), [`query`], [`expr`], [`row!`](macro@row), [`alias!`](macro@alias) |
//! | write | [`insert_into`](write::insert_into), [`update`](write::update), [`delete_from`](write::delete_from) |
//! | run a query | [`QueryExt`](executor::QueryExt): `fetch_all`, `fetch_one`, `execute`, .. |
//! | run it often | [`prepare`], [`Param`](expr::Param) |
//! | nest rows | [`array_from`](expr::array_from), [`object_from`](expr::object_from) |
//! | change several rows together, or not at all | [`Db::transaction`], [`retry_on_conflict`], [`TransactionOptions`] |
//! | send several statements at once | [`Db::pipeline`] |
//! | change what every query does | [`plugins`] |
//! | say who sees, changes and writes which rows | [`plugins::RowSecurity`], [`derive(PolicyContext)`](derive@PolicyContext) |
//! | see what is sent | [`layers`] |
//! | structure an application | [`repository`], [`dal`] |
//! | write SQL by hand | [`raw`], [`script`], [`sql!`](macro@sql) |
//! | act on errors | [`Error`], [`ErrorKind`] |
//! | create tables | [`schema`] |
//! | write a plugin, a driver or a SQL type | [`extend`] |
//!
//! The guide in the repository (`docs/guide`) has a chapter for each of these.
//!
//! # Features
//!
//! | feature | brings |
//! |---|---|
//! | `sqlite` (default) | the driver for SQLite, compiled in |
//! | `postgres` | the driver for PostgreSQL |
//! | `mysql` | the driver for MySQL and MariaDB |
//! | `jiff`, `chrono`, `time` | dates and times of that crate |
//! | `json` | [`Json`](types::Json) and `serde_json::Value` as columns; rows of `row!` serialize |
//! | `uuid`, `decimal`, `bigdecimal` | `uuid::Uuid`, `rust_decimal::Decimal`, `bigdecimal::BigDecimal` |

pub mod dal;
pub mod dialect;
pub mod executor;
pub mod extend;
pub mod layers;
pub mod plugins;
pub mod prelude;
pub mod repository;

pub use kysera_core::driver::{Isolation, TransactionOptions};
pub use kysera_core::{
    Db, Error, ErrorKind, Executor, Prepared, Result, Transaction, prepare, raw, retry_on_conflict, script,
};
/// Says who asks, for row-level security: see [`plugins::PolicyContext`].
pub use kysera_macros::PolicyContext;
#[doc(hidden)]
pub use kysera_sql::__private;
pub use kysera_sql::row::FromRow;
pub use kysera_sql::typed::Table;
pub use kysera_sql::{FromRow, SqlEnum, SqlType, Table, Tables, alias, row, sql, sql_type};
pub use kysera_sql::{expr, query, schema, types, write};

/// The driver for MySQL and MariaDB.
#[cfg(feature = "mysql")]
pub use kysera_mysql as mysql;
/// The PostgreSQL driver.
#[cfg(feature = "postgres")]
pub use kysera_postgres as postgres;
/// The SQLite driver.
#[cfg(feature = "sqlite")]
pub use kysera_sqlite as sqlite;
