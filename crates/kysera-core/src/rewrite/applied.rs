//! What an execution must know of the rewriting of its statement.

use crate::driver::raised::{refusal, texts};
use crate::error::Error;
use kysera_sql::ast::Statement;
use kysera_sql::compiled::{Affected, Compiled};
use kysera_sql::dialect::{Raise, RaiseReason, Raised};
use kysera_sql::ident::Name;

/// What an execution must know of the rewriting of its statement.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Applied {
    /// Why the statement may fail on purpose.
    pub(crate) checks: Vec<Check>,
    /// There when plugins enclosed the statement.
    pub(crate) enclosed: Option<Box<Enclosed>>,
    /// True when the statement gives rows back for a check alone, which its caller has not asked for.
    pub(crate) discards_rows: bool,
}

/// A check inside the statement.
#[derive(Debug, PartialEq)]
pub(crate) struct Check {
    pub(crate) raise: Raise,
    pub(crate) reason: RaiseReason,
    pub(crate) table: Name,
}

/// A write that plugins put into a CTE.
#[derive(Debug)]
pub(crate) struct Enclosed {
    /// The write before that: errors are about it.
    pub(crate) write: Statement,
}

impl Applied {
    /// Says what an error of this execution means: the failure of our own check is `HiddenConflict` or `Refused`; any
    /// other error stays as it is.
    #[must_use = "returns the error"]
    pub fn explain(&self, error: Error) -> Error {
        let Some(raise) = self.checks.first().map(|check| check.raise) else { return error };
        let reason = match raise.raised(error.code(), &texts(&error)) {
            Raised::No => return error,
            Raised::For(reason) => Some(reason),
            Raised::Unknown => self.only_reason(),
        };
        let explained = refusal(reason);
        match self.only_table(reason) {
            Some(table) => explained.with_table(table.clone()),
            None => explained,
        }
    }

    /// Has the rows of an enclosed write counted: the database counts nothing for the query that reads them.
    pub(crate) fn count_rows(&self, compiled: &mut Compiled) {
        if self.enclosed.is_some() {
            compiled.facts.affected = Affected::RowsReturned;
        }
    }

    /// The statement that errors are about: the write, when plugins enclosed it.
    pub(crate) fn written<'s>(&'s self, statement: &'s Statement) -> &'s Statement {
        self.enclosed.as_ref().map_or(statement, |enclosed| &enclosed.write)
    }

    /// The reason of all checks, when they have the same.
    fn only_reason(&self) -> Option<RaiseReason> {
        let first = self.checks.first()?.reason;
        self.checks.iter().all(|check| check.reason == first).then_some(first)
    }

    /// The table of all checks of that reason, when it is one.
    fn only_table(&self, reason: Option<RaiseReason>) -> Option<&Name> {
        let mut of = self.checks.iter().filter(|check| reason.is_none_or(|reason| reason == check.reason));
        let first = &of.next()?.table;
        of.all(|check| check.table == *first).then_some(first)
    }
}
