//! Numbers as narrower ones: refused where they do not fit, which SQLite, whose numbers have one width, never does.

use super::context::{failed, flags, shown, text, utf8};
use super::convert;
use rusqlite::functions::Context;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Result};

pub(super) fn register(conn: &Connection) -> Result<()> {
    within::<i16>(conn, "integer_16", "integer: it is beyond 16 bits; compute with a wider type")?;
    within::<i32>(conn, "integer_32", "integer: it is beyond 32 bits; compute with a wider type")?;
    within::<u64>(conn, "integer_from_0", "integer: it is negative, which no unsigned one is")?;
    conn.create_scalar_function("real_32", 1, flags(), |context| {
        let (value, is_zero) = match context.get_raw(0) {
            ValueRef::Null => return Ok(None),
            #[expect(clippy::cast_precision_loss, reason = "to the nearest, as databases do")]
            ValueRef::Integer(n) => (n as f32, true),
            #[expect(
                clippy::cast_possible_truncation,
                reason = "to the nearest; beyond the range it is infinite"
            )]
            ValueRef::Real(value) => (value as f32, value == 0.0),
            ValueRef::Text(_) => of_text(context)?,
            ValueRef::Blob(_) => return Err(failed("float: found bytes")),
        };
        if value.is_infinite() || (value == 0.0 && !is_zero) {
            return Err(failed("float: it is beyond the range of 32 bits"));
        }
        Ok(Some(f64::from(value)))
    })?;
    // The digits that a float of 32 bits is sure of.
    conn.create_scalar_function("decimal_of_32", 1, flags(), |context| {
        match context.get::<Option<f64>>(0)? {
            None => Ok(None),
            Some(value) => match convert::decimal_of_real(value, 6) {
                Some(number) => text(Ok(number)),
                None => Err(failed("decimal: a float beyond its range is none")),
            },
        }
    })
}

fn within<N: TryFrom<i64>>(conn: &Connection, name: &'static str, why: &'static str) -> Result<()> {
    conn.create_scalar_function(name, 1, flags(), move |context| match context.get_raw(0) {
        ValueRef::Null => Ok(None),
        ValueRef::Integer(n) if N::try_from(n).is_ok() => Ok(Some(n)),
        _ => Err(failed(why)),
    })
}

/// A text as a float of 32 bits, and whether it says zero.
fn of_text(context: &Context<'_>) -> Result<(f32, bool)> {
    let found = utf8(context, 0)?;
    let value =
        convert::real_of_text(found).and_then(|wide| Some((found.trim_ascii().parse().ok()?, wide == 0.0)));
    value.ok_or_else(|| failed(format!("float: {} is none", shown(context))))
}
