//! What every type that fills one cell has beside its own reader: it is a row of one column, an element of a nested
//! list, and an item of an array.

/// Makes types that have `FromCell` and `ToValue` usable wherever a single value may stand.
macro_rules! scalar {
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

        impl $crate::value::ScalarValue for $ty {}
    )+};
}

pub(super) use scalar;
