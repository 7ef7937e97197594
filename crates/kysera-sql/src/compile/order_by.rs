//! ORDER BY.

use super::CompileError;
use super::shared_keys::KeyPlace;
use super::writer::Writer;
use crate::ast::{Direction, Expr, NullsOrder, OrderBy};

impl<'a> Writer<'a> {
    /// `order by ..`, without a space in front.
    pub(super) fn order_by(&mut self, keys: &'a [OrderBy]) {
        self.push("order by ");
        self.list(keys, |w, key| w.order_key(key, &key.expr, Self::expr));
    }

    /// One key of a query, which sorts by `expr`.
    pub(super) fn query_order_key(&mut self, key: &'a OrderBy, expr: &'a Expr) {
        self.order_key(key, expr, |w, expr| w.whole(expr, KeyPlace::OrderBy));
    }

    /// What a key sorts by, in the order of its numbers unless it says another.
    fn sorted(&mut self, key: &'a OrderBy, expr: &'a Expr, write: impl FnOnce(&mut Self, &'a Expr)) {
        if key.collate.is_some() { write(self, expr) } else { self.by_number(expr, write) }
    }

    /// One key, which sorts by `expr`, written so.
    pub(super) fn order_key(
        &mut self,
        key: &'a OrderBy,
        expr: &'a Expr,
        write: impl FnOnce(&mut Self, &'a Expr),
    ) {
        let nulls = if self.caps.nulls_order { key.nulls } else { None };
        match self.nulls_key(key) {
            None => self.sorted(key, expr, write),
            Some(words) => self.twice(|w| {
                w.push("case when ");
                w.tested(expr);
                w.push(words);
                w.sorted(key, expr, write);
            }),
        }
        if let Some(collation) = &key.collate {
            self.push(" collate ");
            self.collation(collation);
        }
        self.push(match key.direction {
            Direction::Default => "",
            Direction::Asc => " asc",
            Direction::Desc => " desc",
        });
        self.push(match nulls {
            None => "",
            Some(NullsOrder::First) => " nulls first",
            Some(NullsOrder::Last) => " nulls last",
        });
    }

    /// The end of a key in front that puts NULLs where they belong, unless they come there anyway: databases without
    /// `nulls first` count NULL as the lowest value.
    fn nulls_key(&self, key: &OrderBy) -> Option<&'static str> {
        if self.caps.nulls_order {
            return None;
        }
        let first = key.nulls? == NullsOrder::First;
        let is_needed = first == (key.direction == Direction::Desc);
        let words = if first { " is null then 0 else 1 end, " } else { " is null then 1 else 0 end, " };
        is_needed.then_some(words)
    }

    fn collation(&mut self, name: &str) {
        if self.syntax.quote_collation {
            self.ident(name);
        } else if super::call::is_plain(name) {
            self.push(name);
        } else {
            let reason = "a collation's name has letters, digits and `_` only";
            self.refuse(CompileError::Name { name: name.into(), reason });
        }
    }
}
