//! UPDATE, DELETE and MERGE.

use super::{Assignment, Directive, Directives, Expr, FromItem, OrderBy, SelectItem, TableRef, With};
use crate::ident::Name;

/// An update.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Update {
    /// CTEs in front.
    pub with: Option<Box<With>>,
    /// The table.
    pub table: TableRef,
    /// The assignments.
    pub set: Vec<Assignment>,
    /// Other tables.
    pub from: Vec<FromItem>,
    /// WHERE.
    pub filter: Option<Expr>,
    /// ORDER BY, MySQL only.
    pub order_by: Vec<OrderBy>,
    /// LIMIT, MySQL only.
    pub limit: Option<Expr>,
    /// RETURNING or OUTPUT.
    pub returning: Vec<SelectItem>,
    /// What plugins were told about the tables of this statement.
    pub directives: Directives,
}

/// A delete.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Delete {
    /// CTEs in front.
    pub with: Option<Box<With>>,
    /// The table.
    pub from: TableRef,
    /// Other tables.
    pub using: Vec<FromItem>,
    /// WHERE.
    pub filter: Option<Expr>,
    /// ORDER BY, MySQL only.
    pub order_by: Vec<OrderBy>,
    /// LIMIT, MySQL only.
    pub limit: Option<Expr>,
    /// RETURNING or OUTPUT.
    pub returning: Vec<SelectItem>,
    /// What plugins were told about the tables of this statement.
    pub directives: Directives,
}

/// A merge (PostgreSQL 15, SQL Server).
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Merge {
    /// CTEs in front.
    pub with: Option<Box<With>>,
    /// The table written to.
    pub into: TableRef,
    /// The rows merged in.
    pub using: FromItem,
    /// How rows are matched.
    pub on: Expr,
    /// The branches, in order.
    pub whens: Vec<MergeWhen>,
    /// RETURNING or OUTPUT.
    pub returning: Vec<SelectItem>,
    /// What plugins were told about the tables of this statement.
    pub directives: Directives,
}

/// A branch of a merge.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct MergeWhen {
    /// Which rows.
    pub on: MergeMatch,
    /// Only when this holds.
    pub and: Option<Expr>,
    /// What to do.
    pub action: MergeAction,
}

/// Which rows a branch is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MergeMatch {
    /// `when matched`
    Matched,
    /// `when not matched`: in the source alone.
    NotMatched,
    /// `when not matched by source`: in the target alone.
    NotMatchedBySource,
}

/// What a branch does.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum MergeAction {
    /// `update set ..`
    Update(Vec<Assignment>),
    /// `insert (..) values (..)`
    Insert {
        /// The columns.
        columns: Vec<Name>,
        /// Their values.
        values: Vec<Expr>,
    },
    /// `delete`
    Delete,
    /// `do nothing`
    DoNothing,
}

impl Update {
    pub(crate) fn direct(&mut self, directive: Directive) {
        self.directives.set(directive);
    }

    /// An update of `table` that sets nothing yet.
    pub fn of(table: TableRef) -> Update {
        Update {
            with: None,
            table,
            set: Vec::new(),
            from: Vec::new(),
            filter: None,
            order_by: Vec::new(),
            limit: None,
            returning: Vec::new(),
            directives: Directives::none(),
        }
    }

    /// Adds a condition to WHERE with `and`.
    pub fn and_filter(&mut self, condition: Expr) {
        super::expr::and_into(&mut self.filter, condition);
    }
}

impl Delete {
    pub(crate) fn direct(&mut self, directive: Directive) {
        self.directives.set(directive);
    }

    /// A delete from `table`.
    pub fn from(table: TableRef) -> Delete {
        Delete {
            with: None,
            from: table,
            using: Vec::new(),
            filter: None,
            order_by: Vec::new(),
            limit: None,
            returning: Vec::new(),
            directives: Directives::none(),
        }
    }

    /// Adds a condition to WHERE with `and`.
    pub fn and_filter(&mut self, condition: Expr) {
        super::expr::and_into(&mut self.filter, condition);
    }
}

impl Merge {
    /// A merge of the rows of `using` into `table`, with no branch yet.
    pub fn into(table: TableRef, using: impl Into<FromItem>, on: Expr) -> Merge {
        Merge {
            with: None,
            into: table,
            using: using.into(),
            on,
            whens: Vec::new(),
            returning: Vec::new(),
            directives: Directives::none(),
        }
    }
}

impl MergeWhen {
    /// `when on then action`.
    pub fn new(on: MergeMatch, action: MergeAction) -> MergeWhen {
        MergeWhen { on, and: None, action }
    }
}
