//! DDL: tables and indexes from a description.

use super::writer::Writer;
use crate::ast::{ColumnDef, CreateIndex, CreateTable, CreateType, DropTable, DropType, SchemaStatement};
use crate::dialect::{ComputedForm, CustomForm, FormRule, IdentityForm, TypePlace};
use crate::form::Form;
use crate::ident::Name;
use crate::table::{ColumnMeta, ForeignKey, Generated, TableMeta};
use crate::value::SqlType;

impl<'a> Writer<'a> {
    pub(super) fn schema(&mut self, schema: &'a SchemaStatement) {
        match schema {
            SchemaStatement::CreateTable(table) => self.create_table(table),
            SchemaStatement::DropTable(table) => self.drop_table(table),
            SchemaStatement::CreateIndex(index) => self.create_index(index),
            SchemaStatement::CreateType(ty) => self.create_type(ty),
            SchemaStatement::DropType(ty) => self.drop_type(ty),
        }
    }

    fn create_table(&mut self, table: &'a CreateTable) {
        self.push("create table ");
        if table.if_not_exists {
            let has = self.caps.table_if_not_exists;
            self.require(has, "create table if not exists", "look whether it exists first");
            self.push("if not exists ");
        }
        self.table_name(&table.table);
        if table.columns.is_empty() {
            self.empty("the columns of a table");
        }
        self.push(" (");
        self.list(&table.columns, |w, column| w.column_def(table, column));
        if table.primary_key.len() > 1 {
            self.push(", primary key ");
            self.idents(&table.primary_key);
        }
        for columns in &table.unique {
            self.push(", unique ");
            self.idents(columns);
        }
        for key in &table.foreign_keys {
            self.foreign_key(table, key);
        }
        self.push(if self.syntax.strict_tables { ") strict" } else { ")" });
        if let Some(collation) = self.syntax.table_collation {
            self.push(" collate ");
            self.push(collation);
        }
        let is_json = |column: &&ColumnDef| column.ty == SqlType::Json;
        let mut documents = table.columns.iter().filter(is_json).map(|column| &column.name);
        self.no_key_of_json(documents.any(|name| in_key(table, name)));
    }

    /// Documents that are text: a key would take two spellings of one for two.
    fn no_key_of_json(&mut self, is_key: bool) {
        let fits = !is_key || self.syntax.json_compares;
        self.require(fits, "key of JSON documents", "keep the part that is unique in a column of its own");
    }

    fn column_def(&mut self, table: &'a CreateTable, column: &'a ColumnDef) {
        let sole_key = table.primary_key.len() == 1 && table.primary_key[0] == column.name;
        let identity = column.generated != Generated::No && column.default.is_none() && is_integer(column.ty);
        self.ident(&column.name);
        self.push(" ");
        if let (ComputedForm::Persisted, Generated::Always, Some(expr)) =
            (self.syntax.computed, column.generated, &column.default)
        {
            return self.computed_column(expr);
        }
        match column.form {
            Some(form) if self.syntax.forms == FormRule::Functions => self.push(form.storage()),
            Some(form) => {
                self.check_form(form);
                match self.form_sql(form) {
                    Some(sql) => self.push(sql.storage),
                    None => self.type_name(column.ty, type_place(table, column)),
                }
            }
            None => self.type_name(column.ty, type_place(table, column)),
        }
        if let (true, IdentityForm::AfterType { by_default, always }) = (identity, self.syntax.identity) {
            self.push(" ");
            self.push(if column.generated == Generated::Always { always } else { by_default });
        }
        if let Some(default) = &column.default {
            self.default_clause(column, default);
        }
        if !column.nullable {
            self.push(" not null");
        }
        if sole_key {
            self.push(" primary key");
        }
        match (self.syntax.identity, identity) {
            (IdentityForm::AtEnd(words), true) => {
                self.push(" ");
                self.push(words);
            }
            (IdentityForm::AfterPrimaryKey(words), true) if sole_key => {
                self.push(" ");
                self.push(words);
            }
            (IdentityForm::AfterPrimaryKey(_), true) => {
                self.unsupported(
                    "generated column that is not the primary key",
                    "make it the only key column",
                );
            }
            _ => {}
        }
        if self.syntax.checked_columns {
            self.column_check(column);
        } else if let Some(length) = column.form.and_then(|form| self.stored_length(form, column.ty)) {
            self.push(" check (char_length(");
            self.ident(&column.name);
            self.push(") = ");
            self.number(length.into());
            self.push(")");
        }
    }

    /// How long a text is that a column is converted to: another spelling of a value would not be found.
    fn stored_length(&self, form: Form, ty: SqlType) -> Option<u8> {
        self.form_sql(form).and_then(|_| form.length(ty))
    }

    /// What the storage class does not say: a value in another form would compare otherwise, without an error.
    fn column_check(&mut self, column: &'a ColumnDef) {
        let length = match (column.form, column.ty) {
            (Some(form), ty) => form.length(ty),
            (None, SqlType::Timestamp | SqlType::DateTime) => Some(26),
            (None, SqlType::Time) => Some(15),
            (None, SqlType::Date) => Some(10),
            (None, SqlType::Uuid) => Some(16),
            (None, _) => None,
        };
        if let Some(length) = length {
            self.push(" check (length(");
            self.ident(&column.name);
            self.push(") = ");
            self.number(length.into());
            if column.form.is_none() && matches!(column.ty, SqlType::Timestamp | SqlType::DateTime) {
                self.push(" and substr(");
                self.ident(&column.name);
                self.push(", 11, 1) = ' '");
            }
            return self.push(")");
        }
        match column.ty {
            SqlType::Bool => {
                self.push(" check (");
                self.ident(&column.name);
                self.push(" in (0, 1))");
            }
            SqlType::Custom(custom) if !custom.labels.is_empty() => {
                self.push(" check (");
                self.ident(&column.name);
                self.push(" in (");
                for (at, label) in custom.labels.iter().enumerate() {
                    self.push(if at > 0 { ", " } else { "" });
                    self.text(label);
                }
                self.push("))");
            }
            _ => {}
        }
    }

    /// The type is that of the expression.
    fn computed_column(&mut self, expr: &'a Name) {
        self.push("as (");
        self.push(expr);
        self.push(") persisted");
    }

    /// The default is SQL that the table's author wrote.
    fn default_clause(&mut self, column: &'a ColumnDef, default: &'a Name) {
        self.contents.raw = true;
        if column.generated == Generated::Always {
            self.push(" generated always as (");
            self.push(default);
            self.push(") stored");
        } else {
            self.push(" default ");
            let default = self.default_sql(column.ty, column.form, default);
            self.push(default);
        }
    }

    fn foreign_key(&mut self, table: &'a CreateTable, key: &'a ForeignKey) {
        let own = table.table.schema.as_ref().or(self.dialect.filtering().default_schema.as_ref());
        let named = key.references.schema.as_ref();
        let is_written = self.syntax.schema_in_references;
        if !is_written && named.is_some_and(|named| Some(named) != own) {
            self.unsupported(
                "foreign key to a table of another schema",
                "put both tables into one schema, or leave the key out",
            );
        }
        self.push(", foreign key ");
        self.idents(&key.columns);
        self.push(" references ");
        if let (Some(schema), true) = (named, is_written) {
            self.ident(schema);
            self.push(".");
        }
        self.ident(&key.references.name);
        self.push(" ");
        self.idents(&key.referenced);
        if let Some(action) = &key.on_delete {
            let is_known = ON_DELETE.iter().any(|known| action.eq_ignore_ascii_case(known));
            if !is_known {
                self.invalid(
                    "an unknown action of a foreign key",
                    "write `cascade`, `set null`, `set default`, `restrict` or `no action`",
                );
            }
            self.push(" on delete ");
            self.push(action);
        }
    }

    fn drop_table(&mut self, table: &'a DropTable) {
        self.push(if table.if_exists { "drop table if exists " } else { "drop table " });
        self.table_name(&table.table);
    }

    fn create_type(&mut self, create: &'a CreateType) {
        self.named_types("create type");
        // PostgreSQL has no `if not exists` here (its manual, CREATE TYPE).
        let block = create.if_not_exists;
        if block && self.holds_body_quote(create) {
            self.invalid(
                "a label that ends the block around `create type`",
                "create the type without `if_not_exists`",
            );
        }
        self.push(if block { "do $kysera$ begin create type " } else { "create type " });
        self.ident(&create.name);
        self.push(" as enum (");
        self.list(&create.labels, |w, label| w.text(label));
        self.push(if block { "); exception when duplicate_object then null; end $kysera$" } else { ")" });
    }

    fn holds_body_quote(&self, create: &CreateType) -> bool {
        create.labels.iter().chain([&create.name]).any(|text| text.contains("$kysera$"))
    }

    fn drop_type(&mut self, drop: &'a DropType) {
        self.named_types("drop type");
        self.push(if drop.if_exists { "drop type if exists " } else { "drop type " });
        self.ident(&drop.name);
    }

    fn named_types(&mut self, what: &'static str) {
        let has = self.syntax.custom_type == CustomForm::Name;
        self.require(has, what, "the column's own definition holds the labels here");
    }

    fn create_index(&mut self, index: &'a CreateIndex) {
        self.writing(&index.table, &[], |w| w.index_definition(index));
    }

    fn index_definition(&mut self, index: &'a CreateIndex) {
        self.push(if index.unique { "create unique index " } else { "create index " });
        if index.if_not_exists {
            let has = self.caps.index_if_not_exists;
            self.require(has, "create index if not exists", "look whether it exists first");
            self.push("if not exists ");
        }
        match &index.table.schema {
            Some(schema) if self.syntax.schema_before_index => {
                self.ident(schema);
                self.push(".");
                self.ident(&index.name);
                self.push(" on ");
                self.ident(&index.table.name);
            }
            _ => {
                self.ident(&index.name);
                self.push(" on ");
                self.table_name(&index.table);
            }
        }
        self.push(" ");
        if index.columns.is_empty() {
            self.empty("the columns of an index");
        }
        self.idents(&index.columns);
        self.check_indexed(index);
        let meta = index.table.meta.as_deref().filter(|_| index.unique);
        let described = index.columns.iter().filter_map(|name| meta?.column(name));
        let of_json = described.map(|column| column.sql_type).any(|ty| ty == SqlType::Json);
        self.no_key_of_json(of_json);
        if let Some(filter) = &index.filter {
            self.require(self.caps.partial_index, "partial index", "index a generated column");
            self.push(" where ");
            self.with_literals(|w| w.condition(filter));
        }
    }
}

/// What may happen to a row when the row that it refers to is deleted. It is written as it is.
const ON_DELETE: [&str; 5] = ["cascade", "set null", "set default", "restrict", "no action"];

impl Writer<'_> {
    /// A column that `create_table` gave a type without a length, where an index needs one.
    fn check_indexed(&mut self, index: &CreateIndex) {
        let Some(meta) = index.table.meta.as_deref() else { return };
        let of_keys = |ty, place| match (ty, self.syntax.custom_type) {
            (SqlType::Custom(of), CustomForm::Labels) if !of.labels.is_empty() => None,
            (SqlType::Custom(_), _) => self.dialect.type_name(SqlType::Text, place),
            _ => self.dialect.type_name(ty, place),
        };
        let has_length = |column: &ColumnMeta| {
            is_key(meta, column)
                || of_keys(column.sql_type, TypePlace::Column)
                    == of_keys(column.sql_type, TypePlace::KeyColumn)
        };
        let all = index.columns.iter().filter_map(|name| meta.column(name)).all(has_length);
        self.require(all, "index on a column of any length", self.syntax.index_of_any_length);
    }
}

/// True for a column that `create_table` gives a length, so that it can be a key.
fn is_key(table: &TableMeta, column: &ColumnMeta) -> bool {
    table.primary_key.contains(&column.name)
        || table.unique.iter().any(|key| key.columns.contains(&column.name))
        || table.foreign_keys.iter().any(|key| key.columns.contains(&column.name))
        || column.default.is_some()
}

fn type_place(table: &CreateTable, column: &ColumnDef) -> TypePlace {
    let needs_length = in_key(table, &column.name) || column.default.is_some();
    if needs_length { TypePlace::KeyColumn } else { TypePlace::Column }
}

fn in_key(table: &CreateTable, column: &Name) -> bool {
    table.primary_key.contains(column)
        || table.unique.iter().any(|columns| columns.contains(column))
        || table.foreign_keys.iter().any(|key| key.columns.contains(column))
}

fn is_integer(ty: SqlType) -> bool {
    matches!(ty, SqlType::I16 | SqlType::I32 | SqlType::I64 | SqlType::U64)
}
