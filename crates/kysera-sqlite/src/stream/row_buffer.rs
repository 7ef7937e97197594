//! A buffer of rows: of a write, which runs to its end before its first row is taken, and of a prefetched stream.
//!
//! Rows are in chunks, each with one string for all its texts, so a row costs no allocation. A chunk is freed once its
//! rows are taken.

use kysera_sql::cell::Cell;
use kysera_sql::row::{DecodeError, Flow, RowSink};
use std::collections::VecDeque;
use std::ops::Range;

/// Rows in a batch, and in a chunk of the buffer.
pub(crate) const BATCH: usize = 256;

/// A sink that keeps what SQLite returned.
#[derive(Default)]
pub(crate) struct RowBuffer {
    chunks: VecDeque<Chunk>,
    rows: usize,
}

/// Some rows, one after the other.
#[derive(Default)]
pub(crate) struct Chunk {
    rows: usize,
    /// How many of them were handed on.
    taken: usize,
    cells: Vec<StoredCell>,
    text: String,
    bytes: Vec<u8>,
    /// The columns' names, in the first chunk, until they were handed on.
    names: Option<Vec<String>>,
}

/// A cell, or the range of its bytes.
enum StoredCell {
    Null,
    I64(i64),
    F64(f64),
    Text(Range<usize>),
    Bytes(Range<usize>),
}

impl Chunk {
    /// An empty one with room for as much as this holds: rows of one query are of one size, more or less.
    pub(crate) fn like(&self) -> Chunk {
        Chunk {
            rows: 0,
            taken: 0,
            cells: Vec::with_capacity(self.cells.len()),
            text: String::with_capacity(self.text.len()),
            bytes: Vec::with_capacity(self.bytes.len()),
            names: None,
        }
    }

    pub(crate) fn push(&mut self, cells: &[Cell<'_>]) {
        self.rows += 1;
        for cell in cells {
            let kept = match cell {
                Cell::I64(n) => StoredCell::I64(*n),
                Cell::F64(n) => StoredCell::F64(*n),
                Cell::Text(text) => {
                    let start = self.text.len();
                    self.text.push_str(text);
                    StoredCell::Text(start..self.text.len())
                }
                Cell::Bytes(bytes) => {
                    let start = self.bytes.len();
                    self.bytes.extend_from_slice(bytes);
                    StoredCell::Bytes(start..self.bytes.len())
                }
                // All cells come from `raw::cells`, which makes no others.
                _ => StoredCell::Null,
            };
            self.cells.push(kept);
        }
    }

    fn cell(&self, kept: &StoredCell) -> Cell<'_> {
        match kept {
            StoredCell::Null => Cell::Null,
            StoredCell::I64(n) => Cell::I64(*n),
            StoredCell::F64(n) => Cell::F64(*n),
            StoredCell::Text(range) => Cell::Text(&self.text[range.clone()]),
            StoredCell::Bytes(range) => Cell::Bytes(&self.bytes[range.clone()]),
        }
    }

    pub(crate) fn name(&mut self, names: &[&str]) {
        self.names = Some(names.iter().map(|name| (*name).to_owned()).collect());
    }

    pub(crate) fn is_full(&self) -> bool {
        self.rows == BATCH
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// Hands at most `most` rows on.
    pub(crate) fn pour(&mut self, sink: &mut dyn RowSink, most: usize) -> Result<Flow, DecodeError> {
        if let Some(names) = self.names.take() {
            sink.columns(&names.iter().map(String::as_str).collect::<Vec<_>>())?;
        }
        let width = self.cells.len() / self.rows.max(1);
        let from = self.taken;
        self.taken = self.rows.min(from + most);
        let mut cells = Vec::with_capacity(width);
        for row in from..self.taken {
            cells.clear();
            cells.extend(self.cells[row * width..][..width].iter().map(|kept| self.cell(kept)));
            if sink.row(&cells)? == Flow::Stop {
                return Ok(Flow::Stop);
            }
        }
        Ok(Flow::Continue)
    }
}

impl RowBuffer {
    /// Hands at most `most` rows on; true while more remain.
    pub(crate) fn pour(&mut self, sink: &mut dyn RowSink, mut most: usize) -> Result<bool, DecodeError> {
        while let (Some(chunk), 1..) = (self.chunks.front_mut(), most) {
            let before = chunk.taken;
            if chunk.pour(sink, most)? == Flow::Stop {
                return Ok(false);
            }
            most -= chunk.taken - before;
            self.rows -= chunk.taken - before;
            if chunk.taken == chunk.rows {
                self.chunks.pop_front();
            }
        }
        Ok(self.rows > 0)
    }

    /// The chunk that the next row goes to.
    fn last(&mut self) -> &mut Chunk {
        match self.chunks.back() {
            None => self.chunks.push_back(Chunk::default()),
            Some(last) if last.is_full() => self.chunks.push_back(last.like()),
            Some(_) => {}
        }
        self.chunks.back_mut().expect("a chunk was just added")
    }
}

impl RowSink for RowBuffer {
    fn row(&mut self, cells: &[Cell<'_>]) -> Result<Flow, DecodeError> {
        self.last().push(cells);
        self.rows += 1;
        Ok(Flow::Continue)
    }

    fn columns(&mut self, names: &[&str]) -> Result<(), DecodeError> {
        self.last().name(names);
        Ok(())
    }

    fn clear(&mut self) {
        *self = RowBuffer::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes numbers and the length of the value beside them.
    #[derive(Default)]
    struct Seen {
        rows: Vec<(i64, usize)>,
        most: usize,
    }

    impl RowSink for Seen {
        fn row(&mut self, cells: &[Cell<'_>]) -> Result<Flow, DecodeError> {
            let row = match cells {
                [Cell::I64(n), Cell::Text(text)] => (*n, text.len()),
                [Cell::I64(n), Cell::Bytes(bytes)] => (*n, bytes.len() + 1000),
                [Cell::I64(n), Cell::Null] => (*n, 0),
                other => panic!("{other:?}"),
            };
            self.rows.push(row);
            Ok(if self.rows.len() == self.most { Flow::Stop } else { Flow::Continue })
        }

        fn clear(&mut self) {}
    }

    fn filled(rows: u32) -> RowBuffer {
        let mut buffer = RowBuffer::default();
        for n in 0..rows {
            let text = "ü".repeat((n % 5) as usize);
            let beside = match n % 3 {
                0 => Cell::Text(&text),
                1 => Cell::Bytes(text.as_bytes()),
                _ => Cell::Null,
            };
            buffer.row(&[Cell::I64(n.into()), beside]).unwrap();
        }
        buffer
    }

    fn expected(n: u32) -> (i64, usize) {
        let length = 2 * (n % 5) as usize;
        (n.into(), [length, length + 1000, 0][(n % 3) as usize])
    }

    #[test]
    fn rows_come_back_unchanged_in_batches_of_any_size() {
        for batch in [1, 100, 256, 257, 5000] {
            let (mut buffer, mut seen) = (filled(1000), Seen::default());
            while buffer.pour(&mut seen, batch).unwrap() {
                assert_eq!(buffer.rows + seen.rows.len(), 1000);
            }
            assert_eq!(seen.rows, (0..1000).map(expected).collect::<Vec<_>>(), "{batch}");
            assert_eq!(buffer.rows, 0);
        }
    }

    #[test]
    fn a_sink_that_has_enough_ends_it() {
        let mut seen = Seen { rows: Vec::new(), most: 300 };
        assert!(!filled(1000).pour(&mut seen, 400).unwrap());
        assert_eq!(seen.rows.len(), 300);
        assert!(!RowBuffer::default().pour(&mut seen, 10).unwrap());
    }
}
