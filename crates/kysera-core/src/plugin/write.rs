//! One write of a statement, as plugins see it.

use crate::plugin::operation::Operation;
use kysera_sql::ast::{Assignment, Delete, Directive, Expr, Insert, TableRef, Update};
use kysera_sql::ident::Name;
use kysera_sql::table::TableHandle;

/// One write of a statement: at the top, in a CTE, or a branch of a merge.
///
/// The executor finds all of them and leaves out those that bypass plugins, so that no plugin walks statements by hand.
#[derive(Debug)]
#[non_exhaustive]
pub enum Write<'a> {
    /// An insert, with its `on conflict`.
    Insert(&'a mut Insert),
    /// An update.
    Update(&'a mut Update),
    /// A delete.
    Delete(&'a mut Delete),
    /// `when not matched then insert` of a merge.
    MergeInsert {
        /// What the merge writes to.
        target: MergeTarget<'a>,
        /// The columns.
        columns: &'a mut Vec<Name>,
        /// Their values.
        values: &'a mut Vec<Expr>,
    },
    /// `when .. then update` of a merge.
    MergeUpdate {
        /// What the merge writes to.
        target: MergeTarget<'a>,
        /// The assignments.
        set: &'a mut Vec<Assignment>,
    },
    /// `when .. then delete` of a merge.
    MergeDelete {
        /// What the merge writes to.
        target: MergeTarget<'a>,
    },
}

/// What a merge writes to.
#[derive(Clone, Copy, Debug)]
pub struct MergeTarget<'a> {
    pub(crate) table: &'a TableRef,
    pub(crate) directives: &'a [Directive],
}

impl MergeTarget<'_> {
    /// The reference to the table.
    pub fn table(&self) -> &TableRef {
        self.table
    }
}

impl Write<'_> {
    /// What it does with the rows of its table.
    pub fn operation(&self) -> Operation {
        match self {
            Write::Insert(_) | Write::MergeInsert { .. } => Operation::Insert,
            Write::Update(_) | Write::MergeUpdate { .. } => Operation::Update,
            Write::Delete(_) | Write::MergeDelete { .. } => Operation::Delete,
        }
    }

    /// The reference to the table that it writes to.
    pub fn table(&self) -> &TableRef {
        match self {
            Write::Insert(insert) => &insert.into,
            Write::Update(update) => &update.table,
            Write::Delete(delete) => &delete.from,
            Write::MergeInsert { target, .. }
            | Write::MergeUpdate { target, .. }
            | Write::MergeDelete { target } => target.table,
        }
    }

    /// The description of that table: of its own type, or of the registry. `None` for a table that nobody described.
    pub fn meta(&self) -> Option<&TableHandle> {
        self.table().meta.as_ref()
    }

    /// The mode that the statement asks of a plugin. The last directive counts.
    pub fn mode_of(&self, plugin: &str) -> Option<&'static str> {
        let directives = match self {
            Write::Insert(insert) => &insert.directives[..],
            Write::Update(update) => &update.directives[..],
            Write::Delete(delete) => &delete.directives[..],
            Write::MergeInsert { target, .. }
            | Write::MergeUpdate { target, .. }
            | Write::MergeDelete { target } => target.directives,
        };
        mode_of(directives, plugin)
    }
}

/// The mode that directives ask of a plugin. The last one counts.
pub(crate) fn mode_of(directives: &[Directive], plugin: &str) -> Option<&'static str> {
    directives.iter().rev().find(|directive| directive.plugin == plugin).map(|directive| directive.mode)
}
