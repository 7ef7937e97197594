//! Dates and times in binary: days and microseconds since 2000-01-01, with the ends of the range for infinity.

use crate::value::ValueError;
use crate::wire::temporal::{MICROS_PER_DAY, date_of, time_text};

/// Days from 1970-01-01 to 2000-01-01.
const EPOCH_DAYS: i32 = 10_957;
const EPOCH_MICROS: i64 = EPOCH_DAYS as i64 * MICROS_PER_DAY;

// `IS_VALID_DATE` and `IS_VALID_TIMESTAMP` of the server's `timestamp.h`: 4714-11-24 BC to 5874897-12-31, and to
// 294276-12-31. The server checks too; we do so that no finite value is taken for infinity.
const DATES: std::ops::Range<i32> = -2_451_545..2_145_031_949;
const TIMESTAMPS: std::ops::Range<i64> = -211_813_488_000_000_000..9_223_371_331_200_000_000;

/// Days since 2000-01-01 of days since 1970-01-01.
pub(super) fn date(days: i32) -> Result<i32, ValueError> {
    days.checked_sub(EPOCH_DAYS)
        .filter(|days| DATES.contains(days))
        .ok_or_else(|| ValueError::new("date", "PostgreSQL's dates end there"))
}

/// Microseconds since 2000-01-01 of microseconds since 1970-01-01.
pub(super) fn timestamp(micros: i64) -> Result<i64, ValueError> {
    micros
        .checked_sub(EPOCH_MICROS)
        .filter(|micros| TIMESTAMPS.contains(micros))
        .ok_or_else(|| ValueError::new("timestamp", "PostgreSQL's timestamps end there"))
}

/// The beginning of a day in UTC, as text that the server reads as a date or a time: `2024-02-29 00:00:00+00`.
pub(super) fn date_text(days: i32) -> Result<String, ValueError> {
    date(days)?;
    Ok(in_utc(days, "00:00:00"))
}

/// A time in UTC, as text that the server reads with a zone and without: `2024-02-29 01:02:03.123456+00`.
pub(super) fn timestamp_text(micros: i64) -> Result<String, ValueError> {
    timestamp(micros)?;
    let days = i32::try_from(micros.div_euclid(MICROS_PER_DAY))
        .map_err(|_| ValueError::new("timestamp", "PostgreSQL's timestamps end there"))?;
    Ok(in_utc(days, &time_text(micros.rem_euclid(MICROS_PER_DAY))?))
}

fn in_utc(days: i32, time: &str) -> String {
    let (year, month, day) = date_of(days);
    // There is no year 0: the one before 1 is 1 BC.
    let (year, era) = if year > 0 { (year, "") } else { (1 - year, " BC") };
    format!("{year:04}-{month:02}-{day:02} {time}+00{era}")
}

/// A time of day in microseconds, checked.
pub(super) fn time(micros: i64) -> Result<i64, ValueError> {
    if (0..=MICROS_PER_DAY).contains(&micros) {
        Ok(micros)
    } else {
        Err(ValueError::new("time", "it is not a time of day"))
    }
}

/// What a binary date or timestamp says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Moment<T> {
    /// Counted from 1970-01-01.
    Finite(T),
    /// `infinity` or `-infinity`.
    Infinite,
    /// A time too far away to be counted from 1970.
    Beyond,
}

/// A binary date; `None` when the bytes are not one.
pub(crate) fn decode_date(bytes: &[u8]) -> Option<Moment<i32>> {
    Some(match i32::from_be_bytes(bytes.try_into().ok()?) {
        i32::MIN | i32::MAX => Moment::Infinite,
        days => days.checked_add(EPOCH_DAYS).map_or(Moment::Beyond, Moment::Finite),
    })
}

/// A binary timestamp, with or without a zone; `None` when the bytes are not one.
pub(crate) fn decode_timestamp(bytes: &[u8]) -> Option<Moment<i64>> {
    Some(match i64::from_be_bytes(bytes.try_into().ok()?) {
        i64::MIN | i64::MAX => Moment::Infinite,
        micros => micros.checked_add(EPOCH_MICROS).map_or(Moment::Beyond, Moment::Finite),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::temporal::days_of;

    #[test]
    fn the_range_is_the_servers() {
        let first = days_of(-4713, 11, 24).unwrap();
        assert_eq!(date(first), Ok(-2_451_545));
        assert!(date(first - 1).is_err());
        let last = days_of(5_874_897, 12, 31).unwrap();
        assert_eq!(date(last), Ok(2_145_031_948));
        assert!(date(last + 1).is_err() && date(i32::MAX).is_err() && date(i32::MIN).is_err());

        let first = i64::from(first) * MICROS_PER_DAY;
        assert_eq!(timestamp(first), Ok(-211_813_488_000_000_000));
        assert!(timestamp(first - 1).is_err());
        // Counted from 1970, 64 bits end 29 years before the server does.
        assert_eq!(timestamp(i64::MAX), Ok(i64::MAX - EPOCH_MICROS));
        assert!(timestamp(i64::MIN).is_err());
    }

    #[test]
    fn infinity_is_told_apart() {
        assert_eq!(decode_date(&i32::MAX.to_be_bytes()), Some(Moment::Infinite));
        assert_eq!(decode_timestamp(&i64::MIN.to_be_bytes()), Some(Moment::Infinite));
        assert_eq!(decode_date(&0_i32.to_be_bytes()), Some(Moment::Finite(EPOCH_DAYS)));
        assert_eq!(decode_timestamp(&(TIMESTAMPS.end - 1).to_be_bytes()), Some(Moment::Beyond));
        assert_eq!(decode_timestamp(&[0; 4]), None);
    }
}
