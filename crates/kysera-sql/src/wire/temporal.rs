//! Dates and times as integers and as ISO text, by the proleptic Gregorian calendar.
//!
//! Text is written as `2024-02-29`, `01:02:03.123456` and `2024-02-29 01:02:03.123456`: a space between the two, as
//! SQLite's own `current_timestamp` and MySQL have it, and always six digits, so that text sorts as time does. It is
//! read more widely: `T` or a space, zero to nine digits, an offset, `BC`, a date alone.

use crate::value::ValueError;
use std::fmt::Write;

pub(crate) const NANOS_PER_SECOND: i64 = 1_000_000_000;
pub(crate) const SECONDS_PER_DAY: i64 = 86_400;
pub(crate) const NANOS_PER_DAY: i64 = SECONDS_PER_DAY * NANOS_PER_SECOND;
pub(crate) const MICROS_PER_SECOND: i64 = 1_000_000;
pub(crate) const MICROS_PER_DAY: i64 = SECONDS_PER_DAY * MICROS_PER_SECOND;

/// A date and time of day without a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Civil {
    /// Days since 1970-01-01.
    pub days: i32,
    /// Nanoseconds since midnight.
    pub nanos: i64,
}

impl Civil {
    /// From microseconds since 1970-01-01T00:00:00; `None` beyond the years that days can count.
    pub fn from_micros(micros: i64) -> Option<Self> {
        let days = i32::try_from(micros.div_euclid(MICROS_PER_DAY)).ok()?;
        Some(Civil { days, nanos: micros.rem_euclid(MICROS_PER_DAY) * 1000 })
    }

    /// Whole seconds since 1970-01-01T00:00:00, rounded down, and the nanoseconds behind them.
    pub fn seconds(self) -> (i64, u32) {
        let seconds = i64::from(self.days) * SECONDS_PER_DAY + self.nanos / NANOS_PER_SECOND;
        (seconds, (self.nanos % NANOS_PER_SECOND) as u32)
    }

    /// That many seconds earlier.
    pub(crate) fn minus_seconds(self, seconds: i32) -> Option<Self> {
        let nanos = self.nanos - i64::from(seconds) * NANOS_PER_SECOND;
        let days = i32::try_from(nanos.div_euclid(NANOS_PER_DAY)).ok()?;
        Some(Civil { days: self.days.checked_add(days)?, nanos: nanos.rem_euclid(NANOS_PER_DAY) })
    }
}

/// `2024-02-29`.
///
/// # Errors
/// For years before 0000 and after 9999, whose text would not sort as the dates do.
pub fn date_text(days: i32) -> Result<String, ValueError> {
    let mut text = String::with_capacity(10);
    write_date(&mut text, days, "date")?;
    Ok(text)
}

/// `01:02:03.123456`, from microseconds since midnight.
///
/// # Errors
/// For what is not a time of day; `24:00:00` is one.
pub fn time_text(micros: i64) -> Result<String, ValueError> {
    if !(0..=MICROS_PER_DAY).contains(&micros) {
        return Err(ValueError::new("time", "it is not a time of day"));
    }
    let mut text = String::with_capacity(15);
    write_time(&mut text, micros);
    Ok(text)
}

/// `2024-02-29 01:02:03.123456`, from microseconds since 1970-01-01T00:00:00.
///
/// # Errors
/// For years before 0000 and after 9999, whose text would not sort as the times do.
pub fn datetime_text(micros: i64) -> Result<String, ValueError> {
    const WHAT: &str = "date and time";
    let days = i32::try_from(micros.div_euclid(MICROS_PER_DAY)).map_err(|_| year_out_of_range(WHAT))?;
    let mut text = String::with_capacity(26);
    write_date(&mut text, days, WHAT)?;
    text.push(' ');
    write_time(&mut text, micros.rem_euclid(MICROS_PER_DAY));
    Ok(text)
}

fn write_date(text: &mut String, days: i32, what: &'static str) -> Result<(), ValueError> {
    let (year, month, day) = date_of(days);
    if !(0..=9999).contains(&year) {
        return Err(year_out_of_range(what));
    }
    write!(text, "{year:04}-{month:02}-{day:02}").expect("writing to a String cannot fail");
    Ok(())
}

fn write_time(text: &mut String, micros: i64) {
    let (seconds, micros) = (micros / MICROS_PER_SECOND, micros % MICROS_PER_SECOND);
    let (minutes, second) = (seconds / 60, seconds % 60);
    write!(text, "{:02}:{:02}:{second:02}.{micros:06}", minutes / 60, minutes % 60)
        .expect("writing to a String cannot fail");
}

#[cold]
fn year_out_of_range(what: &'static str) -> ValueError {
    ValueError::new(what, "as text it can have the years 0000 to 9999 only, because others do not sort")
}

/// Reads a date; `None` when the text is not one.
pub(crate) fn parse_date(text: &str) -> Option<i32> {
    let (text, before_christ) = without_era(text);
    let (days, rest) = date(text, before_christ)?;
    rest.is_empty().then_some(days)
}

/// Reads a time of day as nanoseconds since midnight; `None` when the text is not one.
pub(crate) fn parse_time(text: &str) -> Option<i64> {
    let (nanos, rest) = time(text)?;
    rest.is_empty().then_some(nanos)
}

/// Reads a date and time, and its offset from UTC in seconds if it has one; `None` when the text is not one.
pub(crate) fn parse_datetime(text: &str) -> Option<(Civil, Option<i32>)> {
    let (text, before_christ) = without_era(text);
    let (days, rest) = date(text, before_christ)?;
    if rest.is_empty() {
        return Some((Civil { days, nanos: 0 }, None));
    }
    let (nanos, rest) = time(rest.strip_prefix(['T', 't', ' '])?)?;
    let civil = Civil { days, nanos };
    // Midnight at a day's end is a time of day for PostgreSQL, but no date and time is written so.
    if nanos == NANOS_PER_DAY {
        return None;
    }
    if rest.is_empty() { Some((civil, None)) } else { Some((civil, Some(offset(rest)?))) }
}

fn without_era(text: &str) -> (&str, bool) {
    text.strip_suffix(" BC").map_or((text, false), |text| (text, true))
}

/// `[+-]YYYY-MM-DD`, with at least four digits of year, and what follows.
fn date(text: &str, before_christ: bool) -> Option<(i32, &str)> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (year, rest) = unsigned.split_at(unsigned.find('-')?);
    let (month, rest) = two_digits(rest.strip_prefix('-')?)?;
    let (day, rest) = two_digits(rest.strip_prefix('-')?)?;
    if !(4..=7).contains(&year.len()) || !year.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let mut year: i32 = year.parse().ok()?;
    if before_christ {
        // 1 BC is the year 0 of ISO 8601; an era leaves no room for a sign or for the year 0.
        year = 1 - year;
        if year > 0 || unsigned.len() != text.len() {
            return None;
        }
    } else if text.starts_with('-') {
        year = -year;
    }
    Some((days_of(year, month, day)?, rest))
}

/// `hh:mm[:ss[.digits]]` as nanoseconds, and what follows.
fn time(text: &str) -> Option<(i64, &str)> {
    let (hour, rest) = two_digits(text)?;
    let (minute, rest) = two_digits(rest.strip_prefix(':')?)?;
    let (second, rest) = match rest.strip_prefix(':') {
        Some(rest) => two_digits(rest)?,
        None => (0, rest),
    };
    let (fraction, rest) = match rest.strip_prefix('.') {
        Some(rest) => fraction(rest)?,
        None => (0, rest),
    };
    let nanos =
        (i64::from(hour) * 3600 + i64::from(minute) * 60 + i64::from(second)) * NANOS_PER_SECOND + fraction;
    let valid = minute < 60 && second < 60 && (hour < 24 || nanos == NANOS_PER_DAY);
    valid.then_some((nanos, rest))
}

/// Up to nine digits, and further zeros, as nanoseconds; and what follows.
fn fraction(text: &str) -> Option<(i64, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    let (counted, beyond) = digits.split_at(digits.len().min(9));
    if counted.is_empty() || beyond.bytes().any(|byte| byte != b'0') {
        return None;
    }
    let nanos: i64 = counted.parse().ok()?;
    let missing = (counted.len()..9).fold(1, |scale, _| scale * 10);
    Some((nanos * missing, rest))
}

/// `Z`, `+hh`, `+hhmm`, `+hh:mm` or `+hh:mm:ss` (PostgreSQL prints seconds for local mean time), in seconds.
fn offset(text: &str) -> Option<i32> {
    if matches!(text, "Z" | "z") {
        return Some(0);
    }
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let mut rest = text.strip_prefix(['-', '+'])?;
    let mut seconds = 0;
    for unit in [3600, 60, 1] {
        if rest.is_empty() {
            break;
        }
        let digits = if unit == 3600 { rest } else { rest.strip_prefix(':').unwrap_or(rest) };
        let (number, after) = two_digits(digits)?;
        if number >= 60 {
            return None;
        }
        seconds += i32::from(number) * unit;
        rest = after;
    }
    (rest.is_empty() && seconds > -1 && text.len() > 1).then_some(sign * seconds)
}

fn two_digits(text: &str) -> Option<(u8, &str)> {
    let (digits, rest) = text.as_bytes().split_first_chunk::<2>()?;
    if !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    Some(((digits[0] - b'0') * 10 + digits[1] - b'0', &text[text.len() - rest.len()..]))
}

/// Days since 1970-01-01 of a date; `None` when there is no such day.
pub fn days_of(year: i32, month: u8, day: u8) -> Option<i32> {
    let lengths = [31, if is_leap(year) { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let length = *lengths.get(usize::from(month).checked_sub(1)?)?;
    if day == 0 || day > length {
        return None;
    }
    // Years begin in March here, so that the leap day is the last one; eras are the 400 years of the calendar's cycle.
    let (month, day) = (i64::from(month), i64::from(day));
    let year = i64::from(year) - i64::from(month <= 2);
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    i32::try_from(era * 146_097 + day_of_era - 719_468).ok()
}

/// Year, month and day of a count of days since 1970-01-01.
#[expect(clippy::cast_possible_truncation, reason = "an i32 of days is under 6 million years")]
pub fn date_of(days: i32) -> (i32, u8, u8) {
    let days = i64::from(days) + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year as i32, month as u8, day as u8)
}

fn is_leap(year: i32) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_calendar_counts_every_day_once() {
        assert_eq!(days_of(1970, 1, 1), Some(0));
        assert_eq!(days_of(2000, 3, 1), Some(11_017));
        let mut expected = days_of(-401, 1, 1).unwrap();
        for year in -401..=2401 {
            for month in 1..=12 {
                for day in 1..=31 {
                    if let Some(days) = days_of(year, month, day) {
                        assert_eq!(days, expected);
                        assert_eq!(date_of(days), (year, month, day));
                        expected += 1;
                    }
                }
            }
        }
        for days in [i32::MIN, i32::MAX] {
            let (year, month, day) = date_of(days);
            assert_eq!(days_of(year, month, day), Some(days));
        }
    }

    #[test]
    fn text_is_fixed_in_width_and_sorts_as_time_does() {
        let micros = [i64::from(days_of(0, 1, 1).unwrap()) * MICROS_PER_DAY, -1, 0, 1, 1_709_168_523_123_456];
        let texts: Vec<_> = micros.iter().map(|micros| datetime_text(*micros).unwrap()).collect();
        assert_eq!(texts[1], "1969-12-31 23:59:59.999999");
        assert_eq!(texts[4], "2024-02-29 01:02:03.123456");
        assert!(texts.is_sorted() && texts.iter().all(|text| text.len() == 26));
        for (text, micros) in texts.iter().zip(micros) {
            assert_eq!(parse_datetime(text), Civil::from_micros(micros).map(|civil| (civil, None)));
        }
        assert_eq!(time_text(MICROS_PER_DAY).as_deref(), Ok("24:00:00.000000"));
    }

    #[test]
    fn years_that_would_not_sort_are_refused() {
        assert!(date_text(days_of(-1, 12, 31).unwrap()).is_err());
        assert!(date_text(days_of(10_000, 1, 1).unwrap()).is_err());
        assert!(datetime_text(i64::MIN).is_err());
        assert!(time_text(-1).is_err());
    }

    #[test]
    fn reads_what_others_write() {
        let civil = Civil { days: days_of(2024, 2, 29).unwrap(), nanos: 3_723_000_000_000 };
        for (text, offset) in [
            ("2024-02-29T01:02:03", None),
            ("2024-02-29 01:02:03.000000000000", None),
            ("2024-02-29T01:02:03.000Z", Some(0)),
            ("2024-02-29 01:02:03+00", Some(0)),
            ("2024-02-29 01:02:03-0456", Some(-17_760)),
            ("2024-02-29 01:02:03-04:56:02", Some(-17_762)),
        ] {
            assert_eq!(parse_datetime(text), Some((civil, offset)), "{text}");
        }
        assert_eq!(parse_datetime("2024-02-29").map(|(civil, _)| civil.nanos), Some(0));
        assert_eq!(parse_date("0044-03-15 BC"), days_of(-43, 3, 15));
        assert_eq!(parse_date("-0043-03-15"), days_of(-43, 3, 15));
        assert_eq!(parse_date("0000-03-15"), parse_date("0001-03-15 BC"));
        assert_eq!(
            parse_datetime("0044-03-15T00:00:00 BC").map(|(civil, _)| civil.days),
            days_of(-43, 3, 15)
        );
        assert_eq!(parse_time("01:02"), Some(3_720_000_000_000));
        assert_eq!(parse_time("24:00:00"), Some(NANOS_PER_DAY));
    }

    #[test]
    fn refuses_what_is_not_a_date_or_time() {
        for text in [
            "",
            "infinity",
            "2024-02-30",
            "2023-02-29",
            "24-02-29",
            "2024-2-9",
            "2024-02-29x",
            "2024-02-29 ",
            "2024-02-29 24:00:00",
            "2024-02-29 01:02:60",
            "2024-02-29 01:60",
            "2024-02-29 01:02:03.",
            "2024-02-29 01:02:03.1234567891",
            "2024-02-29 01:02:03+",
            "2024-02-29 01:02:03+1",
            "2024-02-29 01:02:03 UTC",
            "0000-01-01 BC",
            "-0044-03-15 BC",
            "２024-02-29",
        ] {
            assert_eq!(parse_datetime(text), None, "{text}");
        }
        assert_eq!(parse_time("24:00:01"), None);
        assert_eq!(parse_time("1:02:03"), None);
    }
}
