//! Where a driver hands its rows: one call per row, no allocation beyond the rows themselves.

use super::{Cursor, DecodeError, FromRow};
use crate::cell::Cell;

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
