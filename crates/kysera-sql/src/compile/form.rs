//! Columns with a declared form: what is stored is converted where it is read and written.
//!
//! `form_read` gives a stored value as the library's own form, `form_write` makes a stored one or refuses, `form_find` makes
//! one to compare with, which is equal to no stored value where there is none. They are functions of the driver, or
//! expressions of the dialect.

use super::formed::{Formed, each_table, formed, table_in};
use super::writer::Writer;
use crate::ast::{
    Between, Binary, BinaryOp, ColumnRef, Distinct, Expr, FromItem, InList, Insert, OrderBy, Select,
    SelectItem, TableRef,
};
use crate::dialect::{FormRule, FormSql, FormUse};
use crate::form::Form;
use crate::ident::Name;
use crate::stack;
use crate::value::SqlType;

impl<'a> Writer<'a> {
    /// Notes that these tables are in sight.
    #[inline]
    pub(super) fn see_forms(&mut self, from: &'a [FromItem]) {
        for item in from {
            match item {
                FromItem::Table(table) => self.see_table(table),
                FromItem::Join(_) => self.see_item(item),
                _ => {}
            }
        }
    }

    fn see_item(&mut self, mut item: &'a FromItem) {
        loop {
            match item {
                FromItem::Table(table) => return self.see_table(table),
                FromItem::Join(join) => {
                    match &join.right {
                        FromItem::Table(table) => self.see_table(table),
                        FromItem::Join(_) => stack::grow(|| self.see_item(&join.right)),
                        _ => {}
                    }
                    item = &join.left;
                }
                _ => return,
            }
        }
    }

    /// Notes that this table is in sight, and refuses its forms where they would not hold.
    #[inline]
    pub(super) fn see_table(&mut self, table: &'a TableRef) {
        if table.meta.as_deref().is_some_and(|meta| !meta.forms.is_empty()) {
            self.see_formed(table);
        }
    }

    #[cold]
    fn see_formed(&mut self, table: &'a TableRef) {
        let Some(meta) = table.meta.as_deref() else { return };
        for of in meta.forms.iter() {
            self.check_form(of.form);
            if !meta.column(&of.column).is_some_and(|column| of.form.fits(column.sql_type)) {
                self.invalid(
                    "a form of a column that is of another type",
                    "see `kysera_sql::form` for which fits",
                );
            }
        }
        self.forms.seen |= meta.forms.iter().any(|of| self.converts(of.form));
    }

    /// True when a column in this form is converted, and does not have a type of its own.
    pub(super) fn converts(&self, form: Form) -> bool {
        self.syntax.forms == FormRule::Functions || self.form_sql(form).is_some()
    }

    /// The expressions that convert a column in this form, where that is not done by functions.
    pub(super) fn form_sql(&self, form: Form) -> Option<FormSql> {
        match self.syntax.forms {
            FormRule::Expressions => match self.dialect.form_use(form) {
                FormUse::Sql(sql) => Some(sql),
                FormUse::OwnType | FormUse::Refused => None,
            },
            FormRule::Functions | FormRule::OwnTypes | FormRule::Refused => None,
        }
    }

    /// The column of that name, if it is converted.
    fn converted(&self, table: &'a TableRef, name: &'a Name) -> Option<Formed<'a>> {
        formed(table, name).filter(|formed| self.converts(formed.form))
    }

    /// Refuses a form that this database would not keep.
    pub(super) fn check_form(&mut self, form: Form) {
        match (self.syntax.forms, form) {
            (FormRule::Functions, _) => {}
            (FormRule::OwnTypes, Form::Scaled(_)) => self.unsupported(
                "column in the form `scaled(..)`",
                "describe the table without it for this database: an integer would be read as it is",
            ),
            (FormRule::OwnTypes, _) => {}
            (FormRule::Expressions, form) if self.dialect.form_use(form) != FormUse::Refused => {}
            (FormRule::Expressions | FormRule::Refused, _) => self.unsupported(
                "column with a declared form",
                "describe the table without it for this database, which has types of its own",
            ),
        }
    }

    /// Writes a statement that writes to `table`, beside `others`.
    pub(super) fn writing(
        &mut self,
        table: &'a TableRef,
        others: &'a [FromItem],
        write: impl FnOnce(&mut Self),
    ) {
        let before = self.forms;
        self.see_table(table);
        self.see_forms(others);
        self.forms.written = Some((table, others));
        write(self);
        self.forms = before;
    }

    /// A column, converted if it has a form.
    #[cold]
    pub(super) fn formed_column(&mut self, column: &'a ColumnRef) {
        match self.formed_as(column) {
            None => self.stored_column(column),
            Some(_) if self.inline => self.unsupported(
                "column with a declared form in the predicate of an index",
                "test whether it is null, or write the condition as raw SQL about what is stored",
            ),
            Some(formed) => self.read(formed, |w| w.stored_column(column)),
        }
    }

    /// The column of the row that an upsert proposed, converted if it has a form.
    pub(super) fn formed_proposed(&mut self, name: &'a Name) {
        match self.formed_in_upsert(name) {
            None => self.stored_proposed(name),
            Some(formed) => self.read(formed, |w| w.stored_proposed(name)),
        }
    }

    fn read(&mut self, formed: Formed<'a>, write: impl FnOnce(&mut Self)) {
        if let Some(FormSql { read: [before, after], .. }) = self.form_sql(formed.form) {
            self.push(&before);
            write(self);
            return self.push(&after);
        }
        self.push("form_read(");
        write(self);
        self.form_arguments(formed, true);
    }

    fn found(&mut self, formed: Formed<'a>, operand: &'a Expr) {
        if let Some(FormSql { find: [before, after], .. }) = self.form_sql(formed.form) {
            self.push(&before);
            self.expr(operand);
            return self.push(&after);
        }
        self.push("form_find(");
        if formed.ty == SqlType::Decimal {
            self.beside_decimal(operand)
        } else {
            self.expr(operand)
        }
        self.form_arguments(formed, false);
    }

    /// A value for a column with a form.
    pub(super) fn stored_value(&mut self, formed: Formed<'a>, write: impl FnOnce(&mut Self)) {
        if let Some(FormSql { write: [before, after], .. }) = self.form_sql(formed.form) {
            self.push(&before);
            write(self);
            return self.push(&after);
        }
        self.push("form_write(");
        write(self);
        self.form_arguments(formed, true);
    }

    /// The form, and the column for messages.
    fn form_arguments(&mut self, formed: Formed<'a>, names_column: bool) {
        let local = if formed.ty == SqlType::DateTime { " local" } else { "" };
        self.push(", ");
        self.text(&format!("{}{local}", formed.form));
        if names_column {
            self.push(", ");
            self.text(&format!("{}.{}", formed.table.name, formed.name));
        }
        self.push(")");
    }

    /// A column with a form, if it is one.
    fn formed_as(&self, column: &'a ColumnRef) -> Option<Formed<'a>> {
        match &column.table {
            Some(label) => self.converted(self.table_called(label)?, &column.name),
            None if self.forms.outputs => None,
            None => {
                let own = self.scopes.last().copied();
                let mut found = None;
                let mut look =
                    |table: &'a TableRef| found = found.or_else(|| self.converted(table, &column.name));
                match (own, self.forms.written) {
                    (Some(from), _) => from.iter().for_each(|item| each_table(item, &mut look)),
                    (None, Some((table, others))) => {
                        look(table);
                        others.iter().for_each(|item| each_table(item, &mut look));
                    }
                    (None, None) => {}
                }
                found
            }
        }
    }

    fn formed_in_upsert(&self, name: &'a Name) -> Option<Formed<'a>> {
        self.converted(&self.upsert?.into, name)
    }

    /// The nearest table of that label; `None` where it is no table.
    pub(super) fn table_called(&self, label: &Name) -> Option<&'a TableRef> {
        let same = |other: &Name| other.eq_ignore_ascii_case(label);
        for from in self.scopes.iter().rev() {
            if super::scope::in_sight(&[*from], same) {
                return table_in(from, label);
            }
        }
        let (table, others) = self.forms.written?;
        if same(table.label()) { Some(table) } else { table_in(others, label) }
    }

    /// A column with a form by itself, where what is stored may be written.
    fn bare(&self, expr: &'a Expr) -> Option<Formed<'a>> {
        match expr {
            Expr::Column(column) => self.formed_as(column),
            Expr::Excluded(name) => self.formed_in_upsert(name),
            _ => None,
        }
    }

    /// What is stored in a column with a form; false for anything else.
    pub(super) fn as_stored(&mut self, expr: &'a Expr) -> bool {
        let is_bare = self.forms.seen && self.bare(expr).is_some();
        match expr {
            Expr::Column(column) if is_bare => self.stored_column(column),
            Expr::Excluded(name) if is_bare => self.stored_proposed(name),
            _ => return false,
        }
        true
    }

    /// A comparison of what is stored, which an index serves; false where what is stored does not compare so.
    #[cold]
    pub(super) fn formed_comparison(&mut self, binary: &'a Binary, words: &str) -> bool {
        if self.inline {
            return false;
        }
        let serves = |formed: &Formed<'_>| match binary.op {
            BinaryOp::Eq | BinaryOp::Ne | BinaryOp::IsNotDistinctFrom | BinaryOp::IsDistinctFrom => {
                formed.form.is_exact()
            }
            _ => formed.form.is_ordered(),
        };
        let left = self.bare(&binary.left).filter(serves);
        let right = self.bare(&binary.right).filter(serves);
        match (left, right) {
            (None, None) => return false,
            (Some(left), Some(right)) if left.form == right.form && left.ty == right.ty => {
                self.as_stored(&binary.left);
                self.push(words);
                self.as_stored(&binary.right);
            }
            (Some(left), _) => {
                self.as_stored(&binary.left);
                self.push(words);
                self.found(left, &binary.right);
            }
            (None, Some(right)) => {
                self.found(right, &binary.left);
                self.push(words);
                self.as_stored(&binary.right);
            }
        }
        true
    }

    /// `in (..)` of what is stored; false where that does not compare so.
    #[cold]
    pub(super) fn formed_list(&mut self, list: &'a InList) -> bool {
        let operand = self.bare(&list.operand).filter(|formed| formed.form.is_exact());
        let Some(operand) = operand.filter(|_| !self.inline) else { return false };
        self.as_stored(&list.operand);
        self.push(if list.negated { " not in (" } else { " in (" });
        self.list(&list.items, |w, item| w.found(operand, item));
        self.push(")");
        true
    }

    /// `between` of what is stored; false where that does not compare so.
    #[cold]
    pub(super) fn formed_between(&mut self, between: &'a Between) -> bool {
        let operand = self.bare(&between.operand).filter(|formed| formed.form.is_ordered());
        let Some(operand) = operand.filter(|_| !self.inline) else { return false };
        self.as_stored(&between.operand);
        self.push(if between.negated { " not between " } else { " between " });
        self.found(operand, &between.low);
        self.push(" and ");
        self.found(operand, &between.high);
        true
    }

    /// The name of an item that is a column with a form: what is written is no column any more.
    pub(super) fn formed_name(&self, expr: &'a Expr) -> Option<&'a Name> {
        match expr {
            Expr::Column(column) if self.forms.seen && self.formed_as(column).is_some() => Some(&column.name),
            _ => None,
        }
    }

    /// Refuses a star over tables with forms, which would give what is stored.
    pub(super) fn check_star(&mut self, table: Option<&'a Name>) {
        let mut has_form = false;
        let mut look = |table: &TableRef| {
            let forms = table.meta.iter().flat_map(|meta| meta.forms.iter());
            has_form |= forms.into_iter().any(|of| self.converts(of.form));
        };
        match (table, self.scopes.last().copied(), self.forms.written) {
            (Some(label), ..) => self.table_called(label).into_iter().for_each(look),
            (None, Some(from), _) => from.iter().for_each(|item| each_table(item, &mut look)),
            (None, None, Some((table, _))) => look(table),
            (None, None, None) => {}
        }
        if has_form {
            self.unsupported("`*` of a table with declared forms", "name the columns");
        }
    }

    /// A key of ORDER BY of a whole query where forms are in sight.
    #[cold]
    pub(super) fn formed_key(&mut self, select: &'a Select, key: &'a OrderBy) {
        let Expr::Column(column) = &key.expr else { return self.query_order_key(key, &key.expr) };
        let one_row_each =
            select.set_ops.is_empty() && select.group_by.is_empty() && select.distinct == Distinct::No;
        match (&column.table, self.formed_as(column)) {
            (None, _) if !select.set_ops.is_empty() || has_output(select, &column.name) => {
                let before = std::mem::replace(&mut self.forms.outputs, true);
                self.query_order_key(key, &key.expr);
                self.forms.outputs = before;
            }
            (_, Some(formed)) if one_row_each && formed.form.is_ordered() => {
                self.order_key(key, &key.expr, |w, _| w.stored_column(column));
            }
            _ => self.query_order_key(key, &key.expr),
        }
    }

    /// The form of a column of the table that is written to.
    #[inline]
    pub(super) fn form_of_written(&self, column: &'a Name) -> Option<Formed<'a>> {
        if !self.forms.seen {
            return None;
        }
        self.converted(self.forms.written?.0, column)
    }

    /// The form of the column that an item of an insert's query is stored in.
    pub(super) fn form_of_stored(&self, insert: Option<&'a Insert>, at: usize) -> Option<Formed<'a>> {
        let insert = insert?;
        self.converted(&insert.into, insert.columns.get(at)?)
    }

    /// Sees to it that each item of an insert's query can be converted.
    pub(super) fn store_items(&mut self, insert: &'a Insert, select: &'a Select) {
        let stars = select.items.iter().any(|item| matches!(item, SelectItem::Star(_)));
        let any = insert.columns.iter().any(|column| self.converted(&insert.into, column).is_some());
        if insert.columns.is_empty() {
            self.unsupported("insert without columns into a table with declared forms", "name the columns");
        } else if any && (stars || !select.set_ops.is_empty()) {
            self.unsupported(
                "insert from a set operation or `*` into a column with a declared form",
                "insert from a query that names its columns: of a CTE, or of a derived table",
            );
        }
        self.forms.stored = Some(insert);
    }
}

fn has_output(select: &Select, name: &Name) -> bool {
    select.items.iter().any(|item| super::nested::column_name(item).is_some_and(|known| known == name))
}
