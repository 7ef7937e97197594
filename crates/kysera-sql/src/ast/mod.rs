//! The SQL tree: plain data, no dialect, no closures, no lifetimes.
//!
//! Builders make it, plugins rewrite it, the compiler prints it. Grouping is structure: the compiler adds the parentheses.
//! What may grow is `#[non_exhaustive]`: a guard outside this crate must refuse a variant that it does not know, and
//! makes nodes by their constructors or with [`node!`](crate::node!). What SQL itself fixes (the two sides of an
//! operator, `column = value`) is not.

mod directive;
mod expr;
mod from;
pub(crate) mod grow;
mod insert;
mod json_path;
mod nested;
mod node;
mod numeric;
mod order_by;
mod raw;
mod recursion;
mod rows;
mod schema;
mod select;
mod statement;
mod with;
mod write;

pub use directive::{Directive, Directives};
pub(crate) use expr::and_into;
pub use expr::{
    Between, Binary, BinaryOp, Call, Case, CaseWhen, ColumnRef, Expr, InList, InSubquery, Like, Literal,
    Over, Unary, UnaryOp,
};
pub use from::{CteRef, Derived, FromItem, Join, JoinKind, TableRef};
pub use insert::{Assignment, ConflictAction, ConflictTarget, Insert, InsertOr, InsertSource, OnConflict};
pub use json_path::{JsonPath, JsonStep};
pub use nested::{Nested, NestedEncoding, NestedKind};
pub use numeric::Numeric;
pub use order_by::{Direction, NullsOrder, OrderBy, UnsaidNulls};
pub(crate) use raw::template_values;
pub use raw::{Raw, RawPart, RawPiece};
pub use rows::Rows;
pub use schema::{ColumnDef, CreateIndex, CreateTable, CreateType, DropTable, DropType, SchemaStatement};
pub use select::{Distinct, Lock, LockStrength, LockWait, Select, SelectItem, SetOp, SetOpKind};
pub use statement::Statement;
pub use with::{Cte, CteBody, With};
pub use write::{Delete, Merge, MergeAction, MergeMatch, MergeWhen, Update};
