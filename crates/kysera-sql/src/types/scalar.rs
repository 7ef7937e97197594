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
            const RANGE: $crate::value::IntegerRange = <$ty as $crate::value::ToValue>::RANGE;

            #[inline]
            fn from_row(
                cursor: &mut $crate::row::Cursor<'_>,
            ) -> ::core::result::Result<Self, $crate::row::DecodeError> {
                cursor.read()
            }
        }
    )+};
}

/// Makes a type that has `FromCell` and `ToValue` usable as a single value.
#[doc(hidden)]
#[macro_export]
macro_rules! __scalar {
    ($($ty:ty),+ $(,)?) => {$(
        $crate::__column!($ty);
        $crate::__element!($ty);
    )+};
}

/// Makes a type that has `FromCell` and `ToValue` an element of lists.
#[doc(hidden)]
#[macro_export]
macro_rules! __element {
    ($($ty:ty),+ $(,)?) => {$(
        impl $crate::row::ArrayElement for $ty {
            const LIST: $crate::value::SqlType =
                $crate::value::SqlType::Array(const { &<$ty as $crate::value::ToValue>::SQL_TYPE });

            fn item(
                cell: $crate::cell::Cell<'_>,
            ) -> ::core::result::Result<Self, $crate::cell::CellError> {
                $crate::row::scalar_item(cell)
            }

            fn optional(
                cell: $crate::cell::Cell<'_>,
            ) -> ::core::result::Result<::core::option::Option<Self>, $crate::cell::CellError> {
                $crate::row::optional_scalar_item(cell)
            }
        }

        impl $crate::value::ScalarValue for $ty {}
    )+};
}

/// Makes a type of this crate a row of one column, whose reader is one function for the whole program.
///
/// `extern "C"`, so that it cannot unwind: the readers of rows, which everybody's structs have, then need no code that
/// drops the fields read so far. Nothing in these readers can panic.
macro_rules! shared_column {
    ($($ty:ty),+ $(,)?) => {$(
        const _: () = {
            use $crate::row::{Cursor, DecodeError, FromRow};

            #[allow(improper_ctypes_definitions, reason = "called from Rust alone")]
            extern "C" fn read(cursor: &mut Cursor<'_>) -> Result<$ty, DecodeError> {
                cursor.read()
            }

            #[allow(improper_ctypes_definitions, reason = "called from Rust alone")]
            extern "C" fn read_optional(cursor: &mut Cursor<'_>) -> Result<Option<$ty>, DecodeError> {
                cursor.read()
            }

            impl FromRow for $ty {
                const WIDTH: usize = 1;
                const CELL: $crate::value::SqlType = <$ty as $crate::value::ToValue>::SQL_TYPE;
                const RANGE: $crate::value::IntegerRange = <$ty as $crate::value::ToValue>::RANGE;

                #[inline]
                fn from_row(cursor: &mut Cursor<'_>) -> Result<Self, DecodeError> {
                    read(cursor)
                }

                #[inline]
                fn optional_from_row(cursor: &mut Cursor<'_>) -> Result<Option<Self>, DecodeError> {
                    read_optional(cursor)
                }
            }
        };
    )+};
}

/// The same, and an element of lists.
macro_rules! shared_scalar {
    ($($ty:ty),+ $(,)?) => {
        $crate::types::scalar::shared_column!($($ty),+);
        $crate::__element!($($ty),+);
    };
}

pub(crate) use {__scalar as scalar, shared_column, shared_scalar};
