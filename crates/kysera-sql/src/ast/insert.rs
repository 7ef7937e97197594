//! INSERT and upsert.

use super::{Directive, Directives, Expr, Rows, Select, SelectItem, TableRef, With};
use crate::ident::Name;

/// An insert.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Insert {
    /// CTEs in front.
    pub with: Option<Box<With>>,
    /// The table.
    pub into: TableRef,
    /// The columns given, in order.
    pub columns: Vec<Name>,
    /// The rows.
    pub source: InsertSource,
    /// `insert or ..` and `replace`, where they exist.
    pub or: Option<InsertOr>,
    /// `on conflict ..` or `on duplicate key update ..`.
    pub on_conflict: Option<OnConflict>,
    /// RETURNING or OUTPUT.
    pub returning: Vec<SelectItem>,
    /// What plugins were told about this table.
    pub directives: Directives,
}

/// Where the rows come from.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum InsertSource {
    /// `values (..), (..)`; each row as long as the column list.
    Values(Rows),
    /// A query.
    Select(Box<Select>),
    /// `default values`.
    DefaultValues,
}

/// What to do about a conflict, in front of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InsertOr {
    /// `insert ignore`, `insert or ignore`.
    Ignore,
    /// `replace into`, `insert or replace`.
    Replace,
}

/// `on conflict`.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct OnConflict {
    /// Which conflict.
    pub target: ConflictTarget,
    /// The predicate of a partial unique index.
    pub index_filter: Option<Expr>,
    /// What to do.
    pub action: ConflictAction,
}

/// Which conflict is meant.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ConflictTarget {
    /// Any.
    Any,
    /// A unique constraint over these columns.
    Columns(Vec<Name>),
    /// A constraint by name, PostgreSQL only.
    Constraint(Name),
}

/// What to do about a conflict.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ConflictAction {
    /// Nothing.
    DoNothing,
    /// Update the existing row.
    DoUpdate {
        /// The assignments.
        set: Vec<Assignment>,
        /// Only when this holds.
        filter: Option<Expr>,
    },
}

/// `column = value`.
#[derive(Clone, Debug, PartialEq)]
pub struct Assignment {
    /// The column.
    pub column: Name,
    /// Its new value.
    pub value: Expr,
}

impl OnConflict {
    /// `on conflict target action`.
    pub fn new(target: ConflictTarget, action: ConflictAction) -> OnConflict {
        OnConflict { target, index_filter: None, action }
    }
}

impl InsertSource {
    /// `values (..), (..)`.
    pub fn values(rows: impl Into<Rows>) -> InsertSource {
        InsertSource::Values(rows.into())
    }
}

impl Insert {
    /// The same insert of other values.
    #[must_use = "returns the other insert"]
    pub fn of_others(&self, columns: Vec<Name>, source: InsertSource) -> Insert {
        let Insert { with, into, columns: _, source: _, or, on_conflict, returning, directives } = self;
        Insert {
            with: with.clone(),
            into: into.clone(),
            columns,
            source,
            or: *or,
            on_conflict: on_conflict.clone(),
            returning: returning.clone(),
            directives: directives.clone(),
        }
    }

    pub(crate) fn direct(&mut self, directive: Directive) {
        self.directives.set(directive);
    }

    /// An insert into `table` of nothing yet.
    pub fn into(table: TableRef) -> Insert {
        Insert {
            with: None,
            into: table,
            columns: Vec::new(),
            source: InsertSource::Values(Rows::new()),
            or: None,
            on_conflict: None,
            returning: Vec::new(),
            directives: Directives::none(),
        }
    }
}
