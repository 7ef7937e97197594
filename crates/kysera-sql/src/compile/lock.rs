//! Row locks: `for update` at the end, or a hint after each table.

use super::writer::Writer;
use crate::ast::{Lock, LockStrength, LockWait, TableRef};
use crate::dialect::LockForm;

impl<'a> Writer<'a> {
    /// The clause at the end of a query.
    pub(super) fn lock(&mut self, lock: &'a Lock) {
        self.contents.writes = true;
        self.require(self.caps.row_locks, "row locks", "a write transaction already locks the database");
        let LockForm::For { key_locks, share, of } = self.syntax.locks else { return };
        if matches!(lock.strength, LockStrength::NoKeyUpdate | LockStrength::KeyShare) {
            self.require(key_locks, "key locks", "lock for update or share");
        }
        self.push(match lock.strength {
            LockStrength::Update => " for update",
            LockStrength::Share if share => " for share",
            LockStrength::Share => " lock in share mode",
            LockStrength::NoKeyUpdate => " for no key update",
            LockStrength::KeyShare => " for key share",
        });
        if !lock.of.is_empty() {
            self.require(of, "row locks of some tables", "lock all tables of the query");
            self.push(" of ");
            self.list(&lock.of, |w, name| w.ident(name));
        }
        self.push(match lock.wait {
            LockWait::Wait => "",
            LockWait::NoWait => " nowait",
            LockWait::SkipLocked => " skip locked",
        });
    }

    /// The hint after a table.
    pub(super) fn lock_hint(&mut self, lock: Option<&'a Lock>, table: &'a TableRef) {
        let (Some(lock), LockForm::Hint) = (lock, self.syntax.locks) else { return };
        if !lock.of.is_empty() && !lock.of.contains(table.label()) {
            return;
        }
        self.push(match lock.strength {
            LockStrength::Update => " with (updlock, rowlock",
            LockStrength::Share => " with (repeatableread, rowlock",
            LockStrength::NoKeyUpdate | LockStrength::KeyShare => {
                return self.unsupported("key locks", "lock for update or share");
            }
        });
        self.push(match lock.wait {
            LockWait::Wait => ")",
            LockWait::NoWait => ", nowait)",
            LockWait::SkipLocked => ", readpast)",
        });
    }
}
