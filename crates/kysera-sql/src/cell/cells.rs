//! The cells of one nested row, on the stack while there are few. A driver hands its rows over by `row::hand_over`.

use super::Cell;

/// How many cells stay on the stack.
const INLINE: usize = 16;

/// A list of cells that allocates only beyond 16: how many there are is known when all have been read.
#[derive(Debug)]
pub(crate) struct Cells<'a> {
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
    pub(crate) fn new() -> Self {
        Cells::default()
    }

    /// Appends a cell.
    #[inline]
    pub(crate) fn push(&mut self, cell: Cell<'a>) {
        if self.len < INLINE {
            self.inline[self.len] = cell;
        } else {
            self.spill(cell);
        }
        self.len += 1;
    }

    /// The cells, in order.
    #[inline]
    pub(crate) fn as_slice(&self) -> &[Cell<'a>] {
        if self.len <= INLINE { &self.inline[..self.len] } else { &self.spilled }
    }

    #[cold]
    fn spill(&mut self, cell: Cell<'a>) {
        if self.len == INLINE {
            self.spilled.extend_from_slice(&self.inline);
        }
        self.spilled.push(cell);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(cells: &Cells<'_>) -> Vec<i64> {
        cells.as_slice().iter().map(|cell| if let Cell::I64(n) = cell { *n } else { -1 }).collect()
    }

    #[test]
    fn keeps_order_on_both_sides_of_the_spill() {
        for count in [0, 1, 15, 16, 17, 40] {
            let mut cells = Cells::new();
            (0..count).for_each(|n| cells.push(Cell::I64(n)));
            assert_eq!(numbers(&cells), (0..count).collect::<Vec<_>>());
        }
    }
}
