//! The crate `time`: `OffsetDateTime`, `Date`, `Time` and `PrimitiveDateTime`.
//!
//! Stored to the microsecond: finer digits are cut toward the past. An `OffsetDateTime` is stored as an instant and
//! read in UTC.

use super::scalar::scalar;
use crate::cell::{Cell, CellError, FromCell};
use crate::read;
use crate::value::{SqlType, ToValue, Value};
use crate::wire::temporal::{Civil, MICROS_PER_DAY};
use ::time::{Date, OffsetDateTime, PrimitiveDateTime, Time};

/// The Julian day of 1970-01-01.
const EPOCH: i32 = 2_440_588;

impl ToValue for OffsetDateTime {
    const SQL_TYPE: SqlType = SqlType::Timestamp;

    fn to_value(self) -> Value {
        let micros = self.unix_timestamp_nanos().div_euclid(1000);
        Value::Timestamp(i64::try_from(micros).expect("the crate's years end at six digits"))
    }
}

impl ToValue for PrimitiveDateTime {
    const SQL_TYPE: SqlType = SqlType::DateTime;

    fn to_value(self) -> Value {
        Value::DateTime(i64::from(days(self.date())) * MICROS_PER_DAY + micros(self.time()))
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

impl FromCell for OffsetDateTime {
    fn from_cell(cell: Cell<'_>) -> Result<Self, CellError> {
        let civil = read::timestamp(cell, "OffsetDateTime")?;
        let primitive = datetime(civil).ok_or_else(|| CellError::out_of_range("OffsetDateTime", cell))?;
        Ok(primitive.assume_utc())
    }
}

impl FromCell for PrimitiveDateTime {
    fn from_cell(cell: Cell<'_>) -> Result<Self, CellError> {
        let civil = read::datetime(cell, "PrimitiveDateTime")?;
        datetime(civil).ok_or_else(|| CellError::out_of_range("PrimitiveDateTime", cell))
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

scalar!(OffsetDateTime, PrimitiveDateTime, Date, Time);

fn days(date: Date) -> i32 {
    date.to_julian_day() - EPOCH
}

fn micros(time: Time) -> i64 {
    let (hour, minute, second, nanos) = time.as_hms_nano();
    let seconds = i64::from(hour) * 3600 + i64::from(minute) * 60 + i64::from(second);
    seconds * 1_000_000 + i64::from(nanos) / 1000
}

fn date(days: i32) -> Option<Date> {
    Date::from_julian_day(days.checked_add(EPOCH)?).ok()
}

fn time(nanos: i64) -> Option<Time> {
    let (seconds, nanos) = (nanos / 1_000_000_000, nanos % 1_000_000_000);
    let (minutes, second) = (seconds / 60, seconds % 60);
    let field = |value: i64| u8::try_from(value).ok();
    Time::from_hms_nano(
        field(minutes / 60)?,
        field(minutes % 60)?,
        field(second)?,
        u32::try_from(nanos).ok()?,
    )
    .ok()
}

fn datetime(civil: Civil) -> Option<PrimitiveDateTime> {
    Some(PrimitiveDateTime::new(date(civil.days)?, time(civil.nanos)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neutral_cells_are_read_to_the_nanosecond() {
        let civil = Civil { days: -1, nanos: 86_399_999_999_999 };
        let time = Time::from_hms_nano(23, 59, 59, 999_999_999).unwrap();
        let date = Date::from_julian_day(EPOCH - 1).unwrap();
        let both = PrimitiveDateTime::new(date, time);
        assert_eq!(Date::from_cell(Cell::Date(-1)), Ok(date));
        assert_eq!(Time::from_cell(Cell::Time(civil.nanos)), Ok(time));
        assert_eq!(PrimitiveDateTime::from_cell(Cell::DateTime(civil)), Ok(both));
        assert_eq!(OffsetDateTime::from_cell(Cell::Timestamp(civil)), Ok(both.assume_utc()));
        assert!(Date::from_cell(Cell::Date(i32::MAX)).is_err());
    }
}
