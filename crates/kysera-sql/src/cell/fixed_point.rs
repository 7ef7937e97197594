//! Exact decimals as an integer and a scale, as SQL Server sends them.

use std::fmt;

/// An exact decimal: `mantissa / 10^scale`.
///
/// Up to 38 digits, which is what 128 bits hold and what SQL Server's `decimal` has. Databases with longer decimals
/// send text: see [`Cell::Decimal`](super::Cell::Decimal).
///
/// ```
/// # use kysera_sql::cell::FixedPoint;
/// assert_eq!(FixedPoint::new(-1250, 2).to_string(), "-12.50");
/// ```
// Bytes and not an `i128`, whose alignment would make every cell larger.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct FixedPoint {
    mantissa: [u8; 16],
    scale: u8,
}

impl FixedPoint {
    /// `mantissa / 10^scale`.
    #[inline]
    pub const fn new(mantissa: i128, scale: u8) -> FixedPoint {
        FixedPoint { mantissa: mantissa.to_ne_bytes(), scale }
    }

    /// All its digits, as one integer.
    #[inline]
    pub const fn mantissa(self) -> i128 {
        i128::from_ne_bytes(self.mantissa)
    }

    /// How many of them are behind the point.
    #[inline]
    pub const fn scale(self) -> u8 {
        self.scale
    }
}

/// As plain text, with its scale: `-12.50`.
impl fmt::Display for FixedPoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scale = usize::from(self.scale);
        // At least one digit before the point.
        let digits = format!("{:0>1$}", self.mantissa().unsigned_abs(), scale + 1);
        let (whole, fraction) = digits.split_at(digits.len() - scale);
        let sign = if self.mantissa() < 0 { "-" } else { "" };
        let point = if scale > 0 { "." } else { "" };
        write!(f, "{sign}{whole}{point}{fraction}")
    }
}

impl fmt::Debug for FixedPoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FixedPoint({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::FixedPoint;

    #[test]
    fn every_digit_and_the_scale_are_written() {
        for (mantissa, scale, text) in [
            (0, 0, "0"),
            (0, 3, "0.000"),
            (-5, 3, "-0.005"),
            (1250, 2, "12.50"),
            (i128::MAX, 0, "170141183460469231731687303715884105727"),
            (i128::MIN, 39, "-0.170141183460469231731687303715884105728"),
        ] {
            let decimal = FixedPoint::new(mantissa, scale);
            assert_eq!(decimal.to_string(), text);
            assert_eq!((decimal.mantissa(), decimal.scale()), (mantissa, scale));
        }
        assert_eq!(FixedPoint::new(1, u8::MAX).to_string().len(), 2 + 255);
    }
}
