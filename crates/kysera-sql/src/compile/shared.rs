//! Equal expressions of one query, which must stay equal in the text.
//!
//! A database that checks what is grouped or distinct compares expressions as they are written, and two placeholders are
//! two expressions whatever they hold: `select coalesce(a, $1) .. group by coalesce(a, $2)` is refused. So a key of GROUP
//! BY or DISTINCT that holds values is written with the same placeholders wherever the query has the same expression
//! again. Where placeholders have no numbers, the key is named by the position of the selected item.
//!
//! Only whole expressions are equal, never values alone: the first place of a placeholder decides its type, so `a = $1 or
//! b = $1` may mean another thing than `a = $1 or b = $2`. FROM, WHERE and inner queries keep placeholders of their own.

use super::shared_keys::{Key, KeyForm, KeyPlace, Shared, Sight, holds_values, keys_of, position_of, same};
use super::writer::Writer;
use crate::ast::{Call, Distinct, Expr, Select};
use crate::dialect::Placeholder;

impl<'a> Writer<'a> {
    /// Takes note of the keys of a query. Everything behind it, as far as [`close_keys`](Self::close_keys), is written
    /// with them in mind.
    #[inline]
    pub(super) fn open_keys(&mut self, select: &'a Select, by_position: bool) -> Option<Sight> {
        let has_keys = !select.group_by.is_empty() || select.distinct != Distinct::No;
        if has_keys || self.shared.is_some() { self.new_keys(select, by_position) } else { None }
    }

    fn new_keys(&mut self, select: &'a Select, by_position: bool) -> Option<Sight> {
        let mut keys = Vec::new();
        for expr in keys_of(select) {
            if holds_values(expr) && !keys.iter().any(|key: &Key<'_>| same(key.expr, expr)) {
                keys.extend(self.key_form(select, by_position, expr).map(|form| Key { expr, form }));
            }
        }
        if keys.is_empty() && self.shared.is_none() {
            return None;
        }
        Some(self.shared.get_or_insert_with(Shared::boxed).open(keys))
    }

    fn key_form(&self, select: &'a Select, by_position: bool, key: &'a Expr) -> Option<KeyForm> {
        if self.syntax.placeholder != Placeholder::Question {
            return Some(KeyForm::Numbers(None));
        }
        // A bare value is no expression of the rows, so nothing is compared with it.
        if matches!(key, Expr::Value(_)) {
            return None;
        }
        let position = if by_position { position_of(select, key) } else { None };
        if select.group_by.iter().any(|group| same(group, key)) {
            return Some(KeyForm::Position(position));
        }
        position.map(KeyForm::Output)
    }

    #[inline]
    pub(super) fn close_keys(&mut self, around: Option<Sight>) {
        if let (Some(around), Some(shared)) = (around, &mut self.shared) {
            shared.close(around);
        }
    }

    /// Writes what keeps placeholders of its own.
    #[inline]
    pub(super) fn without_keys(&mut self, write: impl FnOnce(&mut Self)) {
        let around = self.shared.as_mut().map(|shared| shared.open(Vec::new()));
        write(self);
        self.close_keys(around);
    }

    /// `f(distinct x order by x)`: the order has to be by what is distinct.
    pub(super) fn open_call_keys(&mut self, call: &'a Call) -> Option<Sight> {
        if !call.distinct || self.syntax.placeholder == Placeholder::Question {
            return None;
        }
        let mut keys: Vec<Key<'a>> = Vec::new();
        for key in &call.order_by {
            if holds_values(&key.expr) && !self.is_key(&key.expr) {
                keys.push(Key { expr: &key.expr, form: KeyForm::Numbers(None) });
            }
        }
        if keys.is_empty() {
            return None;
        }
        Some(self.shared.get_or_insert_with(Shared::boxed).add(keys))
    }

    /// An expression that is a key, or a selected item, as a whole.
    #[inline]
    pub(super) fn whole(&mut self, expr: &'a Expr, place: KeyPlace) {
        match expr {
            Expr::Literal(literal) if matches!(place, KeyPlace::GroupBy | KeyPlace::OrderBy) => {
                self.literal_key(*literal);
            }
            _ if self.shared.is_some() => self.whole_key(expr, place),
            _ => self.expr(expr),
        }
    }

    fn whole_key(&mut self, expr: &'a Expr, place: KeyPlace) {
        let Some(at) = self.key_at(expr) else { return self.expr(expr) };
        match (self.shared.as_ref().map(|shared| &shared.keys[at].form), place) {
            (Some(KeyForm::Position(Some(position))), KeyPlace::Item(item)) if *position == item + 1 => {
                self.settled(|w| w.expr(expr));
            }
            (Some(KeyForm::Position(Some(position))), KeyPlace::GroupBy | KeyPlace::OrderBy)
            | (Some(KeyForm::Output(position)), KeyPlace::OrderBy) => {
                let position = *position as u64;
                self.number(position);
            }
            (Some(KeyForm::Position(None)), KeyPlace::GroupBy) => self.settled(|w| w.expr(expr)),
            // A value by itself is equal to no other but as a whole key.
            (Some(KeyForm::Numbers(_)), _) if matches!(expr, Expr::Value(_)) => {
                self.numbered(at, |w| w.expr(expr));
            }
            _ => self.expr(expr),
        }
    }

    /// An expression with parts, somewhere in a query with keys.
    pub(super) fn part(&mut self, expr: &'a Expr) {
        let Some(at) = self.key_at(expr) else { return self.deeper(|w| w.inner_expr(expr)) };
        match self.shared.as_ref().map(|shared| &shared.keys[at].form) {
            Some(KeyForm::Position(_)) => self.unsupported(
                "a grouping key with values that is used again",
                "group by what a CTE or a subquery selects",
            ),
            Some(KeyForm::Output(_)) => self.settled(|w| w.deeper(|w| w.inner_expr(expr))),
            _ => self.numbered(at, |w| w.deeper(|w| w.inner_expr(expr))),
        }
    }

    /// True for the whole of a key, which a chain of operators must not take apart.
    pub(super) fn is_key(&self, expr: &Expr) -> bool {
        self.shared.is_some() && self.key_at(expr).is_some()
    }

    fn key_at(&self, expr: &Expr) -> Option<usize> {
        self.shared.as_ref()?.find(expr)
    }

    /// Writes without looking for keys.
    fn settled(&mut self, write: impl FnOnce(&mut Self)) {
        self.change_shared(|shared| shared.settled += 1);
        write(self);
        self.change_shared(|shared| shared.settled -= 1);
    }

    /// Writes the key at that place, with the placeholders of the first time if it was written before.
    fn numbered(&mut self, at: usize, write: impl FnOnce(&mut Self)) {
        let Some(shared) = &mut self.shared else { return };
        if let KeyForm::Numbers(Some(numbers)) = &shared.keys[at].form {
            shared.again = numbers.iter().rev().copied().collect();
            self.settled(write);
            return self.change_shared(|shared| shared.again.clear());
        }
        let start = shared.written.len();
        shared.first_times += 1;
        write(self);
        self.change_shared(|shared| {
            shared.first_times -= 1;
            let numbers = shared.written.get(start..).unwrap_or_default().to_vec();
            if shared.first_times == 0 {
                shared.written.clear();
            }
            shared.keys[at].form = KeyForm::Numbers(Some(numbers));
        });
    }

    fn change_shared(&mut self, change: impl FnOnce(&mut Shared<'a>)) {
        if let Some(shared) = &mut self.shared {
            change(shared);
        }
    }
}
