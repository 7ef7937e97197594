//! ORDER BY.

use super::CompileError;
use super::call::{is_keyword, is_plain};
use super::shared_keys::KeyPlace;
use super::writer::Writer;
use crate::ast::{Direction, Expr, FromItem, Join, JoinKind, NullsOrder, OrderBy, UnsaidNulls};
use crate::ident::Name;
use crate::stack;

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
        match self.named_enum(expr) {
            _ if key.collate.is_some() => write(self, expr),
            Some(ty) => self.rank(ty, |w| write(w, expr)),
            // A bare number, bound or not, would be the place of a select item.
            None if self.syntax.values_are_places && matches!(expr, Expr::Value(_)) => {
                self.push("coalesce(");
                write(self, expr);
                self.push(")");
            }
            None => self.by_number(expr, write),
        }
    }

    /// One key, which sorts by `expr`, written so.
    pub(super) fn order_key(
        &mut self,
        key: &'a OrderBy,
        expr: &'a Expr,
        write: impl FnOnce(&mut Self, &'a Expr),
    ) {
        let nulls = if self.caps.nulls_order { key.nulls.or_else(|| self.unsaid_nulls(key)) } else { None };
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

    /// Where NULLs come in a key that does not say it, if it may be NULL and the database would put them elsewhere.
    fn unsaid_nulls(&self, key: &OrderBy) -> Option<NullsOrder> {
        if self.syntax.nulls_highest {
            return None;
        }
        let may_be_null = match key.unsaid {
            UnsaidNulls::Database => false,
            UnsaidNulls::Highest => true,
            UnsaidNulls::HighestBehindJoins => self.may_miss_rows(&key.expr),
        };
        let order = if key.direction == Direction::Desc { NullsOrder::First } else { NullsOrder::Last };
        may_be_null.then_some(order)
    }

    /// True for what an outer join may have made NULL.
    fn may_miss_rows(&self, expr: &Expr) -> bool {
        let table = match expr {
            Expr::Column(column) => column.table.as_ref(),
            _ => None,
        };
        let from = self.scopes.last().copied().unwrap_or_default();
        from.iter().any(|item| match item {
            FromItem::Join(join) => may_miss(join, table, false),
            _ => false,
        })
    }

    /// The end of a key in front that puts NULLs where they belong, unless they come there anyway: databases without
    /// `nulls first` count NULL as the lowest value.
    pub(super) fn nulls_key(&self, key: &OrderBy) -> Option<&'static str> {
        if self.caps.nulls_order {
            return None;
        }
        let first = key.nulls.or_else(|| self.unsaid_nulls(key))? == NullsOrder::First;
        let is_needed = first == (key.direction == Direction::Desc);
        let words = if first { " is null then 0 else 1 end, " } else { " is null then 1 else 0 end, " };
        is_needed.then_some(words)
    }

    fn collation(&mut self, name: &str) {
        if self.syntax.quote_collation {
            self.ident(name);
        } else if is_plain(name) && !name.contains('.') && !is_keyword(name) {
            self.push(name);
        } else {
            let reason = "a collation's name has letters, digits and `_` only, and is no keyword";
            self.refuse(CompileError::Name { name: name.into(), reason });
        }
    }
}

/// True when a table of a join, or one called `label`, has no row where the other side has one; `missing` when the whole
/// join is on such a side.
fn may_miss(join: &Join, label: Option<&Name>, missing: bool) -> bool {
    let mut join = join;
    let mut missing = missing;
    loop {
        let right = missing || matches!(join.kind, JoinKind::Left | JoinKind::Full);
        let found = match &join.right {
            FromItem::Join(inner) => stack::grow(|| may_miss(inner, label, right)),
            item => right && label.is_none_or(|label| item.has_label(label)),
        };
        if found {
            return true;
        }
        missing |= matches!(join.kind, JoinKind::Right | JoinKind::Full);
        match &join.left {
            FromItem::Join(left) => join = left,
            item => return missing && label.is_none_or(|label| item.has_label(label)),
        }
    }
}
