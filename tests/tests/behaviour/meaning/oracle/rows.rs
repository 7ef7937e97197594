//! Several rows: filtered, sorted, grouped, added up, told apart, put together.

use super::decimal::{Number, added, normal, order, quotient, rounded, text};
use super::numbers::has_many_digits;
use super::random::{Answer, Model, Random, plain};
use super::thing::{Mood, Thing};
use super::values::of_decimal;
use bigdecimal::num_bigint::BigInt;
use kysera::expr::{avg, count, count_all, max, min, sum};
use kysera::prelude::*;
use kysera_sql::expr::{Casts, Expr};
use kysera_sql::typed::Nil;
use rust_decimal::{Decimal, RoundingStrategy};
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

/// An answer from the rows that came and those that should have.
macro_rules! answer {
    ($db:ident, $query:expr, |$row:ident| $shown:expr, $expected:expr) => {{
        let query = $query;
        let sql = match query.clone().to_sql($db.dialect()) {
            Ok(sql) => format!("{} {:?}", sql.sql, sql.params),
            Err(error) => error.to_string(),
        };
        let found = query.fetch_all($db).await.map(|rows| {
            let rows: Vec<String> = rows.into_iter().map(|$row| $shown).collect();
            Some(rows.join(", "))
        });
        let expected: Vec<String> = $expected;
        Answer { found, expected: Ok(Some(expected.join(", "))), sql }
    }};
}

/// Runs `$body` for one kind of expression: how it is made, compared, and shown from a model and from a cell.
macro_rules! of_any_kind {
    ($random:ident, |$make:ident, $order:ident, $shown:ident, $read:ident| $body:expr) => {
        match $random.below(if $random.text_order { 9 } else { 8 }) {
            0 => of_any_kind!(@one |r| r.int(1), |m: &i64, n: &i64| m.cmp(n), |n: &i64| n.to_string(), |n: i64| n.to_string(), $make, $order, $shown, $read, $body),
            1 => of_any_kind!(@one |r| r.dec(1), |m: &Number, n: &Number| order(m, n), |n: &Number| normal(&text(n)), |n| of_decimal(n), $make, $order, $shown, $read, $body),
            2 => of_any_kind!(@one |r| r.float(1), |m: &f64, n: &f64| m.partial_cmp(n).unwrap(), |n: &f64| (n + 0.0).to_string(), |n: f64| (n + 0.0).to_string(), $make, $order, $shown, $read, $body),
            3 => of_any_kind!(@one |r| r.flag(), |m: &bool, n: &bool| m.cmp(n), |n: &bool| n.to_string(), |n: bool| n.to_string(), $make, $order, $shown, $read, $body),
            4 => of_any_kind!(@one |r| r.mood(), |m: &Mood, n: &Mood| m.cmp(n), |n: &Mood| format!("{n:?}"), |n: Mood| format!("{n:?}"), $make, $order, $shown, $read, $body),
            5 => of_any_kind!(@one |r| r.day(), |m: &jiff::civil::Date, n: &jiff::civil::Date| m.cmp(n), |n: &jiff::civil::Date| n.to_string(), |n: jiff::civil::Date| n.to_string(), $make, $order, $shown, $read, $body),
            6 => of_any_kind!(@one |r| r.at(), |m: &jiff::Timestamp, n: &jiff::Timestamp| m.cmp(n), |n: &jiff::Timestamp| n.to_string(), |n: jiff::Timestamp| n.to_string(), $make, $order, $shown, $read, $body),
            7 => of_any_kind!(@one |r| r.clock(), |m: &jiff::civil::Time, n: &jiff::civil::Time| m.cmp(n), |n: &jiff::civil::Time| n.to_string(), |n: jiff::civil::Time| n.to_string(), $make, $order, $shown, $read, $body),
            _ => of_any_kind!(@one |r| r.text(2), |m: &String, n: &String| m.cmp(n), |n: &String| format!("{n:?}"), |n: String| format!("{n:?}"), $make, $order, $shown, $read, $body),
        }
    };
    (@one |$r:ident| $of:expr, $compare:expr, $show:expr, $from_cell:expr, $make:ident, $order:ident, $shown:ident, $read:ident, $body:expr) => {{
        let $make = |$r: &mut Random| $of;
        #[allow(unused_variables, reason = "not each question asks for each of them")]
        let ($order, $shown, $read) = ($compare, $show, $from_cell);
        $body
    }};
}

pub(super) async fn answer(db: &Db, random: &mut Random) -> Answer {
    match random.below(7) {
        0 => filtered(db, random).await,
        1 | 2 => sorted(db, random).await,
        3 => grouped(db, random).await,
        4 => told_apart(db, random).await,
        5 => sums(db, random).await,
        _ => extremes(db, random).await,
    }
}

fn ids(random: &Random, keep: impl Fn(usize) -> bool) -> Vec<String> {
    (0..random.rows.len()).filter(|at| keep(*at)).map(|at| random.rows[at].id.to_string()).collect()
}

async fn filtered(db: &Db, random: &mut Random) -> Answer {
    let (condition, truths) = random.over_rows(|random| random.logic(2));
    let negated = random.below(3) == 0;
    random.form(if negated { "filter not" } else { "filter" });
    let condition = if negated { not(condition) } else { condition };
    let kept = ids(random, |at| truths[at] == Ok(Some(!negated)));
    answer!(
        db,
        select_from(Thing).filter(condition).select(Thing.id).order_by(Thing.id),
        |id| id.to_string(),
        kept
    )
}

async fn sorted(db: &Db, random: &mut Random) -> Answer {
    of_any_kind!(random, |make, order, shown, read| {
        let (expr, values) = random.over_rows(make);
        let (descends, nulls) = (random.below(2) == 0, random.below(4));
        let bare = expr.clone();
        let key = if descends { expr.desc() } else { expr.asc() };
        let (key, nulls_first) = match nulls {
            0 => {
                random.form("order by .. nulls first");
                (key.nulls_first(), true)
            }
            1 => {
                random.form("order by .. nulls last");
                (key.nulls_last(), false)
            }
            _ => {
                random.form(if descends { "order by .. desc" } else { "order by" });
                (key, descends)
            }
        };
        let mut rows: Vec<usize> = (0..values.len()).collect();
        rows.sort_by(|a, b| match (&values[*a], &values[*b]) {
            (Ok(Some(a)), Ok(Some(b))) if descends => order(b, a),
            (Ok(Some(a)), Ok(Some(b))) => order(a, b),
            (Ok(None), Ok(Some(_))) => {
                if nulls_first {
                    Ordering::Less
                } else {
                    Ordering::Greater
                }
            }
            (Ok(Some(_)), Ok(None)) => {
                if nulls_first {
                    Ordering::Greater
                } else {
                    Ordering::Less
                }
            }
            _ => Ordering::Equal,
        });
        let sorted = rows.into_iter().map(|at| random.rows[at].id.to_string()).collect();
        if nulls == 2 && !descends {
            random.form("order by without a direction");
            let query = select_from(Thing).select(Thing.id).order_by((bare, Thing.id));
            return answer!(db, query, |id| id.to_string(), sorted);
        }
        answer!(
            db,
            select_from(Thing).select(Thing.id).order_by((key, Thing.id)),
            |id| id.to_string(),
            sorted
        )
    })
}

async fn grouped(db: &Db, random: &mut Random) -> Answer {
    of_any_kind!(random, |make, order, shown, read| {
        random.form("group by");
        let (key, values) = random.over_rows(make);
        let mut groups: BTreeMap<String, (i64, i64)> = BTreeMap::new();
        for (value, row) in values.iter().zip(&random.rows) {
            let key = value.as_ref().unwrap().as_ref().map_or_else(|| "NULL".to_owned(), shown);
            let group = groups.entry(key).or_default();
            group.0 += 1;
            group.1 += i64::from(row.medium.unwrap_or(0));
        }
        let expected = groups.into_iter().map(|(key, (rows, sum))| format!("{key}: {rows} {sum}")).collect();
        let query = select_from(Thing).group_by(key.clone()).select((key, count_all(), sum(Thing.medium)));
        let mut answer = answer!(
            db,
            query,
            |row| format!(
                "{}: {} {}",
                row.0.map_or_else(|| "NULL".to_owned(), read),
                row.1,
                row.2.unwrap_or(0)
            ),
            expected
        );
        answer.found = answer.found.map(|rows| rows.map(|rows| in_order(&rows)));
        answer.expected = answer.expected.map(|rows| rows.map(|rows| in_order(&rows)));
        answer
    })
}

async fn told_apart(db: &Db, random: &mut Random) -> Answer {
    of_any_kind!(random, |make, order, shown, read| {
        let (expr, values) = random.over_rows(make);
        let shown_of = |all: &[Model<_>]| -> BTreeSet<String> {
            all.iter()
                .map(|value| value.as_ref().unwrap().as_ref().map_or_else(|| "NULL".to_owned(), shown))
                .collect()
        };
        let first = shown_of(&values);
        let whole = |expr: Expr<_, Nil>| select_from(Thing).select(expr);
        let mut answer = match random.below(4) {
            0 => {
                random.form("distinct");
                answer!(
                    db,
                    whole(expr).distinct(),
                    |value| value.map_or_else(|| "NULL".to_owned(), read),
                    first.into_iter().collect()
                )
            }
            of => {
                let (other, others) = random.over_rows(make);
                let second = shown_of(&others);
                let (name, expected): (_, Vec<String>) = match of {
                    1 => ("union", first.union(&second).cloned().collect()),
                    2 => ("intersect", first.intersection(&second).cloned().collect()),
                    _ => ("except", first.difference(&second).cloned().collect()),
                };
                random.form(name);
                let query = match of {
                    1 => whole(expr).union(whole(other)),
                    2 => whole(expr).intersect(whole(other)),
                    _ => whole(expr).except(whole(other)),
                };
                answer!(db, query, |value| value.map_or_else(|| "NULL".to_owned(), read), expected)
            }
        };
        answer.found = answer.found.map(|rows| rows.map(|rows| in_order(&rows)));
        answer.expected = answer.expected.map(|rows| rows.map(|rows| in_order(&rows)));
        answer
    })
}

fn in_order(rows: &str) -> String {
    let mut rows: Vec<&str> = rows.split(", ").collect();
    rows.sort_unstable();
    rows.join(", ")
}

/// How many rows an aggregate is over: some, or none.
fn cut(random: &mut Random) -> i64 {
    let cut = random.below(random.rows.len() + 3);
    if cut >= random.rows.len() {
        random.form("aggregate of nothing");
    }
    i64::try_from(cut).unwrap()
}

async fn extremes(db: &Db, random: &mut Random) -> Answer {
    let after = cut(random);
    if random.below(4) == 0 {
        // PostgreSQL has no extremes of booleans.
        random.form("count of booleans");
        let (expr, values) = random.over_rows(|random| random.flag());
        let known: Vec<bool> =
            values.iter().skip(usize::try_from(after).unwrap()).filter_map(|value| value.unwrap()).collect();
        let distinct = BTreeSet::from_iter(known.iter().copied()).len();
        let query = select_from(Thing)
            .filter(Thing.id.gt(after))
            .select((count(expr.clone()), count(expr).distinct()));
        return answer!(
            db,
            query,
            |row| format!("{} {}", row.0, row.1),
            vec![format!("{} {distinct}", known.len())]
        );
    }
    macro_rules! of {
        ($make:expr, $compare:expr, $shown:expr, $read:expr) => {{
            let (expr, values) = random.over_rows($make);
            let known: Vec<_> = values
                .iter()
                .skip(usize::try_from(after).unwrap())
                .filter_map(|value| value.clone().unwrap())
                .collect();
            let (shown, read) = ($shown, $read);
            let distinct: BTreeSet<String> = known.iter().map(shown).collect();
            let least = known.iter().min_by($compare).map_or_else(|| "NULL".to_owned(), shown);
            let most = known.iter().max_by($compare).map_or_else(|| "NULL".to_owned(), shown);
            let expected = format!("{least} {most} {} {}", known.len(), distinct.len());
            let items = (min(expr.clone()), max(expr.clone()), count(expr.clone()), count(expr).distinct());
            let query = select_from(Thing).filter(Thing.id.gt(after)).select(items);
            answer!(
                db,
                query,
                |row| format!(
                    "{} {} {} {}",
                    row.0.map_or_else(|| "NULL".to_owned(), read),
                    row.1.map_or_else(|| "NULL".to_owned(), read),
                    row.2,
                    row.3
                ),
                vec![expected]
            )
        }};
    }
    random.form("min, max, count");
    match random.below(if random.text_order { 8 } else { 7 }) {
        0 => of!(
            |r: &mut Random| r.int(1),
            |m: &&i64, n: &&i64| m.cmp(n),
            |n: &i64| n.to_string(),
            |n: i64| n.to_string()
        ),
        1 => of!(
            |r: &mut Random| r.dec(1),
            |m: &&Number, n: &&Number| order(m, n),
            |n: &Number| normal(&text(n)),
            of_decimal
        ),
        2 => of!(
            |r: &mut Random| r.float(1),
            |m: &&f64, n: &&f64| m.partial_cmp(n).unwrap(),
            |n: &f64| (n + 0.0).to_string(),
            |n: f64| (n + 0.0).to_string()
        ),
        3 => of!(
            |r: &mut Random| r.mood(),
            |m: &&Mood, n: &&Mood| m.cmp(n),
            |n: &Mood| format!("{n:?}"),
            |n: Mood| format!("{n:?}")
        ),
        4 => of!(
            |r: &mut Random| r.day(),
            |m: &&jiff::civil::Date, n: &&jiff::civil::Date| m.cmp(n),
            |n: &jiff::civil::Date| n.to_string(),
            |n: jiff::civil::Date| n.to_string()
        ),
        5 => of!(
            |r: &mut Random| r.at(),
            |m: &&jiff::Timestamp, n: &&jiff::Timestamp| m.cmp(n),
            |n: &jiff::Timestamp| n.to_string(),
            |n: jiff::Timestamp| n.to_string()
        ),
        6 => of!(
            |r: &mut Random| r.clock(),
            |m: &&jiff::civil::Time, n: &&jiff::civil::Time| m.cmp(n),
            |n: &jiff::civil::Time| n.to_string(),
            |n: jiff::civil::Time| n.to_string()
        ),
        _ => of!(
            |r: &mut Random| r.text(1),
            |m: &&String, n: &&String| m.cmp(n),
            |n: &String| format!("{n:?}"),
            |n: String| format!("{n:?}")
        ),
    }
}

/// A sum and an average where decimals have no scale of their own: in ten places, or in fifteen digits of an average that
/// has no end.
macro_rules! rounded_sums {
    ($db:ident, $random:ident, $query:expr, $known:expr, $total:expr, $average:expr) => {{
        let (total, average) = ($total, $average);
        let places = average.as_ref().map_or(10, |average| places_of(average, total.as_ref(), $known.len()));
        $random.outside |= places < 0;
        let places = u32::try_from(places).unwrap_or(0);
        for number in [&total, &average].into_iter().flatten() {
            $random.outside |= has_many_digits(&rounded(number, 10));
        }
        let shown = |number: Option<Number>, places: u32| match number {
            Some(number) => normal(&text(&rounded(&number, i32::try_from(places).unwrap()))),
            None => "NULL".to_owned(),
        };
        let read = |number: Option<Decimal>, places| {
            let half_up = RoundingStrategy::MidpointAwayFromZero;
            number.map_or_else(
                || "NULL".to_owned(),
                |number| of_decimal(number.round_dp_with_strategy(places, half_up)),
            )
        };
        let expected = format!("{} {}", shown(total, 10), shown(average, places));
        answer!($db, $query, |row| format!("{} {}", read(row.0, 10), read(row.1, places)), vec![expected])
    }};
}

/// In how many places databases agree about an average.
fn places_of(average: &Number, total: Option<&Number>, count: usize) -> i32 {
    let back = Number(&average.0 * BigInt::from(count), average.1);
    if total.is_none_or(|total| order(&back, total).is_eq()) {
        return 10;
    }
    let whole = text(average).trim_start_matches('-').split('.').next().map_or(0, str::len);
    (15 - i32::try_from(whole).unwrap()).min(10)
}

async fn sums(db: &Db, random: &mut Random) -> Answer {
    let after = cut(random);
    let skipped = usize::try_from(after).unwrap();
    let shown = |number: Option<Number>| number.map_or_else(|| "NULL".to_owned(), |number| text(&number));
    if random.below(3) == 0 {
        random.form("sum of 32 bits");
        let known: Vec<i64> =
            random.rows.iter().skip(skipped).filter_map(|row| row.medium.map(i64::from)).collect();
        let expected =
            if known.is_empty() { "NULL".to_owned() } else { known.iter().sum::<i64>().to_string() };
        let query = select_from(Thing).filter(Thing.id.gt(after)).select(sum(Thing.medium));
        return answer!(
            db,
            query,
            |sum| sum.map_or_else(|| "NULL".to_owned(), |sum| sum.to_string()),
            vec![expected]
        );
    }
    let total = |known: &[Number]| known.iter().cloned().reduce(|a, b| added(&a, &b, 1));
    let average = |known: &[Number]| {
        let count = Number(BigInt::from(known.len()), 0);
        total(known).and_then(|total| quotient(&total, &count))
    };
    if random.below(2) == 0 {
        random.form("sum and avg of integers");
        let (expr, values) = random.over_rows(|random| random.int(1));
        let known: Vec<Number> = values
            .iter()
            .skip(skipped)
            .filter_map(|value| value.unwrap())
            .map(|n| Number(n.into(), 0))
            .collect();
        if !random.any_decimal {
            let query = select_from(Thing).filter(Thing.id.gt(after)).select((sum(expr.clone()), avg(expr)));
            return rounded_sums!(db, random, query, &known, total(&known), average(&known));
        }
        let expected = format!("{} {}", shown(total(&known)), shown(average(&known)));
        let items = (sum(expr.clone()).text(), avg(expr).text());
        let query = select_from(Thing).filter(Thing.id.gt(after)).select(items);
        return answer!(db, query, |row| format!("{} {}", none(row.0), none(row.1)), vec![expected]);
    }
    random.form("sum and avg of decimals");
    let (expr, values) = random.over_rows(|random| random.dec(1));
    let known: Vec<Number> = values.iter().skip(skipped).filter_map(|value| value.clone().unwrap()).collect();
    if !random.any_decimal {
        let query = select_from(Thing).filter(Thing.id.gt(after)).select((sum(expr.clone()), avg(expr)));
        return rounded_sums!(db, random, query, &known, total(&known), average(&known));
    }
    let expected = format!("{} {}", shown(total(&known)), shown(average(&known)));
    let items = (sum(expr.clone()).text(), avg(expr).text());
    let query = select_from(Thing).filter(Thing.id.gt(after)).select(items);
    answer!(db, query, |row| format!("{} {}", none(row.0), none(row.1)), vec![expected])
}

fn none(text: Option<String>) -> String {
    text.unwrap_or_else(|| "NULL".to_owned())
}

/// As text, which has all the digits.
trait AsText: Casts {
    fn text(self) -> Expr<Option<String>, kysera_sql::typed::AggOf<Nil>> {
        Expr::from_node(kysera_sql::expr::Expression::into_node(plain::<Option<String>, _>(Casts::cast::<
            String,
        >(self))))
    }
}

impl<E: Casts> AsText for E {}
