//! INSERT.

use super::CompileError;
use super::select::Place;
use super::writer::Writer;
use crate::ast::{Expr, Insert, InsertOr, InsertSource, Rows, Select};
use crate::compiled::Affected;
use crate::dialect::{InsertWith, OutputForm};
use crate::ident::Name;
use crate::value::{SqlType, Value};
use std::mem::ManuallyDrop;

impl<'a> Writer<'a> {
    pub(super) fn insert(&mut self, insert: &'a Insert) {
        self.writing(&insert.into, &[], |w| w.insert_statement(insert));
    }

    fn insert_statement(&mut self, insert: &'a Insert) {
        self.heard(&insert.directives);
        let known = self.ctes.len();
        let with_first = self.syntax.insert_with == InsertWith::BeforeInsert;
        if let (Some(with), true) = (&insert.with, with_first) {
            self.with(with);
        }
        self.insert_verb(insert);
        self.push(" into ");
        self.table_name(&insert.into);
        if let Some(alias) = &insert.into.alias {
            self.require(self.caps.insert_alias, "alias of the table of an insert", "use the table's name");
            self.push(" as ");
            self.ident(alias);
        }
        self.once("the columns of an insert", &insert.columns, |column| column);
        let values = !matches!(insert.source, InsertSource::Select(_));
        if insert.with.is_some() && values && !with_first {
            self.unsupported("CTEs in front of an insert of values", "insert from a query");
        }
        self.insert_source(insert);
        if let Some(conflict) = &insert.on_conflict {
            self.on_conflict(insert, conflict);
        }
        if self.syntax.output == OutputForm::Returning {
            self.require_returning(&insert.returning, self.caps.returning);
            self.returning(&insert.returning, &insert.into, &[]);
        }
        self.ctes.truncate(known);
    }

    fn insert_verb(&mut self, insert: &'a Insert) {
        match insert.or {
            None if self.passes_over(insert) => self.push(self.syntax.insert_ignore),
            None => self.push("insert"),
            Some(InsertOr::Replace) => {
                self.require(self.caps.replace, "replace", "use `on_conflict`");
                self.counts(Affected::GivenRows);
                self.push("replace");
            }
            Some(InsertOr::Ignore) => {
                self.require(self.caps.insert_ignore, "insert ignore", "use `on_conflict` and do nothing");
                self.counts(Affected::NewRows);
                self.push(self.syntax.insert_ignore);
            }
        }
    }

    /// How rows are counted that may be there, where the database counts them otherwise than others.
    fn counts(&mut self, affected: Affected) {
        if self.caps.on_duplicate_key {
            self.contents.affected = affected;
        }
    }

    fn insert_source(&mut self, insert: &'a Insert) {
        match &insert.source {
            InsertSource::Values(rows) => self.aiming(&insert.into, |w| w.insert_values(insert, rows)),
            InsertSource::Select(select) => {
                if !insert.columns.is_empty() {
                    self.push(" ");
                    self.idents(&insert.columns);
                }
                self.insert_output(insert);
                self.push(" ");
                self.insert_select(insert, select);
            }
            InsertSource::DefaultValues => self.default_values(insert),
        }
    }

    fn insert_select(&mut self, insert: &'a Insert, select: &'a Select) {
        self.contents.subquery = true;
        if let (Some(with), InsertWith::BeforeSelect) = (&insert.with, self.syntax.insert_with) {
            if select.with.is_some() {
                self.unsupported("CTEs in front of an insert and of its query", "put them all in one place");
            }
            self.with(with);
        }
        let on_conflict = insert.on_conflict.is_some() && self.syntax.conflict_needs_where;
        let place = if on_conflict { Place::BeforeConflict } else { Place::Top };
        self.assigned_items(select);
        if self.forms.seen {
            self.store_items(insert, select);
        }
        if self.syntax.checked.is_some() && self.store_narrow(insert, select) {
            return;
        }
        self.deeper(|w| w.select(select, place));
    }

    pub(super) fn insert_output(&mut self, insert: &'a Insert) {
        if self.syntax.output == OutputForm::Output {
            self.require_returning(&insert.returning, self.caps.returning);
            self.output(&insert.returning, insert.into.label(), "inserted");
        }
    }

    pub(super) fn default_values(&mut self, insert: &'a Insert) {
        if insert.on_conflict.is_some() && !self.syntax.default_values_conflict {
            // A column that is named makes them values.
            return self.rows_of_defaults(insert, 1);
        }
        self.insert_output(insert);
        self.push(if self.syntax.default_values { " default values" } else { " () values ()" });
    }

    fn insert_values(&mut self, insert: &'a Insert, rows: &'a Rows) {
        if rows.is_empty() {
            return self.empty("values");
        }
        if rows.len() > self.caps.max_values_rows {
            let (dialect, max) = (self.dialect.name(), self.caps.max_values_rows);
            self.refuse(CompileError::TooManyRows { dialect, found: rows.len(), max });
        }
        let expected = insert.columns.len();
        if let Some((row, found)) = rows.unlike(expected) {
            return self.refuse(CompileError::RaggedRow { row, expected, found });
        }
        match (expected, rows.len()) {
            (0, 1) => return self.default_values(insert),
            (0, rows) => return self.rows_of_defaults(insert, rows),
            _ => {}
        }
        let cells = rows.cells();
        self.sql.reserve(cells.len().saturating_mul(self.most_of_placeholder(cells.len()) + 3));
        let mine = self.left_in_place.is_some_and(|left| std::ptr::eq(left, insert));
        if mine && !self.forms.seen && cells.iter().all(is_plain) && !self.binds_wider(insert, rows) {
            return self.plain_rows(insert, rows.len());
        }
        self.check_inserted(insert, rows);
        self.params.reserve(cells.len());
        if self.caps.default_keyword || !cells.iter().any(|value| matches!(value, Expr::Default)) {
            self.insert_columns(&insert.columns, rows, |_| true, insert);
        } else {
            self.insert_without_defaults(insert, rows);
        }
    }

    /// ` ("a", "b") values (?, ?), (?, ?)`, of values alone, which stay where they are.
    fn plain_rows(&mut self, insert: &'a Insert, rows: usize) {
        self.push(" ");
        self.idents(&insert.columns);
        self.insert_output(insert);
        self.push(" values ");
        self.left_at = Some(self.params.len());
        self.rows_of_placeholders(rows, insert.columns.len());
    }

    /// ` ("a", "b") values (..), (..)`, of the columns that `keep` names.
    pub(super) fn insert_columns(
        &mut self,
        columns: &'a [Name],
        rows: &'a Rows,
        keep: impl Fn(usize) -> bool,
        insert: &'a Insert,
    ) {
        self.push(" (");
        self.kept(columns, &keep, |w, _, name| w.ident(name));
        self.push(")");
        self.insert_output(insert);
        self.push(" values ");
        let value = |w: &mut Self, column: usize, value| w.inserted(insert, &columns[column], value);
        for (at, row) in rows.iter().enumerate() {
            self.push(if at == 0 { "(" } else { "), (" });
            self.kept(row, &keep, value);
        }
        self.push(")");
    }

    fn kept<T>(
        &mut self,
        items: &'a [T],
        keep: &impl Fn(usize) -> bool,
        mut write: impl FnMut(&mut Self, usize, &'a T),
    ) {
        let mut first = true;
        for (at, item) in items.iter().enumerate().filter(|(at, _)| keep(*at)) {
            if !std::mem::take(&mut first) {
                self.push(", ");
            }
            write(self, at, item);
        }
    }

    /// A value that is stored in a column of the table that is written to.
    pub(super) fn assigned_to(&mut self, column: &'a Name, value: &'a Expr) {
        match self.form_of_written(column) {
            Some(formed) if !matches!(value, Expr::Default) => {
                self.stored_value(formed, |w| w.assigned(value))
            }
            _ => match self.narrowed_for(column, value) {
                Some([open, close]) => {
                    self.push(open);
                    self.assigned(value);
                    self.push(close);
                }
                None => self.assigned(value),
            },
        }
    }

    /// A value that is stored: an expression, or the keyword `default`.
    pub(super) fn assigned(&mut self, value: &'a Expr) {
        if matches!(value, Expr::Default) {
            self.require(self.caps.default_keyword, "`default` as a value", "write the value");
            self.push("default");
        } else {
            self.beside(true, value);
            self.expr(value);
        }
    }
}

/// True for a value that can be bound.
fn is_plain(expr: &Expr) -> bool {
    matches!(expr, Expr::Value(value) if !matches!(value, Value::Invalid(_) | Value::Param(_)))
}

fn value_of(cell: Expr) -> Value {
    let null = Value::Null(SqlType::Unknown);
    // What is left of a value has nothing to drop.
    let mut cell = ManuallyDrop::new(cell);
    match &mut *cell {
        Expr::Value(value) => std::mem::replace(value, null),
        _ => {
            drop(ManuallyDrop::into_inner(cell));
            null
        }
    }
}

/// Moves the values of the rows out of the tree, to the positions in `params` that were kept for them.
pub(super) fn move_values(insert: &mut Insert, params: &mut Vec<Value>, at: usize) {
    let InsertSource::Values(rows) = &mut insert.source else { return };
    // In the memory of the rows, which is made smaller: no other list is needed.
    let values = std::mem::take(rows).into_cells().into_iter().map(value_of);
    if params.is_empty() {
        *params = values.collect();
    } else {
        params.splice(at..at, values);
    }
}
