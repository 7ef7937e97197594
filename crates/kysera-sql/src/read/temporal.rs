//! Dates and times.

use crate::cell::{Cell, CellError};
use crate::wire::json;
use crate::wire::pg::oid;
use crate::wire::pg::temporal::{Moment, decode_date, decode_timestamp};
use crate::wire::temporal::{Civil, NANOS_PER_DAY, parse_date, parse_datetime, parse_time};
use std::borrow::Cow;

/// A date, in days since 1970-01-01.
///
/// # Errors
/// When the cell holds something else, or PostgreSQL's `infinity`.
pub fn date(cell: Cell<'_>, expected: &'static str) -> Result<i32, CellError> {
    match cell {
        Cell::Pg { oid: oid::DATE, bytes } => finite(decode_date(bytes), cell, expected),
        Cell::Date(days) => Ok(days),
        _ => parsed(cell, expected, &DATE, parse_date),
    }
}

/// A time of day, in nanoseconds since midnight; `24:00:00` is one to PostgreSQL.
///
/// # Errors
/// When the cell holds something else.
pub fn time(cell: Cell<'_>, expected: &'static str) -> Result<i64, CellError> {
    match cell {
        Cell::Pg { oid: oid::TIME, bytes } => {
            let micros =
                bytes.try_into().map(i64::from_be_bytes).map_err(|_| CellError::mismatch(expected, cell))?;
            micros.checked_mul(1000).ok_or_else(|| CellError::out_of_range(expected, cell))
        }
        Cell::Time(nanos) if (0..=NANOS_PER_DAY).contains(&nanos) => Ok(nanos),
        Cell::Time(_) => Err(CellError::out_of_range(expected, cell)),
        _ => parsed(cell, expected, &TIME, parse_time),
    }
}

/// A date and time without a zone.
///
/// # Errors
/// When the cell holds something else, PostgreSQL's `infinity`, or text in another form than `2024-01-31 12:00:00.000000`.
pub fn datetime(cell: Cell<'_>, expected: &'static str) -> Result<Civil, CellError> {
    match cell {
        Cell::Pg { oid: oid::TIMESTAMP, bytes } => moment(bytes, cell, expected),
        Cell::DateTime(civil) => in_a_day(civil, cell, expected),
        _ => parsed(cell, expected, &INSTANT, |text| match parse_datetime(text)? {
            (civil, None) => Some(civil),
            (_, Some(_)) => None,
        }),
    }
}

/// An instant, as date and time in UTC. Text, and a date and time without a zone, are in UTC.
///
/// # Errors
/// When the cell holds something else, PostgreSQL's `infinity`, or text in another form than `2024-01-31 12:00:00.000000`.
pub fn timestamp(cell: Cell<'_>, expected: &'static str) -> Result<Civil, CellError> {
    match cell {
        Cell::Pg { oid: oid::TIMESTAMPTZ, bytes } => moment(bytes, cell, expected),
        Cell::Timestamp(civil) | Cell::DateTime(civil) => in_a_day(civil, cell, expected),
        _ => parsed(cell, expected, &INSTANT, |text| {
            let (civil, offset) = parse_datetime(text)?;
            civil.minus_seconds(offset.unwrap_or(0))
        }),
    }
}

/// The one form in which a text is stored. Another could be read, but not compared: the database compares texts.
struct OwnForm {
    /// A text in this form: where it has a digit, any digit may stand.
    example: &'static str,
    cure: &'static str,
}

const DATE: OwnForm = OwnForm {
    example: "2024-01-31",
    cure: "comparisons would be wrong: rewrite what is stored, with date(\"column\") on SQLite",
};
const TIME: OwnForm = OwnForm {
    example: "12:00:00.000000",
    cure: "comparisons would be wrong: rewrite what is stored, with strftime('%H:%M:%f000', \"column\") on SQLite",
};
const INSTANT: OwnForm = OwnForm {
    example: "2024-01-31 12:00:00.000000",
    cure: "comparisons would be wrong: rewrite what is stored, with strftime('%Y-%m-%d %H:%M:%f000', \"column\") on \
           SQLite, or declare its form on the column: #[column(form = \"..\")]",
};

impl OwnForm {
    fn has(&self, text: &str) -> bool {
        let alike = |(example, byte): (u8, u8)| match example {
            b'0'..=b'9' => byte.is_ascii_digit(),
            _ => example == byte,
        };
        text.len() == self.example.len() && self.example.bytes().zip(text.bytes()).all(alike)
    }

    #[cold]
    fn refuse(&self, cell: Cell<'_>, expected: &'static str) -> CellError {
        CellError::new(expected, format!("{} in another form than {}", cell.type_name(), self.example))
            .advice(self.cure)
    }
}

/// A date and time whose time of day is one.
fn in_a_day(civil: Civil, cell: Cell<'_>, expected: &'static str) -> Result<Civil, CellError> {
    if (0..NANOS_PER_DAY).contains(&civil.nanos) {
        Ok(civil)
    } else {
        Err(CellError::out_of_range(expected, cell))
    }
}

fn moment(bytes: &[u8], cell: Cell<'_>, expected: &'static str) -> Result<Civil, CellError> {
    let micros = finite(decode_timestamp(bytes), cell, expected)?;
    Civil::from_micros(micros).ok_or_else(|| CellError::out_of_range(expected, cell))
}

fn finite<T>(moment: Option<Moment<T>>, cell: Cell<'_>, expected: &'static str) -> Result<T, CellError> {
    match moment {
        Some(Moment::Finite(value)) => Ok(value),
        Some(Moment::Infinite) => Err(CellError::new(expected, format!("infinity of {}", cell.type_name()))),
        Some(Moment::Beyond) => Err(CellError::out_of_range(expected, cell)),
        None => Err(CellError::mismatch(expected, cell)),
    }
}

fn parsed<T>(
    cell: Cell<'_>,
    expected: &'static str,
    form: &OwnForm,
    parse: impl FnOnce(&str) -> Option<T>,
) -> Result<T, CellError> {
    let text = match cell {
        Cell::Text(text) if form.has(text) => Some(Cow::Borrowed(text)),
        Cell::Text(_) | Cell::I64(_) | Cell::F64(_) => return Err(form.refuse(cell, expected)),
        // What is stored in another form comes in a list. JSON that a database made of a type of its own has its form.
        Cell::Json(token) if token.starts_with('[') => return Err(form.refuse(cell, expected)),
        Cell::Json(token) => json::string(token),
        _ => None,
    };
    let text = text.ok_or_else(|| CellError::mismatch(expected, cell))?;
    parse(&text).ok_or_else(|| if is_zero_date(&text) { zero_date(expected) } else { none(cell, expected) })
}

#[cold]
fn none(cell: Cell<'_>, expected: &'static str) -> CellError {
    CellError::new(expected, format!("{} that is none", cell.type_name()))
}

/// True for a date whose month or day is zero, which MySQL stores where its mode lets it.
fn is_zero_date(text: &str) -> bool {
    matches!(text.as_bytes(), [_, _, _, _, b'-', rest @ ..] if rest.starts_with(b"00-") || rest.get(2..5) == Some(b"-00"))
}

#[cold]
fn zero_date(expected: &'static str) -> CellError {
    CellError::new(expected, "a zero date such as 0000-00-00, which is no day")
        .advice("write NULL instead, or read `nullif(x, '0000-00-00')`")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::temporal::days_of;

    #[test]
    fn the_stored_form_is_read_at_the_top_and_in_nested_rows() {
        let utc = Civil { days: days_of(2024, 2, 29).unwrap(), nanos: 81_000_000_000_000 };
        for cell in [Cell::Text("2024-02-29 22:30:00.000000"), Cell::Json("\"2024-02-29 22:30:00.000000\"")] {
            assert_eq!(timestamp(cell, "Timestamp"), Ok(utc));
            assert_eq!(datetime(cell, "DateTime"), Ok(utc));
        }
        assert_eq!(date(Cell::Json("\"2024-02-29\""), "Date"), Ok(utc.days));
        assert_eq!(time(Cell::Text("22:30:00.000000"), "Time"), Ok(utc.nanos));
    }

    #[test]
    fn a_stored_text_that_would_not_compare_is_refused() {
        let instants = [
            "2024-02-29 22:30:00",
            "2024-02-29T22:30:00.000000",
            "2024-02-29T22:30:00.000000Z",
            "2024-02-29 22:30:00.000000Z",
            "2024-02-29 17:30:00-05",
            "02024-02-29 22:30:00.000000",
            "-024-02-29 22:30:00.000000",
            "2024-02-29",
            "now",
            "",
        ];
        let of_a_day =
            ["2024-02-29 00:00:00.000000", "2024-2-29", "20240229", "12024-02-29", "2024-02-29 BC"];
        let times = ["22:30:00", "22:30", "22:30:00.000", "2:30:00.000000", "22:30:00.000000Z"];
        let refused = |error: CellError| {
            let error = error.to_string();
            assert!(error.contains("another form") && error.contains("rewrite what is stored"), "{error}");
        };
        for text in instants {
            let json = format!("[\"{text}\"]");
            for cell in [Cell::Text(text), Cell::Json(&json)] {
                refused(timestamp(cell, "Timestamp").unwrap_err());
                refused(datetime(cell, "DateTime").unwrap_err());
            }
        }
        for text in of_a_day {
            refused(date(Cell::Text(text), "Date").unwrap_err());
            refused(date(Cell::Json(&format!("[\"{text}\"]")), "Date").unwrap_err());
        }
        for text in times {
            refused(time(Cell::Text(text), "Time").unwrap_err());
            refused(time(Cell::Json(&format!("[\"{text}\"]")), "Time").unwrap_err());
        }
        for cell in [Cell::I64(1_709_245_800), Cell::F64(2_460_370.5)] {
            refused(timestamp(cell, "Timestamp").unwrap_err());
        }
    }

    #[test]
    fn json_of_a_database_that_has_the_type_is_read_in_its_form() {
        let text = Cell::Json("\"2024-03-01T00:30:00+02:00\"");
        let utc = Civil { days: days_of(2024, 2, 29).unwrap(), nanos: 81_000_000_000_000 };
        assert_eq!(timestamp(text, "Timestamp"), Ok(utc));
        assert_eq!(datetime(Cell::Json("\"2024-02-29T22:30:00\""), "DateTime"), Ok(utc));
        assert!(datetime(text, "DateTime").is_err());
    }

    #[test]
    fn a_zero_date_in_nested_rows_is_an_error_that_says_so() {
        for text in ["\"0000-00-00\"", "\"2024-02-00\"", "\"2024-00-01\""] {
            assert!(date(Cell::Json(text), "Date").unwrap_err().to_string().contains("zero date"), "{text}");
        }
        let instant = timestamp(Cell::Json("\"0000-00-00 00:00:00.000000\""), "Timestamp").unwrap_err();
        assert!(instant.to_string().contains("zero date"), "{instant}");
        assert!(!date(Cell::Json("\"2024-02-30\""), "Date").unwrap_err().to_string().contains("zero date"));
    }

    #[test]
    fn the_form_alone_makes_no_date() {
        assert!(date(Cell::Text("2024-02-30"), "Date").is_err());
        assert!(time(Cell::Text("25:00:00.000000"), "Time").is_err());
        assert!(timestamp(Cell::Json("\"2024-01-01 24:00:00.000000\""), "Timestamp").is_err());
    }

    #[test]
    fn infinity_is_an_error_that_says_so() {
        let error = date(Cell::Pg { oid: oid::DATE, bytes: &i32::MAX.to_be_bytes() }, "Date").unwrap_err();
        assert_eq!(error.to_string(), "expected Date, found infinity of date (OID 1082)");
        let bytes = &i64::MIN.to_be_bytes();
        assert!(timestamp(Cell::Pg { oid: oid::TIMESTAMPTZ, bytes }, "Timestamp").is_err());
    }

    #[test]
    fn types_with_and_without_a_zone_are_not_mixed() {
        let bytes = &[0; 8];
        assert!(timestamp(Cell::Pg { oid: oid::TIMESTAMP, bytes }, "Timestamp").is_err());
        assert!(datetime(Cell::Pg { oid: oid::TIMESTAMPTZ, bytes }, "DateTime").is_err());
        assert!(time(Cell::Pg { oid: oid::TIMETZ, bytes }, "Time").is_err());
        assert_eq!(time(Cell::Pg { oid: oid::TIME, bytes }, "Time"), Ok(0));
    }

    #[test]
    fn neutral_cells_keep_every_nanosecond_of_every_day() {
        for days in [i32::MIN, -1, 0, i32::MAX] {
            assert_eq!(date(Cell::Date(days), "Date"), Ok(days));
            for nanos in [0, 1, NANOS_PER_DAY - 1] {
                let civil = Civil { days, nanos };
                assert_eq!(time(Cell::Time(nanos), "Time"), Ok(nanos));
                assert_eq!(datetime(Cell::DateTime(civil), "DateTime"), Ok(civil));
                assert_eq!(timestamp(Cell::Timestamp(civil), "Timestamp"), Ok(civil));
                assert_eq!(timestamp(Cell::DateTime(civil), "Timestamp"), Ok(civil));
            }
        }
        assert_eq!(time(Cell::Time(NANOS_PER_DAY), "Time"), Ok(NANOS_PER_DAY));
    }

    #[test]
    fn neutral_cells_of_another_type_and_times_of_no_day_are_errors() {
        for nanos in [i64::MIN, -1, NANOS_PER_DAY, i64::MAX] {
            let civil = Civil { days: 0, nanos };
            let error = datetime(Cell::DateTime(civil), "DateTime").unwrap_err();
            assert_eq!(error.to_string(), "expected DateTime, found a date and time out of its range");
            assert!(timestamp(Cell::Timestamp(civil), "Timestamp").is_err());
        }
        for nanos in [-1, NANOS_PER_DAY + 1] {
            assert!(time(Cell::Time(nanos), "Time").is_err());
        }
        let midnight = Civil { days: 0, nanos: 0 };
        let error = datetime(Cell::Timestamp(midnight), "DateTime").unwrap_err();
        assert_eq!(error.to_string(), "expected DateTime, found a timestamp");
        for cell in [Cell::DateTime(midnight), Cell::Timestamp(midnight), Cell::Time(0)] {
            assert!(date(cell, "Date").is_err(), "{cell:?}");
        }
        for cell in [Cell::DateTime(midnight), Cell::Date(0)] {
            assert!(time(cell, "Time").is_err(), "{cell:?}");
        }
        assert!(timestamp(Cell::Date(0), "Timestamp").is_err());
    }

    #[test]
    fn numbers_are_not_dates() {
        for cell in [Cell::I64(0), Cell::F64(0.0), Cell::Json("0"), Cell::Text("now"), Cell::Null] {
            assert!(timestamp(cell, "Timestamp").is_err() && date(cell, "Date").is_err(), "{cell:?}");
        }
    }
}
