//! Numbers of one kind as another, as PostgreSQL converts them: rounded by a rule, or refused; never cut.

use super::arithmetic::round;
use super::number::{Digits, Number};

/// A float as an integer: to the nearest, half to even. `None` beyond 64 bits.
pub(super) fn integer_of_real(value: f64) -> Option<i64> {
    let whole = value.round_ties_even();
    // 2^63 is a float and no integer, -2^63 is both.
    let fits = (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&whole);
    #[expect(clippy::cast_possible_truncation, reason = "it is a whole number within the range")]
    let integer = whole as i64;
    fits.then_some(integer)
}

/// A decimal as an integer: to the nearest, half away from zero. `None` beyond 64 bits.
pub(super) fn integer_of_decimal(number: &Number) -> Option<i64> {
    match round(number, 0).ok()?.digits {
        Digits::Small(n) => i64::try_from(n).ok(),
        Digits::Big(_) => None,
    }
}

/// A text as an integer: digits with a sign, blanks around them.
pub(super) fn integer_of_text(text: &str) -> Option<i64> {
    blanks_off(text).parse().ok()
}

/// A text as a float, blanks around it. `None` beyond the range, and for what is too small for it.
pub(super) fn real_of_text(text: &str) -> Option<f64> {
    let text = blanks_off(text);
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
    let value: f64 = if plain { text.parse().ok()? } else { return None };
    let digits = text.split(['e', 'E']).next().unwrap_or_default();
    let is_zero = !digits.bytes().any(|byte| (b'1'..=b'9').contains(&byte));
    (value.is_finite() && (value != 0.0 || is_zero)).then_some(value)
}

/// A text as a decimal, blanks around it.
pub(super) fn decimal_of_text(text: &str) -> Option<Number> {
    Number::parse(blanks_off(text))
}

/// A float as a decimal of so many significant digits.
pub(super) fn decimal_of_real(value: f64, digits: usize) -> Option<Number> {
    let text = value.is_finite().then(|| format!("{value:.precision$e}", precision = digits - 1))?;
    let (digits, exponent) = text.split_once('e')?;
    let (sign, digits) = digits.strip_prefix('-').map_or(("", digits), |digits| ("-", digits));
    let digits = digits.replace('.', "");
    let digits = digits.trim_end_matches('0');
    // The point comes behind the first digit and `exponent` more.
    let point = exponent.parse::<i32>().ok()? + 1;
    let length = i32::try_from(digits.len()).ok()?;
    let zeros = |count: i32| "0".repeat(usize::try_from(count).unwrap_or(0));
    Number::parse(&if digits.is_empty() {
        "0".to_owned()
    } else if point <= 0 {
        format!("{sign}0.{}{digits}", zeros(-point))
    } else if point >= length {
        format!("{sign}{digits}{}", zeros(point - length))
    } else {
        let (whole, fraction) = digits.split_at(usize::try_from(point).ok()?);
        format!("{sign}{whole}.{fraction}")
    })
}

fn blanks_off(text: &str) -> &str {
    text.trim_matches([' ', '\t', '\n', '\r', '\u{b}', '\u{c}'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_become_integers_by_rounding_half_to_even() {
        for (value, integer) in [
            (2.5, Some(2)),
            (3.5, Some(4)),
            (-2.5, Some(-2)),
            (2.7, Some(3)),
            (-9_223_372_036_854_775_808.0, Some(i64::MIN)),
            (9_223_372_036_854_775_808.0, None),
            (f64::INFINITY, None),
        ] {
            assert_eq!(integer_of_real(value), integer, "{value}");
        }
    }

    #[test]
    fn decimals_become_integers_by_rounding_half_away_from_zero() {
        for (text, integer) in [
            ("2.5", Some(3)),
            ("-2.5", Some(-3)),
            ("9223372036854775807.4", Some(i64::MAX)),
            ("9223372036854775807.5", None),
        ] {
            assert_eq!(integer_of_decimal(&Number::parse(text).unwrap()), integer, "{text}");
        }
    }

    #[test]
    fn texts_that_are_no_numbers_become_none() {
        assert_eq!(integer_of_text(" -12\n"), Some(-12));
        assert_eq!(real_of_text(" 1.5e3 "), Some(1500.0));
        assert_eq!(real_of_text("0.0e-999"), Some(0.0));
        for text in ["", "abc", "2.5", "1e3", "9223372036854775808"] {
            assert_eq!(integer_of_text(text), None, "{text}");
        }
        for text in ["", "abc", "inf", "nan", "0x1", "1e999", "1e-999"] {
            assert_eq!(real_of_text(text), None, "{text}");
        }
        assert_eq!(decimal_of_text("1e3"), None);
    }

    #[test]
    fn floats_become_decimals_of_fifteen_digits() {
        for (value, text) in [
            (0.1, "0.1"),
            (0.1 + 0.2, "0.3"),
            (-1.5, "-1.5"),
            (0.0, "0"),
            (-0.0, "0"),
            (1e20, "100000000000000000000"),
            (1.5e-7, "0.00000015"),
            (1234.5, "1234.5"),
            (123_456_789_012_345_678.0, "123456789012346000"),
        ] {
            assert_eq!(decimal_of_real(value, 15).unwrap().to_string(), text);
        }
        assert_eq!(decimal_of_real(f64::NAN, 15), None);
    }
}
