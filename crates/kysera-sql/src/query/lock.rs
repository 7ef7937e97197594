//! Row locks: `for update` and its relatives.

use super::{Select, Source};
use crate::ast::{self, FromItem, Lock, LockStrength, LockWait};
use crate::expr::invalid;
use crate::value::ValueError;

/// # Row locks
///
/// SQLite has none: a write transaction locks the whole database, and the compiler says so.
impl<S, O, Out> Select<S, O, Out> {
    /// `for update`: no other transaction may change or lock these rows until the transaction ends.
    pub fn for_update(self) -> Self {
        self.lock(LockStrength::Update)
    }

    /// `for share`: no other transaction may change these rows until the transaction ends.
    pub fn for_share(self) -> Self {
        self.lock(LockStrength::Share)
    }

    /// `of table`, behind a lock: locks the rows of this table alone. Called again, of several.
    pub fn of<T: Source>(mut self, table: T) -> Self {
        let item = table.to_item();
        locked(self.ast_mut(), |lock| lock.of.extend(label(&item).cloned()));
        self
    }

    /// `nowait`, behind a lock: fails at once where a row is locked already.
    pub fn no_wait(mut self) -> Self {
        locked(self.ast_mut(), |lock| lock.wait = LockWait::NoWait);
        self
    }

    /// `skip locked`, behind a lock: leaves out rows that are locked already.
    pub fn skip_locked(mut self) -> Self {
        locked(self.ast_mut(), |lock| lock.wait = LockWait::SkipLocked);
        self
    }

    pub(super) fn lock(mut self, strength: LockStrength) -> Self {
        self.ast_mut().lock = Some(Lock { strength, of: Vec::new(), wait: LockWait::Wait });
        self
    }
}

fn locked(query: &mut ast::Select, change: impl FnOnce(&mut Lock)) {
    match &mut query.lock {
        Some(lock) => change(lock),
        None => query.and_filter(invalid(ValueError::query(
            "a detail of a row lock",
            "call for_update or for_share in front of it",
        ))),
    }
}

fn label(item: &FromItem) -> Option<&crate::ident::Name> {
    match item {
        FromItem::Table(table) => Some(table.label()),
        FromItem::Cte(cte) => Some(cte.alias.as_ref().unwrap_or(&cte.name)),
        FromItem::Derived(derived) => Some(&derived.alias),
        FromItem::Join(_) => None,
        FromItem::Raw { alias, .. } => alias.as_ref(),
    }
}
