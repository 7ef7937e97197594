//! Arithmetic of decimals, with the scales that PostgreSQL's `numeric` gives its results.

use super::number::{Digits, MOST_FRACTION, MOST_WHOLE, Number, ten_to};
use num_bigint::{BigInt, Sign};
use std::fmt;

/// Why there is no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    DivisionByZero,
    TooManyDigits,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Failure::DivisionByZero => "division by zero",
            Failure::TooManyDigits => {
                "the decimal has more than 131072 digits before or 16383 behind the point"
            }
        })
    }
}

impl std::error::Error for Failure {}

type Result = std::result::Result<Number, Failure>;

/// The sum, at the larger scale.
pub(super) fn add(a: &Number, b: &Number) -> Result {
    aligned(a, b, i128::checked_add, |a, b| a + b)
}

/// The difference, at the larger scale.
pub(super) fn sub(a: &Number, b: &Number) -> Result {
    aligned(a, b, i128::checked_sub, |a, b| a - b)
}

/// The product, at the sum of the scales.
pub(super) fn mul(a: &Number, b: &Number) -> Result {
    let scale = a.scale + b.scale;
    if let (Digits::Small(x), Digits::Small(y)) = (&a.digits, &b.digits)
        && let Some(digits) = x.checked_mul(*y)
    {
        return fitting(Number { digits: digits.into(), scale });
    }
    fitting(Number { digits: (a.big() * b.big()).into(), scale })
}

/// The quotient, rounded half away from zero at the scale that PostgreSQL chooses.
pub(super) fn div(a: &Number, b: &Number) -> Result {
    if b.is_zero() {
        return Err(Failure::DivisionByZero);
    }
    let scale = quotient_scale(a, b);
    // a / 10^sa : b / 10^sb = a * 10^(scale + sb - sa) / b / 10^scale
    let shift = i64::from(scale) + i64::from(b.scale) - i64::from(a.scale);
    let exponent = u32::try_from(shift.unsigned_abs()).map_err(|_| Failure::TooManyDigits)?;
    let digits = match small_quotient(a, b, shift, exponent) {
        Some(digits) => digits.into(),
        None if shift >= 0 => divided(&(a.big() * ten_to(exponent)), &b.big()).into(),
        None => divided(&a.big(), &(b.big() * ten_to(exponent))).into(),
    };
    fitting(Number { digits, scale })
}

/// The remainder of a division that cuts towards zero, at the larger scale.
pub(super) fn rem(a: &Number, b: &Number) -> Result {
    if b.is_zero() {
        return Err(Failure::DivisionByZero);
    }
    aligned(a, b, i128::checked_rem, |a, b| a % b)
}

/// Rounded half away from zero to so many digits behind the point; before it where negative.
pub(super) fn round(a: &Number, places: i64) -> Result {
    let places = places.clamp(-(MOST_WHOLE as i64) - 1, i64::from(MOST_FRACTION));
    let scale = u32::try_from(places).unwrap_or(0);
    let cut = i64::from(a.scale) - places;
    let digits = match u32::try_from(cut) {
        Ok(cut) => {
            let back = u32::try_from(-places).map_or(BigInt::from(1), ten_to);
            (divided(&a.big(), &ten_to(cut)) * back).into()
        }
        Err(_) => a.big_at(scale).into(),
    };
    fitting(Number { digits, scale })
}

/// Without its sign.
pub(super) fn abs(a: &Number) -> Number {
    match &a.digits {
        Digits::Small(n) if *n < 0 => neg(a),
        Digits::Big(n) if n.sign() == Sign::Minus => neg(a),
        _ => a.clone(),
    }
}

/// With the other sign.
pub(super) fn neg(a: &Number) -> Number {
    let digits = match &a.digits {
        Digits::Small(n) => n.checked_neg().map_or_else(|| (-BigInt::from(*n)).into(), Digits::from),
        Digits::Big(n) => (-n).into(),
    };
    Number { digits, scale: a.scale }
}

const WHOLE_PLACES: u32 = 131_072;
const _: () = assert!(WHOLE_PLACES as usize == MOST_WHOLE);

/// A number, unless it has more digits than `numeric` can hold.
pub(super) fn fitting(number: Number) -> Result {
    // A small one has at most 39 digits.
    let whole = match &number.digits {
        Digits::Small(_) => 0,
        // log10(2) is between 0.30102 and 0.30103.
        Digits::Big(n) => usize::try_from(n.bits()).unwrap_or(usize::MAX).saturating_mul(30_102) / 100_000,
    };
    if number.scale > MOST_FRACTION || whole.saturating_sub(number.scale as usize) > MOST_WHOLE {
        return Err(Failure::TooManyDigits);
    }
    // The estimate is too low by six digits at most.
    if whole + 16 >= MOST_WHOLE + number.scale as usize
        && number.big().magnitude() >= ten_to(WHOLE_PLACES + number.scale).magnitude()
    {
        return Err(Failure::TooManyDigits);
    }
    Ok(number)
}

fn aligned(
    a: &Number,
    b: &Number,
    small: impl Fn(i128, i128) -> Option<i128>,
    big: impl Fn(BigInt, BigInt) -> BigInt,
) -> Result {
    let scale = a.scale.max(b.scale);
    if let (Some(x), Some(y)) = (a.small_at(scale), b.small_at(scale))
        && let Some(digits) = small(x, y)
    {
        return fitting(Number { digits: digits.into(), scale });
    }
    fitting(Number { digits: big(a.big_at(scale), b.big_at(scale)).into(), scale })
}

/// A quotient whose numbers fit.
fn small_quotient(a: &Number, b: &Number, shift: i64, exponent: u32) -> Option<i128> {
    let (Digits::Small(x), Digits::Small(y)) = (&a.digits, &b.digits) else { return None };
    let factor = 10_i128.checked_pow(exponent)?;
    let (x, y) = if shift >= 0 { (x.checked_mul(factor)?, *y) } else { (*x, y.checked_mul(factor)?) };
    let (quotient, rest) = (x.checked_div(y)?, x.checked_rem(y)?);
    let away = rest.unsigned_abs() >= y.unsigned_abs() - rest.unsigned_abs();
    match (away, (x < 0) != (y < 0)) {
        (false, _) => Some(quotient),
        (true, false) => quotient.checked_add(1),
        (true, true) => quotient.checked_sub(1),
    }
}

/// A quotient of whole numbers, half away from zero.
fn divided(a: &BigInt, b: &BigInt) -> BigInt {
    let (quotient, rest) = (a / b, a % b);
    if rest.magnitude() * 2_u32 < *b.magnitude() {
        quotient
    } else if (a.sign() == Sign::Minus) == (b.sign() == Sign::Minus) {
        quotient + 1
    } else {
        quotient - 1
    }
}

/// The scale of a quotient: 16 significant digits at least, counted in groups of four (numeric.c, `select_div_scale`).
fn quotient_scale(a: &Number, b: &Number) -> u32 {
    let ((a_weight, a_first), (b_weight, b_first)) = (first_group(a), first_group(b));
    let weight = a_weight - b_weight - i64::from(a_first <= b_first);
    let scale = (16 - weight * 4).max(i64::from(a.scale)).max(i64::from(b.scale)).clamp(0, 1000);
    u32::try_from(scale).unwrap_or(1000)
}

/// The power of 10,000 of the first group of digits that is not zero, and that group; 0 and 0 of zero.
fn first_group(number: &Number) -> (i64, u32) {
    let digits = match &number.digits {
        Digits::Small(n) => n.unsigned_abs().to_string(),
        Digits::Big(n) => n.magnitude().to_string(),
    };
    if digits == "0" {
        return (0, 0);
    }
    let exponent = digits.len() as i64 - 1 - i64::from(number.scale);
    let weight = exponent.div_euclid(4);
    // One to four digits.
    let length = usize::try_from(exponent.rem_euclid(4)).unwrap_or(0) + 1;
    let group = digits.bytes().chain(std::iter::repeat(b'0')).take(length);
    (weight, group.fold(0, |group, digit| group * 10 + u32::from(digit - b'0')))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Number {
        Number::parse(text).unwrap()
    }

    fn of(op: fn(&Number, &Number) -> Result, a: &str, b: &str) -> String {
        op(&number(a), &number(b)).unwrap().to_string()
    }

    #[test]
    fn what_a_type_of_28_digits_would_round_stays_exact() {
        let most = "79228162514264337593543950335";
        assert_eq!(of(add, most, "0.4"), "79228162514264337593543950335.4");
        assert_eq!(of(add, "1234567890123456789012345678", "0.123"), "1234567890123456789012345678.123");
        let product = of(mul, "0.123456789012345678", "0.987654321098765432");
        assert_eq!(product, "0.121932631137021794322511812221002896");
        assert_eq!(of(mul, most, most), "6277101735386680763835789423049210091073826769276946612225");
    }

    #[test]
    fn quotients_have_the_scale_of_postgresql() {
        for (a, b, quotient) in [
            ("1", "3", "0.33333333333333333333"),
            ("10.00", "4", "2.5000000000000000"),
            ("2", "3", "0.66666666666666666667"),
            ("-2", "3", "-0.66666666666666666667"),
            ("0", "7", "0.00000000000000000000"),
            ("1", "-10000", "-0.000100000000000000000000"),
        ] {
            assert_eq!(of(div, a, b), quotient, "{a} / {b}");
        }
    }

    #[test]
    fn halves_are_rounded_away_from_zero() {
        for (text, places, rounded) in [
            ("2.5", 0, "3"),
            ("-2.5", 0, "-3"),
            ("0.125", 2, "0.13"),
            ("15", -1, "20"),
            ("4", -1, "0"),
            ("1.5", 3, "1.500"),
            ("-0.004", 2, "0.00"),
        ] {
            assert_eq!(round(&number(text), places).unwrap().to_string(), rounded, "{text}");
        }
    }

    #[test]
    fn division_by_zero_and_too_many_digits_are_errors() {
        let one = number("1");
        assert_eq!(div(&one, &number("0.00")), Err(Failure::DivisionByZero));
        assert_eq!(rem(&one, &number("0")), Err(Failure::DivisionByZero));
        let longest = number(&"9".repeat(MOST_WHOLE));
        assert_eq!(add(&longest, &number("0")).unwrap(), longest);
        assert_eq!(add(&longest, &one), Err(Failure::TooManyDigits));
        assert_eq!(mul(&longest, &number("10")), Err(Failure::TooManyDigits));
        let tiny = number(&format!("0.{}1", "0".repeat(10_000)));
        assert_eq!(mul(&tiny, &tiny), Err(Failure::TooManyDigits));
        assert_eq!(round(&longest, -1), Err(Failure::TooManyDigits));
    }

    #[test]
    fn the_smallest_and_largest_of_a_register_are_computed() {
        let (min, max) = (i128::MIN.to_string(), i128::MAX.to_string());
        assert_eq!(neg(&number(&min)).to_string(), "170141183460469231731687303715884105728");
        assert_eq!(abs(&number(&min)).to_string(), "170141183460469231731687303715884105728");
        assert_eq!(of(sub, &min, &max), "-340282366920938463463374607431768211455");
        assert_eq!(of(rem, &min, "-1"), "0");
    }
}
