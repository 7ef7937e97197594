//! Floats. `f64` reads what it can hold exactly; `f32` reads a 64-bit float only if nothing is lost.

use super::scalar::shared_scalar;
use crate::cell::{Cell, CellError, FromCell};
use crate::value::{SqlType, ToValue, Value};
use crate::wire::json;
use crate::wire::pg::oid;

impl ToValue for f32 {
    const SQL_TYPE: SqlType = SqlType::F32;

    fn to_value(self) -> Value {
        Value::F32(self)
    }
}

impl ToValue for f64 {
    const SQL_TYPE: SqlType = SqlType::F64;

    fn to_value(self) -> Value {
        Value::F64(self)
    }
}

impl FromCell for f64 {
    #[inline]
    fn from_cell(cell: Cell<'_>) -> Result<Self, CellError> {
        match cell {
            Cell::F64(value) => Ok(value),
            _ => encoded(cell),
        }
    }
}

/// Not inlined, so that code which reads a float contains the likely case and no more.
#[inline(never)]
fn encoded(cell: Cell<'_>) -> Result<f64, CellError> {
    let exact = match cell {
        Cell::F64(value) => return Ok(value),
        // A real expression of SQLite may come as an integer: `coalesce(price, 0)`.
        Cell::I64(value) => whole(value),
        Cell::Pg { oid, bytes } => {
            return pg(oid, bytes).ok_or_else(|| CellError::mismatch("f64", cell));
        }
        Cell::Json(token) => return from_json(token, "f64"),
        _ => return Err(CellError::mismatch("f64", cell)),
    };
    exact.ok_or_else(|| CellError::out_of_range("f64", cell))
}

impl FromCell for f32 {
    fn from_cell(cell: Cell<'_>) -> Result<Self, CellError> {
        let wide = match cell {
            Cell::Pg { oid, .. } if oid == oid::INT8 => None,
            Cell::Pg { oid, bytes } => pg(oid, bytes),
            Cell::F64(value) => Some(value),
            Cell::I64(value) => whole(value),
            Cell::Json(token) => Some(from_json(token, "f32")?),
            _ => None,
        };
        let wide = wide.ok_or_else(|| CellError::mismatch("f32", cell))?;
        narrow(wide, matches!(cell, Cell::Json(_))).ok_or_else(|| CellError::out_of_range("f32", cell))
    }
}

shared_scalar!(f32, f64);

/// An integer that a float holds exactly.
#[expect(clippy::cast_possible_truncation, reason = "the way back is the test that nothing was lost")]
fn whole(value: i64) -> Option<f64> {
    let float = value as f64;
    // The way back saturates at `i64::MAX`, which no float is.
    (float as i64 == value && value != i64::MAX).then_some(float)
}

/// A float of PostgreSQL, or an integer that a float always holds.
fn pg(oid: u32, bytes: &[u8]) -> Option<f64> {
    match oid {
        oid::FLOAT8 => Some(f64::from_be_bytes(bytes.try_into().ok()?)),
        oid::FLOAT4 => Some(f64::from(f32::from_be_bytes(bytes.try_into().ok()?))),
        oid::INT4 => Some(f64::from(i32::from_be_bytes(bytes.try_into().ok()?))),
        oid::INT2 => Some(f64::from(i16::from_be_bytes(bytes.try_into().ok()?))),
        _ => None,
    }
}

/// A JSON number, or one of the strings that the compiler writes for what JSON has no number for.
fn from_json(token: &str, expected: &'static str) -> Result<f64, CellError> {
    match token {
        "\"NaN\"" => return Ok(f64::NAN),
        "\"Infinity\"" => return Ok(f64::INFINITY),
        "\"-Infinity\"" => return Ok(f64::NEG_INFINITY),
        _ => {}
    }
    let cell = Cell::Json(token);
    if !json::is_number(token) {
        return Err(CellError::mismatch(expected, cell));
    }
    let value = token.parse::<f64>().map_err(|_| CellError::mismatch(expected, cell))?;
    if value.is_finite() { Ok(value) } else { Err(CellError::out_of_range(expected, cell)) }
}

/// The 32-bit float that `wide` is. JSON may hold its shortest digits (`0.1`) instead of its value.
#[expect(clippy::cast_possible_truncation, reason = "compared afterwards")]
fn narrow(wide: f64, shortest_digits: bool) -> Option<f32> {
    let value = wide as f32;
    let same = f64::from(value) == wide || (value.is_nan() && wide.is_nan());
    let same_digits = || shortest_digits && value.is_finite() && value.to_string().parse() == Ok(wide);
    (same || same_digits()).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(read: Result<f64, CellError>, value: f64) {
        assert_eq!(read.map(f64::to_bits), Ok(value.to_bits()));
    }

    #[test]
    fn every_kind_of_f64_comes_back_bit_for_bit() {
        let values = [0.0, -0.0, 0.1, 1e300, 5e-324, f64::MAX, f64::MIN, f64::INFINITY, f64::NEG_INFINITY];
        for value in values {
            same(f64::from_cell(Cell::F64(value)), value);
            same(f64::from_cell(Cell::Pg { oid: oid::FLOAT8, bytes: &value.to_be_bytes() }), value);
            if value.is_finite() {
                same(f64::from_cell(Cell::Json(&format!("{value:e}"))), value);
                same(f64::from_cell(Cell::Json(&format!("{value}"))), value);
            }
        }
        same(f64::from_cell(Cell::Json("\"-Infinity\"")), f64::NEG_INFINITY);
        assert!(f64::from_cell(Cell::Json("\"NaN\"")).unwrap().is_nan());
    }

    #[test]
    fn an_integer_is_a_float_only_if_it_is_exact() {
        same(f64::from_cell(Cell::I64(1 << 53)), 9_007_199_254_740_992.0);
        assert!(f64::from_cell(Cell::I64((1 << 53) + 1)).is_err());
        assert!(f64::from_cell(Cell::I64(i64::MAX)).is_err());
        same(f64::from_cell(Cell::I64(i64::MIN)), -9_223_372_036_854_775_808.0);
    }

    #[test]
    fn f32_refuses_digits_it_cannot_hold() {
        assert_eq!(f32::from_cell(Cell::F64(f64::from(0.1_f32))), Ok(0.1));
        assert!(f32::from_cell(Cell::F64(0.1)).is_err());
        assert!(f32::from_cell(Cell::F64(1e300)).is_err());
        assert_eq!(f32::from_cell(Cell::F64(f64::INFINITY)), Ok(f32::INFINITY));
        assert_eq!(f32::from_cell(Cell::Json("0.1")), Ok(0.1));
        assert!(f32::from_cell(Cell::Json("0.123456789123")).is_err());
    }

    #[test]
    fn words_are_not_floats() {
        for token in ["Infinity", "nan", "\"inf\"", "1.", ".5", "1e", "9.0e+999", "\"1.5\""] {
            assert!(f64::from_cell(Cell::Json(token)).is_err(), "{token}");
        }
        assert!(f64::from_cell(Cell::Text("1.5")).is_err());
    }
}
