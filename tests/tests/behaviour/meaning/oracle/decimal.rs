//! Decimals in the model: digits of any length and a scale, with PostgreSQL's scales.

use bigdecimal::num_bigint::BigInt;

/// Digits and a scale.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Number(pub(super) BigInt, pub(super) u32);

pub(super) fn number(text: &str) -> Number {
    let scale = text.split_once('.').map_or(0, |(_, fraction)| fraction.len());
    Number(text.replace('.', "").parse().unwrap(), u32::try_from(scale).unwrap())
}

fn ten(exponent: u32) -> BigInt {
    BigInt::from(10).pow(exponent)
}

fn at(n: &Number, scale: u32) -> BigInt {
    &n.0 * ten(scale - n.1)
}

pub(super) fn order(a: &Number, b: &Number) -> std::cmp::Ordering {
    let scale = a.1.max(b.1);
    at(a, scale).cmp(&at(b, scale))
}

pub(super) fn added(a: &Number, b: &Number, sign: i32) -> Number {
    let scale = a.1.max(b.1);
    Number(at(a, scale) + at(b, scale) * sign, scale)
}

/// Half away from zero.
fn divided(a: &BigInt, b: &BigInt) -> BigInt {
    let negative = (*a < BigInt::ZERO) != (*b < BigInt::ZERO);
    let size = |n: &BigInt| if *n < BigInt::ZERO { -n } else { n.clone() };
    let (a, b) = (size(a), size(b));
    let whole: BigInt = (&a * 2 + &b) / (&b * 2);
    if negative { -whole } else { whole }
}

pub(super) fn rounded(n: &Number, places: i32) -> Number {
    let scale = u32::try_from(places).unwrap_or(0);
    if n.1 <= scale && places >= 0 {
        return Number(at(n, scale), scale);
    }
    let cut = u32::try_from(i64::from(n.1) - i64::from(places)).unwrap();
    let back = u32::try_from(-places).unwrap_or(0);
    Number(divided(&n.0, &ten(cut)) * ten(back), scale)
}

pub(super) fn remainder(a: &Number, b: &Number) -> Option<Number> {
    let scale = a.1.max(b.1);
    (b.0 != BigInt::ZERO).then(|| Number(at(a, scale) % at(b, scale), scale))
}

/// The weight of the first group of four digits that is not zero, and that group.
fn group(n: &Number) -> (i64, i64) {
    let digits = n.0.to_string().trim_start_matches('-').to_owned();
    if digits == "0" {
        return (0, 0);
    }
    // Digits before and behind the point, filled up to whole groups.
    let fraction = n.1 as usize;
    let text = format!("{digits:0>width$}", width = fraction + 1);
    let (whole, fraction) = text.split_at(text.len() - fraction);
    let whole = format!("{whole:0>width$}", width = whole.len().div_ceil(4) * 4);
    let fraction = format!("{fraction:0<width$}", width = fraction.len().div_ceil(4) * 4);
    let before = (whole.len() / 4) as i64;
    let all = whole + &fraction;
    let groups = (0..all.len() / 4).map(|at| all[at * 4..at * 4 + 4].parse::<i64>().unwrap());
    let (at, first) = groups.enumerate().find(|(_, group)| *group != 0).unwrap();
    (before - 1 - at as i64, first)
}

pub(super) fn quotient(a: &Number, b: &Number) -> Option<Number> {
    if b.0 == BigInt::ZERO {
        return None;
    }
    let ((weight, first), (b_weight, b_first)) = (group(a), group(b));
    let digits = 16 - 4 * (weight - b_weight - i64::from(first <= b_first));
    let scale = u32::try_from(digits.max(a.1.into()).max(b.1.into()).clamp(0, 1000)).unwrap();
    Some(Number(divided(&(&a.0 * ten(scale + b.1)), &(&b.0 * ten(a.1))), scale))
}

pub(super) fn text(n: &Number) -> String {
    let digits = n.0.to_string();
    let (sign, digits) = digits.strip_prefix('-').map_or(("", &*digits), |digits| ("-", digits));
    if n.1 == 0 {
        return format!("{sign}{digits}");
    }
    let digits = format!("{digits:0>width$}", width = n.1 as usize + 1);
    let (whole, fraction) = digits.split_at(digits.len() - n.1 as usize);
    format!("{sign}{whole}.{fraction}")
}

/// Without zeros at the end: equal numbers are equal texts.
pub(super) fn normal(text: &str) -> String {
    if !text.contains('.') {
        return text.to_owned();
    }
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
