//! Exact decimals.

use crate::cell::{Cell, CellError};
use crate::wire::decimal::Decimal;
use crate::wire::json;
use crate::wire::pg::{numeric, oid};
use std::borrow::Cow;

/// An exact decimal as its plain text: `-12.50`, with its scale and no exponent. PostgreSQL also has `NaN`,
/// `Infinity` and `-Infinity`.
///
/// # Errors
/// When the cell holds something else. A float is something else: its decimal digits are not exact.
pub fn decimal<'a>(cell: Cell<'a>, expected: &'static str) -> Result<Cow<'a, str>, CellError> {
    let text = match cell {
        Cell::Text(text) | Cell::Decimal(text) => Some(Cow::Borrowed(text)),
        Cell::FixedPoint(decimal) => return Ok(Cow::Owned(decimal.to_string())),
        Cell::I64(value) => return Ok(Cow::Owned(value.to_string())),
        Cell::U64(value) => return Ok(Cow::Owned(value.to_string())),
        Cell::Pg { oid: oid::NUMERIC, bytes } => {
            let text = numeric::decode(bytes).map(Cow::Owned);
            return text.ok_or_else(|| CellError::new(expected, "damaged bytes of numeric (OID 1700)"));
        }
        Cell::Pg { oid, bytes } => {
            return pg_integer(oid, bytes).ok_or_else(|| CellError::mismatch(expected, cell));
        }
        Cell::Json(token) if json::is_number(token) => Some(Cow::Borrowed(token)),
        Cell::Json(token) if token.starts_with('[') => return Err(float(expected)),
        Cell::Json(token) => json::string(token),
        Cell::F64(_) => return Err(float(expected)),
        _ => None,
    };
    let text = text.ok_or_else(|| CellError::mismatch(expected, cell))?;
    if Decimal::parse(&text).is_none() {
        return Err(CellError::new(expected, format!("{} that is not a plain decimal", cell.type_name())));
    }
    Ok(text)
}

/// Nested rows bring a float in a list.
#[cold]
fn float(expected: &'static str) -> CellError {
    CellError::new(expected, "a float").advice(
        "its digits are not exact, and comparisons would be wrong: declare the column as text and store decimals as text, \
         or declare the form on the column: #[column(form = \"decimal_real\")]",
    )
}

fn pg_integer(oid: u32, bytes: &[u8]) -> Option<Cow<'static, str>> {
    let text = match oid {
        oid::INT8 => i64::from_be_bytes(bytes.try_into().ok()?).to_string(),
        oid::INT4 => i32::from_be_bytes(bytes.try_into().ok()?).to_string(),
        oid::INT2 => i16::from_be_bytes(bytes.try_into().ok()?).to_string(),
        _ => return None,
    };
    Some(Cow::Owned(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cell::FixedPoint;

    #[test]
    fn digits_and_scale_stay_as_they_are() {
        let digits = "12345678901234567890123456789012345678";
        let fraction = format!("-0.{digits}");
        for text in [digits, &fraction, "1.50", "0"] {
            let quoted = format!("\"{text}\"");
            for cell in [Cell::Text(text), Cell::Decimal(text), Cell::Json(text), Cell::Json(&quoted)] {
                assert_eq!(decimal(cell, "Decimal").as_deref(), Ok(text));
            }
        }
        assert_eq!(decimal(Cell::U64(u64::MAX), "Decimal").as_deref(), Ok("18446744073709551615"));
        let fixed = Cell::FixedPoint(FixedPoint::new(i128::MIN, 39));
        let text = "-0.170141183460469231731687303715884105728";
        assert_eq!(decimal(fixed, "Decimal").as_deref(), Ok(text));
        assert_eq!(decimal(Cell::Pg { oid: oid::INT2, bytes: &[255, 255] }, "Decimal").as_deref(), Ok("-1"));
    }

    #[test]
    fn floats_and_exponents_are_not_exact_decimals() {
        for cell in [
            Cell::F64(1.5),
            Cell::Text("1e5"),
            Cell::Decimal("1e5"),
            Cell::Json("1e5"),
            Cell::Text(""),
            Cell::Json("true"),
        ] {
            assert!(decimal(cell, "Decimal").is_err(), "{cell:?}");
        }
    }
}
