//! A statement as text and parameters: what a driver receives. It never sees the tree.

mod sql_text;

pub use sql_text::SqlText;

use crate::value::Value;

/// A compiled statement.
#[derive(Clone, Debug, PartialEq)]
pub struct Compiled {
    /// The SQL text, with the dialect's placeholders.
    pub sql: SqlText,
    /// The bound values, in placeholder order.
    pub params: Vec<Value>,
    /// What the driver may assume of it.
    pub kind: StatementKind,
    /// True when it returns rows.
    pub returns_rows: bool,
    /// True when an output column may have a type that is not built into the database, so that a client which
    /// looks types up must do so before rows flow.
    pub needs_type_lookup: bool,
}

/// What kind of work a statement is, so that a driver can choose a connection and a thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StatementKind {
    /// A query that writes nothing and may be run again.
    Read,
    /// An insert of that many rows of values.
    InsertValues(usize),
    /// An update or delete of one row, by primary key.
    KeyedWrite,
    /// Any other write.
    Write,
    /// A change of the schema.
    Ddl,
    /// Raw SQL: nothing is known, so it counts as a write.
    Raw,
}

/// Which connections may run a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// A reader or the writer.
    Read,
    /// The writer.
    Write,
}

impl StatementKind {
    /// The access that a statement of this kind needs.
    pub fn access(self) -> Access {
        if self == StatementKind::Read { Access::Read } else { Access::Write }
    }
}
