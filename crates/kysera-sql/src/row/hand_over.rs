//! A driver's row as cells, handed to a sink.

use super::{DecodeError, Flow, RowSink};
use crate::cell::Cell;

/// Hands a row of as many columns to a sink: `cell` gives the cell of each, asked for in order.
///
/// The cells are put on the stack up to sixteen columns. They borrow the driver's row, so that no array can be kept from
/// row to row; and a `Vec` for each row costs more than the decoding.
///
/// # Errors
/// The first error of a cell, which the sink then does not see; or that of the sink.
// Inlined, so that each cell is written where it stays, by what the driver knows of its rows. Called for each cell and no
// iterator, which would pass each on as a result: 10 % of the instructions of reading ten rows of seven columns.
#[inline(always)]
pub fn hand_over<'a, E: From<DecodeError>>(
    columns: usize,
    cell: impl FnMut(usize) -> Result<Cell<'a>, E>,
    sink: &mut dyn RowSink,
) -> Result<Flow, E> {
    match columns {
        0..=4 => on_stack::<4, E>(columns, cell, sink),
        5..=8 => on_stack::<8, E>(columns, cell, sink),
        9..=16 => on_stack::<16, E>(columns, cell, sink),
        _ => Ok(sink.row(&(0..columns).map(cell).collect::<Result<Vec<_>, E>>()?)?),
    }
}

#[inline(always)]
fn on_stack<'a, const N: usize, E: From<DecodeError>>(
    columns: usize,
    mut cell: impl FnMut(usize) -> Result<Cell<'a>, E>,
    sink: &mut dyn RowSink,
) -> Result<Flow, E> {
    let mut cells = [Cell::Null; N];
    let cells = &mut cells[..columns];
    for (at, place) in cells.iter_mut().enumerate() {
        *place = cell(at)?;
    }
    Ok(sink.row(cells)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cell::CellError;

    struct Numbers(Vec<i64>);

    impl RowSink for Numbers {
        fn row(&mut self, cells: &[Cell<'_>]) -> Result<Flow, DecodeError> {
            let number = |cell: &Cell<'_>| if let Cell::I64(n) = cell { *n } else { -1 };
            self.0 = cells.iter().map(number).collect();
            Ok(Flow::Stop)
        }

        fn clear(&mut self) {
            self.0.clear();
        }
    }

    #[test]
    fn every_width_arrives_whole_and_in_order() {
        for columns in [0, 1, 4, 5, 8, 9, 16, 17, 40] {
            let mut sink = Numbers(vec![-2]);
            let cell = |at| Ok::<_, DecodeError>(Cell::I64(at as i64));
            assert_eq!(hand_over(columns, cell, &mut sink), Ok(Flow::Stop));
            assert_eq!(sink.0, (0..columns as i64).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_row_with_a_broken_cell_is_not_handed_over() {
        for columns in [3, 20] {
            let mut sink = Numbers(vec![]);
            let broken = || DecodeError::new(2, CellError::new("text", "broken text"));
            let cell = |at| if at == 2 { Err(broken()) } else { Ok(Cell::I64(0)) };
            assert_eq!(hand_over(columns, cell, &mut sink), Err(broken()));
            assert!(sink.0.is_empty());
        }
    }
}
