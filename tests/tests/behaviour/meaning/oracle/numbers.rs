//! Integers of three widths, decimals and floats.

use super::decimal::{Number, added, number, quotient, remainder, rounded};
use super::random::{Model, Of, Random, both, each, plain, unspecified};
use super::thing::{FLOATS, LARGE, Thing};
use bigdecimal::num_bigint::BigInt;
use kysera::expr::{case, function, val};
use kysera::prelude::*;
use rust_decimal::Decimal;

const DECIMALS: [&str; 16] = [
    "0",
    "0.00",
    "1",
    "1.0",
    "-1",
    "0.1",
    "0.10",
    "-0.5",
    "0.5",
    "2.5",
    "-2.50",
    "9999.99",
    "10000",
    "0.00001",
    "12345678901234567.89",
    "79228162514264337593543950335",
];

impl Random {
    pub(super) fn int_leaf(&mut self) -> Of<i64, i64> {
        match self.below(9) {
            0 => {
                self.form("a NULL integer");
                (val(None::<i64>), Ok(None))
            }
            1 | 2 => {
                self.form("a column of 64 bits");
                (plain(Thing.large), Ok(self.rows[self.row].large))
            }
            3 => {
                self.form("a column of 16 bits as 64");
                (plain(Thing.small.cast::<i64>()), Ok(self.rows[self.row].small.map(Into::into)))
            }
            4 => {
                self.form("a column of 32 bits as 64");
                (plain(Thing.medium.cast::<i64>()), Ok(self.rows[self.row].medium.map(Into::into)))
            }
            _ => {
                let n = self.of(&LARGE);
                (val(Some(n)), Ok(Some(n)))
            }
        }
    }

    pub(super) fn int(&mut self, depth: usize) -> Of<i64, i64> {
        if depth == 0 {
            return self.int_leaf();
        }
        match self.below(if self.safe { 5 } else { 20 }) {
            0 => {
                self.form("case of integers");
                let (condition, truth) = self.safe_truth();
                let ((a, m), (b, n)) = (self.int_leaf(), self.int_leaf());
                (
                    plain(case().when(condition, a).otherwise(b)),
                    truth.and_then(|truth| if truth == Some(true) { m } else { n }),
                )
            }
            1 => {
                self.form("coalesce of integers");
                let ((a, m), (b, n)) = (self.int_leaf(), self.int_leaf());
                (plain(a.coalesce(b)), m.and_then(|m| if m.is_none() { n } else { Ok(m) }))
            }
            2 => {
                self.form("nullif of integers");
                let ((a, m), (b, n)) = (self.int_leaf(), self.int_leaf());
                (plain(a.null_if(b)), m.and_then(|m| Ok(if m == n? { None } else { m })))
            }
            3 => {
                self.form("length");
                let (x, m) = self.text(depth - 1);
                let length = function::<Option<i32>, _>("length", (x,)).cast::<i64>();
                (plain(length), each(m, |m| i64::try_from(m.chars().count()).ok()))
            }
            4 => self.int_leaf(),
            5 => {
                self.form("decimal to integer");
                let (x, n) = self.dec(depth - 1);
                (plain(x.cast::<i64>()), each(n, |n| i64::try_from(rounded(&n, 0).0).ok()))
            }
            6 => {
                self.form("float to integer");
                let (x, n) = self.float(depth - 1);
                (plain(x.cast::<i64>()), each(n, whole))
            }
            7 => {
                self.form("integer to 16 bits");
                let (x, n) = self.int(depth - 1);
                (plain(x.cast::<i16>().cast::<i64>()), each(n, |n| i16::try_from(n).ok().map(Into::into)))
            }
            8 => {
                self.form("integer to 32 bits");
                let (x, n) = self.int(depth - 1);
                (plain(x.cast::<i32>().cast::<i64>()), each(n, |n| i32::try_from(n).ok().map(Into::into)))
            }
            9 => {
                self.form("float to 16 bits");
                let (x, n) = self.float(depth - 1);
                let narrow = |n| whole(n).and_then(|n| i16::try_from(n).ok()).map(i64::from);
                (plain(x.cast::<i16>().cast::<i64>()), each(n, narrow))
            }
            10 => {
                self.form("text to integer");
                let text =
                    self.of(&["0", "-12", " 7 ", "", "x", "1.5", "9223372036854775808", "+5", "\u{a0}1"]);
                let n = text.trim_matches(' ').parse().ok();
                (plain(val(text).cast::<i64>()), n.map(Some).ok_or(super::random::Fails))
            }
            16.. => self.of_narrow(depth - 1),
            op => {
                let ((a, m), (b, n)) = self.two(|r| r.int(depth - 1), |r| r.int(depth - 1));
                match op {
                    11 => {
                        self.form("integer -");
                        (plain(a - b), both(m, n, i64::checked_sub))
                    }
                    12 => {
                        self.form("integer *");
                        (plain(a * b), both(m, n, i64::checked_mul))
                    }
                    13 => {
                        self.form("integer /");
                        (plain(a / b), both(m, n, i64::checked_div))
                    }
                    14 => {
                        self.form("integer %");
                        let of = |m: i64, n| if n == 0 { None } else { Some(m.wrapping_rem(n)) };
                        (plain(a % b), both(m, n, of))
                    }
                    _ => {
                        self.form("integer +");
                        (plain(a + b), both(m, n, i64::checked_add))
                    }
                }
            }
        }
    }

    pub(super) fn dec_leaf(&mut self) -> Of<Decimal, Number> {
        match self.below(7) {
            0 => {
                self.form("a NULL decimal");
                (val(None::<Decimal>), Ok(None))
            }
            1 | 2 => {
                self.form("a column of decimals");
                (
                    plain(Thing.amount),
                    Ok(self.rows[self.row].amount.map(|amount| number(&amount.to_string()))),
                )
            }
            _ => {
                let text = self.of(&DECIMALS);
                (val(Some(text.parse::<Decimal>().unwrap())), Ok(Some(number(text))))
            }
        }
    }

    pub(super) fn dec(&mut self, depth: usize) -> Of<Decimal, Number> {
        let made = self.any_dec(depth);
        self.outside |= !self.any_decimal && matches!(&made.1, Ok(Some(number)) if has_many_digits(number));
        made
    }

    /// A quotient, which has more digits where it does not end and the database has another rule for them.
    pub(super) fn quotient(&mut self, m: &Number, n: &Number) -> Option<Number> {
        let quotient = quotient(m, n)?;
        let back = Number(&quotient.0 * &n.0, quotient.1 + n.1);
        self.outside |= !self.any_decimal && super::decimal::order(&back, m).is_ne();
        Some(quotient)
    }

    fn any_dec(&mut self, depth: usize) -> Of<Decimal, Number> {
        if depth == 0 {
            return self.dec_leaf();
        }
        match self.below(if self.safe { 4 } else { 15 }) {
            0 => {
                self.form("case of decimals");
                let (condition, truth) = self.safe_truth();
                let ((a, m), (b, n)) = (self.dec_leaf(), self.dec_leaf());
                (
                    plain(case().when(condition, a).otherwise(b)),
                    truth.and_then(|truth| if truth == Some(true) { m } else { n }),
                )
            }
            1 => {
                self.form("coalesce of decimals");
                let ((a, m), (b, n)) = (self.dec_leaf(), self.dec_leaf());
                (plain(a.coalesce(b)), m.and_then(|m| if m.is_none() { n } else { Ok(m) }))
            }
            2 => {
                self.form("nullif of decimals");
                let ((a, m), (b, n)) = (self.dec_leaf(), self.dec_leaf());
                (
                    plain(a.null_if(b)),
                    m.and_then(|m| Ok(if same(m.as_ref(), n?.as_ref()) { None } else { m })),
                )
            }
            3 => self.dec_leaf(),
            4 => {
                self.form("integer to decimal");
                let (x, n) = self.int(depth - 1);
                (plain(x.cast::<Decimal>()), each(n, |n| Some(Number(n.into(), 0))))
            }
            5 => {
                self.form("float to decimal");
                let (x, n) = self.float_leaf();
                (plain(x.cast::<Decimal>()), each(n, |n| Some(of_float(n, 15))))
            }
            6 => {
                self.form("float of 32 bits to decimal");
                let (x, n) = self.float_leaf();
                let narrow = each(n, narrow);
                (plain(x.cast::<f32>().cast::<Decimal>()), each(narrow, |n| Some(of_float(n.into(), 6))))
            }
            7 => {
                self.form("round of a decimal");
                let (x, n) = self.dec(depth - 1);
                let places = self.of(&[0_i32, 1, 3, -1]);
                let round = function::<Option<Decimal>, _>("round", (x, val(places)));
                (plain(round), each(n, |n| Some(rounded(&n, places))))
            }
            8 => {
                self.form("abs of a decimal");
                let (x, n) = self.dec(depth - 1);
                let abs = function::<Option<Decimal>, _>("abs", (x,));
                let positive = |Number(n, scale)| Some(Number(if n < BigInt::ZERO { -n } else { n }, scale));
                (plain(abs), each(n, positive))
            }
            9 => {
                self.form("decimal + integer");
                let ((a, m), (b, n)) = self.two(|r| r.dec(depth - 1), |r| r.int(depth - 1));
                (plain(a + b), both(m, n, |m, n| Some(added(&m, &Number(n.into(), 0), 1))))
            }
            op => {
                let ((a, m), (b, n)) = self.two(|r| r.dec(depth - 1), |r| r.dec(depth - 1));
                match op {
                    10 => {
                        self.form("decimal -");
                        (plain(a - b), both(m, n, |m, n| Some(added(&m, &n, -1))))
                    }
                    11 => {
                        self.form("decimal *");
                        (plain(a * b), both(m, n, |m, n| Some(Number(m.0 * n.0, m.1 + n.1))))
                    }
                    12 => {
                        self.form("decimal /");
                        (plain(a / b), both(m, n, |m, n| self.quotient(&m, &n)))
                    }
                    13 => {
                        self.form("decimal +");
                        (plain(a + b), both(m, n, |m, n| Some(added(&m, &n, 1))))
                    }
                    _ => {
                        self.form("decimal %");
                        (plain(a % b), both(m, n, |m, n| remainder(&m, &n)))
                    }
                }
            }
        }
    }

    pub(super) fn float_leaf(&mut self) -> Of<f64, f64> {
        match self.below(7) {
            0 => {
                self.form("a NULL float");
                (val(None::<f64>), Ok(None))
            }
            1 | 2 => {
                self.form("a column of floats");
                (plain(Thing.ratio), Ok(self.rows[self.row].ratio))
            }
            _ => {
                let n = self.of(&FLOATS);
                (val(Some(n)), Ok(Some(n)))
            }
        }
    }

    pub(super) fn float(&mut self, depth: usize) -> Of<f64, f64> {
        if depth == 0 {
            return self.float_leaf();
        }
        match self.below(if self.safe { 2 } else { 14 }) {
            0 => {
                self.form("coalesce of floats");
                let ((a, m), (b, n)) = (self.float_leaf(), self.float_leaf());
                (plain(a.coalesce(b)), m.and_then(|m| if m.is_none() { n } else { Ok(m) }))
            }
            1 => {
                self.form("nullif of floats");
                let ((a, m), (b, n)) = (self.float_leaf(), self.float_leaf());
                (plain(a.null_if(b)), m.and_then(|m| Ok(if m == n? { None } else { m })))
            }
            2 => {
                self.form("integer to float");
                let (x, n) = self.int(depth - 1);
                (plain(x.cast::<f64>()), each(n, |n| Some(n as f64)))
            }
            3 => {
                self.form("decimal to float");
                let (x, n) = self.dec(depth - 1);
                (plain(x.cast::<f64>()), each(n, |n| super::decimal::text(&n).parse().ok()))
            }
            4 => {
                self.form("float to 32 bits");
                let (x, n) = self.float(depth - 1);
                (plain(x.cast::<f32>().cast::<f64>()), each(each(n, narrow), |n| Some(n.into())))
            }
            5 => {
                self.form("round of a float");
                let (x, n) = self.float(depth - 1);
                (plain(function::<Option<f64>, _>("round", (x,))), each(n, |n| Some(n.round_ties_even())))
            }
            6 => {
                self.form("sqrt");
                let (x, n) = self.float(depth - 1);
                (plain(function::<Option<f64>, _>("sqrt", (x,))), each(n, |n| (n >= 0.0).then(|| n.sqrt())))
            }
            7 => {
                self.form("float + integer");
                let ((a, m), (b, n)) = self.two(|r| r.float(depth - 1), |r| r.int(depth - 1));
                (plain(a + b), both(m, n, |m, n| finite(m + n as f64)))
            }
            12 => {
                self.form("float of 32 bits as 64");
                let (x, n) = self.single(depth - 1);
                (plain(x.cast::<f64>()), each(n, |n| Some(n.into())))
            }
            13 => {
                self.form("floats of 32 and 64 bits: +");
                let ((a, m), (b, n)) = self.two(|r| r.single(depth - 1), |r| r.float(depth - 1));
                (plain(a + b), both(m, n, |m, n| finite(f64::from(m) + n)))
            }
            op => {
                let ((a, m), (b, n)) = self.two(|r| r.float(depth - 1), |r| r.float(depth - 1));
                match op {
                    8 => {
                        self.form("float -");
                        (plain(a - b), both(m, n, |m, n| finite(m - n)))
                    }
                    9 => {
                        self.form("float *");
                        (plain(a * b), both(m, n, |m, n| seen(m * n, m == 0.0 || n == 0.0)))
                    }
                    10 => {
                        self.form("float /");
                        (plain(a / b), both(m, n, |m, n| if n == 0.0 { None } else { seen(m / n, m == 0.0) }))
                    }
                    _ => {
                        self.form("float +");
                        (plain(a + b), both(m, n, |m, n| finite(m + n)))
                    }
                }
            }
        }
    }

    /// Two operands, not one that is NULL and one that fails: which of them is looked at first is the database's.
    pub(super) fn two<V, T, W, U>(
        &mut self,
        left: impl Fn(&mut Random) -> Of<V, T>,
        right: impl Fn(&mut Random) -> Of<W, U>,
    ) -> (Of<V, T>, Of<W, U>) {
        loop {
            let (a, b) = (left(self), right(self));
            if !unspecified(&a.1, &b.1) {
                return (a, b);
            }
        }
    }
}

/// More than a decimal of this program holds.
pub(super) fn has_many_digits(number: &Number) -> bool {
    let text = super::decimal::normal(&super::decimal::text(number));
    let fraction = text.split_once('.').map_or(0, |(_, fraction)| fraction.len());
    text.bytes().filter(u8::is_ascii_digit).count() > 28 || fraction > 28
}

fn same(m: Option<&Number>, n: Option<&Number>) -> bool {
    matches!((m, n), (Some(m), Some(n)) if super::decimal::order(m, n).is_eq())
}

#[expect(clippy::cast_possible_truncation, reason = "it is a whole number within the range")]
fn whole(n: f64) -> Option<i64> {
    let n = n.round_ties_even();
    (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&n).then_some(n as i64)
}

#[expect(clippy::cast_possible_truncation, reason = "to the nearest")]
fn narrow(n: f64) -> Option<f32> {
    let narrow = n as f32;
    (narrow.is_finite() && (narrow != 0.0 || n == 0.0)).then_some(narrow)
}

fn finite(n: f64) -> Option<f64> {
    n.is_finite().then_some(n)
}

fn seen(n: f64, may_be_zero: bool) -> Option<f64> {
    finite(n).filter(|n| *n != 0.0 || may_be_zero)
}

/// A float in so many digits, without zeros behind them.
fn of_float(n: f64, digits: usize) -> Number {
    let text = format!("{n:.places$e}", places = digits - 1);
    let (mantissa, exponent) = text.split_once('e').unwrap();
    let exponent: i32 = exponent.parse().unwrap();
    let Number(digits, scale) = number(mantissa);
    let scale = i32::try_from(scale).unwrap() - exponent;
    let (mut digits, mut scale) = match u32::try_from(scale) {
        Ok(scale) => (digits, scale),
        Err(_) => (digits * BigInt::from(10).pow(scale.unsigned_abs()), 0),
    };
    while scale > 0 && &digits % 10 == BigInt::ZERO {
        digits /= 10;
        scale -= 1;
    }
    Number(digits, scale)
}

/// Shows what a model says, for the three forms of a result.
pub(super) fn shown<T>(model: Model<T>, text: impl FnOnce(T) -> String) -> Model<String> {
    model.map(|value| value.map(text))
}
