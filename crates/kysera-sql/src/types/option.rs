//! `Option`: SQL NULL and values of another type.

use crate::cell::{Cell, CellError, FromCell};
use crate::row::{Cursor, DecodeError, FromRow, Layout};
use crate::value::{IntegerRange, ScalarValue, SqlType, ToValue, Value};

impl<T: ToValue> ToValue for Option<T> {
    const SQL_TYPE: SqlType = T::SQL_TYPE;
    const RANGE: IntegerRange = T::RANGE;

    fn to_value(self) -> Value {
        self.map_or(Value::Null(T::SQL_TYPE), T::to_value)
    }
}

impl<T: ScalarValue> ScalarValue for Option<T> {}

impl<T: FromCell> FromCell for Option<T> {
    #[inline]
    fn from_cell(cell: Cell<'_>) -> Result<Self, CellError> {
        if cell.is_null() { Ok(None) } else { T::from_cell(cell).map(Some) }
    }
}

/// A joined row that may be absent, a nested row that may be, or one column that may be NULL.
impl<T: FromRow> FromRow for Option<T> {
    const WIDTH: usize = if T::JOINED { T::WIDTH } else { 1 };
    const LAYOUT: Layout = if T::JOINED { T::LAYOUT } else { Layout::Positions(1) };
    const CELL: SqlType = T::CELL;
    const RANGE: IntegerRange = T::RANGE;

    #[inline]
    fn from_row(cursor: &mut Cursor<'_>) -> Result<Self, DecodeError> {
        T::optional_from_row(cursor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn null_is_none_at_any_width() {
        assert_eq!(Option::<i64>::from_cell(Cell::Null), Ok(None));
        assert_eq!(Option::<i64>::from_row(&mut Cursor::new(&[Cell::I64(3)])), Ok(Some(3)));
        assert_eq!(Option::<i64>::from_row(&mut Cursor::new(&[Cell::Null])), Ok(None));
    }

    #[test]
    fn a_row_that_is_cut_short_is_an_error_and_not_absent() {
        assert!(Option::<i64>::from_row(&mut Cursor::new(&[])).is_err());
    }

    #[test]
    fn a_missing_value_keeps_its_type() {
        assert_eq!(None::<bool>.to_value(), Value::Null(SqlType::Bool));
        assert_eq!(Some(true).to_value(), Value::Bool(true));
    }
}
