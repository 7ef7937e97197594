//! Conditions, with the three values that they have.

use super::decimal::order;
use super::random::{Model, Of, Random, both, each, plain};
use super::thing::Thing;
use super::values::{PATTERNS, is_like};
use kysera::dialect::postgres::PostgresText;
use kysera::expr::val;
use kysera::prelude::*;
use std::cmp::Ordering;

type Truth = Of<bool, bool>;

/// Comparisons of two expressions of one kind.
macro_rules! comparisons {
    ($random:ident, $name:literal, $make:expr, $leaf:ident, $compare:expr) => {{
        let make = $make;
        let ((a, m), (b, n)) = $random.two(make, make);
        let compare = $compare;
        match $random.below(12) {
            0 => {
                $random.form(concat!($name, " ="));
                (plain(a.eq(b)), both(m, n, |m, n| compare(&m, &n).map(Ordering::is_eq)))
            }
            1 => {
                $random.form(concat!($name, " <>"));
                (plain(a.ne(b)), both(m, n, |m, n| compare(&m, &n).map(Ordering::is_ne)))
            }
            2 => {
                $random.form(concat!($name, " <"));
                (plain(a.lt(b)), both(m, n, |m, n| compare(&m, &n).map(Ordering::is_lt)))
            }
            3 => {
                $random.form(concat!($name, " <="));
                (plain(a.le(b)), both(m, n, |m, n| compare(&m, &n).map(Ordering::is_le)))
            }
            4 => {
                $random.form(concat!($name, " >"));
                (plain(a.gt(b)), both(m, n, |m, n| compare(&m, &n).map(Ordering::is_gt)))
            }
            5 => {
                $random.form(concat!($name, " >="));
                (plain(a.ge(b)), both(m, n, |m, n| compare(&m, &n).map(Ordering::is_ge)))
            }
            6 | 7 => {
                $random.form(concat!($name, " is distinct from"));
                let negated = $random.below(2) == 0;
                let is = m.and_then(|m| {
                    let n = n?;
                    Ok(Some(match (m, n) {
                        (Some(m), Some(n)) => compare(&m, &n) == Some(Ordering::Equal),
                        (m, n) => m.is_none() && n.is_none(),
                    }))
                });
                if negated {
                    (plain(a.is_not(Some(b))), each(is, |is| Some(!is)))
                } else {
                    (plain(a.is(Some(b))), is)
                }
            }
            8 | 9 => {
                $random.form(concat!($name, " in a list"));
                let ((c, o), negated) = ($random.$leaf(), $random.below(2) == 0);
                let (b, n) = $random.$leaf();
                if $random.is_passed_over(&m, &n, &o) {
                    return (plain(val(true)), Ok(Some(true)));
                }
                let among = any([
                    both(m.clone(), n, |m, n| compare(&m, &n).map(Ordering::is_eq)),
                    both(m, o, |m, o| compare(&m, &o).map(Ordering::is_eq)),
                ]);
                if negated {
                    (plain(a.not_in_list([b, c])), each(among, |among| Some(!among)))
                } else {
                    (plain(a.in_list([b, c])), among)
                }
            }
            _ => {
                $random.form(concat!($name, " between"));
                let ((c, o), negated) = ($random.$leaf(), $random.below(2) == 0);
                let (b, n) = $random.$leaf();
                if $random.is_passed_over(&m, &n, &o) {
                    return (plain(val(true)), Ok(Some(true)));
                }
                let within = all([
                    both(m.clone(), n, |m, n| compare(&m, &n).map(Ordering::is_ge)),
                    both(m, o, |m, o| compare(&m, &o).map(Ordering::is_le)),
                ]);
                if negated {
                    (plain(a.not_between(b, c)), each(within, |within| Some(!within)))
                } else {
                    (plain(a.between(b, c)), within)
                }
            }
        }
    }};
}

impl Random {
    /// True for an operand that fails beside NULLs alone, where the database may pass it over.
    fn is_passed_over<T, U>(&self, operand: &Model<T>, one: &Model<U>, other: &Model<U>) -> bool {
        !self.any_decimal && operand.is_err() && matches!((one, other), (Ok(None), Ok(None)))
    }

    /// A condition.
    pub(super) fn truth(&mut self, depth: usize) -> Truth {
        match self.below(13) {
            0 => {
                comparisons!(self, "integer", |r: &mut Random| r.int(depth), int_leaf, |m: &i64, n: &i64| {
                    Some(m.cmp(n))
                })
            }
            1 => comparisons!(self, "decimal", |r: &mut Random| r.dec(depth), dec_leaf, |m: &_, n: &_| Some(
                order(m, n)
            )),
            2 => comparisons!(
                self,
                "float",
                |r: &mut Random| r.float(depth),
                float_leaf,
                |m: &f64, n: &f64| m.partial_cmp(n)
            ),
            3 if self.text_order => {
                comparisons!(
                    self,
                    "text",
                    |r: &mut Random| r.text(depth),
                    text_leaf,
                    |m: &String, n: &String| Some(m.cmp(n))
                )
            }
            3 => {
                let ((a, m), (b, n)) = self.two(|r| r.text(depth), |r| r.text(depth));
                (plain(a.eq(b)), both(m, n, |m, n| Some(m == n)))
            }
            4 => comparisons!(self, "boolean", Random::flag, flag_leaf, |m: &bool, n: &bool| Some(m.cmp(n))),
            5 => comparisons!(self, "enum", Random::mood, mood_leaf, |m: &_, n: &_| Some(Ord::cmp(m, n))),
            6 => comparisons!(self, "day", Random::day, day_leaf, |m: &_, n: &_| Some(Ord::cmp(m, n))),
            7 => comparisons!(self, "instant", Random::at, at_leaf, |m: &_, n: &_| Some(Ord::cmp(m, n))),
            8 => comparisons!(self, "time", Random::clock, clock_leaf, |m: &_, n: &_| Some(Ord::cmp(m, n))),
            9 => comparisons!(self, "local time", Random::local_of, local_leaf, |m: &_, n: &_| Some(
                Ord::cmp(m, n)
            )),
            10 => self.pattern(depth),
            11 => self.null_test(depth),
            _ => self.widths(),
        }
    }

    fn local_of(&mut self) -> Of<jiff::civil::DateTime, jiff::civil::DateTime> {
        self.local_leaf()
    }

    /// Columns of one width beside another.
    fn widths(&mut self) -> Truth {
        let row = self.rows[self.row].clone();
        match self.below(3) {
            0 => {
                self.form("16 beside 64 bits");
                (
                    plain(Thing.small.lt(Thing.large)),
                    both(Ok(row.small), Ok(row.large), |m, n| Some(i64::from(m) < n)),
                )
            }
            1 => {
                self.form("32 beside 16 bits");
                (
                    plain(Thing.medium.ge(Thing.small)),
                    both(Ok(row.medium), Ok(row.small), |m, n| Some(m >= i32::from(n))),
                )
            }
            _ => {
                self.form("64 beside 32 bits");
                (
                    plain(Thing.large.ne(Thing.medium)),
                    both(Ok(row.large), Ok(row.medium), |m, n| Some(m != i64::from(n))),
                )
            }
        }
    }

    fn pattern(&mut self, depth: usize) -> Truth {
        let (x, m) = self.text(depth);
        let pattern = self.of(&PATTERNS);
        let find = |escape| each(m.clone(), move |m: String| is_like(&m, pattern, escape));
        match self.below(8) {
            0 => {
                self.form("not like");
                (plain(x.not_like(pattern)), each(find('\\'), |found| Some(!found)))
            }
            1 => {
                self.form("like escape");
                let escape = self.of(&['!', '%', '[', 'a']);
                if is_like("", pattern, escape).is_none() {
                    // PostgreSQL finds out that a pattern ends with its escape when it comes there, others before.
                    return (plain(x.like("a")), each(m, |m| is_like(&m, "a", '\\')));
                }
                (plain(x.like_escape(pattern, escape)), find(escape))
            }
            2 => {
                self.form("ilike");
                let lower = self.lower(pattern);
                let found = each(m, |m| is_like(&self.lower(&m), &lower, '\\'));
                (plain(x.ilike(pattern)), found)
            }
            3 => {
                self.form("like a text");
                let ((p, n), (x, m)) = self.two(Random::text_leaf, Random::text_leaf);
                (plain(x.like(p)), both(m, n, |m, n| is_like(&m, &n, '\\')))
            }
            4 | 5 => {
                self.form("starts with");
                let (p, n) = self.text_leaf();
                if super::random::unspecified(&m, &n) {
                    return (plain(val(true)), Ok(Some(true)));
                }
                (plain(x.starts_with(p)), both(m, n, |m, n| Some(m.starts_with(&*n))))
            }
            _ => {
                self.form("like");
                let found = find('\\');
                (plain(x.like(pattern)), found)
            }
        }
    }

    fn null_test(&mut self, depth: usize) -> Truth {
        let is = self.below(2) == 0;
        macro_rules! tested {
            ($of:expr) => {{
                let (x, m) = $of;
                let found = m.map(|m| Some(m.is_none() == is));
                (if is { plain(x.is_null()) } else { plain(x.is_not_null()) }, found)
            }};
        }
        self.form("is null");
        match self.below(5) {
            0 => tested!(self.int(depth)),
            1 => tested!(self.dec(depth)),
            2 => tested!(self.text(depth)),
            3 => tested!(self.mood()),
            _ => tested!(self.at()),
        }
    }

    /// A condition that does not fail.
    pub(super) fn safe_truth(&mut self) -> Truth {
        let around = std::mem::replace(&mut self.safe, true);
        let truth = self.truth(0);
        self.safe = around;
        truth
    }

    /// `and`, `or` and `not` over conditions that do not fail: which of two is looked at first is the database's.
    pub(super) fn logic(&mut self, depth: usize) -> Truth {
        if depth == 0 {
            return match self.below(3) {
                0 => self.flag_leaf(),
                _ => self.safe_truth(),
            };
        }
        let (a, m) = self.logic(depth - 1);
        match self.below(3) {
            0 => {
                self.form("not");
                (plain(not(a)), each(m, |m| Some(!m)))
            }
            1 => {
                self.form("and");
                let (b, n) = self.logic(depth - 1);
                (plain(a.and(b)), all([m, n]))
            }
            _ => {
                self.form("or");
                let (b, n) = self.logic(depth - 1);
                (plain(a.or(b)), any([m, n]))
            }
        }
    }
}

/// True when one is, else NULL when one is.
fn any(all: [Model<bool>; 2]) -> Model<bool> {
    let [a, b] = all;
    let (a, b) = (a?, b?);
    Ok(if a == Some(true) || b == Some(true) { Some(true) } else { a.zip(b).map(|_| false) })
}

/// False when one is, else NULL when one is.
fn all(all: [Model<bool>; 2]) -> Model<bool> {
    let [a, b] = all;
    let (a, b) = (a?, b?);
    Ok(if a == Some(false) || b == Some(false) { Some(false) } else { a.zip(b).map(|_| true) })
}
