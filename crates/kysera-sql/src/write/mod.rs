//! INSERT, UPDATE and DELETE, typed.

mod conflict;
mod cte;
mod delete;
mod insert;
mod set;
mod target;
mod update;

pub use conflict::{Conflict, DoUpdate, Excluded};
pub use delete::{Delete, delete_from};
pub use insert::{Insert, InsertColumns, insert_into};
pub use set::Set;
pub(crate) use target::{columns, unqualified};
pub use update::{Update, update};

/// `Clone` and `Debug` without bounds on the types that only mark.
macro_rules! value {
    ($name:ident<$($mark:ident),+> { $($field:ident),+ }) => {
        impl<$($mark),+> Clone for $name<$($mark),+> {
            fn clone(&self) -> Self {
                $name { $($field: self.$field.clone(),)+ types: std::marker::PhantomData }
            }
        }

        impl<$($mark),+> std::fmt::Debug for $name<$($mark),+> {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($name))$(.field(stringify!($field), &self.$field))+.finish()
            }
        }
    };
}

use value;

crate::query::plugin_directives!(
    [T, O, Out] Insert<T, O, Out>,
    [T, S, O, F, Out] Update<T, S, O, F, Out>,
    [T, S, O, F, Out] Delete<T, S, O, F, Out>
);
