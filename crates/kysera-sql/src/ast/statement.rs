//! A whole statement.

use super::{CreateIndex, CreateTable, Delete, DropTable, Insert, Merge, Raw, Select, Update};
use crate::ident::Name;

/// A statement.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Statement {
    /// A query.
    Select(Box<Select>),
    /// An insert.
    Insert(Box<Insert>),
    /// An update.
    Update(Box<Update>),
    /// A delete.
    Delete(Box<Delete>),
    /// A merge.
    Merge(Box<Merge>),
    /// `create table`.
    CreateTable(Box<CreateTable>),
    /// `drop table`.
    DropTable(Box<DropTable>),
    /// `create index`.
    CreateIndex(Box<CreateIndex>),
    /// Raw SQL, which no plugin can rewrite.
    Raw {
        /// The text and its values.
        raw: Box<Raw>,
        /// True when the caller says that it returns rows.
        returns_rows: bool,
        /// Why plugins may be passed by; refused under a guard without one.
        bypass: Option<Name>,
    },
}

/// Something that a plugin was told about one query, such as soft delete's "with deleted".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Switch {
    /// The plugin's name.
    pub plugin: &'static str,
    /// What it was told.
    pub mode: &'static str,
}

impl From<Select> for Statement {
    fn from(select: Select) -> Statement {
        Statement::Select(Box::new(select))
    }
}

impl From<Insert> for Statement {
    fn from(insert: Insert) -> Statement {
        Statement::Insert(Box::new(insert))
    }
}

impl From<Update> for Statement {
    fn from(update: Update) -> Statement {
        Statement::Update(Box::new(update))
    }
}

impl From<Delete> for Statement {
    fn from(delete: Delete) -> Statement {
        Statement::Delete(Box::new(delete))
    }
}

impl From<Merge> for Statement {
    fn from(merge: Merge) -> Statement {
        Statement::Merge(Box::new(merge))
    }
}
