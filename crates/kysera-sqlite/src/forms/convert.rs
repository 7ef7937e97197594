//! From what is stored in a form to the library's own way of storing it, and back.

use super::spelling::{Spelling, Written, text};
use super::{decimal, instant, uuid};
use kysera_sql::form::Form;
use rusqlite::types::{Value, ValueRef};

/// The library's own way of storing what is stored in this form; `None` for what is not in it.
pub(super) fn read(spelling: Spelling, stored: ValueRef<'_>) -> Option<Value> {
    match spelling.form {
        Form::UuidText | Form::UuidHex => uuid::read(spelling.form, text(stored)?).map(Value::Blob),
        Form::DecimalReal | Form::Scaled(_) => decimal::read(spelling.form, stored).map(Value::Text),
        _ => instant::read(spelling, stored).map(Value::Text),
    }
}

/// The value in this form; `None` for what is no value of its type.
pub(super) fn write(spelling: Spelling, value: ValueRef<'_>) -> Option<Written> {
    match spelling.form {
        Form::UuidText | Form::UuidHex => {
            let ValueRef::Blob(bytes) = value else { return None };
            Some(Written::Exactly(Value::Text(uuid::write(spelling.form, bytes)?)))
        }
        Form::DecimalReal | Form::Scaled(_) => decimal::write(spelling.form, value),
        _ => instant::write(spelling, text(value)?),
    }
}
