//! Everything that a file with queries in it needs: the derives, the verbs, and the traits that carry the methods.

// Traits that only carry methods have no names, so that a type called `Text` or an import of `std::cmp::Ordering` takes
// no method away.
pub use kysera_core::QueryExt as _;
pub use kysera_core::{Db, Executor, Prepared, Transaction, prepare};
pub use kysera_sql::expr::{
    Arithmetic as _, Casts as _, Comparisons as _, Conditions as _, Directions as _, Lists as _, Nulls as _,
    Outer as _, Text as _,
};
pub use kysera_sql::expr::{Expr, Expression, Param, Predicate};
pub use kysera_sql::expr::{
    all_of, any_of, array_from, avg, case, concat, count, count_all, exists, json_array_from,
    json_object_from, max, min, not, not_exists, object_from, scalar, sum, val,
};
pub use kysera_sql::query::{PluginDirectives as _, Query, cte, derived, recursive, select_from};
pub use kysera_sql::row::FromRow;
pub use kysera_sql::typed::Correlated;
pub use kysera_sql::typed::Table;
pub use kysera_sql::write::{delete_from, insert_into, update};
pub use kysera_sql::{FromRow, SqlEnum, SqlType, Table, Tables, alias, row, sql};

pub use crate::plugins::{Revives as _, SoftDeletes as _};
