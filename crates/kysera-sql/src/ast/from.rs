//! The items of FROM: tables, CTEs, derived tables and the joins between them.

use super::{Expr, Raw, Select};
use crate::ident::Name;
use crate::table::TableHandle;

/// An item of a FROM clause.
#[non_exhaustive]
pub enum FromItem {
    /// A table.
    Table(TableRef),
    /// A reference to a CTE, by identity: it is never taken for a table of that name.
    Cte(CteRef),
    /// A subquery with an alias.
    Derived(Box<Derived>),
    /// Two items joined.
    Join(Box<Join>),
    /// Raw SQL with an alias.
    Raw {
        /// The text.
        raw: Box<Raw>,
        /// The alias.
        alias: Option<Name>,
    },
}

/// A reference to a table. Identity is the description, never the name.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct TableRef {
    /// The schema, when the reference names one.
    pub schema: Option<Name>,
    /// The table's name.
    pub name: Name,
    /// The alias, when it has one.
    pub alias: Option<Name>,
    /// The table's description, when it was made from a typed table.
    pub meta: Option<TableHandle>,
    /// True for a reference that row filters must leave alone: one that a policy made itself.
    pub unfiltered: bool,
}

/// A reference to a CTE of this statement.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct CteRef {
    /// The CTE's name.
    pub name: Name,
    /// The alias, when it has one.
    pub alias: Option<Name>,
}

/// A subquery in FROM.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Derived {
    /// The query.
    pub query: Select,
    /// Its alias.
    pub alias: Name,
    /// Column names after the alias, when given.
    pub columns: Vec<Name>,
    /// True for `lateral`: it may use the items before it.
    pub lateral: bool,
}

/// Two items joined.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Join {
    /// Which join.
    pub kind: JoinKind,
    /// Left item.
    pub left: FromItem,
    /// Right item.
    pub right: FromItem,
    /// The condition; `None` only for a cross join.
    pub on: Option<Expr>,
}

/// Kinds of join.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum JoinKind {
    /// `inner join`
    Inner,
    /// `left join`
    Left,
    /// `right join`
    Right,
    /// `full join`
    Full,
    /// `cross join`
    Cross,
}

impl TableRef {
    /// A reference by name alone, with no description behind it.
    pub fn named(name: impl Into<Name>) -> TableRef {
        TableRef { schema: None, name: name.into(), alias: None, meta: None, unfiltered: false }
    }

    /// A reference to a described table.
    pub fn typed(table: impl Into<TableHandle>) -> TableRef {
        let table = table.into();
        TableRef {
            schema: table.schema.clone(),
            name: table.name.clone(),
            alias: None,
            meta: Some(table),
            unfiltered: false,
        }
    }

    /// The same reference under an alias; an alias equal to the table's name is none.
    #[must_use = "returns the reference"]
    pub fn aliased(mut self, alias: impl Into<Name>) -> TableRef {
        let alias = alias.into();
        self.alias = (alias != self.name).then_some(alias);
        self
    }

    /// The name by which columns refer to it: the alias, else the table's name.
    pub fn label(&self) -> &Name {
        self.alias.as_ref().unwrap_or(&self.name)
    }
}

impl CteRef {
    /// A reference to the CTE of that name.
    pub fn new(name: impl Into<Name>) -> CteRef {
        CteRef { name: name.into(), alias: None }
    }
}

impl Derived {
    /// `(query) as "alias"`.
    pub fn new(query: Select, alias: impl Into<Name>) -> Derived {
        Derived { query, alias: alias.into(), columns: Vec::new(), lateral: false }
    }
}

impl Join {
    /// `left kind join right on on`; `on` is `None` for a cross join alone.
    pub fn new(left: FromItem, kind: JoinKind, right: FromItem, on: Option<Expr>) -> Join {
        Join { kind, left, right, on }
    }
}

impl From<TableRef> for FromItem {
    fn from(table: TableRef) -> FromItem {
        FromItem::Table(table)
    }
}

impl FromItem {
    /// True when columns can refer to it, or to an item joined in it, by this name.
    pub fn has_label(&self, label: &Name) -> bool {
        match self {
            FromItem::Table(table) => table.label() == label,
            FromItem::Cte(cte) => cte.alias.as_ref().unwrap_or(&cte.name) == label,
            FromItem::Derived(derived) => derived.alias == *label,
            FromItem::Join(join) => join.left.has_label(label) || join.right.has_label(label),
            FromItem::Raw { alias, .. } => alias.as_ref() == Some(label),
        }
    }

    /// The table, CTE or query in it that is called `label`.
    #[must_use = "returns the item"]
    pub fn named(&self, label: &Name) -> Option<&FromItem> {
        let mut item = self;
        while let FromItem::Join(join) = item {
            if let Some(found) = join.right.named(label) {
                return Some(found);
            }
            item = &join.left;
        }
        item.has_label(label).then_some(item)
    }

    /// `self kind join right on on`.
    #[must_use = "returns the joined item"]
    pub fn join(self, kind: JoinKind, right: FromItem, on: Option<Expr>) -> FromItem {
        FromItem::Join(Box::new(Join::new(self, kind, right, on)))
    }
}
