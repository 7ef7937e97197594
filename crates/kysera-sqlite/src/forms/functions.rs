//! Makes the functions known to a connection.

use super::convert;
use super::spelling::{Spelling, Written, text};
use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, Error, Result};

pub(crate) fn register(conn: &Connection) -> Result<()> {
    let flags =
        FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_INNOCUOUS;
    conn.create_scalar_function("form_read", 3, flags, read)?;
    conn.create_scalar_function("form_write", 3, flags, write)?;
    conn.create_scalar_function("form_find", 2, flags, find)
}

/// `form_read(stored, form, column)`: the value in the library's own form.
fn read(context: &Context<'_>) -> Result<Value> {
    let (spelling, stored) = (spelling(context)?, context.get_raw(0));
    if stored == ValueRef::Null {
        return Ok(Value::Null);
    }
    convert::read(spelling, stored).ok_or_else(|| {
        let (column, form, example) = (column(context), spelling.form, spelling.example());
        let found = match stored {
            ValueRef::Text(_) => "a text that is not so",
            ValueRef::Blob(_) => "bytes",
            ValueRef::Real(_) => "a float",
            _ => "an integer",
        };
        failed(format!(
            "form: cannot read {column}: expected {form}, which is {example}, found {found}; \
             correct what is stored, or declare its form on the column"
        ))
    })
}

/// `form_write(value, form, column)`: what is stored for the value.
fn write(context: &Context<'_>) -> Result<Value> {
    let (spelling, value) = (spelling(context)?, context.get_raw(0));
    if value == ValueRef::Null {
        return Ok(Value::Null);
    }
    let refuse =
        |why: &str| failed(format!("form: cannot store {} as {}: {why}", column(context), spelling.form));
    match convert::write(spelling, value) {
        Some(Written::Exactly(stored)) => Ok(stored),
        Some(Written::Beside(_, why)) => Err(refuse(why)),
        None => Err(refuse("the value is none of the column's type")),
    }
}

/// `form_find(value, form)`: what to compare what is stored with.
fn find(context: &Context<'_>) -> Result<Value> {
    let (spelling, value) = (spelling(context)?, context.get_raw(0));
    if value == ValueRef::Null {
        return Ok(Value::Null);
    }
    match convert::write(spelling, value) {
        Some(Written::Exactly(stored) | Written::Beside(stored, _)) => Ok(stored),
        None => Err(failed("form: the value is none of the column's type")),
    }
}

fn spelling(context: &Context<'_>) -> Result<Spelling> {
    text(context.get_raw(1)).and_then(Spelling::parse).ok_or_else(|| failed("form: there is no such form"))
}

fn column<'a>(context: &'a Context<'_>) -> &'a str {
    text(context.get_raw(2)).unwrap_or("a column")
}

fn failed(what: impl Into<String>) -> Error {
    Error::UserFunctionError(what.into().into())
}
