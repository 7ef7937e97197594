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
    /// Where NULLs come; the database's own rule when `None`.
    pub nulls: Option<NullsOrder>,
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

impl OrderBy {
    /// A key with a direction.
    pub fn new(expr: Expr, direction: Direction) -> OrderBy {
        OrderBy { expr, direction, nulls: None, collate: None }
    }
}
