//! Functions of text that mean what they mean on PostgreSQL: patterns that look at case, positions counted from 1.

use super::context::{failed, flags, utf8};
use kysera_sql::dialect;
use rusqlite::functions::Context;
use rusqlite::types::{ToSqlOutput, Value, ValueRef};
use rusqlite::{Connection, Result, ToSql};

pub(super) fn register(conn: &Connection) -> Result<()> {
    conn.create_scalar_function("like_pattern", 1, flags(), |context| pattern(context, "\\"))?;
    conn.create_scalar_function("like_pattern", 2, flags(), |context| {
        let escape = utf8(context, 1)?;
        pattern(context, escape)
    })?;
    conn.create_scalar_function("text_after", 1, flags(), |context| {
        if context.get_raw(0) == ValueRef::Null {
            return Ok(Value::Null);
        }
        // Bytes come behind every text (datatype3.html, section 4.1).
        Ok(dialect::text_after(utf8(context, 0)?).map_or(Value::Blob(Vec::new()), Value::Text))
    })?;
    conn.create_scalar_function("text_substr", 2, flags(), |context| substr(context, None))?;
    conn.create_scalar_function("text_substr", 3, flags(), |context| match context.get::<Option<i64>>(2)? {
        Some(length) => substr(context, Some(length)),
        None => Ok(None),
    })
}

fn pattern(context: &Context<'_>, escape: &str) -> Result<Option<String>> {
    if context.get_raw(0) == ValueRef::Null {
        return Ok(None);
    }
    let mut chars = escape.chars();
    let (Some(escape), None) = (chars.next(), chars.next()) else {
        return Err(failed("text: the escape is one character"));
    };
    let like = utf8(context, 0)?;
    if like.contains('\0') {
        // What stands behind it would not be looked at.
        return Err(failed("text: a pattern with a NUL character"));
    }
    match dialect::glob_of_like(like, escape) {
        Some(glob) => Ok(Some(glob)),
        None => Err(failed("text: the pattern ends with its escape character")),
    }
}

/// `length` characters from `start`, of which those before the first are not there.
fn substr(context: &Context<'_>, length: Option<i64>) -> Result<Option<Substr>> {
    let Some(start) = context.get::<Option<i64>>(1)? else { return Ok(None) };
    if context.get_raw(0) == ValueRef::Null {
        return Ok(None);
    }
    if length.is_some_and(|length| length < 0) {
        return Err(failed("text: the length of a part is negative"));
    }
    let end = length.map(|length| start.saturating_add(length).max(1));
    let first = usize::try_from(start.max(1) - 1).unwrap_or(usize::MAX);
    let within = |length: usize| {
        let end = end.map_or(length, |end| usize::try_from(end - 1).unwrap_or(usize::MAX).min(length));
        first.min(end)..end
    };
    Ok(Some(match context.get_raw(0) {
        ValueRef::Blob(bytes) => Substr::Bytes(bytes[within(bytes.len())].to_vec()),
        ValueRef::Text(_) => {
            let text = utf8(context, 0)?;
            let range = within(text.chars().count());
            Substr::Text(text.chars().skip(range.start).take(range.len()).collect())
        }
        _ => return Err(failed("text: a part of a number is asked for")),
    }))
}

enum Substr {
    Text(String),
    Bytes(Vec<u8>),
}

impl ToSql for Substr {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
        match self {
            Substr::Text(text) => text.to_sql(),
            Substr::Bytes(bytes) => bytes.to_sql(),
        }
    }
}
