//! What every type that fills one cell has beside its own reader: it is a row of one column, an element of a nested
//! list, and an item of an array. The derives use the same macros.

/// Makes a type that has `FromCell` a row of one column.
#[doc(hidden)]
#[macro_export]
macro_rules! __column {
    ($($ty:ty),+ $(,)?) => {$(
        impl $crate::row::FromRow for $ty {
            const WIDTH: usize = 1;
            const CELL: $crate::value::SqlType = <$ty as $crate::value::ToValue>::SQL_TYPE;

            #[inline]
            fn from_row(
                cursor: &mut $crate::row::Cursor<'_>,
            ) -> ::core::result::Result<Self, $crate::row::DecodeError> {
                cursor.read()
            }
        }
    )+};
}

/// Makes a type that has `FromCell` and `ToValue` usable wherever a single value may stand.
#[doc(hidden)]
#[macro_export]
macro_rules! __scalar {
    ($($ty:ty),+ $(,)?) => {$(
        $crate::__column!($ty);

        impl $crate::row::ArrayElement for $ty {
            const LIST: $crate::value::SqlType =
                $crate::value::SqlType::Array(const { &<$ty as $crate::value::ToValue>::SQL_TYPE });

            fn element(
                cell: $crate::cell::Cell<'_>,
            ) -> ::core::result::Result<$crate::cell::Cell<'_>, $crate::cell::CellError> {
                $crate::row::scalar_element(cell)
            }
        }

        impl $crate::value::ScalarValue for $ty {}
    )+};
}

pub(crate) use {__column as column, __scalar as scalar};
