//! Random typed expressions over boundary values, on every database and in a model: equal, or an error everywhere.
//!
//! The model computes with integers of any length, digit by digit where PostgreSQL's scales ask for it; it shares no code
//! with what it checks.

use crate::database::{is_postgres, plain};
use bigdecimal::num_bigint::BigInt;
use kysera::expr::{case, function, val};
use kysera::prelude::*;
use kysera::schema::create_table;
use kysera_sql::expr::Expr;
use kysera_sql::typed::Nil;
use rust_decimal::Decimal;

#[derive(Table, Debug, Clone)]
struct Alone {
    #[column(primary_key)]
    id: i64,
}

type Int = Expr<i64, Nil>;
type Dec = Expr<Decimal, Nil>;
type Truth = Expr<bool, Nil>;

/// What an expression is in the model; `None` where the databases must raise an error.
type Model<T> = Option<T>;

/// Digits and a scale.
#[derive(Clone, Debug, PartialEq)]
struct Number(BigInt, u32);

const INTEGERS: [i64; 14] = [0, 1, -1, 2, -2, 3, 7, 10, -10, 9999, 1 << 32, i64::MAX, i64::MIN, i64::MIN + 1];
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

struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % n
    }

    fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }

    fn int_leaf(&mut self) -> (Int, i64) {
        let n = self.of(&INTEGERS);
        (val(n), n)
    }

    fn dec_leaf(&mut self) -> (Dec, Number) {
        let text = self.of(&DECIMALS);
        (val(text.parse::<Decimal>().unwrap()), number(text))
    }

    fn int(&mut self, depth: usize) -> (Int, Model<i64>) {
        if depth == 0 {
            let (leaf, n) = self.int_leaf();
            return (leaf, Some(n));
        }
        match self.below(8) {
            0 => {
                let (x, n) = self.dec(depth - 1);
                (plain_expr(x.cast::<i64>()), n.and_then(|n| i64::try_from(rounded(&n, 0).0).ok()))
            }
            1 => {
                let (condition, truth) = self.truth(depth - 1);
                let ((a, m), (b, n)) = (self.int_leaf(), self.int_leaf());
                let either = case().when(condition, a).otherwise(b);
                (plain_expr(either), truth.map(|truth| if truth { m } else { n }))
            }
            op => {
                let ((a, m), (b, n)) = (self.int(depth - 1), self.int(depth - 1));
                let of = |f: fn(i64, i64) -> Option<i64>| m.zip(n).and_then(|(m, n)| f(m, n));
                match op {
                    2 => (plain_expr(a - b), of(i64::checked_sub)),
                    3 => (plain_expr(a * b), of(i64::checked_mul)),
                    4 => (plain_expr(a / b), of(i64::checked_div)),
                    5 => (plain_expr(a % b), of(|m, n| if n == 0 { None } else { Some(m.wrapping_rem(n)) })),
                    _ => (plain_expr(a + b), of(i64::checked_add)),
                }
            }
        }
    }

    fn dec(&mut self, depth: usize) -> (Dec, Model<Number>) {
        if depth == 0 {
            let (leaf, n) = self.dec_leaf();
            return (leaf, Some(n));
        }
        match self.below(10) {
            0 => {
                let (x, n) = self.int(depth - 1);
                (plain_expr(x.cast::<Decimal>()), n.map(|n| Number(n.into(), 0)))
            }
            1 => {
                let (x, n) = self.dec(depth - 1);
                let places = self.of(&[0_i32, 1, 3, -1]);
                let round = function::<Decimal, _>("round", (x, val(places)));
                (plain_expr(round), n.map(|n| rounded(&n, places)))
            }
            2 => {
                let (x, n) = self.dec(depth - 1);
                let abs = function::<Decimal, _>("abs", (x,));
                (
                    plain_expr(abs),
                    n.map(|Number(n, scale)| Number(if n < BigInt::ZERO { -n } else { n }, scale)),
                )
            }
            3 => {
                let (condition, truth) = self.truth(depth - 1);
                let ((a, m), (b, n)) = (self.dec_leaf(), self.dec_leaf());
                let either = case().when(condition, a).otherwise(b);
                (plain_expr(either), truth.map(|truth| if truth { m } else { n }))
            }
            4 => {
                let ((a, m), (b, n)) = (self.dec(depth - 1), self.int(depth - 1));
                let sum = m.zip(n).map(|(m, n)| added(&m, &Number(n.into(), 0), 1));
                (plain_expr(a + b), sum)
            }
            op => {
                let ((a, m), (b, n)) = (self.dec(depth - 1), self.dec(depth - 1));
                let both = m.zip(n);
                match op {
                    5 => (plain_expr(a - b), both.map(|(m, n)| added(&m, &n, -1))),
                    6 => (plain_expr(a * b), both.map(|(m, n)| Number(m.0 * n.0, m.1 + n.1))),
                    7 => (plain_expr(a / b), both.and_then(|(m, n)| quotient(&m, &n))),
                    8 => (plain_expr(a % b), both.and_then(|(m, n)| remainder(&m, &n))),
                    _ => (plain_expr(a + b), both.map(|(m, n)| added(&m, &n, 1))),
                }
            }
        }
    }

    fn truth(&mut self, depth: usize) -> (Truth, Model<bool>) {
        if self.below(3) == 0 {
            let ((a, m), (b, n)) = (self.int(depth), self.int(depth));
            let both = m.zip(n);
            return match self.below(3) {
                0 => (plain_expr(a.eq(b)), both.map(|(m, n)| m == n)),
                1 => (plain_expr(a.lt(b)), both.map(|(m, n)| m < n)),
                _ => (plain_expr(a.ge(b)), both.map(|(m, n)| m >= n)),
            };
        }
        let (a, m) = self.dec(depth);
        if self.below(3) == 0 {
            let ((b, n), (c, o)) = (self.dec_leaf(), self.dec_leaf());
            return match self.below(2) {
                0 => (plain_expr(a.between(b, c)), m.map(|m| order(&m, &n).is_ge() && order(&m, &o).is_le())),
                _ => {
                    (plain_expr(a.in_list([b, c])), m.map(|m| order(&m, &n).is_eq() || order(&m, &o).is_eq()))
                }
            };
        }
        let (b, n) = self.dec(depth);
        let order = m.zip(n).map(|(m, n)| order(&m, &n));
        match self.below(3) {
            0 => (plain_expr(a.eq(b)), order.map(std::cmp::Ordering::is_eq)),
            1 => (plain_expr(a.lt(b)), order.map(std::cmp::Ordering::is_lt)),
            _ => (plain_expr(a.ge(b)), order.map(std::cmp::Ordering::is_ge)),
        }
    }
}

/// Without the types of what it mentions, which is nothing.
fn plain_expr<V: kysera_sql::typed::SqlValue, W, R>(expr: Expr<W, R>) -> Expr<V, Nil>
where
    Expr<W, R>: kysera_sql::expr::Expression,
{
    Expr::from_node(kysera_sql::expr::Expression::into_node(expr))
}

fn number(text: &str) -> Number {
    let scale = text.split_once('.').map_or(0, |(_, fraction)| fraction.len());
    Number(text.replace('.', "").parse().unwrap(), u32::try_from(scale).unwrap())
}

fn ten(exponent: u32) -> BigInt {
    BigInt::from(10).pow(exponent)
}

fn at(n: &Number, scale: u32) -> BigInt {
    &n.0 * ten(scale - n.1)
}

fn order(a: &Number, b: &Number) -> std::cmp::Ordering {
    let scale = a.1.max(b.1);
    at(a, scale).cmp(&at(b, scale))
}

fn added(a: &Number, b: &Number, sign: i32) -> Number {
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

fn rounded(n: &Number, places: i32) -> Number {
    let scale = u32::try_from(places).unwrap_or(0);
    if n.1 <= scale && places >= 0 {
        return Number(at(n, scale), scale);
    }
    let cut = u32::try_from(i64::from(n.1) - i64::from(places)).unwrap();
    let back = u32::try_from(-places).unwrap_or(0);
    Number(divided(&n.0, &ten(cut)) * ten(back), scale)
}

fn remainder(a: &Number, b: &Number) -> Model<Number> {
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

fn quotient(a: &Number, b: &Number) -> Model<Number> {
    if b.0 == BigInt::ZERO {
        return None;
    }
    let ((weight, first), (b_weight, b_first)) = (group(a), group(b));
    let digits = 16 - 4 * (weight - b_weight - i64::from(first <= b_first));
    let scale = u32::try_from(digits.max(a.1.into()).max(b.1.into()).clamp(0, 1000)).unwrap();
    Some(Number(divided(&(&a.0 * ten(scale + b.1)), &(&b.0 * ten(a.1))), scale))
}

fn text(n: &Number) -> String {
    let digits = n.0.to_string();
    let (sign, digits) = digits.strip_prefix('-').map_or(("", &*digits), |digits| ("-", digits));
    if n.1 == 0 {
        return format!("{sign}{digits}");
    }
    let digits = format!("{digits:0>width$}", width = n.1 as usize + 1);
    let (whole, fraction) = digits.split_at(digits.len() - n.1 as usize);
    format!("{sign}{whole}.{fraction}")
}

#[tokio::test]
async fn random_expressions_have_one_meaning() {
    plain(async |db| {
        let count = if is_postgres(db) { 2_000 } else { 20_000 };
        let seed = std::env::var("KYSERA_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(2026);
        eprintln!("KYSERA_SEED={seed}");
        create_table(Alone).execute(db).await.unwrap();
        insert_into(Alone).values(NewAlone { id: 1 }).execute(db).await.unwrap();
        let mut random = Random(seed);
        let mut refused = 0;
        for turn in 0..count {
            let depth = 1 + turn % 3;
            let (expr, expected) = match turn % 4 {
                0 => {
                    let (expr, model) = random.int(depth);
                    (expr.cast::<String>(), model.map(|n| n.to_string()))
                }
                1 => {
                    let (expr, model) = random.truth(depth);
                    (expr.cast::<String>(), model.map(|truth| truth.to_string()))
                }
                _ => {
                    let (expr, model) = random.dec(depth);
                    (expr.cast::<String>(), model.map(|n| text(&n)))
                }
            };
            let query = select_from(Alone).select(expr);
            let shown = query.clone().to_sql(db.dialect()).map(|sql| (sql.sql, sql.params)).unwrap();
            let found: kysera::Result<String> = query.fetch_one(db).await;
            match (found, expected) {
                (Ok(found), Some(expected)) => assert_eq!(found, expected, "turn {turn}: {shown:?}"),
                (Err(error), None) => {
                    refused += 1;
                    assert_eq!(
                        error.kind(),
                        kysera::ErrorKind::InvalidValue,
                        "turn {turn}: {error} {shown:?}"
                    );
                }
                (found, expected) => panic!("turn {turn}: {found:?}, the model has {expected:?}: {shown:?}"),
            }
        }
        assert!(refused > count / 50 && refused < count / 2, "{refused} of {count} were errors");
    })
    .await;
}
