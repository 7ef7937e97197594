//! What the functions have in common: how they are registered, how they read an argument, and how they fail.

use super::arithmetic::Failure;
use super::number::Number;
use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::ValueRef;
use rusqlite::{Error, Result};

/// A decimal, or why there is none.
pub(super) type Outcome = std::result::Result<Number, Failure>;

/// Usable in indexes, and in views of a schema that is not trusted.
pub(super) fn flags() -> FunctionFlags {
    FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_INNOCUOUS
}

pub(super) fn utf8<'a>(context: &'a Context<'_>, at: usize) -> Result<&'a str> {
    context.get_raw(at).as_str().map_err(|_| failed("decimal: found a text that is not utf-8"))
}

pub(super) fn text(outcome: Outcome) -> Result<Option<String>> {
    match outcome {
        Ok(number) => Ok(Some(number.to_string())),
        Err(why) => Err(failed(format!("decimal: {why}"))),
    }
}

pub(super) fn named(value: ValueRef<'_>) -> &'static str {
    match value {
        ValueRef::Null => "null",
        ValueRef::Integer(_) => "an integer",
        ValueRef::Real(_) => "a float",
        ValueRef::Text(_) => "a text",
        ValueRef::Blob(_) => "bytes",
    }
}

/// The kind of the argument: values stay out of messages.
pub(super) fn shown(context: &Context<'_>) -> String {
    match context.get_raw(0) {
        ValueRef::Text(_) => "a text that is no such number".to_owned(),
        ValueRef::Real(_) => "a float beyond its range".to_owned(),
        other => named(other).to_owned(),
    }
}

pub(super) fn failed(what: impl Into<String>) -> Error {
    Error::UserFunctionError(what.into().into())
}
