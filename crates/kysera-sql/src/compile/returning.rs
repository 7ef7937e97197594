//! The rows that a write gives back: RETURNING at the end, or OUTPUT before the values or the condition.

use super::writer::{Writer, Written};
use crate::ast::{FromItem, SelectItem, TableRef};

impl<'a> Writer<'a> {
    /// ` returning ..`.
    pub(super) fn returning(&mut self, items: &'a [SelectItem], table: &'a TableRef, others: &[FromItem]) {
        if items.is_empty() {
            return;
        }
        self.push(" returning ");
        let by_name = !self.syntax.returning_alias;
        if by_name && (table.alias.is_some() || !others.is_empty()) {
            let (label, depth) = (&**table.label(), self.scopes.len());
            self.written = Some(Written { label, called: &table.name, output: false, alone: true, depth });
        }
        if by_name {
            // SQLite returns columns of the written table only, and has no `"t".*` here.
            self.list(items, |w, item| match item {
                SelectItem::Star(Some(of)) if of == table.label() && !w.forms.seen => w.push("*"),
                // Elsewhere it is the columns of the other tables too.
                SelectItem::Star(None) if !others.is_empty() => w.returns_others(),
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
            self.written = Some(Written { label, called, output: true, alone: false, depth });
            self.list(items, Self::select_item);
            self.written = None;
        }
    }

    /// A column of a table that the clause does not see.
    #[cold]
    pub(super) fn returns_others(&mut self) {
        self.unsupported(
            "columns of other tables in returning",
            "return the key of the written row, and read the others by it in the same transaction",
        );
    }

    pub(super) fn require_returning(&mut self, items: &'a [SelectItem], has: bool) {
        if !items.is_empty() {
            self.require(has, "returning", "read the rows by their keys, in the same transaction");
        }
    }
}
