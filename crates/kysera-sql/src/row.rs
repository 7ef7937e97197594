//! Rows of a result: how a Rust type reads one, and the sink that a driver hands them to.
//!
//! A driver fills a small array of cells per row and calls the sink once; the sink is monomorphic, so nothing is
//! looked up by name and no intermediate row is built.

use crate::cell::{Cell, CellError, FromCell};
use std::fmt;

/// Reads the cells of one row from left to right.
#[derive(Debug)]
pub struct Cursor<'a> {
    cells: &'a [Cell<'a>],
    at: usize,
}

/// Why a row could not be read: which column (counted from 0), and what was wrong with it.
#[derive(Clone, Debug, PartialEq)]
pub struct DecodeError {
    /// The column's position in the row, from 0.
    pub column: usize,
    /// What was wrong, and where inside the column if it nests rows.
    pub source: CellError,
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.source.write(f, Some(self.column))
    }
}

// The cell's error has no cause of its own and its text is part of this one's, so it is not repeated as a source.
impl std::error::Error for DecodeError {}

impl<'a> Cursor<'a> {
    /// A cursor before the first cell.
    pub fn new(cells: &'a [Cell<'a>]) -> Self {
        Cursor { cells, at: 0 }
    }

    /// Reads the next cell.
    ///
    /// # Errors
    /// When the row has no more cells, or the cell does not hold a `T`.
    pub fn read<T: FromCell>(&mut self) -> Result<T, DecodeError> {
        let column = self.at;
        self.at += 1;
        let cell = self.cells.get(column).copied().ok_or_else(|| too_short(column))?;
        T::from_cell(cell).map_err(|source| DecodeError { column, source })
    }

    /// The next `width` cells, unread. Used to see whether a joined row is absent.
    pub fn peek(&self, width: usize) -> &'a [Cell<'a>] {
        let end = self.cells.len().min(self.at + width);
        &self.cells[self.at.min(end)..end]
    }

    /// Passes over `width` cells.
    pub fn skip(&mut self, width: usize) {
        self.at += width;
    }

    /// How many cells have been read.
    pub fn position(&self) -> usize {
        self.at
    }
}

#[cold]
fn too_short(column: usize) -> DecodeError {
    DecodeError { column, source: CellError::new("a column", "the end of the row") }
}

/// A Rust type that can be read from the columns of a row, in order.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be read from a row",
    note = "add `#[derive(FromRow)]` to the struct, or select with `row! {{ .. }}` or a tuple"
)]
pub trait FromRow: Sized {
    /// How many columns it reads.
    const WIDTH: usize;

    /// Reads the next [`WIDTH`](FromRow::WIDTH) cells.
    ///
    /// # Errors
    /// When a cell does not hold what the field needs.
    fn from_row(cursor: &mut Cursor<'_>) -> Result<Self, DecodeError>;

    /// True when these cells, [`WIDTH`](FromRow::WIDTH) of them, are the nulls that an outer join makes up for a row
    /// that is not there. An implementation that knows a column which is never NULL need only look at that one.
    fn is_absent(cells: &[Cell<'_>]) -> bool {
        !cells.is_empty() && cells.iter().all(Cell::is_null)
    }
}

/// What a driver should do after a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// Send the next row.
    Continue,
    /// No more rows are wanted. A write is still run to its end.
    Stop,
}

/// Takes the rows of one statement. A driver that starts over calls [`clear`](RowSink::clear) first.
pub trait RowSink: Send + std::any::Any {
    /// Takes one row.
    ///
    /// # Errors
    /// When a cell cannot be read; the driver stops and passes the error on.
    fn row(&mut self, cells: &[Cell<'_>]) -> Result<Flow, DecodeError>;

    /// Forgets every row taken so far.
    fn clear(&mut self);

    /// How many rows it holds.
    fn len(&self) -> usize;

    /// True when it holds no row.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Itself, so that the caller that boxed it can take the rows out.
    fn into_any(self: Box<Self>) -> Box<dyn std::any::Any>;
}

/// A sink that collects rows into a `Vec`.
#[derive(Debug)]
pub struct Rows<T> {
    rows: Vec<T>,
    most: usize,
}

impl<T> Default for Rows<T> {
    fn default() -> Self {
        Rows { rows: Vec::new(), most: usize::MAX }
    }
}

impl<T> Rows<T> {
    /// A sink that stops after `most` rows.
    pub fn at_most(most: usize) -> Self {
        Rows { rows: Vec::new(), most }
    }

    /// The rows taken.
    pub fn into_vec(self) -> Vec<T> {
        self.rows
    }

    /// The rows taken so far, leaving the sink empty.
    pub fn take(&mut self) -> Vec<T> {
        std::mem::take(&mut self.rows)
    }
}

impl<T: FromRow + Send + 'static> RowSink for Rows<T> {
    fn row(&mut self, cells: &[Cell<'_>]) -> Result<Flow, DecodeError> {
        self.rows.push(T::from_row(&mut Cursor::new(cells))?);
        Ok(if self.rows.len() >= self.most { Flow::Stop } else { Flow::Continue })
    }

    fn clear(&mut self) {
        self.rows.clear();
    }

    fn len(&self) -> usize {
        self.rows.len()
    }

    fn into_any(self: Box<Self>) -> Box<dyn std::any::Any> {
        self
    }
}

/// A sink for statements that return no rows: rows that come all the same are counted and dropped.
#[derive(Debug, Default)]
pub struct Discard(usize);

impl RowSink for Discard {
    fn row(&mut self, _: &[Cell<'_>]) -> Result<Flow, DecodeError> {
        self.0 += 1;
        Ok(Flow::Continue)
    }

    fn clear(&mut self) {
        self.0 = 0;
    }

    fn len(&self) -> usize {
        self.0
    }

    fn into_any(self: Box<Self>) -> Box<dyn std::any::Any> {
        self
    }
}
