//! WITH: common table expressions.

use super::{Delete, Insert, Select, Update};
use crate::ident::Name;

/// The CTEs in front of a statement.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct With {
    /// True when any of them refers to itself.
    pub recursive: bool,
    /// The CTEs, in order; later ones see earlier ones.
    pub ctes: Vec<Cte>,
}

/// A common table expression.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Cte {
    /// Its name.
    pub name: Name,
    /// Column names after it, when given.
    pub columns: Vec<Name>,
    /// `materialized` or `not materialized`, when given.
    pub materialized: Option<bool>,
    /// The statement inside.
    pub body: CteBody,
}

/// What a CTE contains.
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

impl With {
    /// These CTEs, none of which refers to itself.
    pub fn new(ctes: Vec<Cte>) -> With {
        With { recursive: false, ctes }
    }
}

impl Cte {
    /// `name as (body)`.
    pub fn new(name: impl Into<Name>, body: impl Into<CteBody>) -> Cte {
        Cte { name: name.into(), columns: Vec::new(), materialized: None, body: body.into() }
    }
}

impl From<Select> for CteBody {
    fn from(select: Select) -> CteBody {
        CteBody::Select(Box::new(select))
    }
}

impl From<Insert> for CteBody {
    fn from(insert: Insert) -> CteBody {
        CteBody::Insert(Box::new(insert))
    }
}

impl From<Update> for CteBody {
    fn from(update: Update) -> CteBody {
        CteBody::Update(Box::new(update))
    }
}

impl From<Delete> for CteBody {
    fn from(delete: Delete) -> CteBody {
        CteBody::Delete(Box::new(delete))
    }
}
