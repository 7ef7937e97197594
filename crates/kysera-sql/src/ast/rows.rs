//! The rows of `values (..), (..)`.

use super::Expr;

/// Rows of equal length, in one list: an insert of many rows makes no list for each.
///
/// ```
/// use kysera_sql::ast::{Expr, Literal, Rows};
///
/// let mut rows = Rows::from(vec![vec![Expr::Literal(Literal::Int(1))], vec![Expr::Default]]);
/// rows.add_column(&Expr::Literal(Literal::Bool(true)));
/// assert_eq!((rows.len(), rows.width()), (2, 2));
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rows {
    cells: Vec<Expr>,
    width: usize,
    count: usize,
    ragged: Option<Box<Ragged>>,
}

/// The first row that is not as long as those before it. It is kept at their length, and the compiler refuses the statement.
#[derive(Clone, Debug, PartialEq)]
struct Ragged {
    row: usize,
    found: usize,
}

impl Rows {
    /// No rows yet.
    pub fn new() -> Rows {
        Rows::default()
    }

    /// Makes room for so many more rows, once there is one.
    pub fn reserve(&mut self, rows: usize) {
        self.cells.reserve(rows.saturating_mul(self.width));
    }

    /// Adds a row. The first one says how long they are; a statement with one of another length is refused when it is
    /// compiled.
    pub fn push(&mut self, row: impl IntoIterator<Item = Expr>) {
        let before = self.cells.len();
        self.cells.extend(row);
        let found = self.cells.len() - before;
        if self.count == 0 {
            self.width = found;
        } else if found != self.width {
            self.ragged.get_or_insert_with(|| Box::new(Ragged { row: self.count, found }));
            self.cells.resize(before + self.width, Expr::Default);
        }
        self.count += 1;
    }

    /// Adds a value to the end of each row.
    pub fn add_column(&mut self, value: &Expr) {
        let mut cells = Vec::with_capacity(self.count.saturating_mul(self.width + 1));
        let mut given = std::mem::take(&mut self.cells).into_iter();
        for _ in 0..self.count {
            cells.extend(given.by_ref().take(self.width));
            cells.push(value.clone());
        }
        self.cells = cells;
        self.width += 1;
        if let Some(ragged) = &mut self.ragged {
            ragged.found += 1;
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.count
    }

    /// True without any.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// How many values each has.
    pub fn width(&self) -> usize {
        self.width
    }

    /// The row at that place, from 0.
    pub fn get(&self, row: usize) -> Option<&[Expr]> {
        if row >= self.count {
            return None;
        }
        let start = row.checked_mul(self.width)?;
        self.cells.get(start..start.checked_add(self.width)?)
    }

    /// The rows, in order.
    pub fn iter(&self) -> impl Iterator<Item = &[Expr]> + Clone {
        (0..self.count).filter_map(|row| self.get(row))
    }

    /// The rows, to change their values.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut [Expr]> {
        let (mut rest, width) = (self.cells.as_mut_slice(), self.width);
        (0..self.count).filter_map(move |_| {
            let (row, behind) = std::mem::take(&mut rest).split_at_mut_checked(width)?;
            rest = behind;
            Some(row)
        })
    }

    /// The values of all rows, one row behind the other.
    pub fn cells(&self) -> &[Expr] {
        &self.cells
    }

    /// The values of all rows, one row behind the other.
    pub(crate) fn into_cells(self) -> Vec<Expr> {
        self.cells
    }

    /// Which row is the first of another length than this, and how long it is.
    pub(crate) fn unlike(&self, width: usize) -> Option<(usize, usize)> {
        match &self.ragged {
            _ if self.count > 0 && self.width != width => Some((0, self.width)),
            Some(ragged) => Some((ragged.row, ragged.found)),
            None => None,
        }
    }
}

impl<R: IntoIterator<Item = Expr>> FromIterator<R> for Rows {
    fn from_iter<I: IntoIterator<Item = R>>(given: I) -> Rows {
        let mut rows = Rows::new();
        given.into_iter().for_each(|row| rows.push(row));
        rows
    }
}

impl From<Vec<Vec<Expr>>> for Rows {
    fn from(rows: Vec<Vec<Expr>>) -> Rows {
        rows.into_iter().collect()
    }
}

impl<'r> From<&'r Rows> for &'r [Expr] {
    fn from(rows: &'r Rows) -> &'r [Expr] {
        rows.cells()
    }
}

impl<'r> From<&'r mut Rows> for &'r mut [Expr] {
    fn from(rows: &'r mut Rows) -> &'r mut [Expr] {
        &mut rows.cells
    }
}

#[cfg(test)]
mod tests {
    use super::Rows;
    use crate::ast::{Expr, Literal};

    fn int(value: i64) -> Expr {
        Expr::Literal(Literal::Int(value))
    }

    #[test]
    fn rows_without_values_are_rows() {
        let mut rows = Rows::from(vec![vec![], vec![]]);
        assert_eq!((rows.len(), rows.width(), rows.iter().count(), rows.iter_mut().count()), (2, 0, 2, 2));
        rows.add_column(&int(7));
        assert_eq!(rows, Rows::from(vec![vec![int(7)], vec![int(7)]]));
        assert_eq!((Rows::new().iter().count(), Rows::new().get(0)), (0, None));
    }

    #[test]
    fn a_row_of_another_length_moves_no_value_into_another_row() {
        for odd in [vec![], vec![int(3), int(4), int(5)]] {
            let found = odd.len();
            let mut rows = Rows::from(vec![vec![int(1), int(2)], odd, vec![int(6), int(7)]]);
            assert_eq!(rows.unlike(2), Some((1, found)));
            assert_eq!(rows.unlike(3), Some((0, 2)));
            assert_eq!(rows.get(2), Some([int(6), int(7)].as_slice()));
            assert_eq!(rows.iter_mut().last().map(|row| row.to_vec()), Some(vec![int(6), int(7)]));
            rows.add_column(&int(8));
            assert_eq!(rows.unlike(3), Some((1, found + 1)));
        }
    }
}
