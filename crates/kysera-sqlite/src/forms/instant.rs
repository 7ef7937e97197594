//! Instants, and dates with times, as texts, integers and days.
//!
//! The library's own form is `2024-01-31 12:00:00.000000`.

use super::spelling::{Spelling, Written, text};
use kysera_sql::cell::Cell;
use kysera_sql::form::Form;
use kysera_sql::read;
use kysera_sql::wire::temporal::datetime_text;
use rusqlite::types::{Value, ValueRef};

const MICROS_PER_DAY: i64 = 86_400_000_000;
/// 1970-01-01 in milliseconds since the beginning of julian days, as SQLite counts inside.
const JULIAN_EPOCH: i64 = 210_866_760_000_000;
const MILLIS_PER_DAY: f64 = 86_400_000.0;

pub(super) fn read(spelling: Spelling, stored: ValueRef<'_>) -> Option<String> {
    let micros = match (spelling.form, stored) {
        (Form::UnixSeconds | Form::UnixMillis | Form::UnixMicros, ValueRef::Integer(count)) => {
            count.checked_mul(spelling.form.resolution())?
        }
        (Form::JulianDay, ValueRef::Real(day)) => of_julian(day)?,
        (Form::JulianDay, ValueRef::Integer(day)) => of_julian(day as f64)?,
        (Form::UnixSeconds | Form::UnixMillis | Form::UnixMicros | Form::JulianDay, _) => return None,
        _ => return of_text(spelling, text(stored)?),
    };
    datetime_text(micros).ok()
}

pub(super) fn write(spelling: Spelling, own: &str) -> Option<Written> {
    let micros = micros(own)?;
    Some(match spelling.form {
        Form::UnixSeconds | Form::UnixMillis | Form::UnixMicros => {
            let unit = spelling.form.resolution();
            let count = micros.div_euclid(unit);
            if micros.rem_euclid(unit) == 0 {
                Written::Exactly(Value::Integer(count))
            } else {
                Written::Beside(Value::Real(count as f64 + 0.5), TOO_FINE)
            }
        }
        Form::JulianDay => {
            let millis = JULIAN_EPOCH + micros.div_euclid(1000);
            let day = Value::Real(millis as f64 / MILLIS_PER_DAY);
            if micros.rem_euclid(1000) == 0 {
                Written::Exactly(day)
            } else {
                Written::Beside(Value::Null, TOO_FINE)
            }
        }
        _ => as_text(spelling, own, micros),
    })
}

const TOO_FINE: &str = "the instant has more digits than the form: round it first";

/// How many digits a text in that form has behind the second.
fn digits(form: Form) -> usize {
    match form.resolution() {
        1_000_000 => 0,
        1000 => 3,
        _ => 6,
    }
}

fn separator(form: Form) -> char {
    if matches!(form, Form::TextSeconds | Form::TextMillis) { ' ' } else { 'T' }
}

fn has_zone(spelling: Spelling) -> bool {
    separator(spelling.form) == 'T' && !spelling.local
}

fn of_text(spelling: Spelling, stored: &str) -> Option<String> {
    let text = if has_zone(spelling) { stored.strip_suffix('Z')? } else { stored };
    let (date, time) = text.split_once(separator(spelling.form))?;
    let (second, fraction) = match digits(spelling.form) {
        0 => (time, ""),
        digits => time.split_once('.').filter(|(_, fraction)| fraction.len() == digits)?,
    };
    let own = format!("{date} {second}.{fraction:0<6}");
    micros(&own).map(|_| own)
}

fn as_text(spelling: Spelling, own: &str, micros: i64) -> Written {
    let digits = digits(spelling.form);
    let cut = if digits == 0 { 19 } else { 20 + digits };
    let mut text = own.get(..cut).unwrap_or(own).replacen(' ', &separator(spelling.form).to_string(), 1);
    if has_zone(spelling) {
        text.push('Z');
    }
    if micros.rem_euclid(spelling.form.resolution()) == 0 {
        return Written::Exactly(Value::Text(text));
    }
    // Behind the instant that it begins with, and before the next one.
    text.push('+');
    Written::Beside(Value::Text(text), TOO_FINE)
}

/// Microseconds since 1970 of an instant in the library's own form.
fn micros(own: &str) -> Option<i64> {
    let civil = read::datetime(Cell::Text(own), "").ok()?;
    i64::from(civil.days).checked_mul(MICROS_PER_DAY)?.checked_add(civil.nanos / 1000)
}

/// By milliseconds, as SQLite itself takes a julian day (date.c, `setRawDateNumber`).
#[expect(clippy::cast_possible_truncation, reason = "within the range that was looked at")]
fn of_julian(day: f64) -> Option<i64> {
    // The end of the year 9999, for SQLite as for the library.
    if !(0.0..5_373_484.5).contains(&day) {
        return None;
    }
    let millis = (day * MILLIS_PER_DAY + 0.5) as i64;
    (millis - JULIAN_EPOCH).checked_mul(1000)
}
