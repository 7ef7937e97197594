//! Texts, booleans, labels of an enum, days, times, instants.

use super::random::{Of, Random, both, each, plain};
use super::thing::{CLOCKS, DAYS, MOODS, Mood, TEXTS, Thing};
use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use kysera::expr::{case, concat, function, val};
use kysera::prelude::*;
use rust_decimal::Decimal;

pub(super) const PATTERNS: [&str; 22] = [
    "", "%", "_", "a%", "%b", "A_", "a_b", r"a\_b", r"a\%", r"\%", r"a\\b", "[%", "[a]", "[a-z]%", "*%",
    "?_", "_%_", "%%", "Ä%", "__", r"\a%", "ä",
];
/// A leaf that is NULL, a column or a value.
macro_rules! leaf {
    ($name:ident: $ty:ty, $column:ident, $null:literal, $of_column:literal, |$random:ident| $value:expr) => {
        pub(super) fn $name(&mut self) -> Of<$ty, $ty> {
            match self.below(7) {
                0 => {
                    self.form($null);
                    (val(None::<$ty>), Ok(None))
                }
                1 | 2 => {
                    self.form($of_column);
                    (plain(Thing.$column), Ok(self.rows[self.row].$column.clone()))
                }
                _ => {
                    let $random = self;
                    let value: $ty = $value;
                    (val(Some(value.clone())), Ok(Some(value)))
                }
            }
        }
    };
}

/// `coalesce`, `nullif`, `case` over leaves, or a leaf.
macro_rules! chosen {
    ($name:ident: $ty:ty, $leaf:ident, $form:literal) => {
        pub(super) fn $name(&mut self) -> Of<$ty, $ty> {
            let of = self.below(4);
            if of == 0 {
                return self.$leaf();
            }
            self.form($form);
            let ((a, m), (b, n)) = (self.$leaf(), self.$leaf());
            match of {
                1 => (plain(a.coalesce(b)), m.and_then(|m| if m.is_none() { n } else { Ok(m) })),
                2 => (plain(a.null_if(b)), m.and_then(|m| Ok(if m == n? { None } else { m }))),
                _ => {
                    let (condition, truth) = self.safe_truth();
                    let either = case().when(condition, a).otherwise(b);
                    (plain(either), truth.and_then(|truth| if truth == Some(true) { m } else { n }))
                }
            }
        }
    };
}

impl Random {
    leaf!(text_leaf: String, word, "a NULL text", "a column of texts", |random| random.of(&TEXTS).to_owned());
    leaf!(flag_leaf: bool, flag, "a NULL boolean", "a column of booleans", |random| random.below(2) == 0);
    leaf!(mood_leaf: Mood, mood, "a NULL enum", "a column of an enum", |random| random.of(&MOODS));
    leaf!(day_leaf: Date, day, "a NULL day", "a column of days", |random| random.of(&DAYS).parse().unwrap());
    leaf!(clock_leaf: Time, clock, "a NULL time", "a column of times", |random| random.of(&CLOCKS).parse().unwrap());
    leaf!(at_leaf: Timestamp, at, "a NULL instant", "a column of instants", |random| random.instant());
    leaf!(local_leaf: DateTime, local, "a NULL local time", "a column of local times", |random| random.local());

    chosen!(mood: Mood, mood_leaf, "a chosen enum");
    chosen!(flag: bool, flag_leaf, "a chosen boolean");
    chosen!(clock: Time, clock_leaf, "a chosen time");
    chosen!(at: Timestamp, at_leaf, "a chosen instant");
    chosen!(chosen_day: Date, day_leaf, "a chosen day");
    chosen!(chosen_text: String, text_leaf, "a chosen text");

    fn local(&mut self) -> DateTime {
        let (day, clock): (Date, Time) = (self.of(&DAYS).parse().unwrap(), self.of(&CLOCKS).parse().unwrap());
        day.to_datetime(clock)
    }

    fn instant(&mut self) -> Timestamp {
        self.local().to_zoned(jiff::tz::TimeZone::UTC).unwrap().timestamp()
    }

    pub(super) fn day(&mut self) -> Of<Date, Date> {
        match self.below(4) {
            0 => {
                self.form("instant to day");
                let (x, m) = self.at();
                (plain(x.cast::<Date>()), each(m, |m| Some(m.to_zoned(jiff::tz::TimeZone::UTC).date())))
            }
            1 => {
                self.form("local time to day");
                let (x, m) = self.local_leaf();
                (plain(x.cast::<Date>()), each(m, |m| Some(m.date())))
            }
            _ => self.chosen_day(),
        }
    }

    pub(super) fn text(&mut self, depth: usize) -> Of<String, String> {
        if depth == 0 {
            return self.text_leaf();
        }
        match self.below(if self.safe { 7 } else { 12 }) {
            0 => {
                self.form("concat");
                let ((a, m), (b, n)) = self.two(|r| r.text(depth - 1), |r| r.text(depth - 1));
                (plain(concat(a, b)), both(m, n, |m, n| Some(m + &n)))
            }
            1 => {
                self.form("upper");
                let (x, m) = self.text(depth - 1);
                (plain(x.upper()), each(m, |m| Some(self.upper(&m))))
            }
            2 => {
                self.form("lower");
                let (x, m) = self.text(depth - 1);
                (plain(x.lower()), each(m, |m| Some(self.lower(&m))))
            }
            3 => {
                self.form("trim");
                let (x, m) = self.text(depth - 1);
                (plain(x.trim()), each(m, |m| Some(m.trim_matches(' ').to_owned())))
            }
            4 => {
                self.form("replace");
                let (x, m) = self.text(depth - 1);
                let (from, to) = (self.of(&["", "a", "b", "Ä", " "]), self.of(&["", "xy", "[*]"]));
                let replaced = function::<Option<String>, _>("replace", (x, val(from), val(to)));
                (plain(replaced), each(m, |m| Some(if from.is_empty() { m } else { m.replace(from, to) })))
            }
            5 | 6 => self.chosen_text(),
            7 => self.substr(depth),
            8 => {
                self.form("integer as text");
                let (x, m) = self.int(depth - 1);
                (plain(x.cast::<String>()), each(m, |m| Some(m.to_string())))
            }
            9 => {
                self.form("boolean as text");
                let (x, m) = self.flag();
                (plain(x.cast::<String>()), each(m, |m| Some(m.to_string())))
            }
            10 => {
                self.form("decimal as text");
                let (x, m) = self.dec(depth - 1);
                (plain(x.cast::<String>()), each(m, |m| Some(super::decimal::text(&m))))
            }
            _ => {
                self.form("day as text");
                let (x, m) = self.day();
                (plain(x.cast::<String>()), each(m, |m| Some(m.to_string())))
            }
        }
    }

    fn substr(&mut self, depth: usize) -> Of<String, String> {
        let (x, m) = self.text(depth - 1);
        let start = self.of(&[0_i32, 1, 2, -1, -3, 5, i32::MAX, i32::MIN]);
        if self.below(2) == 0 {
            self.form("substr to the end");
            let rest = function::<Option<String>, _>("substr", (x, val(start)));
            return (plain(rest), each(m, |m| Some(part(&m, start.into(), i64::MAX))));
        }
        self.form("substr");
        let mut length = self.of(&[0_i32, 1, 2, 4, 100, -1]);
        if !self.any_decimal && m == Ok(None) {
            // Whether the text or its length is looked at first is the database's.
            length = length.abs();
        }
        let part_of = function::<Option<String>, _>("substr", (x, val(start), val(length)));
        (plain(part_of), each(m, |m| (length >= 0).then(|| part(&m, start.into(), length.into()))))
    }
}

fn part(text: &str, start: i64, length: i64) -> String {
    let end = start.saturating_add(length);
    let within = |at: &i64| *at >= start && *at < end;
    text.chars().zip(1_i64..).filter(|(_, at)| within(at)).map(|(c, _)| c).collect()
}

/// `like` of PostgreSQL; `None` when the pattern ends with its escape.
pub(super) fn is_like(text: &str, pattern: &str, escape: char) -> Option<bool> {
    let mut parts = Vec::new();
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        parts.push(match c {
            c if c == escape => Part::Is(chars.next()?),
            '%' => Part::Any,
            '_' => Part::One,
            c => Part::Is(c),
        });
    }
    Some(matches(&text.chars().collect::<Vec<_>>(), &parts))
}

enum Part {
    Any,
    One,
    Is(char),
}

fn matches(text: &[char], parts: &[Part]) -> bool {
    match (parts, text) {
        ([], text) => text.is_empty(),
        ([Part::Any, rest @ ..], text) => (0..=text.len()).any(|at| matches(&text[at..], rest)),
        ([Part::One, rest @ ..], [_, text @ ..]) => matches(text, rest),
        ([Part::Is(c), rest @ ..], [first, text @ ..]) => c == first && matches(text, rest),
        _ => false,
    }
}

/// Decimals of the library as text.
pub(super) fn of_decimal(n: Decimal) -> String {
    super::decimal::normal(&n.to_string())
}
