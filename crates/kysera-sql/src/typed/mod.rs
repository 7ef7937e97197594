//! What the compiler checks: which tables are in FROM, which columns may be NULL, which types go together.
//!
//! Types only: no value here exists at run time. The SQL itself is data, in `ast`; what users call is in `expr` and
//! `query`.

mod class;
mod classed;
mod nullability;
mod refs;
mod scope;
mod shape;
mod sql_value;
mod store;
mod table;

pub use class::{Agg, Class, GroupKey, Mixed, Neutral, Plain};
pub use classed::Classed;
pub use nullability::{BaseOf, MaybeNull, NullOf, Nullability, Nullable, OrNull, Required, SqlValue};
pub use refs::{
    AggOf, Captured, Closed, Correlated, NoAgg, NoTables, OuterRef, Quiet, Ref, RefsIn, WithinOuter,
};
pub use scope::{Allows, Grouped, Here, In, InScope, Nil, Scope, There};
pub use shape::{Col, Names, Output, RowShape, SameShape};
pub use sql_value::{Condition, Textual};
pub use store::{FitsColumn, FitsSet, Storable};
pub use table::{Aliased, Insertable, Keyed, Patch, Table, assign, key_is};
