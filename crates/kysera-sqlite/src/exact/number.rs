//! An exact decimal: whole digits and how many of them stand behind the point.

use num_bigint::BigInt;
use std::fmt;

/// Most digits before the point, as PostgreSQL's `numeric` has them (manual, 8.1.2).
pub(super) const MOST_WHOLE: usize = 131_072;
/// Most digits behind it.
pub(super) const MOST_FRACTION: u32 = 16_383;

/// The digits of a decimal, with a sign: in a register pair as long as they fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Digits {
    Small(i128),
    Big(BigInt),
}

/// An exact decimal: `digits / 10^scale`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Number {
    pub(crate) digits: Digits,
    pub(crate) scale: u32,
}

impl Number {
    pub(super) const ZERO: Number = Number { digits: Digits::Small(0), scale: 0 };

    /// Reads `-12.50`; `None` for an exponent, a word, a blank or anything else that is no plain number.
    pub(crate) fn parse(text: &str) -> Option<Number> {
        let (negative, whole, fraction) = parts(text)?;
        let scale = u32::try_from(fraction.len()).ok()?;
        let mut small: i128 = 0;
        for byte in whole.bytes().chain(fraction.bytes()) {
            match small.checked_mul(10).and_then(|n| n.checked_add(i128::from(byte - b'0'))) {
                Some(next) => small = next,
                None => return Some(Number { digits: big(negative, whole, fraction)?, scale }),
            }
        }
        Some(Number { digits: Digits::Small(if negative { -small } else { small }), scale })
    }

    pub(super) fn is_zero(&self) -> bool {
        matches!(&self.digits, Digits::Small(0)) || self.big() == BigInt::ZERO
    }

    /// The digits as a number of any length.
    pub(super) fn big(&self) -> BigInt {
        match &self.digits {
            Digits::Small(n) => BigInt::from(*n),
            Digits::Big(n) => n.clone(),
        }
    }

    /// The digits at a larger scale.
    pub(super) fn big_at(&self, scale: u32) -> BigInt {
        self.big() * ten_to(scale - self.scale)
    }

    /// The digits at a larger scale, where they fit.
    pub(super) fn small_at(&self, scale: u32) -> Option<i128> {
        match &self.digits {
            Digits::Small(n) => n.checked_mul(10_i128.checked_pow(scale - self.scale)?),
            Digits::Big(_) => None,
        }
    }
}

impl From<i128> for Digits {
    fn from(n: i128) -> Digits {
        Digits::Small(n)
    }
}

impl From<BigInt> for Digits {
    fn from(n: BigInt) -> Digits {
        match i128::try_from(&n) {
            Ok(small) => Digits::Small(small),
            Err(_) => Digits::Big(n),
        }
    }
}

impl From<i64> for Number {
    fn from(n: i64) -> Number {
        Number { digits: Digits::Small(n.into()), scale: 0 }
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match &self.digits {
            Digits::Small(n) => n.to_string(),
            Digits::Big(n) => n.to_string(),
        };
        let (sign, digits) = text.strip_prefix('-').map_or(("", &*text), |digits| ("-", digits));
        let scale = self.scale as usize;
        if scale == 0 {
            return write!(f, "{sign}{digits}");
        }
        match digits.len().checked_sub(scale) {
            Some(whole) if whole > 0 => write!(f, "{sign}{}.{}", &digits[..whole], &digits[whole..]),
            _ => write!(f, "{sign}0.{digits:0>scale$}"),
        }
    }
}

/// `10^exponent`.
pub(super) fn ten_to(exponent: u32) -> BigInt {
    BigInt::from(10).pow(exponent)
}

/// Sign, digits before the point and digits behind it.
pub(super) fn parts(text: &str) -> Option<(bool, &str, &str)> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if (whole.is_empty() && fraction.is_empty()) || !digits(whole) || !digits(fraction) {
        return None;
    }
    Some((text.starts_with('-'), whole, fraction))
}

fn big(negative: bool, whole: &str, fraction: &str) -> Option<Digits> {
    let digits = [if negative { "-" } else { "" }, whole, fraction].concat();
    Some(digits.parse::<BigInt>().ok()?.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_written() {
        for text in [
            "0",
            "-1",
            "12.50",
            "0.00",
            "-0.05",
            "170141183460469231731687303715884105728",
            "-0.00000000000000000000000000000000000000000001",
        ] {
            assert_eq!(Number::parse(text).unwrap().to_string(), text);
        }
        for (text, plain) in [("-0", "0"), ("+1.5", "1.5"), (".5", "0.5"), ("007", "7"), ("5.", "5")] {
            assert_eq!(Number::parse(text).unwrap().to_string(), plain);
        }
        for text in ["", ".", "-", "1e5", "NaN", " 1", "1 ", "1.2.3", "--1", "1_000", "\u{661}"] {
            assert_eq!(Number::parse(text), None, "{text}");
        }
    }
}
