//! Dialects: how each database writes SQL, what it can do, and the clauses that it alone has.
//!
//! ```
//! # use kysera::prelude::*;
//! # use kysera_sql::doc::*;
//! use kysera::dialect::{MySql, SqlServer, postgres::*};
//!
//! let first = select_from(Person).select(Person.first_name).order_by(Person.id.asc()).limit(1);
//! let sql = first.clone().to_sql(&MySql::default())?.sql;
//! assert_eq!(sql, "select `person`.`first_name` from `person` order by `person`.`id` asc limit ?");
//! let sql = first.to_sql(&SqlServer::default())?.sql;
//! assert_eq!(sql, r#"select top(@P1) "person"."first_name" from "person" order by "person"."id" asc"#);
//!
//! // A clause that PostgreSQL alone has is an error elsewhere, before anything is sent.
//! let distinct = select_from(Person).distinct_on(Person.age).select(Person.first_name);
//! assert_eq!(distinct.to_sql(&MySql::default()).unwrap_err().kind(), kysera::ErrorKind::Unsupported);
//! # Ok::<(), kysera::Error>(())
//! ```

pub use kysera_sql::dialect::{Capabilities, Dialect, MySql, Postgres, SqlServer, Sqlite, Version};

/// Clauses that PostgreSQL alone has: `use kysera::dialect::postgres::*`.
pub use kysera_sql::query::postgres;
