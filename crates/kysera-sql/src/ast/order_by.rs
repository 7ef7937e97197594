//! ORDER BY.

use super::Expr;
use crate::ident::Name;

/// One key of an ORDER BY.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct OrderBy {
    /// What is sorted by.
    pub expr: Expr,
    /// Ascending by default.
    pub direction: Direction,
    /// Where NULLs come; what `unsaid` says when `None`.
    pub nulls: Option<NullsOrder>,
    /// What NULL counts as where `nulls` does not say it.
    pub unsaid: UnsaidNulls,
    /// A collation.
    pub collate: Option<Name>,
}

/// Sort direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// The default, printed as nothing.
    Default,
    /// `asc`
    Asc,
    /// `desc`
    Desc,
}

/// Where NULLs come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NullsOrder {
    /// `nulls first`
    First,
    /// `nulls last`
    Last,
}

/// What NULL counts as in a key that does not say where NULLs come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum UnsaidNulls {
    /// What the database says: the highest value on PostgreSQL, the lowest on SQLite.
    #[default]
    Database,
    /// The highest value, on every database that can say so.
    Highest,
    /// The same for a key that is NULL only where an outer join found no row.
    HighestBehindJoins,
}

impl OrderBy {
    /// A key with a direction.
    pub fn new(expr: Expr, direction: Direction) -> OrderBy {
        OrderBy { expr, direction, nulls: None, unsaid: UnsaidNulls::Database, collate: None }
    }
}
