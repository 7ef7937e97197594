//! The rows that a write gives back: RETURNING at the end, or OUTPUT before the values or the condition.

use super::writer::{Writer, Written};
use crate::ast::{SelectItem, TableRef};

impl<'a> Writer<'a> {
    /// ` returning ..`.
    pub(super) fn returning(&mut self, items: &'a [SelectItem], table: &'a TableRef) {
        if items.is_empty() {
            return;
        }
        self.push(" returning ");
        let by_name = !self.syntax.returning_alias;
        if let (Some(label), true) = (&table.alias, by_name) {
            let depth = self.scopes.len();
            self.written = Some(Written { label, called: &table.name, output: false, depth });
        }
        if by_name {
            // SQLite returns columns of the written table only, and has no `"t".*` here.
            self.list(items, |w, item| match item {
                SelectItem::Star(Some(of)) if of == table.label() => w.push("*"),
                _ => w.select_item(item),
            });
        } else {
            self.select_items(items);
        }
        self.written = None;
    }

    /// ` output ..`: columns of the written table are those of `inserted` or `deleted`.
    pub(super) fn output(&mut self, items: &'a [SelectItem], label: &'a str, called: &'a str) {
        if !items.is_empty() {
            self.push(" output ");
            let depth = self.scopes.len();
            self.written = Some(Written { label, called, output: true, depth });
            self.list(items, Self::select_item);
            self.written = None;
        }
    }

    pub(super) fn require_returning(&mut self, items: &'a [SelectItem], has: bool) {
        if !items.is_empty() {
            self.require(has, "returning", "read the rows by their keys, in the same transaction");
        }
    }
}
