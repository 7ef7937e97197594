//! Why a row could not be read.

use crate::cell::CellError;
use std::fmt;

/// Why a row could not be read: which column (counted from 0), and what was wrong with it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct DecodeError {
    /// The column's position in the row, from 0.
    pub column: usize,
    /// What was wrong, and where inside the column if it nests rows.
    pub source: CellError,
}

impl DecodeError {
    /// An error of the column at this position, counted from 0.
    pub fn new(column: usize, source: CellError) -> DecodeError {
        DecodeError { column, source }
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.source.write(f, Some(self.column))
    }
}

// The cell's error has no cause of its own and its text is part of this one's, so it is not repeated as a source.
impl std::error::Error for DecodeError {}
