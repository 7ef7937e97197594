//! Arithmetic and functions of floats that refuse what PostgreSQL refuses: results beyond the range of a float, too small
//! for it, or none at all, where SQLite goes on with an infinity, zero or NULL.

use super::context::{failed, flags};
use rusqlite::{Connection, Result};

pub(super) fn register(conn: &Connection) -> Result<()> {
    conn.create_scalar_function("real_exact", 1, flags(), |context| {
        match context.get::<Option<f64>>(0)? {
            Some(value) if value.is_infinite() => Err(failed(BEYOND)),
            value => Ok(value),
        }
    })?;
    two(conn, "real_mul", |a, b| checked(a * b, a == 0.0 || b == 0.0))?;
    two(conn, "real_div", |a, b| {
        if b == 0.0 { Err("division by zero") } else { checked(a / b, a == 0.0 || b.is_infinite()) }
    })?;
    two(conn, "real_power", power)?;
    one(conn, "real_round", |x| Ok(x.round_ties_even()))?;
    one(conn, "real_exp", |x| checked(x.exp(), x == f64::NEG_INFINITY))?;
    one(
        conn,
        "real_sqrt",
        |x| if x < 0.0 { Err("the square root of a negative number") } else { Ok(x.sqrt()) },
    )?;
    one(conn, "real_ln", |x| logarithm(x, f64::ln))?;
    one(conn, "real_log10", |x| logarithm(x, f64::log10))?;
    one(conn, "real_acos", |x| defined(x.acos()))?;
    one(conn, "real_asin", |x| defined(x.asin()))?;
    one(conn, "real_acosh", |x| defined(x.acosh()))?;
    one(conn, "real_atanh", |x| defined(x.atanh()))
}

const BEYOND: &str = "float: the result is beyond its range";

type Outcome = std::result::Result<f64, &'static str>;

fn one(conn: &Connection, name: &'static str, f: fn(f64) -> Outcome) -> Result<()> {
    conn.create_scalar_function(name, 1, flags(), move |context| match context.get::<Option<f64>>(0)? {
        Some(x) => f(x).map(Some).map_err(refused),
        None => Ok(None),
    })
}

fn two(conn: &Connection, name: &'static str, f: fn(f64, f64) -> Outcome) -> Result<()> {
    conn.create_scalar_function(name, 2, flags(), move |context| {
        match (context.get::<Option<f64>>(0)?, context.get::<Option<f64>>(1)?) {
            (Some(a), Some(b)) => f(a, b).map(Some).map_err(refused),
            _ => Ok(None),
        }
    })
}

fn refused(why: &'static str) -> rusqlite::Error {
    failed(format!("float: {why}"))
}

/// A result, refused where it is no finite number, or zero without a reason.
fn checked(value: f64, may_be_zero: bool) -> Outcome {
    if !value.is_finite() {
        Err("the result is beyond its range")
    } else if value == 0.0 && !may_be_zero {
        Err("the result is too small for it")
    } else {
        Ok(value)
    }
}

/// A result, refused where there is none.
fn defined(value: f64) -> Outcome {
    if value.is_finite() { Ok(value) } else { Err("the function is not defined for this number") }
}

fn power(base: f64, exponent: f64) -> Outcome {
    if base == 0.0 && exponent < 0.0 {
        return Err("zero raised to a negative power");
    }
    if base < 0.0 && exponent.fract() != 0.0 {
        return Err("a negative number raised to a power that is not whole");
    }
    checked(base.powf(exponent), base == 0.0 || base.is_infinite() || exponent.is_infinite())
}

fn logarithm(x: f64, f: fn(f64) -> f64) -> Outcome {
    if x > 0.0 { Ok(f(x)) } else { Err("the logarithm of a number that is not positive") }
}
