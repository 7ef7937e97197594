//! What a connection knows of its transaction: whether one is open, its savepoints, what was dropped half way, and who
//! ended it. Pure logic, for authors of drivers; the executor keeps one of its own. Sends nothing and waits for nothing.
//!
//! A driver embeds a [`TransactionState`], tells it what it does, and asks it what it may do:
//!
//! ```
//! use kysera_core::ErrorKind;
//! use kysera_core::driver::TransactionOptions;
//! use kysera_core::driver::transaction_state::{Operation, TransactionState};
//!
//! let mut state = TransactionState::default();
//! state.begun(TransactionOptions::default());
//! state.savepoint_set("kysera_1");
//!
//! // Before the first `await` of each operation, and after its last.
//! state.check()?;
//! state.start(Operation::Statement);
//! state.finish();
//!
//! // The future of another one is dropped: it is still there at the next call.
//! state.start(Operation::Statement);
//! assert!(state.running().is_some());
//! // The driver waits for the statement, or cancels it, and then looks whether the transaction is still open.
//! state.settle(true);
//! assert_eq!(state.check().unwrap_err().kind(), ErrorKind::TransactionAborted);
//! assert_eq!(state.check_commit().unwrap_err().kind(), ErrorKind::TransactionAborted);
//!
//! // A savepoint that was set before the statement undoes it, and the transaction goes on.
//! let savepoint = state.find_savepoint("kysera_1")?;
//! state.check_rollback_to(savepoint)?;
//! state.start(Operation::RollbackTo(savepoint));
//! state.rolled_back_to(savepoint);
//! state.check_commit()?;
//! state.over();
//! assert!(state.is_idle());
//! # Ok::<(), kysera_core::Error>(())
//! ```

use crate::driver::TransactionOptions;
use crate::error::{Error, ErrorKind, Result};
use std::borrow::Cow;

/// The state of a connection's transaction.
#[derive(Clone, Debug, Default)]
pub struct TransactionState {
    phase: Phase,
    running: Option<Operation>,
    /// The names of the savepoints that are set, from the outermost to the innermost.
    savepoints: Vec<Cow<'static, str>>,
    is_read_only: bool,
}

/// What a connection does in its transaction. Savepoints are counted from 0, the outermost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Operation {
    /// The beginning of a transaction.
    Begin,
    /// A statement, a script or a pipeline.
    Statement,
    /// A stream of a query, which may be dropped before its end.
    Stream,
    /// The setting of a savepoint.
    Savepoint,
    /// The release of a savepoint.
    Release(usize),
    /// A rollback to a savepoint.
    RollbackTo(usize),
    /// The commit.
    Commit,
    /// The rollback of everything.
    Rollback,
}

/// Who ended a transaction without being asked to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EndedBy {
    /// The database, after an error: a deadlock, an interrupted write, a full disk.
    Database,
    /// A statement of the transaction, such as `commit` in raw SQL.
    Statement,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Phase {
    #[default]
    Idle,
    Open,
    /// Open in the database, which would go on and commit, but nobody knows what was done. The first `mending`
    /// savepoints were set before that, so a rollback to any of them undoes it.
    Aborted {
        cause: Cause,
        mending: usize,
    },
    /// No longer open in the database.
    Ended(EndedBy),
    /// The future of the commit was dropped.
    CommitDropped {
        is_done: bool,
    },
    /// The connection is gone.
    Lost,
}

/// Why a transaction that is open must not go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cause {
    Dropped,
    HalfDone,
    NotMended,
    NotRolledBack,
}

/// What a driver tells.
impl TransactionState {
    /// A transaction was begun.
    pub fn begun(&mut self, options: TransactionOptions) {
        *self = TransactionState {
            phase: Phase::Open,
            is_read_only: options.read_only,
            savepoints: std::mem::take(&mut self.savepoints),
            running: None,
        };
        self.savepoints.clear();
    }

    /// An operation begins. If its future is dropped, [`running`](TransactionState::running) is still there at the next
    /// call.
    #[inline]
    pub fn start(&mut self, operation: Operation) {
        self.running = Some(operation);
    }

    /// The operation has ended, well or not.
    #[inline]
    pub fn finish(&mut self) {
        self.running = None;
    }

    /// Sees what the dropped future of an operation left, if one was dropped. `is_open` says whether the database still
    /// has the transaction open, asked when nothing of the operation is running any more.
    pub fn settle(&mut self, is_open: bool) {
        let Some(dropped) = self.running.take() else { return };
        match (self.phase, dropped) {
            (Phase::Idle, Operation::Begin) if is_open => {
                self.savepoints.clear();
                self.abort(Cause::Dropped, 0);
            }
            (Phase::Idle, _) => {}
            (_, Operation::Rollback) if !is_open => self.over(),
            (Phase::Ended(_) | Phase::CommitDropped { .. } | Phase::Lost, _) => {}
            (_, Operation::Commit) => self.phase = Phase::CommitDropped { is_done: !is_open },
            _ if !is_open => self.phase = Phase::Ended(EndedBy::Database),
            (_, Operation::Stream) => {}
            (_, Operation::Rollback) => self.abort(Cause::NotRolledBack, 0),
            (_, Operation::Begin) => self.abort(Cause::Dropped, 0),
            (_, Operation::Statement | Operation::Savepoint) => {
                self.abort(Cause::Dropped, self.savepoints.len());
            }
            // Both may be tried: the savepoint is still there, or the database says that it is not.
            (_, Operation::Release(at) | Operation::RollbackTo(at)) => self.abort(Cause::Dropped, at + 1),
        }
    }

    /// A savepoint was set.
    pub fn savepoint_set(&mut self, name: impl Into<Cow<'static, str>>) {
        self.finish();
        self.savepoints.push(name.into());
    }

    /// A savepoint was released, and with it those inside it.
    pub fn savepoint_released(&mut self, savepoint: usize) {
        self.finish();
        self.savepoints.truncate(savepoint);
    }

    /// A rollback to a savepoint, and its release, have worked. What was dropped or half done since is undone.
    pub fn rolled_back_to(&mut self, savepoint: usize) {
        self.finish();
        self.savepoints.truncate(savepoint);
        if matches!(self.phase, Phase::Aborted { mending, .. } if savepoint < mending) {
            self.phase = Phase::Open;
        }
    }

    /// A rollback to a savepoint has failed: only one further out can still undo what was done.
    pub fn rollback_to_failed(&mut self, savepoint: usize) {
        self.finish();
        if matches!(self.phase, Phase::Open | Phase::Aborted { .. }) {
            self.abort(Cause::NotMended, savepoint);
        }
    }

    /// A statement has run without what belongs to it: the transaction must not go on before that is undone.
    pub fn half_done(&mut self) {
        self.finish();
        if matches!(self.phase, Phase::Open | Phase::Aborted { .. }) {
            self.abort(Cause::HalfDone, self.savepoints.len());
        }
    }

    /// The transaction is no longer open in the database, though nobody asked for its end. Later statements are refused:
    /// each would run on its own.
    pub fn ended(&mut self, by: EndedBy) {
        self.finish();
        if matches!(self.phase, Phase::Open | Phase::Aborted { .. }) {
            self.phase = Phase::Ended(by);
        }
    }

    /// The connection is gone. Does nothing when no transaction is open.
    pub fn lost(&mut self) {
        self.finish();
        if self.phase != Phase::Idle {
            self.phase = Phase::Lost;
        }
    }

    /// The transaction was committed or rolled back.
    pub fn over(&mut self) {
        self.finish();
        self.savepoints.clear();
        self.phase = Phase::Idle;
    }

    /// Keeps the first cause, and the fewest savepoints.
    fn abort(&mut self, cause: Cause, mending: usize) {
        self.phase = match self.phase {
            Phase::Aborted { cause, mending: before } => {
                Phase::Aborted { cause, mending: before.min(mending) }
            }
            _ => Phase::Aborted { cause, mending },
        };
    }
}

/// What a driver asks.
impl TransactionState {
    /// True when a transaction is open and nothing is wrong with it.
    #[inline]
    pub fn is_open(&self) -> bool {
        matches!(self.phase, Phase::Open)
    }

    /// True when there is no transaction, and none that has to be rolled back: the connection is clean.
    pub fn is_idle(&self) -> bool {
        self.phase == Phase::Idle && self.running.is_none()
    }

    /// True when the transaction may not write.
    pub fn is_read_only(&self) -> bool {
        self.is_read_only
    }

    /// The operation under way. At the beginning of a call, it is one whose future was dropped.
    #[inline]
    pub fn running(&self) -> Option<Operation> {
        self.running
    }

    /// How many savepoints are set.
    pub fn savepoints(&self) -> usize {
        self.savepoints.len()
    }

    /// Refuses a statement that would not run in the transaction that its caller believes in. Outside a transaction it
    /// refuses nothing.
    ///
    /// # Errors
    /// `TransactionAborted` when the transaction must be rolled back; `ConnectionClosed` when the connection is gone.
    #[inline]
    pub fn check(&self) -> Result<()> {
        match (self.phase, self.running) {
            (Phase::Idle | Phase::Open, None) => Ok(()),
            _ => self.refuse(),
        }
    }

    /// As [`check`](TransactionState::check), and refuses when there is no transaction: for savepoints.
    ///
    /// # Errors
    /// Those of `check`; `InvalidQuery` when no transaction is open.
    pub fn check_open(&self) -> Result<()> {
        if self.phase == Phase::Idle { Err(no_transaction()) } else { self.check() }
    }

    /// Refuses the beginning of a transaction when there is one.
    ///
    /// # Errors
    /// `InvalidQuery` when one is open; those of [`check`](TransactionState::check).
    pub fn check_begin(&self) -> Result<()> {
        if self.phase == Phase::Open && self.running.is_none() {
            return Err(Error::new(ErrorKind::InvalidQuery, "a transaction is already open")
                .with_hint("set a savepoint"));
        }
        self.check()
    }

    /// Refuses a commit that would commit what nobody asked for, or nothing.
    ///
    /// # Errors
    /// As [`check_open`](TransactionState::check_open). `CommitUnknown` when the future of an earlier commit was dropped
    /// and the transaction is over.
    pub fn check_commit(&self) -> Result<()> {
        match (self.phase, self.running) {
            (Phase::CommitDropped { is_done: true }, _) | (Phase::Open, Some(Operation::Commit))
                if !self.is_read_only =>
            {
                Err(Error::new(
                    ErrorKind::CommitUnknown,
                    "the future of an earlier commit was dropped; the transaction is over",
                )
                .with_hint("look whether its changes are there"))
            }
            _ => self.check_open(),
        }
    }

    /// Refuses to say that all was rolled back where a statement of the transaction had ended it before.
    ///
    /// # Errors
    /// `TransactionAborted`: what came before that statement may be committed.
    pub fn check_own_end(&self) -> Result<()> {
        match self.phase {
            Phase::Ended(EndedBy::Statement) => self.refuse(),
            _ => Ok(()),
        }
    }

    /// The savepoint of a name; the innermost where several have it.
    ///
    /// # Errors
    /// `InvalidQuery` when there is none, or no transaction.
    pub fn find_savepoint(&self, name: &str) -> Result<usize> {
        if self.phase == Phase::Idle {
            return Err(no_transaction());
        }
        self.savepoints.iter().rposition(|savepoint| savepoint == name).ok_or_else(|| {
            let message = format!("there is no savepoint {name:?} in this transaction");
            Error::new(ErrorKind::InvalidQuery, message)
        })
    }

    /// Refuses a rollback to a savepoint that would not undo what was dropped or half done.
    ///
    /// # Errors
    /// As [`check_open`](TransactionState::check_open).
    pub fn check_rollback_to(&self, savepoint: usize) -> Result<()> {
        match (self.phase, self.running) {
            (Phase::Aborted { mending, .. }, None) if savepoint < mending => Ok(()),
            _ => self.check_open(),
        }
    }

    /// The error of a commit whose answer was lost with the connection: `CommitUnknown`, or `ConnectionClosed` where
    /// there was nothing to commit.
    pub fn lost_commit(&self, source: Error) -> Error {
        if self.is_read_only {
            return Error::new(
                ErrorKind::ConnectionClosed,
                "the connection was lost at the end of a read-only transaction, which had nothing to commit",
            )
            .with_hint("it may be run again")
            .with_source(source);
        }
        Error::new(
            ErrorKind::CommitUnknown,
            "the connection was lost during the commit: it may have happened or not",
        )
        .with_hint("look whether the change is there before running the transaction again")
        .with_source(source)
    }

    #[cold]
    fn refuse(&self) -> Result<()> {
        let (message, hint) = match (self.phase, self.running) {
            (Phase::Lost, _) => {
                return Err(Error::new(
                    ErrorKind::ConnectionClosed,
                    "the connection was lost, and with it this transaction",
                )
                .with_hint(AGAIN));
            }
            (Phase::Ended(EndedBy::Database), _) => (
                "the database has rolled this transaction back after an error or a cancelled statement",
                AGAIN,
            ),
            (Phase::Ended(EndedBy::Statement), _) => (
                "one of its own statements ended this transaction, and may have committed what came before it",
                "leave begin, commit and rollback to the functions for them, and on MySQL and MariaDB schema changes out",
            ),
            (Phase::CommitDropped { .. }, _) | (_, Some(Operation::Commit)) => {
                ("the commit of this transaction was dropped before it finished", AGAIN)
            }
            (Phase::Aborted { cause: Cause::HalfDone, .. }, _) => {
                ("a statement of several steps was done in part: what came after the write has failed", MEND)
            }
            (Phase::Aborted { cause: Cause::NotMended, .. }, _) => {
                ("rolling back to a savepoint of this transaction failed", MEND)
            }
            (Phase::Aborted { cause: Cause::NotRolledBack, .. }, _) | (_, Some(Operation::Rollback)) => {
                ("the rollback of this transaction did not finish", "roll back again")
            }
            _ => ("a statement of this transaction was dropped before it finished", MEND),
        };
        Err(Error::new(ErrorKind::TransactionAborted, message).with_hint(hint))
    }
}

const AGAIN: &str = "run the whole transaction again";
const MEND: &str = "roll back, to a savepoint set before it or everything; put a time limit around a whole transaction \
                    or savepoint";

/// The error of a commit that the database answered with a rollback.
#[cold]
pub fn rolled_back_instead() -> Error {
    Error::new(ErrorKind::RolledBack, "the transaction was rolled back instead of committed")
        .with_hint("one of its statements failed; look at the first error")
}

/// The error, and beside it that of the rollback when this failed too.
#[must_use]
pub fn with_rollback(error: Error, rollback: Result<()>) -> Error {
    match rollback {
        Ok(()) => error,
        Err(rollback) => error.with_rollback(rollback),
    }
}

#[cold]
fn no_transaction() -> Error {
    Error::new(ErrorKind::InvalidQuery, "no transaction is open on this connection")
        .with_hint("begin one first")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Open, with savepoints `a` and `b`.
    fn open() -> TransactionState {
        let mut state = TransactionState::default();
        state.begun(TransactionOptions::default());
        state.savepoint_set("a");
        state.savepoint_set("b");
        state
    }

    /// Open, then an operation of which the future was dropped.
    fn dropped(operation: Operation, is_open: bool) -> TransactionState {
        let mut state = open();
        state.start(operation);
        state.settle(is_open);
        assert_eq!(state.running(), None);
        state
    }

    fn kind(result: Result<()>) -> Option<ErrorKind> {
        result.err().map(|error| error.kind())
    }

    fn text(result: Result<()>) -> String {
        result.unwrap_err().to_string()
    }

    /// Which savepoints may be rolled back to, from the outermost.
    fn mending(state: &TransactionState) -> [bool; 3] {
        [0, 1, 2].map(|at| state.check_rollback_to(at).is_ok())
    }

    const ABORTED: Option<ErrorKind> = Some(ErrorKind::TransactionAborted);

    #[test]
    fn without_a_transaction_statements_run_and_nothing_else_does() {
        let state = TransactionState::default();
        assert!(state.is_idle() && !state.is_open());
        assert_eq!((kind(state.check()), kind(state.check_begin())), (None, None));
        for refused in [state.check_open(), state.check_commit(), state.check_rollback_to(0)] {
            assert_eq!(kind(refused), Some(ErrorKind::InvalidQuery));
        }
        assert!(state.find_savepoint("a").is_err());
    }

    #[test]
    fn an_open_transaction_takes_everything_but_a_beginning() {
        let state = open();
        assert!(state.is_open() && !state.is_idle());
        assert_eq!(kind(state.check_begin()), Some(ErrorKind::InvalidQuery));
        for allowed in [state.check(), state.check_open(), state.check_commit(), state.check_rollback_to(1)] {
            assert_eq!(kind(allowed), None);
        }
    }

    #[test]
    fn savepoints_are_found_by_their_names_and_forgotten_with_what_is_inside_them() {
        let mut state = open();
        state.savepoint_set("a");
        assert_eq!((state.savepoints(), state.find_savepoint("a").unwrap()), (3, 2));
        state.savepoint_released(2);
        assert_eq!((state.find_savepoint("a").unwrap(), state.find_savepoint("b").unwrap()), (0, 1));
        state.rolled_back_to(0);
        assert_eq!(state.savepoints(), 0);
        assert!(text(state.find_savepoint("a").map(drop)).contains("no savepoint \"a\""));
        assert!(state.is_open());
    }

    #[test]
    fn a_new_transaction_has_nothing_of_the_last() {
        let mut state = dropped(Operation::Statement, true);
        state.over();
        assert!(state.is_idle());
        state.begun(TransactionOptions::default().read_only());
        assert!(state.is_open() && state.is_read_only());
        assert_eq!(state.savepoints(), 0);
        state.over();
        state.begun(TransactionOptions::default());
        assert!(!state.is_read_only());
    }

    #[test]
    fn an_operation_under_way_is_dropped_for_the_next_caller() {
        let mut state = open();
        state.start(Operation::Statement);
        for refused in [state.check(), state.check_commit(), state.check_begin(), state.check_rollback_to(0)]
        {
            assert_eq!(kind(refused), ABORTED);
        }
        assert!(!state.is_idle());
        state.finish();
        assert_eq!(kind(state.check()), None);
        state.settle(true);
        assert_eq!(kind(state.check()), None, "nothing was dropped");
    }

    #[test]
    fn a_dropped_statement_is_mended_by_any_savepoint_set_before_it() {
        for operation in [Operation::Statement, Operation::Savepoint] {
            let mut state = dropped(operation, true);
            assert_eq!((kind(state.check()), kind(state.check_commit())), (ABORTED, ABORTED));
            assert_eq!(mending(&state), [true, true, false]);
            state.start(Operation::RollbackTo(1));
            state.rolled_back_to(1);
            assert!(state.is_open());
            assert_eq!((kind(state.check_commit()), state.savepoints()), (None, 1));
        }
    }

    #[test]
    fn a_dropped_release_or_rollback_may_be_undone_once_more() {
        for operation in [Operation::Release(1), Operation::RollbackTo(1)] {
            assert_eq!(mending(&dropped(operation, true)), [true, true, false]);
        }
        for operation in [Operation::Release(0), Operation::RollbackTo(0)] {
            assert_eq!(mending(&dropped(operation, true)), [true, false, false]);
        }
    }

    #[test]
    fn a_mend_that_fails_leaves_only_the_savepoints_further_out() {
        let mut state = dropped(Operation::Statement, true);
        state.start(Operation::RollbackTo(1));
        state.rollback_to_failed(1);
        assert_eq!((kind(state.check()), mending(&state)), (ABORTED, [true, false, false]));
        state.rollback_to_failed(0);
        assert_eq!((kind(state.check_commit()), mending(&state)), (ABORTED, [false; 3]));
        state.rolled_back_to(0);
        assert_eq!(kind(state.check()), ABORTED, "a savepoint that was not set before mends nothing");

        let mut state = open();
        state.rollback_to_failed(1);
        assert!(text(state.check()).starts_with("rolling back to a savepoint of this transaction failed"));
    }

    #[test]
    fn a_mend_that_is_dropped_does_not_mend() {
        let mut state = dropped(Operation::Statement, true);
        state.start(Operation::RollbackTo(0));
        state.settle(true);
        assert_eq!((kind(state.check()), mending(&state)), (ABORTED, [true, false, false]));
    }

    #[test]
    fn a_statement_without_what_belongs_to_it_is_mended_alike() {
        let mut state = open();
        state.half_done();
        assert_eq!((kind(state.check_commit()), mending(&state)), (ABORTED, [true, true, false]));
        assert!(text(state.check()).starts_with("a statement of several steps was done in part"));
        state.rolled_back_to(1);
        assert!(state.is_open());
    }

    #[test]
    fn the_first_cause_is_told_and_the_fewest_savepoints_mend() {
        let mut state = open();
        state.half_done();
        state.savepoint_released(1);
        state.start(Operation::Statement);
        state.settle(true);
        assert!(text(state.check()).starts_with("a statement of several steps was done in part"));
        assert_eq!(mending(&state), [true, false, false]);
    }

    #[test]
    fn a_dropped_stream_leaves_its_transaction() {
        assert!(dropped(Operation::Stream, true).is_open());
    }

    #[test]
    fn a_transaction_that_the_database_ended_is_mended_by_nothing() {
        for operation in
            [Operation::Statement, Operation::Stream, Operation::Savepoint, Operation::RollbackTo(0)]
        {
            let state = dropped(operation, false);
            assert_eq!((kind(state.check()), kind(state.check_commit())), (ABORTED, ABORTED));
            assert_eq!(mending(&state), [false; 3]);
            assert!(text(state.check()).starts_with("the database has rolled this transaction back"));
        }
        let mut state = open();
        state.half_done();
        state.ended(EndedBy::Database);
        assert_eq!(mending(&state), [false; 3]);
        let mut state = open();
        state.ended(EndedBy::Statement);
        assert!(text(state.check()).starts_with("one of its own statements ended"));
        state.rolled_back_to(0);
        state.rollback_to_failed(0);
        state.half_done();
        assert!(text(state.check()).starts_with("one of its own statements ended"));
        assert!(!state.is_idle());
        state.over();
        assert!(state.is_idle());
    }

    #[test]
    fn a_dropped_commit_is_unknown_where_the_transaction_is_over() {
        let state = dropped(Operation::Commit, false);
        assert_eq!(kind(state.check_commit()), Some(ErrorKind::CommitUnknown));
        assert_eq!((kind(state.check()), mending(&state)), (ABORTED, [false; 3]));
        let state = dropped(Operation::Commit, true);
        assert_eq!((kind(state.check_commit()), kind(state.check())), (ABORTED, ABORTED));
        assert_eq!(mending(&state), [false; 3]);
        let mut state = open();
        state.start(Operation::Commit);
        assert_eq!(
            (kind(state.check_commit()), kind(state.check())),
            (Some(ErrorKind::CommitUnknown), ABORTED)
        );
    }

    #[test]
    fn a_dropped_rollback_is_done_or_must_be_done_again() {
        assert!(dropped(Operation::Rollback, false).is_idle());
        let state = dropped(Operation::Rollback, true);
        assert_eq!((kind(state.check()), mending(&state)), (ABORTED, [false; 3]));
        assert!(text(state.check()).starts_with("the rollback of this transaction did not finish"));
        let mut lost = open();
        lost.lost();
        for mut state in [dropped(Operation::Statement, true), dropped(Operation::Commit, false), lost] {
            state.start(Operation::Rollback);
            state.settle(false);
            assert!(state.is_idle());
        }
    }

    #[test]
    fn a_dropped_begin_leaves_a_transaction_that_must_be_rolled_back_or_none() {
        for (is_open, expected) in [(true, ABORTED), (false, None)] {
            let mut state = TransactionState::default();
            state.start(Operation::Begin);
            assert_eq!(kind(state.check()), ABORTED);
            state.settle(is_open);
            assert_eq!(kind(state.check()), expected);
            assert_eq!(state.is_idle(), !is_open);
        }
    }

    #[test]
    fn a_statement_dropped_outside_a_transaction_leaves_none() {
        let mut state = TransactionState::default();
        state.start(Operation::Statement);
        assert!(!state.is_idle(), "the connection is not clean yet");
        state.settle(false);
        assert!(state.is_idle());
    }

    #[test]
    fn a_lost_connection_takes_its_transaction_with_it() {
        let mut state = open();
        state.lost();
        for refused in [state.check(), state.check_commit(), state.check_begin(), state.check_rollback_to(0)]
        {
            assert_eq!(kind(refused), Some(ErrorKind::ConnectionClosed));
        }
        state.over();
        state.lost();
        assert!(state.is_idle(), "without a transaction nothing is lost");
    }

    #[test]
    fn the_lost_answer_to_a_commit_is_unknown_only_where_something_was_to_be_committed() {
        let lost = || Error::new(ErrorKind::ConnectionClosed, "gone");
        let mut state = open();
        assert_eq!(state.lost_commit(lost()).kind(), ErrorKind::CommitUnknown);
        state.over();
        state.begun(TransactionOptions::snapshot());
        assert_eq!(state.lost_commit(lost()).kind(), ErrorKind::ConnectionClosed);
        state.start(Operation::Commit);
        assert_eq!(kind(state.check_commit()), ABORTED);
        state.settle(false);
        assert_eq!(kind(state.check_commit()), ABORTED);
    }

    #[test]
    fn the_error_of_a_failed_rollback_stays_beside_the_first() {
        let error =
            with_rollback(rolled_back_instead(), Err(Error::new(ErrorKind::ConnectionClosed, "gone")));
        assert_eq!(error.kind(), ErrorKind::RolledBack);
        assert_eq!(error.rollback_error().map(Error::kind), Some(ErrorKind::ConnectionClosed));
        assert!(with_rollback(rolled_back_instead(), Ok(())).rollback_error().is_none());
    }
}
