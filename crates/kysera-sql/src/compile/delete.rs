//! DELETE.

use super::writer::Writer;
use crate::ast::{Delete, FromItem, TableRef};
use crate::dialect::{OutputForm, WriteFrom};

impl<'a> Writer<'a> {
    pub(super) fn delete(&mut self, delete: &'a Delete) {
        self.aiming(&delete.from, |w| w.writing(&delete.from, &delete.using, |w| w.delete_statement(delete)));
    }

    fn delete_statement(&mut self, delete: &'a Delete) {
        self.heard(&delete.directives);
        let known = self.ctes.len();
        if let Some(with) = &delete.with {
            self.require(self.caps.write_with, "CTEs in front of a delete", "use a subquery");
            self.with(with);
        }
        if !delete.using.is_empty() {
            self.require(self.caps.delete_using, "delete using other tables", "filter with `exists`");
        }
        self.require_returning(&delete.returning, self.caps.returning);
        self.push("delete ");
        self.write_top(delete.limit.as_ref());
        self.push("from ");
        let several = match self.syntax.write_from {
            WriteFrom::After => self.delete_after(delete),
            WriteFrom::List => self.delete_list(delete),
            WriteFrom::Repeat => self.delete_repeat(delete),
        };
        self.check_write_limit(&delete.order_by, delete.limit.as_ref(), several);
        self.write_filter(&delete.from, &delete.using, &[], (delete.with.as_deref(), delete.filter.as_ref()));
        if self.syntax.output == OutputForm::Returning {
            self.returning(&delete.returning, &delete.from, &delete.using);
        }
        self.write_tail(&delete.order_by, delete.limit.as_ref());
        self.ctes.truncate(known);
    }

    /// `"t" as "a" using "o"`
    fn delete_after(&mut self, delete: &'a Delete) -> bool {
        self.table(&delete.from);
        if !delete.using.is_empty() {
            self.push(" using ");
            self.sources(&delete.using, None);
        }
        !delete.using.is_empty()
    }

    /// `"a" using "t" as "a", "o"`. An alias needs this form too: not every version takes one after `from`.
    fn delete_list(&mut self, delete: &'a Delete) -> bool {
        if delete.using.is_empty() && delete.from.alias.is_none() {
            self.table(&delete.from);
            return false;
        }
        if !delete.returning.is_empty() {
            self.unsupported(
                "returning from a delete with an alias or other tables",
                "filter with a subquery",
            );
        }
        self.write_target(&delete.from);
        self.push(" using ");
        self.table(&delete.from);
        for item in &delete.using {
            self.push(", ");
            self.source(item, None);
        }
        true
    }

    /// `"a" output .. from "t" as "a", "o"`
    fn delete_repeat(&mut self, delete: &'a Delete) -> bool {
        self.write_target(&delete.from);
        self.output(&delete.returning, delete.from.label(), "deleted");
        self.repeat_from(&delete.from, &delete.using);
        !delete.using.is_empty()
    }

    /// True when the table stands in the item, under whatever alias.
    fn reads(&self, item: &FromItem, table: &TableRef) -> bool {
        let names = self.dialect.filtering().names;
        let mut item = item;
        loop {
            match item {
                FromItem::Table(other) => return names.may_be_same(&other.name, &table.name),
                FromItem::Join(join) if self.reads(&join.right, table) => return true,
                FromItem::Join(join) => item = &join.left,
                FromItem::Cte(_) | FromItem::Derived(_) | FromItem::Raw { .. } => return false,
            }
        }
    }

    /// The table as a target: its alias, or its full name.
    pub(super) fn write_target(&mut self, table: &'a TableRef) {
        match &table.alias {
            Some(alias) => self.ident(alias),
            None => self.table(table),
        }
    }

    /// ` from "t" as "a", "o"`: the table again when it has an alias or stands among the others as well, and the others.
    pub(super) fn repeat_from(&mut self, table: &'a TableRef, others: &'a [FromItem]) {
        // A single other reference to the table would be taken for the one that is written.
        let again = table.alias.is_some() || others.iter().any(|item| self.reads(item, table));
        if !again && others.is_empty() {
            return;
        }
        self.push(" from ");
        if again {
            self.table(table);
            if !others.is_empty() {
                self.push(", ");
            }
        }
        self.sources(others, None);
    }
}
