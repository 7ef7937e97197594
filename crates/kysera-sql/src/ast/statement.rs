//! A whole statement.

use super::{
    CreateIndex, CreateTable, CreateType, Delete, DropTable, DropType, Insert, Merge, Raw, SchemaStatement,
    Select, Update,
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
    /// A change of the schema.
    Schema(Box<SchemaStatement>),
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

impl Statement {
    /// What it is, for messages and logs: `select`, `insert`, ..
    pub fn kind(&self) -> &'static str {
        match self {
            Statement::Select(_) => "select",
            Statement::Insert(_) => "insert",
            Statement::Update(_) => "update",
            Statement::Delete(_) => "delete",
            Statement::Merge(_) => "merge",
            Statement::Schema(schema) => schema.kind(),
            Statement::Raw { .. } => "raw",
        }
    }

    /// True when it changes the schema and holds no rows that could be filtered.
    pub fn is_schema_change(&self) -> bool {
        matches!(self, Statement::Schema(_))
    }

    /// Why plugins must leave the whole statement alone, when it says so.
    pub fn bypass(&self) -> Option<&Name> {
        match self {
            Statement::Select(select) => select.directives.bypass.as_ref(),
            Statement::Insert(insert) => insert.directives.bypass.as_ref(),
            Statement::Update(update) => update.directives.bypass.as_ref(),
            Statement::Delete(delete) => delete.directives.bypass.as_ref(),
            Statement::Merge(merge) => merge.directives.bypass.as_ref(),
            Statement::Raw { bypass, .. } => bypass.as_ref(),
            Statement::Schema(_) => None,
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

impl From<SchemaStatement> for Statement {
    fn from(schema: SchemaStatement) -> Statement {
        Statement::Schema(Box::new(schema))
    }
}

macro_rules! schema_statements {
    ($($kind:ident),+) => {$(
        impl From<$kind> for Statement {
            fn from(node: $kind) -> Statement {
                SchemaStatement::from(node).into()
            }
        }
    )+};
}

schema_statements!(CreateTable, DropTable, CreateIndex, CreateType, DropType);
