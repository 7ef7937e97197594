//! What SQLite stores for each value. It has five storage classes and no types, so the forms are ours to fix; they
//! never change, because files outlive programs.
//!
//! | value | stored |
//! |---|---|
//! | boolean | integer 0 or 1 |
//! | integers | integer; a `u64` beyond `i64` is refused |
//! | floats | real; NaN is refused, because SQLite stores it as NULL; the sign of -0.0 is lost in a `real` column |
//! | decimal, JSON, enums | text |
//! | UUID | 16 bytes |
//! | date | text, `2024-02-29` |
//! | time | text, `01:02:03.123456` |
//! | date and time | text, `2024-02-29 01:02:03.123456` |
//! | timestamp | the same, in UTC |
//!
//! Text of dates and times sorts as they do, works with SQLite's date functions, and compares with
//! `current_timestamp`.

use super::temporal::{date_text, datetime_text, time_text};
use crate::value::{ParamSlot, Value, ValueError};
use std::borrow::Cow;

/// A value in one of SQLite's storage classes, borrowed from the bound value where it can be.
#[derive(Clone, Debug, PartialEq)]
pub enum Stored<'a> {
    /// NULL
    Null,
    /// INTEGER
    I64(i64),
    /// REAL
    F64(f64),
    /// TEXT
    Text(Cow<'a, str>),
    /// BLOB
    Bytes(&'a [u8]),
}

/// The form in which SQLite stores a value.
///
/// # Errors
/// For what it cannot store without changing it: see the table above.
pub fn stored(value: &Value) -> Result<Stored<'_>, ValueError> {
    Ok(match value {
        Value::Null(_) => Stored::Null,
        Value::Bool(value) => Stored::I64(i64::from(*value)),
        Value::I16(value) => Stored::I64(i64::from(*value)),
        Value::I32(value) => Stored::I64(i64::from(*value)),
        Value::I64(value) => Stored::I64(*value),
        Value::U64(value) => Stored::I64(
            i64::try_from(*value)
                .map_err(|_| ValueError::new("u64", "SQLite's integers end at 9223372036854775807"))?,
        ),
        Value::F32(value) => float(f64::from(*value))?,
        Value::F64(value) => float(*value)?,
        Value::Decimal(text) | Value::Json(text) => Stored::Text(Cow::Borrowed(text)),
        Value::Text(text) | Value::Custom(_, text) => Stored::Text(Cow::Borrowed(text)),
        Value::Bytes(bytes) => Stored::Bytes(bytes),
        Value::Uuid(bytes) => Stored::Bytes(bytes),
        Value::Date(days) => Stored::Text(date_text(*days)?.into()),
        Value::Time(micros) => Stored::Text(time_text(*micros)?.into()),
        Value::DateTime(micros) | Value::Timestamp(micros) => Stored::Text(datetime_text(*micros)?.into()),
        Value::Array(_) => return Err(ValueError::new("array", "SQLite has no arrays; store it as Json")),
        Value::Invalid(error) => return Err((**error).clone()),
        Value::Param(_) => return Err(ParamSlot::unfilled()),
    })
}

fn float(value: f64) -> Result<Stored<'static>, ValueError> {
    if value.is_nan() {
        return Err(ValueError::new("float", "SQLite would store NaN as NULL"));
    }
    Ok(Stored::F64(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_fixed() {
        let table = [
            (Value::Bool(true), Stored::I64(1)),
            (Value::U64(i64::MAX as u64), Stored::I64(i64::MAX)),
            (Value::F32(0.5), Stored::F64(0.5)),
            (Value::Decimal("1.50".into()), Stored::Text("1.50".into())),
            (Value::Uuid([7; 16]), Stored::Bytes(&[7; 16])),
            (Value::Date(19_782), Stored::Text("2024-02-29".into())),
            (Value::Time(3_723_000_001), Stored::Text("01:02:03.000001".into())),
            (Value::Timestamp(-1), Stored::Text("1969-12-31 23:59:59.999999".into())),
        ];
        for (value, expected) in &table {
            assert_eq!(stored(value).as_ref(), Ok(expected));
        }
    }

    #[test]
    fn what_sqlite_would_change_is_refused() {
        for value in
            [Value::U64(1 << 63), Value::F64(f64::NAN), Value::Date(i32::MIN), Value::Timestamp(i64::MAX)]
        {
            assert!(stored(&value).is_err(), "{value:?}");
        }
    }
}
