//! `Vec`: arrays of scalars to bind, and one column of a row. Reading a list from its cell is in `row::nested`.

use crate::row::{ArrayElement, Cursor, DecodeError, FromRow};
use crate::value::{ArrayValue, ScalarValue, SqlType, ToValue, Value};

/// An array of PostgreSQL. Other databases have none: a driver refuses it.
impl<T: ScalarValue> ToValue for Vec<T> {
    const SQL_TYPE: SqlType = SqlType::Array(const { &T::SQL_TYPE });

    fn to_value(self) -> Value {
        let items = self.into_iter().map(T::to_value).collect();
        Value::Array(Box::new(ArrayValue { element: const { &T::SQL_TYPE }, items }))
    }
}

impl<T: ScalarValue + Clone> ToValue for &[T] {
    const SQL_TYPE: SqlType = <Vec<T>>::SQL_TYPE;

    fn to_value(self) -> Value {
        self.to_vec().to_value()
    }
}

impl<T: ArrayElement> FromRow for Vec<T> {
    const WIDTH: usize = 1;
    const CELL: SqlType = T::LIST;

    fn from_row(cursor: &mut Cursor<'_>) -> Result<Self, DecodeError> {
        cursor.read()
    }
}
