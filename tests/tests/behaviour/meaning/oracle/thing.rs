//! The table that expressions are over, its rows, and the boundary values in it.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use kysera::prelude::*;
use rust_decimal::Decimal;

#[derive(SqlEnum, Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[sql_enum(name = "mood_of_the_oracle", rename_all = "snake_case")]
pub(super) enum Mood {
    Sad,
    Ok,
    Happy,
}

#[derive(Table, Debug, Clone, PartialEq)]
pub(super) struct Thing {
    #[column(primary_key)]
    pub(super) id: i64,
    pub(super) small: Option<i16>,
    pub(super) medium: Option<i32>,
    pub(super) large: Option<i64>,
    pub(super) amount: Option<Decimal>,
    pub(super) ratio: Option<f64>,
    pub(super) single: Option<f32>,
    pub(super) word: Option<String>,
    pub(super) flag: Option<bool>,
    pub(super) mood: Option<Mood>,
    pub(super) day: Option<Date>,
    pub(super) clock: Option<Time>,
    pub(super) at: Option<Timestamp>,
    pub(super) local: Option<DateTime>,
}

pub(super) const SMALL: [i16; 5] = [0, 1, -1, i16::MAX, i16::MIN];
pub(super) const MEDIUM: [i32; 6] = [0, 7, -7, 40_000, i32::MAX, i32::MIN];
pub(super) const LARGE: [i64; 15] =
    [0, 1, -1, 2, -2, 3, 7, 10, -10, 9999, 32_768, 1 << 32, i64::MAX, i64::MIN, i64::MIN + 1];
pub(super) const FLOATS: [f64; 14] =
    [0.0, -0.0, 0.1, 0.5, 1.5, 2.5, -2.5, 3.5, 1e15, 1e18, 1e300, -1e300, 1e-300, 5e-324];
pub(super) const SINGLES: [f32; 12] =
    [0.0, 0.1, 0.3, -0.5, 1.5, 3.0, 16_777_216.0, 1e30, -1e-30, f32::MAX, f32::MIN, 1e-45];
pub(super) const TEXTS: [&str; 20] = [
    "",
    " ",
    "a",
    "A",
    "b",
    "ab",
    "AB",
    "a_b",
    "axb",
    "a%",
    r"a\b",
    "[a]",
    "*?",
    "Ä",
    "ä",
    "ß",
    "日本語",
    "  x ",
    "z\u{10ffff}",
    "\u{1f980}",
];
pub(super) const MOODS: [Mood; 3] = [Mood::Sad, Mood::Ok, Mood::Happy];
pub(super) const DAYS: [&str; 6] =
    ["0001-01-01", "1969-12-31", "1970-01-01", "2024-02-29", "2024-03-01", "9999-12-29"];
pub(super) const CLOCKS: [&str; 4] = ["00:00:00", "00:00:00.000001", "12:00:00", "23:59:59.999999"];

/// A row of NULLs, then boundary values, with NULLs between.
pub(super) fn thing(at: usize) -> Thing {
    fn of<T: Clone>(all: &[T], at: usize) -> Option<T> {
        (!at.is_multiple_of(5)).then(|| all[at % all.len()].clone())
    }
    let amounts = ["0", "0.00", "-1.5", "1.50", "1234567.89", "0.1", "0.10"];
    let day: Option<Date> = of(&DAYS, at + 1).map(|day| day.parse().unwrap());
    let clock: Option<Time> = of(&CLOCKS, at + 2).map(|clock| clock.parse().unwrap());
    let local = day.zip(clock).map(|(day, clock)| day.to_datetime(clock));
    Thing {
        id: at as i64 + 1,
        small: of(&SMALL, at),
        medium: of(&MEDIUM, at + 1),
        large: of(&LARGE, at + 2),
        amount: of(&amounts, at + 3).map(|amount| amount.parse().unwrap()),
        ratio: of(&FLOATS, at + 4),
        single: of(&SINGLES, at + 1),
        word: of(&TEXTS, at).map(Into::into),
        flag: of(&[true, false], at + 1),
        mood: of(&MOODS, at + 2),
        day,
        clock,
        at: local.map(|local| local.to_zoned(jiff::tz::TimeZone::UTC).unwrap().timestamp()),
        local,
    }
}
