//! `bigdecimal::BigDecimal`: exact, with as many digits as PostgreSQL's `numeric`.

use super::scalar::scalar;
use crate::cell::{Cell, CellError, FromCell};
use crate::read;
use crate::value::{SqlType, ToValue, Value, ValueError};
use crate::wire::decimal::{Decimal as Parts, MOST_FRACTION, MOST_WHOLE};
use ::bigdecimal::BigDecimal;
use std::str::FromStr;

impl ToValue for BigDecimal {
    const SQL_TYPE: SqlType = SqlType::Decimal;

    fn to_value(self) -> Value {
        // Plain text spells every zero of an exponent, so that is checked before it is written.
        let scale = self.fractional_digit_count();
        let whole = i64::try_from(self.digits()).unwrap_or(i64::MAX).saturating_sub(scale);
        if scale > MOST_FRACTION as i64 || whole > MOST_WHOLE as i64 {
            return ValueError::new("BigDecimal", "it has more digits than numeric can hold").into();
        }
        Value::Decimal(self.to_plain_string().into())
    }
}

impl FromCell for BigDecimal {
    fn from_cell(cell: Cell<'_>) -> Result<Self, CellError> {
        let text = read::decimal(cell, "BigDecimal")?;
        // The time that is needed grows with the square of the digits.
        if text.len() > MOST_FRACTION && is_too_long(&text) {
            return Err(CellError::new("BigDecimal", "a decimal of more digits than numeric can hold"));
        }
        BigDecimal::from_str(&text).map_err(|_| CellError::new("BigDecimal", "NaN or infinity"))
    }
}

#[cold]
fn is_too_long(text: &str) -> bool {
    Parts::parse(text)
        .is_some_and(|parts| parts.whole.len() > MOST_WHOLE || parts.fraction.len() > MOST_FRACTION)
}

scalar!(BigDecimal);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cell::FixedPoint;

    #[test]
    fn thirty_eight_digits_come_back() {
        for text in
            ["12345678901234567890123456789012345678", "-0.00000000000000000000000000000000000001", "1.50"]
        {
            let read = BigDecimal::from_cell(Cell::Text(text)).unwrap();
            assert_eq!(read.to_value(), Value::Decimal(text.into()));
        }
        assert!(BigDecimal::from_cell(Cell::Text("NaN")).is_err());
        for (mantissa, scale) in [(i128::MIN, 0), (i128::MAX, 39), (-1250, 2)] {
            let decimal = FixedPoint::new(mantissa, scale);
            let read = BigDecimal::from_cell(Cell::FixedPoint(decimal)).unwrap();
            assert_eq!(read.to_value(), Value::Decimal(decimal.to_string().into()));
        }
    }

    #[test]
    fn a_text_of_a_million_digits_is_refused_at_once() {
        let nines = "9".repeat(1_000_000);
        for text in [nines.clone(), format!("0.{nines}"), format!("-{nines}.5")] {
            let error = BigDecimal::from_cell(Cell::Text(&text)).unwrap_err();
            assert_eq!(error.found(), "a decimal of more digits than numeric can hold");
        }
        let zeros = "0".repeat(1_000_000);
        assert_eq!(
            BigDecimal::from_cell(Cell::Text(&format!("{zeros}1.5"))),
            Ok(BigDecimal::new(15.into(), 1))
        );
    }

    #[test]
    fn an_exponent_is_spelled_out_as_far_as_numeric_goes() {
        let thousand = BigDecimal::from_str("1e3").unwrap();
        assert_eq!(thousand.to_value(), Value::Decimal("1000".into()));
        for huge in ["1e200000", "1e-20000", "1e9000000000"] {
            let value = BigDecimal::from_str(huge).unwrap().to_value();
            assert!(matches!(value, Value::Invalid(_)), "{huge}");
        }
    }
}
