//! Rows kept as values, for a write whose rows are taken in batches: it must have run to its end before the first is.

use kysera_sql::cell::Cell;
use kysera_sql::row::{DecodeError, Flow, RowSink};
use std::collections::VecDeque;

/// A sink that keeps what SQLite returned.
#[derive(Default)]
pub(crate) struct Buffer(VecDeque<Vec<Kept>>);

enum Kept {
    Null,
    I64(i64),
    F64(f64),
    Text(Box<str>),
    Bytes(Box<[u8]>),
}

impl Kept {
    fn of(cell: &Cell<'_>) -> Kept {
        match cell {
            Cell::I64(n) => Kept::I64(*n),
            Cell::F64(n) => Kept::F64(*n),
            Cell::Text(text) => Kept::Text((*text).into()),
            Cell::Bytes(bytes) => Kept::Bytes((*bytes).into()),
            // The cells are ours, from `cells`, which makes no others.
            _ => Kept::Null,
        }
    }

    fn cell(&self) -> Cell<'_> {
        match self {
            Kept::Null => Cell::Null,
            Kept::I64(n) => Cell::I64(*n),
            Kept::F64(n) => Cell::F64(*n),
            Kept::Text(text) => Cell::Text(text),
            Kept::Bytes(bytes) => Cell::Bytes(bytes),
        }
    }
}

impl Buffer {
    /// Hands at most `most` rows on; true while more remain.
    pub(crate) fn pour(&mut self, sink: &mut dyn RowSink, most: usize) -> Result<bool, DecodeError> {
        for row in self.0.drain(..most.min(self.0.len())) {
            let cells: Vec<_> = row.iter().map(Kept::cell).collect();
            if sink.row(&cells)? == Flow::Stop {
                return Ok(false);
            }
        }
        Ok(!self.0.is_empty())
    }
}

impl RowSink for Buffer {
    fn row(&mut self, cells: &[Cell<'_>]) -> Result<Flow, DecodeError> {
        self.0.push_back(cells.iter().map(Kept::of).collect());
        Ok(Flow::Continue)
    }

    fn clear(&mut self) {
        self.0.clear();
    }

    fn len(&self) -> usize {
        self.0.len()
    }
}
