//! jiff: `Timestamp`, and `Date`, `Time` and `DateTime` of `jiff::civil`.
//!
//! Stored to the microsecond: finer digits are cut toward the past. `Zoned` is not stored, because no database keeps
//! the zone's name beside the instant.

use super::scalar::scalar;
use crate::cell::{Cell, CellError, FromCell};
use crate::read;
use crate::value::{SqlType, ToValue, Value};
use crate::wire::temporal::{MICROS_PER_DAY, date_of, days_of};
use ::jiff::Timestamp;
use ::jiff::civil::{Date, DateTime, Time};

impl ToValue for Timestamp {
    const SQL_TYPE: SqlType = SqlType::Timestamp;

    fn to_value(self) -> Value {
        let micros = self.as_nanosecond().div_euclid(1000);
        Value::Timestamp(i64::try_from(micros).expect("a jiff timestamp is within the years -9999 to 9999"))
    }
}

impl ToValue for Date {
    const SQL_TYPE: SqlType = SqlType::Date;

    fn to_value(self) -> Value {
        Value::Date(days(self))
    }
}

impl ToValue for Time {
    const SQL_TYPE: SqlType = SqlType::Time;

    fn to_value(self) -> Value {
        Value::Time(micros(self))
    }
}

impl ToValue for DateTime {
    const SQL_TYPE: SqlType = SqlType::DateTime;

    fn to_value(self) -> Value {
        Value::DateTime(i64::from(days(self.date())) * MICROS_PER_DAY + micros(self.time()))
    }
}

impl FromCell for Timestamp {
    fn from_cell(cell: Cell<'_>) -> Result<Self, CellError> {
        let (seconds, nanos) = read::timestamp(cell, "Timestamp")?.seconds();
        let nanos = i32::try_from(nanos).expect("nanoseconds are less than a second");
        Timestamp::new(seconds, nanos).map_err(|_| CellError::out_of_range("Timestamp", cell))
    }
}

impl FromCell for Date {
    fn from_cell(cell: Cell<'_>) -> Result<Self, CellError> {
        let days = read::date(cell, "Date")?;
        date(days).ok_or_else(|| CellError::out_of_range("Date", cell))
    }
}

impl FromCell for Time {
    fn from_cell(cell: Cell<'_>) -> Result<Self, CellError> {
        let nanos = read::time(cell, "Time")?;
        time(nanos).ok_or_else(|| CellError::out_of_range("Time", cell))
    }
}

impl FromCell for DateTime {
    fn from_cell(cell: Cell<'_>) -> Result<Self, CellError> {
        let civil = read::datetime(cell, "DateTime")?;
        let parts = date(civil.days).zip(time(civil.nanos));
        let (date, time) = parts.ok_or_else(|| CellError::out_of_range("DateTime", cell))?;
        Ok(date.to_datetime(time))
    }
}

scalar!(Timestamp, Date, Time, DateTime);

fn days(date: Date) -> i32 {
    let (month, day) = (date.month().unsigned_abs(), date.day().unsigned_abs());
    days_of(i32::from(date.year()), month, day).expect("a jiff date is a date")
}

fn micros(time: Time) -> i64 {
    let seconds = i64::from(time.hour()) * 3600 + i64::from(time.minute()) * 60 + i64::from(time.second());
    seconds * 1_000_000 + i64::from(time.subsec_nanosecond()) / 1000
}

fn date(days: i32) -> Option<Date> {
    let (year, month, day) = date_of(days);
    Date::new(i16::try_from(year).ok()?, month.cast_signed(), day.cast_signed()).ok()
}

fn time(nanos: i64) -> Option<Time> {
    let (seconds, nanos) = (nanos / 1_000_000_000, nanos % 1_000_000_000);
    let (minutes, second) = (seconds / 60, seconds % 60);
    let field = |value: i64| i8::try_from(value).ok();
    Time::new(field(minutes / 60)?, field(minutes % 60)?, field(second)?, i32::try_from(nanos).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::temporal::Civil;

    #[test]
    fn digits_beyond_a_microsecond_are_cut_toward_the_past() {
        let before_the_epoch = Timestamp::new(-1, 999_999_999).unwrap();
        assert_eq!(before_the_epoch.to_value(), Value::Timestamp(-1));
        assert_eq!(Time::new(1, 0, 0, 1_999).unwrap().to_value(), Value::Time(3_600_000_001));
    }

    #[test]
    fn midnight_at_the_end_of_a_day_is_out_of_range() {
        let error = Time::from_cell(Cell::Text("24:00:00.000000")).unwrap_err();
        assert_eq!(error.to_string(), "expected Time, found text out of its range");
    }

    #[test]
    fn the_ends_of_the_calendar_are_read_from_neutral_cells_and_beyond_them_is_an_error() {
        for date in [Date::MIN, Date::MAX] {
            let of = days(date);
            assert_eq!(Date::from_cell(Cell::Date(of)), Ok(date));
            let civil = Civil { days: of, nanos: 86_399_999_999_999 };
            assert_eq!(DateTime::from_cell(Cell::DateTime(civil)), Ok(date.to_datetime(Time::MAX)));
        }
        for beyond in [days(Date::MIN) - 1, days(Date::MAX) + 1, i32::MIN, i32::MAX] {
            let error = Date::from_cell(Cell::Date(beyond)).unwrap_err();
            assert_eq!(error.to_string(), "expected Date, found a date out of its range");
            assert!(Timestamp::from_cell(Cell::Timestamp(Civil { days: beyond, nanos: 0 })).is_err());
        }
        let moment = Timestamp::new(-1, -999_999_999).unwrap();
        let civil = Civil { days: -1, nanos: 86_398_000_000_001 };
        assert_eq!(Timestamp::from_cell(Cell::Timestamp(civil)), Ok(moment));
    }

    #[test]
    fn nine_digits_are_read_where_the_text_has_them() {
        let read = Timestamp::from_cell(Cell::Json("\"1969-12-31 23:59:59.123456789\"")).unwrap();
        assert_eq!(read, "1969-12-31T23:59:59.123456789Z".parse().unwrap());
    }
}
