//! Rows of a result: how a Rust type reads one, and the sink that a driver hands them to.
//!
//! A driver makes a small array of cells for each row and calls the sink once. The sink is compiled for the type of the
//! row, so nothing is looked up by name and no row is built in between. The rows of
//! raw SQL are the exception: its columns are put in order by their names first ([`Layout`]).

mod decode_error;
mod hand_over;
mod layout;
mod nested;
mod sink;
mod tuple;

pub use decode_error::DecodeError;
pub use hand_over::hand_over;
pub use layout::Layout;
pub use nested::{ArrayElement, optional_row_from_cell, optional_scalar_item, row_from_cell, scalar_item};
#[doc(hidden)]
pub use sink::swap;
pub use sink::{Discard, Flow, RowSink, Rows};

use crate::cell::{Cell, CellError, FromCell};
use crate::value::{IntegerRange, SqlType};

/// Reads the cells of one row from left to right.
#[derive(Debug)]
pub struct Cursor<'a> {
    cells: &'a [Cell<'a>],
    at: usize,
}

impl<'a> Cursor<'a> {
    /// A cursor before the first cell.
    #[inline]
    pub fn new(cells: &'a [Cell<'a>]) -> Self {
        Cursor { cells, at: 0 }
    }

    /// Reads the next cell.
    ///
    /// # Errors
    /// When the row has no more cells, or the cell does not hold a `T`.
    #[inline]
    pub fn read<T: FromCell>(&mut self) -> Result<T, DecodeError> {
        let (column, cell) = self.next_cell()?;
        T::from_cell(cell).map_err(|source| DecodeError { column, source })
    }

    #[inline]
    fn next_cell(&mut self) -> Result<(usize, Cell<'a>), DecodeError> {
        let column = self.at;
        self.at += 1;
        let cell = self.cells.get(column).copied().ok_or_else(|| too_short(column))?;
        Ok((column, cell))
    }

    /// The next `width` cells, unread. Used to see whether a joined row is absent.
    #[inline]
    pub fn peek(&self, width: usize) -> &'a [Cell<'a>] {
        let rest = self.cells.get(self.at..).unwrap_or_default();
        &rest[..width.min(rest.len())]
    }

    /// Skips `width` cells.
    #[inline]
    pub fn skip(&mut self, width: usize) {
        self.at += width;
    }

    /// Sees to it that nothing is left: a column that is not read was meant for something.
    ///
    /// # Errors
    /// When the row has more cells.
    #[inline]
    pub fn end(&self) -> Result<(), DecodeError> {
        if self.at < self.cells.len() { Err(too_long(self.at, self.cells.len())) } else { Ok(()) }
    }

    /// How many cells have been read.
    pub fn position(&self) -> usize {
        self.at
    }
}

#[cold]
fn too_long(column: usize, columns: usize) -> DecodeError {
    let found = format!("a row of {columns} columns");
    DecodeError { column, source: CellError::new("the end of the row", found) }
}

#[cold]
fn too_short(column: usize) -> DecodeError {
    DecodeError { column, source: CellError::new("a column", "the end of the row") }
}

/// A Rust type that can be read from the columns of a row, in order.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be read from a row",
    note = "a query needs `.select(..)` first, a write `.returning(..)`; a struct needs `#[derive(FromRow)]`"
)]
pub trait FromRow: Sized {
    /// How many columns it reads.
    const WIDTH: usize;

    /// The names of its fields, in the order in which it reads them; empty where they have none.
    const FIELDS: &'static [&'static str] = &[];

    /// How it finds its columns in SQL that people wrote.
    const LAYOUT: Layout = Layout::of(Self::WIDTH, Self::FIELDS);

    /// Its SQL type when it is in one cell: the type of a scalar, [`SqlType::Nested`] for a row.
    const CELL: SqlType = SqlType::Nested;

    /// Which integers it holds, where that type holds more.
    #[doc(hidden)]
    const RANGE: IntegerRange = IntegerRange::Whole;

    /// Where an `Option` of it is found: true for its columns side by side, all of them NULL when an outer join found
    /// nothing; false for one cell that nests it, as `object_from` returns.
    const JOINED: bool = true;

    /// Reads the next [`WIDTH`](FromRow::WIDTH) cells.
    ///
    /// # Errors
    /// When a cell does not hold what the field needs.
    fn from_row(cursor: &mut Cursor<'_>) -> Result<Self, DecodeError>;

    /// Reads the next cells of a row that may be absent, or of a column that may be NULL.
    ///
    /// # Errors
    /// As [`from_row`](FromRow::from_row).
    #[doc(hidden)]
    #[inline]
    fn optional_from_row(cursor: &mut Cursor<'_>) -> Result<Option<Self>, DecodeError> {
        if !Self::JOINED {
            return cursor.read_nested();
        }
        let cells = cursor.peek(Self::WIDTH);
        if cells.len() == Self::WIDTH && Self::is_absent(cells) {
            cursor.skip(Self::WIDTH);
            return Ok(None);
        }
        Self::from_row(cursor).map(Some)
    }

    /// True when these cells, [`WIDTH`](FromRow::WIDTH) of them, are the nulls that an outer join makes up for a row
    /// that is not there. An implementation that knows a column which is never NULL need only look at that one.
    #[inline]
    fn is_absent(cells: &[Cell<'_>]) -> bool {
        !cells.is_empty() && cells.iter().all(Cell::is_null)
    }
}
