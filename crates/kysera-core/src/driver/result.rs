//! What comes back from a driver: what a statement did, and whether it ran at once.
//!
//! The rows themselves go to the sink and are not part of it.

use crate::error::Result;
use kysera_sql::row::RowSink;

/// What came of an attempt to run at once. As `Poll`, it has no third answer.
#[derive(Debug)]
pub enum Attempt {
    /// It ran.
    Done(Result<ExecResult>),
    /// It did not: use the asynchronous way.
    WouldBlock,
}

/// What a statement did.
///
/// ```
/// use kysera_core::driver::ExecResult;
///
/// let inserted = ExecResult::affected(1).with_last_insert_id(Some(7));
/// assert_eq!((inserted.rows_affected, inserted.last_insert_id), (1, Some(7)));
/// assert_eq!(ExecResult::returned(3).rows_returned, 3);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExecResult {
    /// Rows inserted, updated or deleted.
    pub rows_affected: u64,
    /// The key that the database made for the last row inserted, where it says so without `returning`.
    pub last_insert_id: Option<i64>,
    /// The key that the database made for the first row inserted, where it tells that one: MySQL and MariaDB.
    pub first_insert_id: Option<i64>,
    /// Rows that the driver handed over. A caller that wants one row only may have stopped it early.
    pub rows_returned: u64,
}

impl ExecResult {
    /// Of a statement that changed so many rows.
    pub fn affected(rows: u64) -> ExecResult {
        ExecResult { rows_affected: rows, ..ExecResult::default() }
    }

    /// Of a statement that returned so many rows and changed none.
    pub fn returned(rows: u64) -> ExecResult {
        ExecResult { rows_returned: rows, ..ExecResult::default() }
    }

    /// With the rows that it returned beside those that it changed.
    #[must_use = "returns the result"]
    pub fn with_returned(self, rows: u64) -> ExecResult {
        ExecResult { rows_returned: rows, ..self }
    }

    /// With the key that the database made for the first row of an insert.
    #[must_use = "returns the result"]
    pub fn with_first_insert_id(self, id: Option<i64>) -> ExecResult {
        ExecResult { first_insert_id: id, ..self }
    }

    /// With the key that the database made for the last row of an insert.
    #[must_use = "returns the result"]
    pub fn with_last_insert_id(self, id: Option<i64>) -> ExecResult {
        ExecResult { last_insert_id: id, ..self }
    }
}

/// The result of a statement that ran: what it did, and the sink with its rows.
pub type Ran = Result<(ExecResult, Box<dyn RowSink>)>;
