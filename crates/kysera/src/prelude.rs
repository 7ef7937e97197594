//! The one import of a file with queries: `use kysera::prelude::*`.
//!
//! It has what queries are written with, and nothing else:
//!
//! * the derives and macros: `Table`, `FromRow`, `SqlType`, `SqlEnum`, `row!`, `alias!`, `sql!`;
//! * each function that begins a query: `select_from`, `insert_into`, `update`, `delete_from`, `raw`, `prepare`, and the
//!   functions for CTEs and derived tables;
//! * each function that makes an expression: `count`, `exists`, `case`, `array_from`, ..;
//! * the types that signatures name: `Db`, `Transaction`, `Executor`, `Expr`, `Predicate`, `Param`, ..;
//! * the traits that give these their methods, without their names, so that a type called `Text` or an import of
//!   `std::cmp::Ordering` takes no method away.
//!
//! What opens a database, plugins, repositories, errors, schema statements and the clauses of a single database are
//! imported by their own paths. An item of yours with the name of one of these functions takes precedence.

pub use kysera_core::QueryExt as _;
pub use kysera_core::{Db, Executor, Prepared, Transaction, prepare, raw};
pub use kysera_sql::expr::{
    Arithmetic as _, Casts as _, Comparisons as _, Conditions as _, Directions as _, Lists as _, Nulls as _,
    Outer as _, Text as _,
};
pub use kysera_sql::expr::{Expr, Expression, Param, Predicate};
pub use kysera_sql::expr::{
    all_of, any_of, array_from, avg, avg_as, bind, case, concat, count, count_all, exists, function,
    json_array_from, json_object_from, lit, max, min, not, not_exists, object_from, scalar, sum, sum_as, val,
};
pub use kysera_sql::query::{
    PluginDirectives as _, Query, cte, derived, recursive, recursive_distinct, select_from,
};
pub use kysera_sql::row::FromRow;
pub use kysera_sql::typed::{Correlated, Table};
pub use kysera_sql::write::{delete_from, insert_into, update};
pub use kysera_sql::{FromRow, SqlEnum, SqlType, Table, Tables, alias, row, sql};

pub use crate::plugins::{Revives as _, SoftDeletes as _};
