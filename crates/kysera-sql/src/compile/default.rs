//! Defaults of an insert where its rows do not all give the same columns.
//!
//! SQLite alone has no `default` among values (lang_insert, section 1): the column's default from the table's
//! description is written instead. Other dialects write the keyword.

use super::writer::Writer;
use crate::ast::{Expr, Insert, Rows};
use crate::form::Form;
use crate::ident::Name;
use crate::table::{ColumnMeta, Generated, TableMeta};
use crate::value::SqlType;

/// What is written for `default` where the keyword does not exist.
#[derive(Clone, Copy)]
enum Stand<'m> {
    /// The expression that the column was declared with.
    Declared(&'m str, SqlType),
    /// NULL: a key that SQLite makes (autoinc, section 2), or a column that is NULL unless given.
    Null,
}

impl<'a> Writer<'a> {
    /// The values of rows, in a dialect without the keyword: a column that every row leaves to its default is left out.
    pub(super) fn insert_without_defaults(&mut self, insert: &'a Insert, rows: &'a Rows) {
        let given: Vec<bool> = (0..insert.columns.len())
            .map(|column| rows.iter().any(|row| !matches!(row[column], Expr::Default)))
            .collect();
        match (given.contains(&true), rows.len()) {
            (true, _) => self.insert_columns(&insert.columns, rows, |column| given[column], insert),
            (false, 1) => self.default_values(insert),
            (false, rows) => self.rows_of_defaults(insert, rows),
        }
    }

    /// Rows that give nothing at all. `default values` is for one row without a conflict, so that a column is named after
    /// all.
    pub(super) fn rows_of_defaults(&mut self, insert: &'a Insert, rows: usize) {
        let keyword = self.caps.default_keyword;
        let column = insert.into.meta.as_deref().and_then(|meta| {
            let find = |wanted: &dyn Fn(&ColumnMeta) -> bool| {
                meta.columns.iter().find(|column| column.generated != Generated::Always && wanted(column))
            };
            // SQL Server refuses `default` for an identity column, so any other comes first.
            let plain = |column: &ColumnMeta| column.generated == Generated::No;
            find(&|column| plain(column) && stand(meta, column).is_some())
                .or_else(|| find(&|column| keyword && plain(column)))
                .or_else(|| find(&|column| keyword || stand(meta, column).is_some()))
        });
        let Some(column) = column else {
            return match rows {
                1 => self.unsupported(
                    "`on conflict` behind a row of nothing but defaults",
                    "give a column its value",
                ),
                _ => self.unsupported("several rows of nothing but defaults", "insert them one by one"),
            };
        };
        self.push(" (");
        self.ident(&column.name);
        self.push(")");
        self.insert_output(insert);
        self.push(" values ");
        for row in 0..rows {
            self.push(if row == 0 { "(" } else { ", (" });
            if keyword {
                self.keyword_or_null(insert, &column.name);
            } else {
                self.default_of(insert, &column.name);
            }
            self.push(")");
        }
    }

    /// `default`; NULL for a described key that the database makes, where it would take the keyword for 0.
    fn keyword_or_null(&mut self, insert: &Insert, column: &str) {
        let is_made = |meta: &TableMeta, column: &ColumnMeta| {
            column.generated == Generated::ByDefault && is_integer_key(meta, column)
        };
        let described = insert.into.meta.as_deref();
        let takes_for_zero = !self.syntax.default_makes_keys
            && described.is_some_and(|meta| meta.column(column).is_some_and(|column| is_made(meta, column)));
        self.push(if takes_for_zero { "null" } else { "default" });
    }

    /// A value of a row, of the column of that name.
    pub(super) fn inserted(&mut self, insert: &'a Insert, column: &'a Name, value: &'a Expr) {
        match value {
            Expr::Default if self.caps.default_keyword => self.keyword_or_null(insert, column),
            Expr::Default => self.default_of(insert, column),
            value => self.assigned_to(column, value),
        }
    }

    /// A default as SQL: the present instant in the form of the instants that are bound.
    pub(super) fn default_sql<'s>(&self, ty: SqlType, form: Option<Form>, sql: &'s str) -> &'s str {
        let is_now = ["current_timestamp", "now()"].iter().any(|now| sql.trim().eq_ignore_ascii_case(now));
        let own = self.syntax.instant_default;
        let stored = |form: Form| match self.form_sql(form) {
            Some(sql) => sql.now,
            None if self.converts(form) => own.and(form.now(ty)),
            None => own,
        };
        match form.map_or(own, stored) {
            Some(instant) if is_now && matches!(ty, SqlType::Timestamp | SqlType::DateTime) => instant,
            _ => sql,
        }
    }

    fn default_of(&mut self, insert: &Insert, column: &str) {
        let described = insert.into.meta.as_deref().and_then(|meta| stand(meta, meta.column(column)?));
        match described {
            // SQL that the table's author wrote; `create table` says it in the same words.
            Some(Stand::Declared(sql, ty)) => {
                let form = insert.into.meta.as_deref().and_then(|meta| meta.form(column));
                let sql = self.default_sql(ty, form, sql);
                self.contents.raw = true;
                self.push("(");
                self.push(sql);
                self.push(")");
            }
            Some(Stand::Null) => self.push("null"),
            None => self.unsupported(
                "`default` among the values of a column",
                "declare the column's default on its table (`#[column(default = \"..\")]`), give the column a value \
                 in every row or in none, or insert the rows in two statements",
            ),
        }
    }
}

/// What an insert may write for the default of a column.
fn stand<'m>(meta: &TableMeta, column: &'m ColumnMeta) -> Option<Stand<'m>> {
    match (column.generated, &column.default) {
        (Generated::Always, _) => None,
        (_, Some(sql)) => Some(Stand::Declared(sql, column.sql_type)),
        // Only an integer primary key is made from NULL; any other column would hold it.
        (Generated::ByDefault, None) => is_integer_key(meta, column).then_some(Stand::Null),
        (Generated::No, None) => column.nullable.then_some(Stand::Null),
    }
}

fn is_integer_key(meta: &TableMeta, column: &ColumnMeta) -> bool {
    let is_integer = matches!(column.sql_type, SqlType::I16 | SqlType::I32 | SqlType::I64 | SqlType::U64);
    is_integer && matches!(&*meta.primary_key, [key] if *key == column.name)
}
