//! The rows that a write gives back: RETURNING at the end, or OUTPUT before the values or the condition.

use super::writer::{OutputTarget, Writer};
use crate::ast::SelectItem;

impl<'a> Writer<'a> {
    /// ` returning ..`.
    pub(super) fn returning(&mut self, items: &'a [SelectItem]) {
        if !items.is_empty() {
            self.push(" returning ");
            self.list(items, Self::select_item);
        }
    }

    /// ` output ..`: columns of the written table are those of `inserted` or `deleted`.
    pub(super) fn output(&mut self, items: &'a [SelectItem], label: &'a str, pseudo: &'static str) {
        if !items.is_empty() {
            self.push(" output ");
            self.output = Some(OutputTarget { label, pseudo });
            self.list(items, Self::select_item);
            self.output = None;
        }
    }

    pub(super) fn require_returning(&mut self, items: &'a [SelectItem], has: bool) {
        if !items.is_empty() {
            self.require(has, "returning", "read the rows by their keys, in the same transaction");
        }
    }
}
