//! The cells of one row, on the stack while there are few.

use super::Cell;

/// How many cells stay on the stack.
const INLINE: usize = 16;

/// A list of cells that allocates only beyond 16: what a driver fills for each row.
///
/// Cells borrow from the driver's row, so a list cannot outlive it; make one per row (it is cheap to make).
#[derive(Debug)]
pub struct Cells<'a> {
    inline: [Cell<'a>; INLINE],
    len: usize,
    /// All cells, once there are more than fit.
    spilled: Vec<Cell<'a>>,
}

impl Default for Cells<'_> {
    fn default() -> Self {
        Cells { inline: [Cell::Null; INLINE], len: 0, spilled: Vec::new() }
    }
}

impl<'a> Cells<'a> {
    /// An empty list.
    #[inline]
    pub fn new() -> Self {
        Cells::default()
    }

    /// Appends a cell.
    #[inline]
    pub fn push(&mut self, cell: Cell<'a>) {
        if self.len < INLINE {
            self.inline[self.len] = cell;
        } else {
            self.spill(cell);
        }
        self.len += 1;
    }

    /// The cells, in order.
    #[inline]
    pub fn as_slice(&self) -> &[Cell<'a>] {
        if self.len <= INLINE { &self.inline[..self.len] } else { &self.spilled }
    }

    /// Removes every cell and keeps the memory.
    pub fn clear(&mut self) {
        self.len = 0;
        self.spilled.clear();
    }

    #[cold]
    fn spill(&mut self, cell: Cell<'a>) {
        if self.len == INLINE {
            self.spilled.extend_from_slice(&self.inline);
        }
        self.spilled.push(cell);
    }
}

impl<'a> Extend<Cell<'a>> for Cells<'a> {
    fn extend<I: IntoIterator<Item = Cell<'a>>>(&mut self, cells: I) {
        for cell in cells {
            self.push(cell);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(cells: &Cells<'_>) -> Vec<i64> {
        cells.as_slice().iter().map(|cell| if let Cell::I64(n) = cell { *n } else { -1 }).collect()
    }

    #[test]
    fn keeps_order_on_both_sides_of_the_spill_and_after_clear() {
        for count in [0, 1, 15, 16, 17, 40] {
            let mut cells = Cells::new();
            for _ in 0..2 {
                cells.clear();
                cells.extend((0..count).map(Cell::I64));
                assert_eq!(numbers(&cells), (0..count).collect::<Vec<_>>());
            }
        }
    }
}
