//! Tuples as rows, up to sixteen columns; beyond that a row has names.

use super::{ArrayElement, Cursor, DecodeError, FromRow, Layout, row_from_cell};
use crate::cell::{Cell, CellError, FromCell};

macro_rules! tuple {
    ($($ty:ident)+) => {
        impl<$($ty: FromRow),+> FromRow for ($($ty,)+) {
            const WIDTH: usize = 0 $(+ $ty::WIDTH)+;
            const LAYOUT: Layout = Layout::Parts(&[$($ty::LAYOUT),+]);
            const JOINED: bool = false;

            #[inline]
            fn from_row(cursor: &mut Cursor<'_>) -> Result<Self, DecodeError> {
                Ok(($($ty::from_row(cursor)?,)+))
            }
        }

        impl<$($ty: FromRow),+> FromCell for ($($ty,)+) {
            fn from_cell(cell: Cell<'_>) -> Result<Self, CellError> {
                row_from_cell(cell)
            }
        }

        impl<$($ty: FromRow),+> ArrayElement for ($($ty,)+) {}
    };
}

tuple!(T0);
tuple!(T0 T1);
tuple!(T0 T1 T2);
tuple!(T0 T1 T2 T3);
tuple!(T0 T1 T2 T3 T4);
tuple!(T0 T1 T2 T3 T4 T5);
tuple!(T0 T1 T2 T3 T4 T5 T6);
tuple!(T0 T1 T2 T3 T4 T5 T6 T7);
tuple!(T0 T1 T2 T3 T4 T5 T6 T7 T8);
tuple!(T0 T1 T2 T3 T4 T5 T6 T7 T8 T9);
tuple!(T0 T1 T2 T3 T4 T5 T6 T7 T8 T9 T10);
tuple!(T0 T1 T2 T3 T4 T5 T6 T7 T8 T9 T10 T11);
tuple!(T0 T1 T2 T3 T4 T5 T6 T7 T8 T9 T10 T11 T12);
tuple!(T0 T1 T2 T3 T4 T5 T6 T7 T8 T9 T10 T11 T12 T13);
tuple!(T0 T1 T2 T3 T4 T5 T6 T7 T8 T9 T10 T11 T12 T13 T14);
tuple!(T0 T1 T2 T3 T4 T5 T6 T7 T8 T9 T10 T11 T12 T13 T14 T15);
