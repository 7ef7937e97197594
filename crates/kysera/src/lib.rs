//! A type-safe SQL toolkit whose queries can be rewritten at run time.
//!
//! The compiler checks a query (tables in scope, column types, nullability through joins); underneath it is plain
//! data, so that [plugins] such as soft delete reach every reference to a table in every query.
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
//! Start with [`prelude`], open a database with [`sqlite`] or [`postgres`] and make it a [`Db`]. A table is a struct
//! that derives [`Table`]; a query begins with [`select_from`](query::select_from),
//! [`insert_into`](write::insert_into), [`update`](write::update) or [`delete_from`](write::delete_from).

pub mod dal;
pub mod dialect;
pub mod plugins;
pub mod prelude;
pub mod repository;

/// What runs a query, and what a plugin may do.
pub use kysera_core as executor;
/// The contracts of drivers, and how a transaction begins.
pub use kysera_core::driver;
/// The contract of plugins; those that come with Kysera are in [`plugins`].
pub use kysera_core::plugin;
pub use kysera_core::{Db, Error, ErrorKind, Executor, Result, Transaction, raw, retry_on_conflict, script};
#[doc(hidden)]
pub use kysera_sql::__private;
pub use kysera_sql::row::FromRow;
pub use kysera_sql::typed::Table;
pub use kysera_sql::{FromRow, SqlEnum, SqlType, Table, Tables, alias, row, sql};
pub use kysera_sql::{
    ast, cell, compile, compiled, expr, fold, ident, query, schema, table, typed, types, value, write,
};

/// The SQLite driver.
#[cfg(feature = "sqlite")]
pub use kysera_sqlite as sqlite;

/// The PostgreSQL driver.
#[cfg(feature = "postgres")]
pub use kysera_postgres as postgres;
