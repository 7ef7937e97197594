//! Where a driver hands its rows: one call per row, no allocation beyond the rows themselves.

use super::{Cursor, DecodeError, FromRow, Layout};
use crate::cell::Cell;
use std::any::Any;
use std::fmt;
use std::mem::ManuallyDrop;

/// What a driver should do after a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// Send the next row.
    Continue,
    /// No more rows are wanted. A write is still run to its end.
    Stop,
}

/// Takes the rows of one statement. A driver that starts over calls [`clear`](RowSink::clear) first.
pub trait RowSink: Any + Send {
    /// Takes one row.
    ///
    /// # Errors
    /// When a cell cannot be read; the driver stops and passes the error on.
    fn row(&mut self, cells: &[Cell<'_>]) -> Result<Flow, DecodeError>;

    /// Forgets every row taken so far.
    fn clear(&mut self);

    /// Takes the names of the columns of a [raw](crate::compiled::StatementKind::Raw) statement's rows, before the first
    /// of them, and again after [`clear`](RowSink::clear). Drivers need not call it for other statements.
    ///
    /// # Errors
    /// When the rows could not be read from such columns; the driver stops as for a cell, and passes the error on.
    fn columns(&mut self, names: &[&str]) -> Result<(), DecodeError> {
        let _ = names;
        Ok(())
    }

    /// How its rows find their columns.
    #[doc(hidden)]
    fn layout(&self) -> Layout {
        Layout::Positions(0)
    }

    /// Takes the rows of a sink of its own type, and gives it what it has. False when it is of another type.
    #[doc(hidden)]
    fn swap(&mut self, other: &mut dyn Any) -> bool {
        let _ = other;
        false
    }
}

// Not a method of the trait: each type of row would have it in its table of functions, unused.
impl dyn RowSink {
    /// Itself, so that the caller that boxed it can take the rows out.
    pub fn into_any(self: Box<Self>) -> Box<dyn Any> {
        self
    }
}

/// [`RowSink::swap`] of a sink that is `own`.
#[doc(hidden)]
#[inline]
pub fn swap<S: 'static>(own: &mut S, other: &mut dyn Any) -> bool {
    match other.downcast_mut::<S>() {
        Some(other) => {
            std::mem::swap(own, other);
            true
        }
        None => false,
    }
}

/// Up to so many rows the room for them grows fourfold.
const FEW: usize = 256;

/// A sink that collects rows into a `Vec`.
pub struct Rows<T> {
    /// Dropped by [`discard`] alone.
    rows: ManuallyDrop<Vec<T>>,
    most: usize,
}

/// Drops rows. Not inlined: a program has it once for each type of row and calls it from several functions.
#[inline(never)]
fn discard<T>(rows: &mut Vec<T>) {
    *rows = Vec::new();
}

/// Makes room for the next row. `Vec` doubles; larger steps at first are fewer: for a list beyond its cache, glibc's
/// allocator first merges all the small blocks that are free, which are then cut anew for the texts of the next rows.
///
/// `extern "C"`, so that it cannot unwind: see `ast::grow`.
#[allow(improper_ctypes_definitions, reason = "called from Rust alone")]
#[inline(never)]
extern "C" fn grow<T>(rows: &mut Vec<T>) {
    let len = rows.len();
    rows.reserve_exact(if len < FEW { 3 + 3 * len } else { len });
}

impl<T> Default for Rows<T> {
    #[inline]
    fn default() -> Self {
        Rows::at_most(usize::MAX)
    }
}

impl<T> Drop for Rows<T> {
    #[inline]
    fn drop(&mut self) {
        discard(&mut self.rows);
    }
}

impl<T> fmt::Debug for Rows<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rows").field("len", &self.rows.len()).field("most", &self.most).finish()
    }
}

impl<T> Rows<T> {
    /// A sink that stops after `most` rows.
    #[inline]
    pub fn at_most(most: usize) -> Self {
        Rows { rows: ManuallyDrop::new(Vec::new()), most }
    }

    /// The rows taken.
    pub fn into_vec(mut self) -> Vec<T> {
        self.take()
    }

    /// The rows taken so far, leaving the sink empty.
    #[inline]
    pub fn take(&mut self) -> Vec<T> {
        std::mem::take(&mut self.rows)
    }

    /// The rows taken so far; others will be taken into `room`, which is empty.
    #[inline]
    pub fn take_into(&mut self, room: Vec<T>) -> Vec<T> {
        std::mem::replace(&mut self.rows, room)
    }
}

impl<T: FromRow + Send + 'static> RowSink for Rows<T> {
    fn row(&mut self, cells: &[Cell<'_>]) -> Result<Flow, DecodeError> {
        if self.rows.len() == self.rows.capacity() {
            grow(&mut self.rows);
        }
        let mut cursor = Cursor::new(cells);
        let row = T::from_row(&mut cursor)?;
        cursor.end()?;
        self.rows.push(row);
        Ok(if self.rows.len() >= self.most { Flow::Stop } else { Flow::Continue })
    }

    fn clear(&mut self) {
        discard(&mut self.rows);
    }

    fn layout(&self) -> Layout {
        T::LAYOUT
    }

    fn swap(&mut self, other: &mut dyn Any) -> bool {
        swap(self, other)
    }
}

/// A sink for statements that return no rows: rows that come all the same are counted and dropped.
#[derive(Debug, Default)]
pub struct Discard(usize);

impl Discard {
    /// How many rows came all the same.
    pub fn count(&self) -> usize {
        self.0
    }
}

impl RowSink for Discard {
    fn row(&mut self, _: &[Cell<'_>]) -> Result<Flow, DecodeError> {
        self.0 += 1;
        Ok(Flow::Continue)
    }

    fn clear(&mut self) {
        self.0 = 0;
    }

    fn swap(&mut self, other: &mut dyn Any) -> bool {
        swap(self, other)
    }
}
