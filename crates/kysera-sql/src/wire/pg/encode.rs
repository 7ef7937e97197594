//! Bound values in PostgreSQL's binary format, and the type each is declared as.

use super::{numeric, oid, temporal};
use crate::value::{ArrayValue, ParamSlot, SqlType, Value, ValueError};
use std::fmt::Write;

/// The OID of the type that a parameter is declared as.
///
/// Custom types, and arrays of them, have OIDs of their own in each database: they are declared
/// [`UNKNOWN`](oid::UNKNOWN), which lets the server read their text as the type that is needed there. A `u64` is
/// `numeric`, because PostgreSQL has no unsigned type. JSON is `jsonb`, which is assigned to a `json` column too.
pub fn parameter_oid(ty: SqlType) -> u32 {
    match ty {
        SqlType::Bool => oid::BOOL,
        SqlType::I16 => oid::INT2,
        SqlType::I32 => oid::INT4,
        SqlType::I64 => oid::INT8,
        SqlType::U64 | SqlType::Decimal => oid::NUMERIC,
        SqlType::F32 => oid::FLOAT4,
        SqlType::F64 => oid::FLOAT8,
        SqlType::Text => oid::TEXT,
        SqlType::Bytes => oid::BYTEA,
        SqlType::Uuid => oid::UUID,
        SqlType::Date => oid::DATE,
        SqlType::Time => oid::TIME,
        SqlType::DateTime => oid::TIMESTAMP,
        SqlType::Timestamp => oid::TIMESTAMPTZ,
        SqlType::Json => oid::JSONB,
        SqlType::Array(element) => array_oid(parameter_oid(*element)).unwrap_or(oid::UNKNOWN),
        SqlType::Custom(_) | SqlType::Nested | SqlType::Unknown => oid::UNKNOWN,
    }
}

/// How the session and the position of a parameter decide its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Declared {
    /// It has its own type wherever it stands, as
    /// [`Facts::text_params`](crate::compiled::Facts::text_params) says; else what it stands beside may decide.
    pub own_type: bool,
    /// The session's time zone is UTC.
    pub in_utc: bool,
}

/// The OID that the parameter for this value is declared as: [`parameter_oid`] of its type, but
///
/// * text is [`UNKNOWN`](oid::UNKNOWN) unless it has its own type, so that it takes the type of what stands beside it;
/// * a value of a named type is text where it has its own type: the statement casts it;
/// * a date, a civil time and an instant are [`UNKNOWN`](oid::UNKNOWN) in a session of another time zone than UTC, unless they
///   have their own type: the server would shift them between `timestamp` and `timestamptz`;
/// * a `u64` that fits is an `int8`, so that it uses the indexes of integers.
#[inline]
pub fn value_oid(value: &Value, declared: Declared) -> u32 {
    let Declared { own_type, in_utc } = declared;
    match (value, value.sql_type()) {
        (_, SqlType::Text | SqlType::Array(SqlType::Text)) if !own_type => oid::UNKNOWN,
        (_, SqlType::Custom(_)) if own_type => oid::TEXT,
        (_, SqlType::Array(SqlType::Custom(_))) if own_type => oid::TEXT_ARRAY,
        (_, ty) if !in_utc && !own_type && may_be_shifted(ty) => oid::UNKNOWN,
        (Value::U64(number), _) if i64::try_from(*number).is_err() => oid::NUMERIC,
        (_, SqlType::U64) => oid::INT8,
        (Value::Array(array), SqlType::Array(SqlType::U64)) if !all_int8(array) => oid::NUMERIC_ARRAY,
        (_, SqlType::Array(SqlType::U64)) => oid::INT8_ARRAY,
        (_, ty) => parameter_oid(ty),
    }
}

/// True for types between which the server converts by the session's time zone.
fn may_be_shifted(ty: SqlType) -> bool {
    let item = if let SqlType::Array(item) = ty { *item } else { ty };
    matches!(item, SqlType::Date | SqlType::DateTime | SqlType::Timestamp)
}

/// True when every item fits an `int8`.
fn all_int8(array: &ArrayValue) -> bool {
    array.items.iter().all(|item| !matches!(item, Value::U64(number) if i64::try_from(*number).is_err()))
}

/// Appends a value in the format of its [`value_oid`]: text for `UNKNOWN`, else binary.
///
/// # Errors
/// As [`encode`].
pub fn encode_as(value: &Value, oid: u32, out: &mut Vec<u8>) -> Result<(), ValueError> {
    match value {
        Value::U64(number) if oid == oid::INT8 => {
            let number = i64::try_from(*number)
                .map_err(|_| ValueError::new("u64", "PostgreSQL's integers end at 9223372036854775807"))?;
            out.extend_from_slice(&number.to_be_bytes());
            Ok(())
        }
        Value::Array(array) if oid == oid::UNKNOWN => array_text(array, out),
        Value::Array(array) if oid == oid::TEXT_ARRAY => array_binary(array, oid::TEXT, out),
        Value::Date(_) | Value::DateTime(_) | Value::Timestamp(_) if oid == oid::UNKNOWN => {
            out.extend_from_slice(moment(value)?.as_bytes());
            Ok(())
        }
        Value::Array(array) if oid == oid::INT8_ARRAY => array_binary(array, oid::INT8, out),
        _ => encode(value, out),
    }
}

/// The OID of the arrays of a built-in type that a parameter can have.
fn array_oid(element: u32) -> Option<u32> {
    Some(match element {
        oid::BOOL => oid::BOOL_ARRAY,
        oid::INT2 => oid::INT2_ARRAY,
        oid::INT4 => oid::INT4_ARRAY,
        oid::INT8 => oid::INT8_ARRAY,
        oid::NUMERIC => oid::NUMERIC_ARRAY,
        oid::FLOAT4 => oid::FLOAT4_ARRAY,
        oid::FLOAT8 => oid::FLOAT8_ARRAY,
        oid::TEXT => oid::TEXT_ARRAY,
        oid::BYTEA => oid::BYTEA_ARRAY,
        oid::UUID => oid::UUID_ARRAY,
        oid::DATE => oid::DATE_ARRAY,
        oid::TIME => oid::TIME_ARRAY,
        oid::TIMESTAMP => oid::TIMESTAMP_ARRAY,
        oid::TIMESTAMPTZ => oid::TIMESTAMPTZ_ARRAY,
        oid::JSONB => oid::JSONB_ARRAY,
        _ => return None,
    })
}

/// Appends a value in the binary format of its [`parameter_oid`]; of `UNKNOWN` the binary format is text.
/// Appends nothing for NULL, which the protocol sends as a length of -1: ask [`Value::is_null`] first.
///
/// # Errors
/// When PostgreSQL cannot hold the value: text with a NUL character, a date out of its range, a decimal with too many
/// digits, an array inside an array.
pub fn encode(value: &Value, out: &mut Vec<u8>) -> Result<(), ValueError> {
    match value {
        Value::Null(_) => {}
        Value::Bool(value) => out.push(u8::from(*value)),
        Value::I16(value) => out.extend_from_slice(&value.to_be_bytes()),
        Value::I32(value) => out.extend_from_slice(&value.to_be_bytes()),
        Value::I64(value) => out.extend_from_slice(&value.to_be_bytes()),
        Value::U64(value) => numeric::encode(&value.to_string(), out)?,
        Value::F32(value) => out.extend_from_slice(&value.to_be_bytes()),
        Value::F64(value) => out.extend_from_slice(&value.to_be_bytes()),
        Value::Decimal(value) => numeric::encode(value, out)?,
        Value::Text(value) | Value::Custom(_, value) => text(value, out)?,
        Value::Bytes(value) => out.extend_from_slice(value),
        Value::Uuid(value) => out.extend_from_slice(value),
        Value::Date(days) => out.extend_from_slice(&temporal::date(*days)?.to_be_bytes()),
        Value::Time(micros) => out.extend_from_slice(&temporal::time(*micros)?.to_be_bytes()),
        Value::DateTime(micros) | Value::Timestamp(micros) => {
            out.extend_from_slice(&temporal::timestamp(*micros)?.to_be_bytes());
        }
        Value::Json(value) => {
            out.push(JSONB_VERSION);
            text(value, out)?;
        }
        Value::Array(value) => array(value, out)?,
        Value::Invalid(error) => return Err((**error).clone()),
        Value::Param(_) => return Err(ParamSlot::unfilled()),
    }
    Ok(())
}

/// The byte before the text of a binary `jsonb`.
pub(crate) const JSONB_VERSION: u8 = 1;

fn text(text: &str, out: &mut Vec<u8>) -> Result<(), ValueError> {
    if text.contains('\0') {
        return Err(ValueError::new(
            "text",
            "PostgreSQL cannot hold a NUL character in text; store it as bytes",
        ));
    }
    out.extend_from_slice(text.as_bytes());
    Ok(())
}

fn array(array: &ArrayValue, out: &mut Vec<u8>) -> Result<(), ValueError> {
    let element = parameter_oid(*array.element);
    match *array.element {
        SqlType::Array(_) => Err(ValueError::new("array", "an array inside an array cannot be sent")),
        SqlType::Custom(_) => array_text(array, out),
        _ => array_binary(array, element, out),
    }
}

/// `array_send` of the server: dimensions, whether there are NULLs, the element type, length and lower bound, items.
fn array_binary(array: &ArrayValue, element: u32, out: &mut Vec<u8>) -> Result<(), ValueError> {
    let dimensions = i32::from(!array.items.is_empty());
    let has_null = i32::from(array.items.iter().any(Value::is_null));
    out.extend_from_slice(&dimensions.to_be_bytes());
    out.extend_from_slice(&has_null.to_be_bytes());
    out.extend_from_slice(&element.to_be_bytes());
    if array.items.is_empty() {
        return Ok(());
    }
    out.extend_from_slice(&length(array.items.len())?.to_be_bytes());
    out.extend_from_slice(&1_i32.to_be_bytes());
    for item in &array.items {
        if item.is_null() {
            out.extend_from_slice(&(-1_i32).to_be_bytes());
            continue;
        }
        check_item(item, array)?;
        let start = out.len();
        out.extend_from_slice(&[0; 4]);
        encode_as(item, element, out)?;
        let written = length(out.len() - start - 4)?;
        out[start..start + 4].copy_from_slice(&written.to_be_bytes());
    }
    Ok(())
}

/// `{"a","b",NULL}`: the type of an array of custom types is not known, so the server parses its text.
fn array_text(array: &ArrayValue, out: &mut Vec<u8>) -> Result<(), ValueError> {
    let mut literal = String::from("{");
    for (at, item) in array.items.iter().enumerate() {
        if at > 0 {
            literal.push(',');
        }
        check_item(item, array)?;
        match item {
            Value::Custom(_, label) | Value::Text(label) => {
                let escaped = label.replace('\\', "\\\\").replace('"', "\\\"");
                write!(literal, "\"{escaped}\"").expect("writing to a String cannot fail");
            }
            Value::Date(_) | Value::DateTime(_) | Value::Timestamp(_) => {
                write!(literal, "\"{}\"", moment(item)?).expect("writing to a String cannot fail");
            }
            _ => literal.push_str("NULL"),
        }
    }
    literal.push('}');
    text(&literal, out)
}

/// A date or time as text that every type of dates and times reads as this one in UTC.
fn moment(value: &Value) -> Result<String, ValueError> {
    match value {
        Value::Date(days) => temporal::date_text(*days),
        Value::DateTime(micros) | Value::Timestamp(micros) => temporal::timestamp_text(*micros),
        _ => Err(ValueError::new("time", "it is no date or time")),
    }
}

fn check_item(item: &Value, array: &ArrayValue) -> Result<(), ValueError> {
    match item {
        Value::Invalid(error) => Err((**error).clone()),
        Value::Param(_) => Err(ParamSlot::unfilled()),
        _ if item.is_null() || item.sql_type() == *array.element => Ok(()),
        _ => Err(ValueError::new("array", "an item has another type than the array's elements")),
    }
}

fn length(length: usize) -> Result<i32, ValueError> {
    i32::try_from(length)
        .map_err(|_| ValueError::new("array", "it is longer than PostgreSQL's protocol can say"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::CustomType;

    static MOOD: CustomType = CustomType { name: "mood", labels: &[] };
    const BESIDE: Declared = Declared { own_type: false, in_utc: true };
    const ALONE: Declared = Declared { own_type: true, in_utc: true };

    fn encoded(value: &Value) -> Vec<u8> {
        let mut out = Vec::new();
        encode(value, &mut out).unwrap();
        out
    }

    fn refused(value: &Value) -> String {
        encode(value, &mut Vec::new()).unwrap_err().to_string()
    }

    #[test]
    fn an_array_is_sent_as_the_server_sends_it() {
        let items = vec![Value::I16(7), Value::Null(SqlType::I16)];
        let array = Value::Array(Box::new(ArrayValue { element: &SqlType::I16, items }));
        let expected = [
            0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 21, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 0, 7, 255, 255, 255, 255,
        ];
        assert_eq!(encoded(&array), expected);
        assert_eq!(parameter_oid(array.sql_type()), oid::INT2_ARRAY);

        let empty = Value::Array(Box::new(ArrayValue { element: &SqlType::Uuid, items: vec![] }));
        assert_eq!(encoded(&empty), [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x0b, 0x86]);
    }

    #[test]
    fn a_u64_is_an_int8_while_it_fits_and_so_are_the_items_of_an_array() {
        let array = |items: &[u64]| {
            let items = items.iter().map(|&number| Value::U64(number)).collect();
            Value::Array(Box::new(ArrayValue { element: &SqlType::U64, items }))
        };
        for (value, oid) in [
            (Value::U64(5), oid::INT8),
            (Value::U64(i64::MAX as u64), oid::INT8),
            (Value::U64(1 << 63), oid::NUMERIC),
            (Value::Null(SqlType::U64), oid::INT8),
            (array(&[5, 7]), oid::INT8_ARRAY),
            (array(&[5, u64::MAX]), oid::NUMERIC_ARRAY),
            (array(&[]), oid::INT8_ARRAY),
        ] {
            assert_eq!(value_oid(&value, BESIDE), oid, "{value:?}");
        }
        let mut out = Vec::new();
        encode_as(&Value::U64(5), oid::INT8, &mut out).unwrap();
        assert_eq!(out, encoded(&Value::I64(5)));
        let mut out = Vec::new();
        encode_as(&array(&[5]), oid::INT8_ARRAY, &mut out).unwrap();
        let as_i64 = ArrayValue { element: &SqlType::I64, items: vec![Value::I64(5)] };
        assert_eq!(out, encoded(&Value::Array(Box::new(as_i64))));
    }

    #[test]
    fn an_array_of_text_is_sent_as_text_where_its_type_is_left_open() {
        let items = vec![Value::Text("a\"b\\c".into()), Value::Null(SqlType::Text)];
        let array = Value::Array(Box::new(ArrayValue { element: &SqlType::Text, items }));
        assert_eq!(value_oid(&array, ALONE), oid::TEXT_ARRAY);
        assert_eq!(value_oid(&array, BESIDE), oid::UNKNOWN);
        let mut out = Vec::new();
        encode_as(&array, oid::UNKNOWN, &mut out).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), r#"{"a\"b\\c",NULL}"#);
    }

    #[test]
    fn a_time_that_the_session_would_shift_is_sent_as_text_in_utc() {
        let elsewhere = Declared { own_type: false, in_utc: false };
        let sent = |value: &Value, declared| {
            let mut out = Vec::new();
            encode_as(value, value_oid(value, declared), &mut out).unwrap();
            out
        };
        let array = Value::Array(Box::new(ArrayValue {
            element: &SqlType::Date,
            items: vec![Value::Date(19_782), Value::Null(SqlType::Date)],
        }));
        for (value, text) in [
            (Value::Timestamp(1_709_168_523_000_004), "2024-02-29 01:02:03.000004+00"),
            (Value::DateTime(-62_135_596_800_000_001), "0001-12-31 23:59:59.999999+00 BC"),
            (Value::DateTime(253_402_300_800_000_000), "10000-01-01 00:00:00.000000+00"),
            (Value::Date(19_782), "2024-02-29 00:00:00+00"),
            (array, "{\"2024-02-29 00:00:00+00\",NULL}"),
        ] {
            assert_eq!(String::from_utf8(sent(&value, elsewhere)).unwrap(), text);
            for declared in [BESIDE, ALONE, Declared { own_type: true, in_utc: false }] {
                assert_eq!(sent(&value, declared), encoded(&value), "{value:?}");
            }
        }
        assert!(encode_as(&Value::Timestamp(i64::MIN), oid::UNKNOWN, &mut Vec::new()).is_err());
    }

    #[test]
    fn a_value_of_a_named_type_is_text_where_the_statement_casts_it() {
        let mood = Value::Custom(&MOOD, "sad".into());
        assert_eq!((value_oid(&mood, BESIDE), value_oid(&mood, ALONE)), (oid::UNKNOWN, oid::TEXT));
        const ELEMENT: SqlType = SqlType::Custom(&MOOD);
        let array = Value::Array(Box::new(ArrayValue { element: &ELEMENT, items: vec![mood] }));
        assert_eq!(value_oid(&array, ALONE), oid::TEXT_ARRAY);
        let mut out = Vec::new();
        encode_as(&array, oid::TEXT_ARRAY, &mut out).unwrap();
        let text = ArrayValue { element: &SqlType::Text, items: vec![Value::Text("sad".into())] };
        assert_eq!(out, encoded(&Value::Array(Box::new(text))));
    }

    #[test]
    fn an_array_of_a_custom_type_is_sent_as_its_text() {
        const ELEMENT: SqlType = SqlType::Custom(&MOOD);
        let labels = ["sad", "a\"b\\c"].map(|label| Value::Custom(&MOOD, label.into()));
        let items = [labels.to_vec(), vec![Value::Null(ELEMENT)]].concat();
        let array = Value::Array(Box::new(ArrayValue { element: &ELEMENT, items }));
        assert_eq!(String::from_utf8(encoded(&array)).unwrap(), r#"{"sad","a\"b\\c",NULL}"#);
        assert_eq!(parameter_oid(array.sql_type()), oid::UNKNOWN);
    }

    #[test]
    fn what_the_server_cannot_hold_is_refused_without_naming_the_value() {
        let nul = "cannot bind text: PostgreSQL cannot hold a NUL character in text; store it as bytes";
        assert_eq!(refused(&Value::Text("secret\0".into())), nul);
        assert_eq!(refused(&Value::Custom(&MOOD, "\0".into())), nul);
        assert_eq!(refused(&Value::Json("\"\0\"".into())), nul);
        assert_eq!(refused(&Value::Date(i32::MAX)), "cannot bind date: PostgreSQL's dates end there");
        assert!(refused(&Value::Decimal("1e5".into())).contains("not a plain decimal"));
        let mixed = ArrayValue { element: &SqlType::I16, items: vec![Value::I32(1)] };
        assert!(refused(&Value::Array(Box::new(mixed))).contains("another type"));
    }

    #[test]
    fn scalars_are_sent_in_network_order() {
        assert_eq!(encoded(&Value::I64(-2)), [255, 255, 255, 255, 255, 255, 255, 254]);
        assert_eq!(encoded(&Value::Json("{}".into())), [1, b'{', b'}']);
        assert_eq!(encoded(&Value::Timestamp(946_684_800_000_001)), [0, 0, 0, 0, 0, 0, 0, 1]);
        assert_eq!(encoded(&Value::U64(u64::MAX)), encoded(&Value::Decimal("18446744073709551615".into())));
    }
}
