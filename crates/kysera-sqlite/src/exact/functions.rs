//! Makes the functions and the collation known to a connection.
//!
//! `decimal`, `decimal_add`, `_sub`, `_mul`, `_cmp` and `_sum` are called as in SQLite's own extension for decimals, which
//! its shell contains, so that files with them in an index open there.

use super::arithmetic::{self, Failure};
use super::compare::compare;
use super::context::{Outcome, failed, flags, named, shown, text, utf8};
use super::convert;
use super::number::Number;
use super::total::Total;
use rusqlite::functions::{Aggregate, Context, WindowAggregate};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Error, Result};

pub(crate) fn register(conn: &Connection) -> Result<()> {
    conn.create_collation("decimal", compare)?;
    two(conn, "decimal_add", arithmetic::add)?;
    two(conn, "decimal_sub", arithmetic::sub)?;
    two(conn, "decimal_mul", arithmetic::mul)?;
    two(conn, "decimal_div", arithmetic::div)?;
    two(conn, "decimal_mod", arithmetic::rem)?;
    one(conn, "decimal_abs", |number| Ok(arithmetic::abs(&number)))?;
    one(conn, "decimal_neg", |number| Ok(arithmetic::neg(&number)))?;
    one(conn, "decimal_exact", Ok)?;
    round(conn)?;
    cmp(conn)?;
    conversions(conn)?;
    super::floats::register(conn)?;
    super::narrow::register(conn)?;
    super::one_row::register(conn)?;
    super::texts::register(conn)?;
    conn.create_window_function("decimal_sum", 1, flags(), Sum)?;
    conn.create_window_function("decimal_avg", 1, flags(), Avg)
}

fn one(conn: &Connection, name: &'static str, f: fn(Number) -> Outcome) -> Result<()> {
    conn.create_scalar_function(name, 1, flags(), move |context| match decimal(context, 0)? {
        Some(number) => text(f(number)),
        None => Ok(None),
    })
}

fn two(conn: &Connection, name: &'static str, f: fn(&Number, &Number) -> Outcome) -> Result<()> {
    conn.create_scalar_function(name, 2, flags(), move |context| {
        match (decimal(context, 0)?, decimal(context, 1)?) {
            (Some(a), Some(b)) => text(f(&a, &b)),
            _ => Ok(None),
        }
    })
}

/// `decimal_round(x)`, `decimal_round(x, places)`.
fn round(conn: &Connection) -> Result<()> {
    conn.create_scalar_function("decimal_round", 1, flags(), |context| match decimal(context, 0)? {
        Some(number) => text(arithmetic::round(&number, 0)),
        None => Ok(None),
    })?;
    conn.create_scalar_function("decimal_round", 2, flags(), |context| {
        match (decimal(context, 0)?, context.get::<Option<i64>>(1)?) {
            (Some(number), Some(places)) => text(arithmetic::round(&number, places)),
            _ => Ok(None),
        }
    })
}

/// `decimal_cmp(a, b)`: -1, 0 or 1.
fn cmp(conn: &Connection) -> Result<()> {
    conn.create_scalar_function("decimal_cmp", 2, flags(), |context| {
        match (decimal(context, 0)?, decimal(context, 1)?) {
            (Some(a), Some(b)) => Ok(Some(compare(&a.to_string(), &b.to_string()) as i64)),
            _ => Ok(None),
        }
    })
}

/// A function of two integers, the second of which is not zero.
fn integers(conn: &Connection, name: &'static str, f: fn(i64, i64) -> Option<i64>) -> Result<()> {
    conn.create_scalar_function(name, 2, flags(), move |context| {
        match (context.get_raw(0), context.get_raw(1)) {
            (ValueRef::Null, _) | (_, ValueRef::Null) => Ok(None),
            (ValueRef::Integer(_), ValueRef::Integer(0)) => Err(failed("integer: division by zero")),
            (ValueRef::Integer(a), ValueRef::Integer(b)) => {
                f(a, b).map(Some).ok_or_else(|| failed("integer: the result is beyond 64 bits"))
            }
            _ => Err(failed("integer: the result is beyond 64 bits, sqlite made it a float")),
        }
    })
}

fn conversions(conn: &Connection) -> Result<()> {
    conn.create_scalar_function("integer_exact", 1, flags(), |context| match context.get_raw(0) {
        ValueRef::Null => Ok(None),
        ValueRef::Integer(n) => Ok(Some(n)),
        ValueRef::Real(_) => Err(failed("integer: the result is beyond 64 bits, sqlite made it a float")),
        other => Err(failed(format!("integer: found {}", named(other)))),
    })?;
    integers(conn, "integer_div", i64::checked_div)?;
    integers(conn, "integer_mod", |a, b| Some(a.checked_rem(b).unwrap_or(0)))?;
    conn.create_scalar_function("integer_of", 1, flags(), |context| {
        let integer = match context.get_raw(0) {
            ValueRef::Null => return Ok(None),
            ValueRef::Integer(n) => Some(n),
            ValueRef::Real(value) => convert::integer_of_real(value),
            ValueRef::Text(_) => convert::integer_of_text(utf8(context, 0)?),
            ValueRef::Blob(_) => None,
        };
        integer.map(Some).ok_or_else(|| failed(format!("integer: {} is none", shown(context))))
    })?;
    conn.create_scalar_function("decimal_to_integer", 1, flags(), |context| match decimal(context, 0)? {
        Some(number) => match convert::integer_of_decimal(&number) {
            Some(n) => Ok(Some(n)),
            None => Err(failed("integer: the decimal is beyond 64 bits")),
        },
        None => Ok(None),
    })?;
    conn.create_scalar_function("real_of", 1, flags(), |context| {
        let value = match context.get_raw(0) {
            ValueRef::Null => return Ok(None),
            ValueRef::Integer(n) => Some(n as f64),
            ValueRef::Real(value) => Some(value),
            ValueRef::Text(_) => convert::real_of_text(utf8(context, 0)?),
            ValueRef::Blob(_) => None,
        };
        value.map(Some).ok_or_else(|| failed(format!("float: {} is none", shown(context))))
    })?;
    conn.create_scalar_function("decimal_of", 1, flags(), |context| {
        let number = match context.get_raw(0) {
            ValueRef::Null => return Ok(None),
            ValueRef::Integer(n) => Some(Number::from(n)),
            ValueRef::Real(value) => convert::decimal_of_real(value, 15),
            ValueRef::Text(_) => convert::decimal_of_text(utf8(context, 0)?),
            ValueRef::Blob(_) => None,
        };
        let number = number.ok_or_else(|| failed(format!("decimal: {} is none", shown(context))))?;
        text(arithmetic::fitting(number))
    })
}

/// An argument as a decimal; `None` for NULL. A float has lost its digits already, so it is refused.
fn decimal(context: &Context<'_>, at: usize) -> Result<Option<Number>> {
    Ok(Some(match context.get_raw(at) {
        ValueRef::Null => return Ok(None),
        ValueRef::Integer(n) => Number::from(n),
        ValueRef::Text(_) => Number::parse(utf8(context, at)?).ok_or_else(|| {
            failed("decimal: found a text that is no plain number; correct the stored value")
        })?,
        ValueRef::Real(_) => {
            let why = "decimal: found a float, whose digits are not exact; declare the column as text \
                       and store decimals as text";
            return Err(failed(why));
        }
        ValueRef::Blob(_) => return Err(failed("decimal: found bytes; store decimals as text")),
    }))
}

fn failure(why: Failure) -> Error {
    failed(format!("decimal: {why}"))
}

/// `decimal_sum`
struct Sum;
/// `decimal_avg`
struct Avg;

macro_rules! aggregate {
    ($name:ident $result:ident) => {
        impl Aggregate<Total, Option<String>> for $name {
            fn init(&self, _: &mut Context<'_>) -> Result<Total> {
                Ok(Total::new())
            }

            fn step(&self, context: &mut Context<'_>, total: &mut Total) -> Result<()> {
                match decimal(context, 0)? {
                    Some(number) => total.add(&number).map_err(failure),
                    None => Ok(()),
                }
            }

            fn finalize(&self, _: &mut Context<'_>, total: Option<Total>) -> Result<Option<String>> {
                result_of(total.as_ref(), Total::$result)
            }
        }

        impl WindowAggregate<Total, Option<String>> for $name {
            fn value(&self, total: Option<&mut Total>) -> Result<Option<String>> {
                result_of(total.as_deref(), Total::$result)
            }

            fn inverse(&self, context: &mut Context<'_>, total: &mut Total) -> Result<()> {
                match decimal(context, 0)? {
                    Some(number) => total.remove(&number).map_err(failure),
                    None => Ok(()),
                }
            }
        }
    };
}

aggregate!(Sum sum);
aggregate!(Avg average);

fn result_of(
    total: Option<&Total>,
    result: fn(&Total) -> std::result::Result<Option<Number>, Failure>,
) -> Result<Option<String>> {
    let number = total.map_or(Ok(None), result).map_err(failure)?;
    Ok(number.map(|number| number.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn conn() -> Connection {
        let conn = Connection::open_in_memory().unwrap();
        register(&conn).unwrap();
        conn
    }

    fn value(sql: &str) -> Result<String> {
        conn().query_row(&format!("select cast({sql} as text)"), [], |row| {
            Ok(row.get::<_, Option<String>>(0)?.unwrap_or_else(|| "null".to_owned()))
        })
    }

    /// Each line: two numbers and places; their sum, difference, product, quotient, remainder; the first rounded; the
    /// order. PostgreSQL 15 wrote it.
    #[test]
    fn every_result_is_that_of_postgresql_digit_for_digit() {
        let path = std::env::var("KYSERA_DECIMAL_RESULTS").ok();
        let stored = path.map(|path| std::fs::read_to_string(path).unwrap());
        let stored = stored.as_deref().unwrap_or(include_str!("postgresql.txt"));
        let conn = conn();
        let mut statement = conn
            .prepare(
                "select decimal_add(?1, ?2), decimal_sub(?1, ?2), decimal_mul(?1, ?2), \
                 case when ?4 then '-' else decimal_div(?1, ?2) end, \
                 case when ?4 then '-' else decimal_mod(?1, ?2) end, decimal_round(?1, ?3), decimal_cmp(?1, ?2), \
                 (?1 > ?2 collate decimal) - (?1 collate decimal < ?2), decimal_neg(decimal_neg(?1)), \
                 decimal_cmp(decimal_abs(?1), ?1) >= 0",
            )
            .unwrap();
        let mut lines = 0;
        for line in stored.lines() {
            let fields: Vec<&str> = line.split(' ').collect();
            let [a, b, places, rest @ ..] = fields.as_slice() else { panic!("{line}") };
            let places: i64 = places.parse().unwrap();
            let by_zero = rest[3] == "-";
            let row: Vec<String> = statement
                .query_row((a, b, places, by_zero), |row| {
                    (0..10)
                        .map(|at| match row.get_ref(at)? {
                            ValueRef::Integer(n) => Ok(n.to_string()),
                            other => Ok(other.as_str()?.to_owned()),
                        })
                        .collect()
                })
                .unwrap();
            assert_eq!(row[..7], *rest, "{a} {b} {places}");
            assert_eq!((&row[7], &*row[8], &*row[9]), (&row[6], *a, "1"), "{a} {b}");
            lines += 1;
        }
        assert!(lines >= 400, "only {lines} lines");
    }

    #[test]
    fn null_gives_null_and_integers_are_decimals() {
        assert_eq!(value("decimal_add(null, '1')").unwrap(), "null");
        assert_eq!(value("decimal_round('1.5', null)").unwrap(), "null");
        assert_eq!(value("decimal_mul(3, '0.10')").unwrap(), "0.30");
        assert_eq!(value("(select decimal_sum(x) from (select 1 as x where 0))").unwrap(), "null");
        assert_eq!(value("decimal_exact('1.50')").unwrap(), "1.50");
        assert_eq!(value("integer_exact(null)").unwrap(), "null");
    }

    #[test]
    fn floats_bytes_and_garbage_are_errors_that_name_the_cure() {
        for (sql, message) in [
            ("decimal_add(0.1, '1')", "declare the column as text and store decimals as text"),
            ("decimal_add(x'31', '1')", "decimal: found bytes; store decimals as text"),
            ("decimal_add('abc', '1')", "decimal: found a text that is no plain number"),
            ("decimal_mul('9e3', '1')", "no plain number"),
            ("decimal_round(' 1')", "no plain number"),
            ("decimal_neg('NaN')", "no plain number"),
            ("(select decimal_sum(x) from (select 0.5 as x))", "found a float"),
            ("decimal_div('1', '0.00')", "decimal: division by zero"),
            ("decimal_mod('1', 0)", "decimal: division by zero"),
            ("decimal_mul(printf('%.*c', 131072, '9'), '10')", "more than 131072 digits"),
            ("integer_exact(9223372036854775807 + 1)", "integer: the result is beyond 64 bits"),
            ("integer_of('abc')", "integer: a text that is no such number is none"),
            ("integer_of(1e30)", "integer: a float beyond its range is none"),
            ("real_of('abc')", "float: a text"),
            ("decimal_of('abc')", "decimal: a text"),
            ("decimal_to_integer('9223372036854775808')", "integer: the decimal is beyond 64 bits"),
        ] {
            let error = value(sql).unwrap_err().to_string();
            assert!(error.contains(message), "{sql}: {error}");
        }
    }

    #[test]
    fn windows_sum_exactly_while_their_frame_moves() {
        let sql = "select decimal_sum(p) over w, decimal_avg(p) over w from \
                   (select 1 as i, '0.1' as p union all select 2, '0.25' union all select 3, null \
                    union all select 4, '7') window w as (order by i rows between 1 preceding and current row)";
        let conn = conn();
        let mut statement = conn.prepare(sql).unwrap();
        let rows: Vec<(String, String)> = statement
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        let expected = [
            ("0.1", "0.10000000000000000000"),
            ("0.35", "0.17500000000000000000"),
            ("0.25", "0.25000000000000000000"),
            ("7", "7.0000000000000000"),
        ];
        assert_eq!(rows, expected.map(|(sum, avg)| (sum.to_owned(), avg.to_owned())));
    }

    #[test]
    fn an_index_in_the_order_of_decimals_serves_comparison_and_order() {
        let conn = conn();
        conn.execute_batch(
            "create table t (p text collate decimal unique);
             insert into t values ('9'), ('10.0'), ('-1'), ('1.50'), ('1e3')",
        )
        .unwrap();
        assert!(conn.execute("insert into t values ('10')", []).is_err());
        let list = |sql: &str| -> Vec<String> {
            let mut statement = conn.prepare(sql).unwrap();
            statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
        };
        let ordered = list("select p from t order by p collate decimal");
        assert_eq!(ordered, ["-1", "1.50", "9", "10.0", "1e3"]);
        assert_eq!(
            list("select p from t where p collate decimal in ('10', '1.5') order by p"),
            ["1.50", "10.0"]
        );
        let plan: String = conn
            .query_row("explain query plan select p from t where p collate decimal > '9'", [], |row| {
                row.get(3)
            })
            .unwrap();
        assert!(plan.contains("USING COVERING INDEX"), "{plan}");
        let found: Vec<String> = list("select group_concat(integrity_check) from pragma_integrity_check");
        assert_eq!(found, ["ok"]);
    }
}
