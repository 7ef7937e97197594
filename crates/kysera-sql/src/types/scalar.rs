//! What every type that fills one cell has beside its own reader: it is a row of one column, an element of a nested
//! list, and an item of an array.

/// Makes a type that has `FromCell` a row of one column.
macro_rules! column {
    ($($ty:ty),+ $(,)?) => {$(
        impl $crate::row::FromRow for $ty {
            const WIDTH: usize = 1;

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
macro_rules! scalar {
    ($($ty:ty),+ $(,)?) => {$(
        $crate::types::scalar::column!($ty);

        impl $crate::row::ArrayElement for $ty {
            fn element(
                cell: $crate::cell::Cell<'_>,
            ) -> ::core::result::Result<$crate::cell::Cell<'_>, $crate::cell::CellError> {
                $crate::row::scalar_element(cell)
            }
        }

        impl $crate::value::ScalarValue for $ty {}
    )+};
}

pub(crate) use {column, scalar};
