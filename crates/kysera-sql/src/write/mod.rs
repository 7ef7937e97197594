//! INSERT, UPDATE and DELETE, typed.

mod conflict;
mod cte;
mod delete;
mod filtered;
mod insert;
mod set;
mod target;
mod update;
mod value;

pub use conflict::{Conflict, DoUpdate, Excluded};
pub use delete::{Delete, delete_from};
pub use insert::{Insert, InsertColumns, insert_into};
pub use set::Set;
pub(crate) use target::{columns, table_of, unqualified};
pub use update::{Update, update};

crate::query::plugin_directives!(
    [T, O, Out] Insert<T, O, Out>,
    [T, S, O, F, Out] Update<T, S, O, F, Out>,
    [T, S, O, F, Out] Delete<T, S, O, F, Out>
);
