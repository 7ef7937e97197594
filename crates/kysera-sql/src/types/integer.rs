//! Integers. They widen without loss and never narrow silently: an `int8` that does not fit an `i32` is an error.
//!
//! SQL has signed 16, 32 and 64 bits (and MySQL unsigned 64), so `i8`, `u8`, `u16` and `u32` travel as the next
//! wider one.

use super::scalar::{shared_column, shared_scalar};
use crate::cell::{Cell, CellError, FromCell};
use crate::read;
use crate::value::{IntegerRange, SqlType, ToValue, Value};
use crate::wire::json;
use crate::wire::pg::oid;

macro_rules! integer {
    ($($ty:ident => $variant:ident($wire:ty), $range:ident, $read:ident;)+) => {$(
        impl ToValue for $ty {
            const SQL_TYPE: SqlType = SqlType::$variant;
            const RANGE: IntegerRange = IntegerRange::$range;

            fn to_value(self) -> Value {
                Value::$variant(<$wire>::from(self))
            }
        }

        impl FromCell for $ty {
            #[inline]
            fn from_cell(cell: Cell<'_>) -> Result<Self, CellError> {
                $read(cell, stringify!($ty))
            }
        }
    )+};
}

integer! {
    i8 => I16(i16), Signed8, integer;
    i16 => I16(i16), Whole, integer;
    i32 => I32(i32), Whole, integer;
    i64 => I64(i64), Whole, integer;
    u8 => I16(i16), Unsigned8, integer;
    u16 => I32(i32), Unsigned16, integer;
    u32 => I64(i64), Unsigned32, integer;
    u64 => U64(u64), Whole, read_u64;
}

shared_scalar!(i8, i16, i32, i64, u16, u32, u64);
// Not an element or item: `Vec<u8>` is bytes.
shared_column!(u8);

#[inline]
fn integer<T: TryFrom<i64> + TryFrom<u64>>(cell: Cell<'_>, expected: &'static str) -> Result<T, CellError> {
    if let Cell::I64(value) = cell
        && let Ok(value) = T::try_from(value)
    {
        return Ok(value);
    }
    encoded(cell, expected)
}

/// Not inlined, so that code which reads an integer contains the likely case and no more.
#[inline(never)]
fn encoded<T: TryFrom<i64> + TryFrom<u64>>(cell: Cell<'_>, expected: &'static str) -> Result<T, CellError> {
    let fits = match cell {
        Cell::I64(value) => T::try_from(value).ok(),
        Cell::U64(value) => T::try_from(value).ok(),
        Cell::Pg { oid, bytes } => match pg(oid, bytes) {
            Some(value) => T::try_from(value).ok(),
            None => return Err(CellError::mismatch(expected, cell)),
        },
        Cell::Json(token) => return from_json(token, expected),
        // What MySQL gives for a sum of integers: no fraction, and as many digits as it takes.
        Cell::Decimal(text) if !text.contains('.') => {
            let signed = text.parse::<i64>().ok().and_then(|value| T::try_from(value).ok());
            signed.or_else(|| text.parse::<u64>().ok().and_then(|value| T::try_from(value).ok()))
        }
        _ => return Err(CellError::mismatch(expected, cell)),
    };
    fits.ok_or_else(|| CellError::out_of_range(expected, cell))
}

/// PostgreSQL and SQL Server have no unsigned type, so a `u64` is a decimal there.
fn read_u64(cell: Cell<'_>, expected: &'static str) -> Result<u64, CellError> {
    match cell {
        Cell::Pg { oid: oid::NUMERIC, .. } | Cell::Decimal(_) | Cell::FixedPoint(_) => {
            let text = read::decimal(cell, expected)?;
            text.parse().map_err(|_| CellError::out_of_range(expected, cell))
        }
        _ => integer(cell, expected),
    }
}

/// An integer of PostgreSQL; `None` for another type or a wrong length.
#[inline]
fn pg(oid: u32, bytes: &[u8]) -> Option<i64> {
    Some(match oid {
        oid::INT8 => i64::from_be_bytes(bytes.try_into().ok()?),
        oid::INT4 => i64::from(i32::from_be_bytes(bytes.try_into().ok()?)),
        oid::INT2 => i64::from(i16::from_be_bytes(bytes.try_into().ok()?)),
        oid::OID => i64::from(u32::from_be_bytes(bytes.try_into().ok()?)),
        _ => return None,
    })
}

fn from_json<T: TryFrom<i64> + TryFrom<u64>>(token: &str, expected: &'static str) -> Result<T, CellError> {
    let cell = Cell::Json(token);
    if !json::is_number(token) {
        return Err(CellError::mismatch(expected, cell));
    }
    if token.contains(['.', 'e', 'E']) {
        return Err(CellError::new(expected, "a JSON number with a fraction or exponent"));
    }
    let fits = if token.starts_with('-') {
        token.parse::<i64>().ok().and_then(|value| T::try_from(value).ok())
    } else {
        token.parse::<u64>().ok().and_then(|value| T::try_from(value).ok())
    };
    fits.ok_or_else(|| CellError::out_of_range(expected, cell))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cell::FixedPoint;

    fn int8(value: i64) -> [u8; 8] {
        value.to_be_bytes()
    }

    #[test]
    fn extremes_come_back_from_every_form() {
        for value in [i64::MIN, -1, 0, 1, i64::MAX] {
            assert_eq!(i64::from_cell(Cell::I64(value)), Ok(value));
            assert_eq!(i64::from_cell(Cell::Pg { oid: oid::INT8, bytes: &int8(value) }), Ok(value));
            assert_eq!(i64::from_cell(Cell::Json(&value.to_string())), Ok(value));
        }
        for value in [0, u64::MAX] {
            assert_eq!(u64::from_cell(Cell::U64(value)), Ok(value));
            assert_eq!(u64::from_cell(Cell::Json(&value.to_string())), Ok(value));
        }
    }

    #[test]
    fn narrowing_is_an_error_that_names_both_types() {
        let error = i32::from_cell(Cell::Pg { oid: oid::INT8, bytes: &int8(1 << 31) }).unwrap_err();
        assert_eq!(error.to_string(), "expected i32, found int8 (OID 20) out of its range");
        assert!(i16::from_cell(Cell::I64(32768)).is_err());
        assert!(i64::from_cell(Cell::U64(1 << 63)).is_err());
        assert!(u64::from_cell(Cell::I64(-1)).is_err());
        assert!(i64::from_cell(Cell::Json("9223372036854775808")).is_err());
    }

    #[test]
    fn a_numeric_is_a_u64_if_it_is_whole_and_never_an_i64() {
        let numeric = |bytes| Cell::Pg { oid: oid::NUMERIC, bytes };
        assert_eq!(u64::from_cell(numeric(&[0, 1, 0, 0, 0, 0, 0, 0, 0, 7])), Ok(7));
        assert!(i64::from_cell(numeric(&[0, 1, 0, 0, 0, 0, 0, 0, 0, 7])).is_err());
        let half = u64::from_cell(numeric(&[0, 1, 255, 255, 0, 0, 0, 1, 19, 136])).unwrap_err();
        assert_eq!(half.to_string(), "expected u64, found numeric (OID 1700) out of its range");
        for whole in [0, u64::MAX] {
            let fixed = Cell::FixedPoint(FixedPoint::new(whole.into(), 0));
            assert_eq!(u64::from_cell(fixed), Ok(whole));
            assert_eq!(u64::from_cell(Cell::Decimal(&whole.to_string())), Ok(whole));
            assert!(i64::from_cell(fixed).is_err());
        }
        for other in [FixedPoint::new(-1, 0), FixedPoint::new(15, 1), FixedPoint::new(1 << 64, 0)] {
            assert!(u64::from_cell(Cell::FixedPoint(other)).is_err());
        }
        assert!(u64::from_cell(numeric(&[0, 1, 0, 0, 64, 0, 0, 0, 0, 7])).is_err());
    }

    #[test]
    fn narrow_columns_widen_and_values_that_fit_are_read() {
        assert_eq!(i64::from_cell(Cell::Pg { oid: oid::INT2, bytes: &[0xff, 0xfe] }), Ok(-2));
        assert_eq!(i16::from_cell(Cell::Pg { oid: oid::INT8, bytes: &int8(-5) }), Ok(-5));
        assert_eq!(u8::from_cell(Cell::I64(255)), Ok(255));
    }

    #[test]
    fn null_says_how_to_allow_it() {
        let error = i64::from_cell(Cell::Null).unwrap_err();
        let text = "expected i64, found null; the column may be NULL: read it as Option<i64>";
        assert_eq!(error.to_string(), text);
    }

    #[test]
    fn other_types_and_lengths_are_errors() {
        let cells = [
            Cell::Text("1"),
            Cell::F64(1.0),
            Cell::Bool(true),
            Cell::Json("1.0"),
            Cell::Json("1e2"),
            Cell::Json("01"),
            Cell::Json("+1"),
            Cell::Json("\"1\""),
            Cell::Pg { oid: oid::FLOAT8, bytes: &[0; 8] },
            Cell::Pg { oid: oid::INT8, bytes: &[0; 4] },
            Cell::Pg { oid: 16400, bytes: &[0; 8] },
        ];
        for cell in cells {
            assert!(i64::from_cell(cell).is_err(), "{cell:?}");
        }
    }
}
