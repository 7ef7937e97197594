//! chrono: `DateTime<Utc>`, `NaiveDate`, `NaiveTime` and `NaiveDateTime`.
//!
//! Stored to the microsecond: finer digits are cut toward the past. A leap second is refused, because no database
//! has one.

use super::scalar::scalar;
use crate::cell::{Cell, CellError, FromCell};
use crate::read;
use crate::value::{SqlType, ToValue, Value, ValueError};
use crate::wire::temporal::{Civil, MICROS_PER_DAY};
use ::chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, Timelike, Utc};

/// Days from 0001-01-01, counted as 1, to 1970-01-01.
const EPOCH: i32 = 719_163;

impl ToValue for DateTime<Utc> {
    const SQL_TYPE: SqlType = SqlType::Timestamp;

    fn to_value(self) -> Value {
        micros(self.naive_utc()).map_or_else(leap_second, Value::Timestamp)
    }
}

impl ToValue for NaiveDateTime {
    const SQL_TYPE: SqlType = SqlType::DateTime;

    fn to_value(self) -> Value {
        micros(self).map_or_else(leap_second, Value::DateTime)
    }
}

impl ToValue for NaiveDate {
    const SQL_TYPE: SqlType = SqlType::Date;

    fn to_value(self) -> Value {
        Value::Date(days(self))
    }
}

impl ToValue for NaiveTime {
    const SQL_TYPE: SqlType = SqlType::Time;

    fn to_value(self) -> Value {
        micros_of_day(self).map_or_else(leap_second, Value::Time)
    }
}

impl FromCell for DateTime<Utc> {
    fn from_cell(cell: Cell<'_>) -> Result<Self, CellError> {
        let civil = read::timestamp(cell, "DateTime<Utc>")?;
        let naive = datetime(civil).ok_or_else(|| CellError::out_of_range("DateTime<Utc>", cell))?;
        Ok(naive.and_utc())
    }
}

impl FromCell for NaiveDateTime {
    fn from_cell(cell: Cell<'_>) -> Result<Self, CellError> {
        let civil = read::datetime(cell, "NaiveDateTime")?;
        datetime(civil).ok_or_else(|| CellError::out_of_range("NaiveDateTime", cell))
    }
}

impl FromCell for NaiveDate {
    fn from_cell(cell: Cell<'_>) -> Result<Self, CellError> {
        let days = read::date(cell, "NaiveDate")?;
        date(days).ok_or_else(|| CellError::out_of_range("NaiveDate", cell))
    }
}

impl FromCell for NaiveTime {
    fn from_cell(cell: Cell<'_>) -> Result<Self, CellError> {
        let nanos = read::time(cell, "NaiveTime")?;
        time(nanos).ok_or_else(|| CellError::out_of_range("NaiveTime", cell))
    }
}

scalar!(DateTime<Utc>, NaiveDateTime, NaiveDate, NaiveTime);

#[cold]
fn leap_second() -> Value {
    ValueError::new("time", "it is in a leap second, which databases do not have").into()
}

fn days(date: NaiveDate) -> i32 {
    date.num_days_from_ce() - EPOCH
}

/// `None` in a leap second.
fn micros_of_day(time: NaiveTime) -> Option<i64> {
    let nanos = i64::from(time.nanosecond());
    (nanos < 1_000_000_000).then(|| i64::from(time.num_seconds_from_midnight()) * 1_000_000 + nanos / 1000)
}

fn micros(datetime: NaiveDateTime) -> Option<i64> {
    Some(i64::from(days(datetime.date())) * MICROS_PER_DAY + micros_of_day(datetime.time())?)
}

fn date(days: i32) -> Option<NaiveDate> {
    NaiveDate::from_num_days_from_ce_opt(days.checked_add(EPOCH)?)
}

fn time(nanos: i64) -> Option<NaiveTime> {
    let (seconds, nanos) = (nanos / 1_000_000_000, nanos % 1_000_000_000);
    NaiveTime::from_num_seconds_from_midnight_opt(u32::try_from(seconds).ok()?, u32::try_from(nanos).ok()?)
}

fn datetime(civil: Civil) -> Option<NaiveDateTime> {
    Some(date(civil.days)?.and_time(time(civil.nanos)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_leap_second_is_refused() {
        let leap = NaiveTime::from_hms_nano_opt(23, 59, 59, 1_500_000_000).unwrap();
        assert!(matches!(leap.to_value(), Value::Invalid(_)));
        assert!(matches!(NaiveDate::MAX.and_time(leap).to_value(), Value::Invalid(_)));
    }

    #[test]
    fn the_ends_of_the_calendar_can_be_bound() {
        for date in [NaiveDate::MIN, NaiveDate::MAX] {
            let value = date.and_hms_opt(23, 59, 59).unwrap().to_value();
            assert!(matches!(value, Value::DateTime(_)));
            let Value::Date(days) = date.to_value() else { panic!("a date binds as a date") };
            assert_eq!(super::date(days), Some(date));
        }
    }

    #[test]
    fn neutral_cells_are_read_to_the_nanosecond() {
        let civil = Civil { days: -1, nanos: 86_399_999_999_999 };
        let time = NaiveTime::from_hms_nano_opt(23, 59, 59, 999_999_999).unwrap();
        let date = NaiveDate::from_ymd_opt(1969, 12, 31).unwrap();
        assert_eq!(NaiveDate::from_cell(Cell::Date(-1)), Ok(date));
        assert_eq!(NaiveTime::from_cell(Cell::Time(civil.nanos)), Ok(time));
        assert_eq!(NaiveDateTime::from_cell(Cell::DateTime(civil)), Ok(date.and_time(time)));
        assert_eq!(DateTime::<Utc>::from_cell(Cell::Timestamp(civil)), Ok(date.and_time(time).and_utc()));
        assert!(NaiveDate::from_cell(Cell::Date(i32::MAX)).is_err());
    }
}
