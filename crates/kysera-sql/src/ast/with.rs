//! WITH: common table expressions.

use super::{Delete, Insert, Select, Update};
use crate::ident::Name;

/// The CTEs in front of a statement.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct With {
    /// True when any of them refers to itself.
    pub recursive: bool,
    /// The CTEs, in order; later ones see earlier ones.
    pub ctes: Vec<Cte>,
}

/// A common table expression.
#[derive(Clone, Debug, PartialEq)]
pub struct Cte {
    /// Its name.
    pub name: Name,
    /// Column names after it, when given.
    pub columns: Vec<Name>,
    /// `materialized` or `not materialized`, when said.
    pub materialized: Option<bool>,
    /// The statement inside.
    pub body: CteBody,
}

/// What stands inside a CTE.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum CteBody {
    /// A query.
    Select(Box<Select>),
    /// An insert with `returning`, PostgreSQL only.
    Insert(Box<Insert>),
    /// An update with `returning`, PostgreSQL only.
    Update(Box<Update>),
    /// A delete with `returning`, PostgreSQL only.
    Delete(Box<Delete>),
}
