//! Decimals as floats and as scaled integers.

use super::spelling::{Written, text};
use crate::exact::{Digits, Number, compare};
use kysera_sql::form::Form;
use rusqlite::types::{Value, ValueRef};
use std::cmp::Ordering;

pub(super) fn read(form: Form, stored: ValueRef<'_>) -> Option<String> {
    match (form, stored) {
        (Form::Scaled(places), ValueRef::Integer(count)) => {
            let digits = Digits::from(i128::from(count));
            Some(Number { digits, scale: places.into() }.to_string())
        }
        (Form::DecimalReal, ValueRef::Integer(whole)) => Some(whole.to_string()),
        (Form::DecimalReal, ValueRef::Real(float)) => shortest(float),
        _ => None,
    }
}

pub(super) fn write(form: Form, value: ValueRef<'_>) -> Option<Written> {
    let number = match value {
        ValueRef::Integer(whole) => Number::from(whole),
        _ => Number::parse(text(value)?)?,
    };
    Some(match form {
        Form::Scaled(places) => match scaled(&number, places) {
            Some(count) => Written::Exactly(Value::Integer(count)),
            None => Written::Beside(nothing(), "the decimal has more digits than the form: round it first"),
        },
        _ => float(&number),
    })
}

/// The decimal that a float stands for: the shortest that is no other float.
fn shortest(float: f64) -> Option<String> {
    // The sign of zero is none of a decimal.
    float.is_finite().then(|| (float + 0.0).to_string())
}

fn float(number: &Number) -> Written {
    const LOSSY: &str = "a float does not hold all digits of the decimal: round it first";
    let own = number.to_string();
    let float: f64 = own.parse().unwrap_or(f64::NAN);
    let holds = shortest(float).is_some_and(|text| compare(&text, &own) == Ordering::Equal);
    match (holds, scaled(number, 0)) {
        (true, _) => Written::Exactly(Value::Real(float + 0.0)),
        // A column of another program may hold an integer that no float is.
        (false, Some(whole)) => Written::Beside(Value::Integer(whole), LOSSY),
        (false, None) => Written::Beside(nothing(), LOSSY),
    }
}

/// What no number is equal to, and is not NULL either.
fn nothing() -> Value {
    Value::Blob(Vec::new())
}

/// The number in units of a place behind the point, if it is whole there and has 64 bits.
fn scaled(number: &Number, places: u8) -> Option<i64> {
    let text = number.to_string();
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let places = usize::from(places);
    let (kept, beyond) = fraction.split_at(fraction.len().min(places));
    if beyond.bytes().any(|digit| digit != b'0') {
        return None;
    }
    format!("{whole}{kept:0<places$}").parse().ok()
}
