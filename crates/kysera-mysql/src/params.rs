//! Bound values as they go over the wire, encoded before anything is sent.
//!
//! What a server would change without saying so is refused here: NaN, which MySQL stores as 0; digits beyond a decimal's
//! length; times that are none.

use crate::packet::put_counted;
use kysera_core::error::{Error, ErrorKind, Result};
use kysera_sql::value::{SqlType, Value, ValueError};
use kysera_sql::wire::temporal::date_of;
use mysql_common::constants::ColumnType;

/// The most parameters that the protocol can count.
const MOST: usize = 65_535;
/// The most bytes of room for parameters that are kept from statement to statement.
const SMALL: usize = 64 * 1024;
/// The most digits of a decimal, and the most of them behind the point, on every version of both.
const MOST_DIGITS: usize = 65;
const MOST_FRACTION: usize = 30;

/// The encoded parameters of one statement.
#[derive(Debug, Default)]
pub(crate) struct Params {
    /// The code of each value's type, with the sign's flag in the higher byte.
    types: Vec<u16>,
    /// A bit for each value that is NULL.
    nulls: Vec<u8>,
    values: Vec<u8>,
}

impl Params {
    /// Encodes values in the room of others that are of no more use.
    ///
    /// # Errors
    /// When there are too many, or the server would not keep one as it is.
    pub(crate) fn encode(mut self, values: &[Value]) -> Result<Params> {
        if values.len() > MOST {
            let message = format!("a statement has {} parameters, and MySQL takes {MOST}", values.len());
            return Err(Error::new(ErrorKind::InvalidQuery, message).with_hint("send it in parts"));
        }
        self.types.clear();
        self.nulls.clear();
        self.values.clear();
        self.nulls.resize(values.len().div_ceil(8), 0);
        for (at, value) in values.iter().enumerate() {
            self.types.push(type_of(value));
            if value.is_null() {
                self.nulls[at / 8] |= 1 << (at % 8);
            } else {
                put(value, &mut self.values).map_err(|error| refused(error, at))?;
            }
        }
        Ok(self)
    }

    /// True when so much room may be kept on an idle connection.
    pub(crate) fn is_small(&self) -> bool {
        self.values.capacity() <= SMALL && self.types.capacity() <= SMALL / 2
    }

    /// The types: with the text they say which statement it is.
    #[inline]
    pub(crate) fn types(&self) -> &[u16] {
        &self.types
    }

    /// How many bytes they take in a packet.
    pub(crate) fn len(&self) -> usize {
        self.nulls.len() + 1 + 2 * self.types.len() + self.values.len()
    }

    /// Appends them as they stand in a request.
    pub(crate) fn put(&self, out: &mut Vec<u8>, with_types: bool) {
        if self.types.is_empty() {
            return;
        }
        out.extend_from_slice(&self.nulls);
        out.push(u8::from(with_types));
        if with_types {
            out.extend(self.types.iter().flat_map(|code| code.to_le_bytes()));
        }
        out.extend_from_slice(&self.values);
    }
}

#[cold]
fn refused(error: ValueError, at: usize) -> Error {
    Error::new(ErrorKind::InvalidValue, format!("parameter {}: {error}", at + 1)).with_source(error)
}

const UNSIGNED: u16 = 0x8000;

/// The code that a value is sent as. NULL has that of its type, so that it is no other statement.
fn type_of(value: &Value) -> u16 {
    use ColumnType as T;
    let (code, flag) = match value.sql_type() {
        SqlType::Bool => (T::MYSQL_TYPE_TINY, 0),
        SqlType::I16 | SqlType::I32 | SqlType::I64 => (T::MYSQL_TYPE_LONGLONG, 0),
        SqlType::U64 => (T::MYSQL_TYPE_LONGLONG, UNSIGNED),
        SqlType::F32 => (T::MYSQL_TYPE_FLOAT, 0),
        SqlType::F64 => (T::MYSQL_TYPE_DOUBLE, 0),
        SqlType::Decimal => (T::MYSQL_TYPE_NEWDECIMAL, 0),
        // Sixteen bytes are what `binary(16)` and MariaDB's `uuid` compare with; MariaDB takes no parameter as JSON.
        SqlType::Bytes | SqlType::Uuid => (T::MYSQL_TYPE_BLOB, 0),
        SqlType::Date => (T::MYSQL_TYPE_DATE, 0),
        SqlType::Time => (T::MYSQL_TYPE_TIME, 0),
        SqlType::DateTime | SqlType::Timestamp => (T::MYSQL_TYPE_DATETIME, 0),
        _ => (T::MYSQL_TYPE_VAR_STRING, 0),
    };
    code as u16 | flag
}

fn put(value: &Value, out: &mut Vec<u8>) -> Result<(), ValueError> {
    match value {
        Value::Null(_) => {}
        Value::Bool(value) => out.push(u8::from(*value)),
        Value::I16(value) => out.extend_from_slice(&i64::from(*value).to_le_bytes()),
        Value::I32(value) => out.extend_from_slice(&i64::from(*value).to_le_bytes()),
        Value::I64(value) => out.extend_from_slice(&value.to_le_bytes()),
        Value::U64(value) => out.extend_from_slice(&value.to_le_bytes()),
        Value::F32(value) => {
            finite(f64::from(*value))?;
            out.extend_from_slice(&value.to_le_bytes());
        }
        Value::F64(value) => {
            finite(*value)?;
            out.extend_from_slice(&value.to_le_bytes());
        }
        Value::Decimal(text) => {
            check_decimal(text)?;
            put_counted(out, text.as_bytes());
        }
        Value::Text(text) | Value::Custom(_, text) => put_counted(out, text.as_bytes()),
        Value::Json(text) => put_counted(out, text.as_bytes()),
        Value::Bytes(bytes) => put_counted(out, bytes),
        Value::Uuid(bytes) => put_counted(out, bytes),
        Value::Date(days) => put_date(*days, out)?,
        Value::Time(micros) => put_time(*micros, out)?,
        Value::DateTime(micros) | Value::Timestamp(micros) => put_datetime(*micros, out)?,
        Value::Array(_) => return Err(ValueError::new("array", "MySQL has no arrays; store it as Json")),
        Value::Invalid(error) => return Err((**error).clone()),
        Value::Param(_) => {
            return Err(ValueError::new("parameter", "a prepared query was run without a value for it"));
        }
        _ => return Err(ValueError::new("value", "this driver does not know its type")),
    }
    Ok(())
}

fn finite(value: f64) -> Result<(), ValueError> {
    if value.is_finite() {
        return Ok(());
    }
    Err(ValueError::new("float", "MySQL has neither NaN nor infinity"))
}

/// MySQL stores `NaN` as 0 and what is too long as the largest decimal there is.
fn check_decimal(text: &str) -> Result<(), ValueError> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if (whole.is_empty() && fraction.is_empty()) || !digits(whole) || !digits(fraction) {
        return Err(ValueError::new(
            "decimal",
            "MySQL's decimals are plain digits: neither NaN nor infinity",
        ));
    }
    if fraction.len() > MOST_FRACTION || whole.trim_start_matches('0').len() + fraction.len() > MOST_DIGITS {
        return Err(ValueError::new(
            "decimal",
            "MySQL's decimals have 65 digits, 30 of them behind the point",
        ));
    }
    Ok(())
}

const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;

fn year_month_day(days: i32) -> Result<[u8; 4], ValueError> {
    let (year, month, day) = date_of(days);
    match u16::try_from(year) {
        Ok(year @ 0..=9999) => {
            let [low, high] = year.to_le_bytes();
            Ok([low, high, month, day])
        }
        _ => Err(ValueError::new("date", "MySQL has the years 0 to 9999")),
    }
}

fn put_date(days: i32, out: &mut Vec<u8>) -> Result<(), ValueError> {
    let date = year_month_day(days)?;
    out.push(4);
    out.extend_from_slice(&date);
    Ok(())
}

/// Hours, minutes, seconds and microseconds of a time of day.
fn clock(micros: i64) -> [u8; 7] {
    let seconds = micros / SECOND;
    // Below a day each of these is below 60 or 24, and the fraction is below a million.
    let part = |number: i64| number.to_le_bytes()[0];
    let [a, b, c, d, ..] = (micros % SECOND).to_le_bytes();
    [part(seconds / 3600), part(seconds / 60 % 60), part(seconds % 60), a, b, c, d]
}

fn put_time(micros: i64, out: &mut Vec<u8>) -> Result<(), ValueError> {
    if !(0..DAY).contains(&micros) {
        return Err(ValueError::new("time", "it is not a time of day"));
    }
    out.extend_from_slice(&[12, 0, 0, 0, 0, 0]);
    out.extend_from_slice(&clock(micros));
    Ok(())
}

fn put_datetime(micros: i64, out: &mut Vec<u8>) -> Result<(), ValueError> {
    let days = i32::try_from(micros.div_euclid(DAY))
        .map_err(|_| ValueError::new("date and time", "MySQL has the years 0 to 9999"))?;
    let date = year_month_day(days)?;
    out.push(11);
    out.extend_from_slice(&date);
    out.extend_from_slice(&clock(micros.rem_euclid(DAY)));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encode(values: &[Value]) -> Result<Params> {
        Params::default().encode(values)
    }

    #[test]
    fn one_parameter_too_many_is_refused_before_anything_is_sent() {
        assert!(encode(&vec![Value::Bool(true); MOST]).is_ok());
        let error = encode(&vec![Value::Bool(true); MOST + 1]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidQuery);
        assert!(error.to_string().contains("65536"), "{error}");
    }

    #[test]
    fn what_the_server_would_change_is_refused() {
        let long = "1".repeat(66);
        let fine = format!("0.{}", "1".repeat(31));
        for value in [
            Value::F64(f64::NAN),
            Value::F32(f32::INFINITY),
            Value::Decimal("NaN".into()),
            Value::Decimal("Infinity".into()),
            Value::Decimal("1e5".into()),
            Value::Decimal(long.into()),
            Value::Decimal(fine.into()),
            Value::Time(-1),
            Value::Time(DAY),
            Value::Date(i32::MIN),
            Value::DateTime(i64::MAX),
            Value::Timestamp(i64::MIN),
        ] {
            let error = encode(&[Value::Bool(true), value.clone()]).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidValue, "{value:?}");
            assert!(error.to_string().starts_with("parameter 2: "), "{error}");
        }
        for text in ["-12.50", "0", &"9".repeat(65), &format!("{}.{}", "9".repeat(35), "9".repeat(30)), ".5"]
        {
            assert!(encode(&[Value::Decimal((*text).into())]).is_ok(), "{text}");
        }
    }

    #[test]
    fn null_has_the_type_of_its_column() {
        for (null, value) in [
            (SqlType::I64, Value::I64(1)),
            (SqlType::U64, Value::U64(1)),
            (SqlType::Text, Value::Text("a".into())),
            (SqlType::Uuid, Value::Uuid([0; 16])),
        ] {
            let both = encode(&[Value::Null(null), value]).unwrap();
            assert_eq!(both.types()[0], both.types()[1]);
            assert_eq!(both.nulls, [1]);
        }
        assert_ne!(encode(&[Value::I64(1)]).unwrap().types(), encode(&[Value::U64(1)]).unwrap().types());
    }
}
