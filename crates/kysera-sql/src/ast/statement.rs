//! A whole statement.

use super::{
    CreateIndex, CreateTable, CreateType, Delete, DropTable, DropType, Insert, Merge, Raw, Select, Update,
};
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
    /// `create type`.
    CreateType(CreateType),
    /// `drop type`.
    DropType(DropType),
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

/// A directive of one query to a plugin, such as soft delete's "with deleted".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Directive {
    /// The plugin's name.
    pub plugin: &'static str,
    /// The mode that the plugin shall use for the tables of the query.
    pub mode: &'static str,
}

impl Statement {
    /// What it is, for messages and logs: `select`, `insert`, ..
    pub fn kind(&self) -> &'static str {
        match self {
            Statement::Select(_) => "select",
            Statement::Insert(_) => "insert",
            Statement::Update(_) => "update",
            Statement::Delete(_) => "delete",
            Statement::Merge(_) => "merge",
            Statement::CreateTable(_) => "create table",
            Statement::DropTable(_) => "drop table",
            Statement::CreateIndex(_) => "create index",
            Statement::CreateType(_) => "create type",
            Statement::DropType(_) => "drop type",
            Statement::Raw { .. } => "raw",
        }
    }

    /// True when it changes the schema and holds no rows that could be filtered.
    pub fn is_schema_change(&self) -> bool {
        match self {
            Statement::CreateTable(_)
            | Statement::DropTable(_)
            | Statement::CreateIndex(_)
            | Statement::CreateType(_)
            | Statement::DropType(_) => true,
            Statement::Select(_)
            | Statement::Insert(_)
            | Statement::Update(_)
            | Statement::Delete(_)
            | Statement::Merge(_)
            | Statement::Raw { .. } => false,
        }
    }

    /// Why plugins must leave the whole statement alone, when it says so.
    pub fn bypass(&self) -> Option<&Name> {
        match self {
            Statement::Select(select) => select.bypass.as_ref(),
            Statement::Insert(insert) => insert.bypass.as_ref(),
            Statement::Update(update) => update.bypass.as_ref(),
            Statement::Delete(delete) => delete.bypass.as_ref(),
            Statement::Merge(merge) => merge.bypass.as_ref(),
            Statement::Raw { bypass, .. } => bypass.as_ref(),
            Statement::CreateTable(_)
            | Statement::DropTable(_)
            | Statement::CreateIndex(_)
            | Statement::CreateType(_)
            | Statement::DropType(_) => None,
        }
    }
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
