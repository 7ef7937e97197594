//! The part of DDL that examples and suites need: tables and indexes from a description.

use super::{Expr, TableRef};
use crate::form::Form;
use crate::ident::Name;
use crate::table::{ForeignKey, Generated};
use crate::value::SqlType;

/// A change of the schema: it holds no rows that could be filtered.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum SchemaStatement {
    /// `create table`.
    CreateTable(CreateTable),
    /// `drop table`.
    DropTable(DropTable),
    /// `create index`.
    CreateIndex(CreateIndex),
    /// `create type`.
    CreateType(CreateType),
    /// `drop type`.
    DropType(DropType),
}

/// `create table`.
#[derive(Clone, Debug, PartialEq)]
pub struct CreateTable {
    /// The table.
    pub table: TableRef,
    /// `if not exists`.
    pub if_not_exists: bool,
    /// The columns.
    pub columns: Vec<ColumnDef>,
    /// The primary key.
    pub primary_key: Vec<Name>,
    /// Unique constraints.
    pub unique: Vec<Vec<Name>>,
    /// Foreign keys.
    pub foreign_keys: Vec<ForeignKey>,
}

/// A column of a new table.
#[derive(Clone, Debug, PartialEq)]
pub struct ColumnDef {
    /// Its name.
    pub name: Name,
    /// Its type.
    pub ty: SqlType,
    /// True when it may hold NULL.
    pub nullable: bool,
    /// Whether the database makes the value.
    pub generated: Generated,
    /// Its default, as SQL.
    pub default: Option<Name>,
    /// The form in which SQLite keeps it, when one is declared.
    pub form: Option<Form>,
}

/// `drop table`.
#[derive(Clone, Debug, PartialEq)]
pub struct DropTable {
    /// The table.
    pub table: TableRef,
    /// `if exists`.
    pub if_exists: bool,
}

/// `create type .. as enum (..)`.
#[derive(Clone, Debug, PartialEq)]
pub struct CreateType {
    /// The enum's name.
    pub name: Name,
    /// Its labels, in order.
    pub labels: Vec<Name>,
    /// Does nothing where there is a type of that name.
    pub if_not_exists: bool,
}

/// `drop type`.
#[derive(Clone, Debug, PartialEq)]
pub struct DropType {
    /// The type's name.
    pub name: Name,
    /// `if exists`.
    pub if_exists: bool,
}

/// `create index`.
#[derive(Clone, Debug, PartialEq)]
pub struct CreateIndex {
    /// The index's name.
    pub name: Name,
    /// The table.
    pub table: TableRef,
    /// True for a unique index.
    pub unique: bool,
    /// The columns.
    pub columns: Vec<Name>,
    /// The predicate of a partial index.
    pub filter: Option<Expr>,
    /// `if not exists`.
    pub if_not_exists: bool,
}

impl SchemaStatement {
    /// The table that it is about; a type is about none.
    pub fn table(&self) -> Option<&TableRef> {
        match self {
            SchemaStatement::CreateTable(create) => Some(&create.table),
            SchemaStatement::DropTable(drop) => Some(&drop.table),
            SchemaStatement::CreateIndex(create) => Some(&create.table),
            SchemaStatement::CreateType(_) | SchemaStatement::DropType(_) => None,
        }
    }

    /// What it is, for messages and logs.
    pub fn kind(&self) -> &'static str {
        match self {
            SchemaStatement::CreateTable(_) => "create table",
            SchemaStatement::DropTable(_) => "drop table",
            SchemaStatement::CreateIndex(_) => "create index",
            SchemaStatement::CreateType(_) => "create type",
            SchemaStatement::DropType(_) => "drop type",
        }
    }
}

macro_rules! kinds {
    ($($kind:ident),+) => {$(
        impl From<$kind> for SchemaStatement {
            fn from(node: $kind) -> SchemaStatement {
                SchemaStatement::$kind(node)
            }
        }
    )+};
}

kinds!(CreateTable, DropTable, CreateIndex, CreateType, DropType);
