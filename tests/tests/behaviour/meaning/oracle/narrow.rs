//! Integers of 16 and 32 bits and floats of 32, computed among themselves and beside wider ones.

use super::random::{Of, Random, both, each, plain};
use super::thing::{MEDIUM, SINGLES, SMALL, Thing};
use kysera::expr::{function, val};
use kysera::prelude::*;

/// Expressions of a narrow integer.
macro_rules! integers {
    ($name:ident, $leaf:ident: $ty:ty, $column:ident, $values:ident, $bits:literal) => {
        fn $leaf(&mut self) -> Of<$ty, $ty> {
            match self.below(6) {
                0 => (val(None::<$ty>), Ok(None)),
                1 | 2 => {
                    self.form(concat!($bits, " bits: a column"));
                    (plain(Thing.$column), Ok(self.rows[self.row].$column))
                }
                _ => {
                    let n = self.of(&$values);
                    (val(Some(n)), Ok(Some(n)))
                }
            }
        }

        pub(super) fn $name(&mut self, depth: usize) -> Of<$ty, $ty> {
            if depth == 0 {
                return self.$leaf();
            }
            match self.below(10) {
                0 => self.$leaf(),
                1 => {
                    self.form(concat!($bits, " bits: coalesce"));
                    let ((a, m), (b, n)) = (self.$leaf(), self.$leaf());
                    (plain(a.coalesce(b)), m.and_then(|m| if m.is_none() { n } else { Ok(m) }))
                }
                2 => {
                    self.form(concat!($bits, " bits: abs"));
                    let (x, n) = self.$name(depth - 1);
                    (plain(function::<Option<$ty>, _>("abs", (x,))), each(n, <$ty>::checked_abs))
                }
                3 => {
                    self.form(concat!($bits, " bits: -x"));
                    let (x, n) = self.$name(depth - 1);
                    (plain(-x), each(n, <$ty>::checked_neg))
                }
                op => {
                    let ((a, m), (b, n)) = self.two(|r| r.$name(depth - 1), |r| r.$name(depth - 1));
                    match op {
                        4 => {
                            self.form(concat!($bits, " bits: -"));
                            (plain(a - b), both(m, n, <$ty>::checked_sub))
                        }
                        5 => {
                            self.form(concat!($bits, " bits: *"));
                            (plain(a * b), both(m, n, <$ty>::checked_mul))
                        }
                        6 => {
                            self.form(concat!($bits, " bits: /"));
                            (plain(a / b), both(m, n, <$ty>::checked_div))
                        }
                        7 => {
                            self.form(concat!($bits, " bits: %"));
                            let of = |m: $ty, n| if n == 0 { None } else { Some(m.wrapping_rem(n)) };
                            (plain(a % b), both(m, n, of))
                        }
                        _ => {
                            self.form(concat!($bits, " bits: +"));
                            (plain(a + b), both(m, n, <$ty>::checked_add))
                        }
                    }
                }
            }
        }
    };
}

impl Random {
    integers!(small, small_leaf: i16, small, SMALL, "16");
    integers!(medium_alone, medium_leaf: i32, medium, MEDIUM, "32");

    pub(super) fn medium(&mut self, depth: usize) -> Of<i32, i32> {
        if depth == 0 || self.below(4) > 0 {
            return self.medium_alone(depth);
        }
        self.form("16 and 32 bits: +");
        let ((a, m), (b, n)) = self.two(|r| r.small(depth), |r| r.medium_alone(depth - 1));
        (plain(a + b), both(m, n, |m, n| i32::from(m).checked_add(n)))
    }

    /// An integer of 64 bits that comes from narrow ones, or is checked to be one of Rust's.
    pub(super) fn of_narrow(&mut self, depth: usize) -> Of<i64, i64> {
        match self.below(9) {
            0 => {
                self.form("16 bits as 64");
                let (x, n) = self.small(depth);
                (plain(x.cast::<i64>()), each(n, |n| Some(n.into())))
            }
            1 => {
                self.form("32 bits as 64");
                let (x, n) = self.medium(depth);
                (plain(x.cast::<i64>()), each(n, |n| Some(n.into())))
            }
            2 => {
                self.form("32 and 64 bits: +");
                let ((a, m), (b, n)) = self.two(|r| r.medium(depth), |r| r.int(depth));
                (plain(a + b), both(m, n, |m, n| i64::from(m).checked_add(n)))
            }
            3 => {
                self.form("64 and 32 bits: *");
                let ((a, m), (b, n)) = self.two(|r| r.int(depth), |r| r.medium(depth));
                (plain(a * b), both(m, n, |m, n| m.checked_mul(n.into())))
            }
            4 => {
                self.form("integer to i8");
                let (x, n) = self.int(depth);
                (plain(x.cast::<i8>().cast::<i64>()), each(n, |n| i8::try_from(n).ok().map(Into::into)))
            }
            5 => {
                self.form("16 bits to u8");
                let (x, n) = self.small(depth);
                (plain(x.cast::<u8>().cast::<i64>()), each(n, |n| u8::try_from(n).ok().map(Into::into)))
            }
            6 => {
                self.form("32 bits to u16");
                let (x, n) = self.medium(depth);
                (plain(x.cast::<u16>().cast::<i64>()), each(n, |n| u16::try_from(n).ok().map(Into::into)))
            }
            7 => {
                self.form("integer to u32");
                let (x, n) = self.int(depth);
                (plain(x.cast::<u32>().cast::<i64>()), each(n, |n| u32::try_from(n).ok().map(Into::into)))
            }
            _ => {
                self.form("integer to u64");
                let (x, n) = self.int(depth);
                (plain(x.cast::<u64>().cast::<i64>()), each(n, |n| (n >= 0).then_some(n)))
            }
        }
    }

    fn single_leaf(&mut self) -> Of<f32, f32> {
        match self.below(6) {
            0 => (val(None::<f32>), Ok(None)),
            1 | 2 => {
                self.form("a column of floats of 32 bits");
                (plain(Thing.single), Ok(self.rows[self.row].single))
            }
            _ => {
                let n = self.of(&SINGLES);
                (val(Some(n)), Ok(Some(n)))
            }
        }
    }

    pub(super) fn single(&mut self, depth: usize) -> Of<f32, f32> {
        if depth == 0 {
            return self.single_leaf();
        }
        match self.below(7) {
            0 => {
                self.form("coalesce of floats of 32 bits");
                let ((a, m), (b, n)) = (self.single_leaf(), self.single_leaf());
                (plain(a.coalesce(b)), m.and_then(|m| if m.is_none() { n } else { Ok(m) }))
            }
            1 => {
                self.form("- of a float of 32 bits");
                let (x, n) = self.single(depth - 1);
                (plain(-x), each(n, |n| Some(-n)))
            }
            op => {
                let ((a, m), (b, n)) = self.two(|r| r.single(depth - 1), |r| r.single(depth - 1));
                match op {
                    2 => {
                        self.form("float of 32 bits -");
                        (
                            plain(a - b),
                            both(m, n, |m, n| seen(self.rounded_back(f64::from(m) - f64::from(n)), true)),
                        )
                    }
                    3 => {
                        self.form("float of 32 bits *");
                        (
                            plain(a * b),
                            both(m, n, |m, n| {
                                seen(self.rounded_back(f64::from(m) * f64::from(n)), m == 0.0 || n == 0.0)
                            }),
                        )
                    }
                    4 => {
                        self.form("float of 32 bits /");
                        (
                            plain(a / b),
                            both(m, n, |m, n| match n {
                                0.0 => None,
                                n => seen(self.rounded_back(f64::from(m) / f64::from(n)), m == 0.0),
                            }),
                        )
                    }
                    _ => {
                        self.form("float of 32 bits +");
                        (
                            plain(a + b),
                            both(m, n, |m, n| seen(self.rounded_back(f64::from(m) + f64::from(n)), true)),
                        )
                    }
                }
            }
        }
    }

    /// The float of 32 bits of a result. One that is beyond the greatest, and rounded back to it, is an error where the
    /// database computes with 64 bits.
    #[expect(clippy::cast_possible_truncation, reason = "to the nearest")]
    fn rounded_back(&mut self, result: f64) -> f32 {
        self.outside |=
            !self.any_decimal && result.abs() > f64::from(f32::MAX) && (result as f32).is_finite();
        result as f32
    }
}

fn seen(n: f32, may_be_zero: bool) -> Option<f32> {
    Some(n).filter(|n| n.is_finite() && (*n != 0.0 || may_be_zero))
}
