//! `rust_decimal::Decimal`: exact, with at most 28 digits. What has more is an error: read it as `BigDecimal`.

use super::scalar::scalar;
use crate::cell::{Cell, CellError, FromCell};
use crate::read;
use crate::value::{SqlType, ToValue, Value};
use crate::wire::decimal::Decimal as Parts;
use rust_decimal::Decimal;

impl ToValue for Decimal {
    const SQL_TYPE: SqlType = SqlType::Decimal;

    fn to_value(self) -> Value {
        Value::Decimal(self.to_string().into())
    }
}

impl FromCell for Decimal {
    fn from_cell(cell: Cell<'_>) -> Result<Self, CellError> {
        if let Cell::FixedPoint(decimal) = cell {
            let (mantissa, scale) = (decimal.mantissa(), u32::from(decimal.scale()));
            return Decimal::try_from_i128_with_scale(mantissa, scale).map_err(|_| too_long());
        }
        let text = read::decimal(cell, "Decimal")?;
        if text.len() > LONGEST {
            return long(&text);
        }
        Decimal::from_str_exact(&text).or_else(|_| without_zeros(&text))
    }
}

/// A sign, 29 digits, a point and 28 digits: no longer text is given to the parser of `Decimal`, which calls itself for
/// each digit.
const LONGEST: usize = 59;

/// A scale that a column has for all of its values may be more than fits; its zeros are no digits of the number.
#[cold]
fn without_zeros(text: &str) -> Result<Decimal, CellError> {
    let short = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text };
    Decimal::from_str_exact(short).map_err(|_| unreadable(text))
}

/// Zeros in front and at the end are all that may be too many.
#[cold]
fn long(text: &str) -> Result<Decimal, CellError> {
    let Some(parts) = Parts::parse(text) else { return Err(unreadable(text)) };
    let fits = |fraction: &str| parts.whole.len() + fraction.len() <= LONGEST - 2;
    let all = parts.fraction;
    let fraction = if fits(all) { all } else { all.trim_end_matches('0') };
    if !fits(fraction) {
        return Err(too_long());
    }
    let sign = if parts.negative { "-" } else { "" };
    let short = format!("{sign}0{}.{fraction}", parts.whole);
    let short = short.trim_end_matches('.');
    Decimal::from_str_exact(short).or_else(|_| without_zeros(short)).map_err(|_| too_long())
}

scalar!(Decimal);

#[cold]
fn unreadable(text: &str) -> CellError {
    match text {
        "NaN" | "Infinity" | "-Infinity" => CellError::new("Decimal", "NaN or infinity"),
        _ => too_long(),
    }
}

#[cold]
fn too_long() -> CellError {
    CellError::new("Decimal", "a decimal of more than 28 digits").advice("read it as BigDecimal")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cell::FixedPoint;

    #[test]
    fn twenty_eight_digits_fit_and_more_are_an_error() {
        for text in ["79228162514264337593543950335", "-0.0000000000000000000000000001", "1.50", "0"] {
            assert_eq!(Decimal::from_cell(Cell::Text(text)).map(|d| d.to_string()).as_deref(), Ok(text));
        }
        let many = "12345678901234567890123456789012345678";
        let error = Decimal::from_cell(Cell::Text(many)).unwrap_err();
        let text = "expected Decimal, found a decimal of more than 28 digits; read it as BigDecimal";
        assert_eq!(error.to_string(), text);
        assert!(Decimal::from_cell(Cell::Text("0.00000000000000000000000000001")).is_err());
    }

    /// MySQL's `decimal(65, 30)` gives thirty digits of fraction for every value.
    #[test]
    fn zeros_of_a_long_scale_do_not_keep_a_decimal_from_being_read() {
        let read = |text: &str| Decimal::from_cell(Cell::Decimal(text)).map(|d| d.to_string());
        let zeros = "0".repeat(30);
        assert_eq!(read(&format!("1.{zeros}")).as_deref(), Ok("1"));
        assert_eq!(read("-12.500000000000000000000000000000").as_deref(), Ok("-12.5"));
        let most = "79228162514264337593543950335";
        assert_eq!(read(&format!("{most}.{zeros}")).as_deref(), Ok(most));
        assert!(read("1.000000000000000000000000000001").is_err());
    }

    /// The parser of `Decimal` calls itself for each digit; on a thread of 2 MiB that ended the process.
    #[test]
    fn many_zeros_do_not_overflow_the_stack() {
        let zeros = "0".repeat(1_000_000);
        let read = |text: &str| Decimal::from_cell(Cell::Text(text)).map(|d| d.to_string());
        assert_eq!(read(&format!("-{zeros}1.50")).as_deref(), Ok("-1.50"));
        assert_eq!(read(&zeros).as_deref(), Ok("0"));
        assert_eq!(read(&format!("{zeros}12")).as_deref(), Ok("12"));
        assert_eq!(read(&format!("0.{zeros}")).as_deref(), Ok("0"));
        assert!(read(&format!("1{zeros}")).is_err());
        let infinite = "Infinity".repeat(20);
        assert!(read(&infinite).is_err());
    }

    #[test]
    fn an_integer_and_a_scale_are_read_where_they_fit() {
        let read = |mantissa, scale| Decimal::from_cell(Cell::FixedPoint(FixedPoint::new(mantissa, scale)));
        let most = 79_228_162_514_264_337_593_543_950_335;
        for (mantissa, scale) in [(most, 0), (-most, 28), (1250, 2), (-1, 28), (0, 0)] {
            let text = FixedPoint::new(mantissa, scale).to_string();
            assert_eq!(read(mantissa, scale).map(|d| d.to_string()), Ok(text));
        }
        for (mantissa, scale) in [(most + 1, 0), (1, 29), (i128::MIN, 38)] {
            let text = "expected Decimal, found a decimal of more than 28 digits; read it as BigDecimal";
            assert_eq!(read(mantissa, scale).unwrap_err().to_string(), text);
        }
    }
}
