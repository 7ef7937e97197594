//! Forms: how a column keeps what its database has no type for, where another program decided that.
//!
//! A form is declared on the column. It is one spelling for each value, so that the stored values compare as the values do.

use crate::value::SqlType;
use std::fmt;

/// How a column keeps its values, where it is not the library's own way.
///
/// In a statement such a column has the values of its Rust type, whatever is stored: it is converted where it is read and
/// where it is written. Compared with a value, the value is converted instead, so that an index serves.
///
/// | form | Rust type | stored |
/// |---|---|---|
/// | `uuid_text` | a UUID | text, `67e55044-10b1-426f-9247-bb680e5fe0c8` |
/// | `uuid_hex` | a UUID | text, `67e5504410b1426f9247bb680e5fe0c8` |
/// | `iso_seconds`, `iso_millis`, `iso_micros` | an instant; a date and time | text, `2024-01-31T12:00:00.000Z`; without `Z` |
/// | `text_seconds`, `text_millis` | the same | text, `2024-01-31 12:00:00` |
/// | `unix_seconds`, `unix_millis`, `unix_micros` | an instant | integer, since 1970 |
/// | `julian_day` | an instant | float, days; whole milliseconds |
/// | `decimal_real` | a decimal | float; what it holds without loss |
/// | `scaled(2)` | a decimal | integer, in hundredths |
///
/// # Dialects
/// SQLite. PostgreSQL has types for all of these and ignores a form, but for `scaled`: an integer there would be read as it
/// is. MySQL and MariaDB convert UUIDs, `unix_..` and `scaled(..)` too, and have types for the others. Elsewhere a table with
/// a form is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Form {
    /// `uuid_text`
    UuidText,
    /// `uuid_hex`
    UuidHex,
    /// `iso_seconds`
    IsoSeconds,
    /// `iso_millis`
    IsoMillis,
    /// `iso_micros`
    IsoMicros,
    /// `text_seconds`
    TextSeconds,
    /// `text_millis`
    TextMillis,
    /// `unix_seconds`
    UnixSeconds,
    /// `unix_millis`
    UnixMillis,
    /// `unix_micros`
    UnixMicros,
    /// `julian_day`
    JulianDay,
    /// `decimal_real`
    DecimalReal,
    /// `scaled(n)`: whole numbers of the n-th place behind the point, 18 at most.
    Scaled(u8),
}

const NAMES: [(&str, Form); 12] = [
    ("uuid_text", Form::UuidText),
    ("uuid_hex", Form::UuidHex),
    ("iso_seconds", Form::IsoSeconds),
    ("iso_millis", Form::IsoMillis),
    ("iso_micros", Form::IsoMicros),
    ("text_seconds", Form::TextSeconds),
    ("text_millis", Form::TextMillis),
    ("unix_seconds", Form::UnixSeconds),
    ("unix_millis", Form::UnixMillis),
    ("unix_micros", Form::UnixMicros),
    ("julian_day", Form::JulianDay),
    ("decimal_real", Form::DecimalReal),
];

impl Form {
    /// The form of that name.
    pub fn parse(name: &str) -> Option<Form> {
        if let Some(places) = name.strip_prefix("scaled(").and_then(|rest| rest.strip_suffix(')')) {
            return places.parse().ok().filter(|places| *places <= 18).map(Form::Scaled);
        }
        NAMES.iter().find(|(known, _)| *known == name).map(|(_, form)| *form)
    }

    /// True when values of that type can be kept so.
    pub const fn fits(self, ty: SqlType) -> bool {
        match self {
            Form::UuidText | Form::UuidHex => matches!(ty, SqlType::Uuid),
            Form::IsoSeconds | Form::IsoMillis | Form::IsoMicros | Form::TextSeconds | Form::TextMillis => {
                matches!(ty, SqlType::Timestamp | SqlType::DateTime)
            }
            Form::UnixSeconds | Form::UnixMillis | Form::UnixMicros | Form::JulianDay => {
                matches!(ty, SqlType::Timestamp)
            }
            Form::DecimalReal | Form::Scaled(_) => matches!(ty, SqlType::Decimal),
        }
    }

    /// SQLite's type for what is stored.
    pub const fn storage(self) -> &'static str {
        match self {
            Form::UuidText
            | Form::UuidHex
            | Form::IsoSeconds
            | Form::IsoMillis
            | Form::IsoMicros
            | Form::TextSeconds
            | Form::TextMillis => "text",
            Form::UnixSeconds | Form::UnixMillis | Form::UnixMicros | Form::Scaled(_) => "integer",
            Form::JulianDay | Form::DecimalReal => "real",
        }
    }

    /// How many bytes a stored text has.
    pub(crate) const fn length(self, ty: SqlType) -> Option<u8> {
        let zone = matches!(ty, SqlType::Timestamp) as u8;
        Some(match self {
            Form::UuidText => 36,
            Form::UuidHex => 32,
            Form::IsoSeconds => 19 + zone,
            Form::IsoMillis => 23 + zone,
            Form::IsoMicros => 26 + zone,
            Form::TextSeconds => 19,
            Form::TextMillis => 23,
            _ => return None,
        })
    }

    /// True when stored values sort as the values do, and every value has its place among them.
    pub(crate) const fn is_ordered(self) -> bool {
        !matches!(self, Form::JulianDay | Form::DecimalReal | Form::Scaled(_))
    }

    /// True when a value is equal to one stored value at most, which can be told from the value.
    pub(crate) const fn is_exact(self) -> bool {
        !matches!(self, Form::JulianDay)
    }

    /// How many microseconds an instant in this form is a multiple of.
    pub const fn resolution(self) -> i64 {
        match self {
            Form::IsoSeconds | Form::TextSeconds | Form::UnixSeconds => 1_000_000,
            Form::IsoMillis | Form::TextMillis | Form::UnixMillis | Form::JulianDay => 1000,
            _ => 1,
        }
    }

    /// The present instant in this form, as SQL.
    pub(crate) const fn now(self, ty: SqlType) -> Option<&'static str> {
        let zone = matches!(ty, SqlType::Timestamp);
        Some(match self {
            Form::IsoSeconds if zone => "(strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))",
            Form::IsoSeconds => "(strftime('%Y-%m-%dT%H:%M:%S', 'now'))",
            Form::IsoMillis if zone => "(strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))",
            Form::IsoMillis => "(strftime('%Y-%m-%dT%H:%M:%f', 'now'))",
            Form::IsoMicros if zone => "(strftime('%Y-%m-%dT%H:%M:%f000Z', 'now'))",
            Form::IsoMicros => "(strftime('%Y-%m-%dT%H:%M:%f000', 'now'))",
            Form::TextSeconds => "(strftime('%Y-%m-%d %H:%M:%S', 'now'))",
            Form::TextMillis => "(strftime('%Y-%m-%d %H:%M:%f', 'now'))",
            Form::UnixSeconds => "(cast(strftime('%s', 'now') as integer))",
            Form::UnixMillis => {
                "(cast(strftime('%s', 'now') as integer) * 1000 + cast(substr(strftime('%f', 'now'), 4) as integer))"
            }
            Form::UnixMicros => {
                "(cast(strftime('%s', 'now') as integer) * 1000000 + cast(substr(strftime('%f', 'now'), 4) as integer) * 1000)"
            }
            Form::JulianDay => "(julianday('now'))",
            Form::UuidText | Form::UuidHex | Form::DecimalReal | Form::Scaled(_) => return None,
        })
    }
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match NAMES.iter().find(|(_, form)| form == self) {
            Some((name, _)) => f.write_str(name),
            None => match self {
                Form::Scaled(places) => write!(f, "scaled({places})"),
                _ => Ok(()),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_found_by_the_name_that_it_shows() {
        let scaled = (0..=18).map(Form::Scaled);
        for form in NAMES.iter().map(|(_, form)| *form).chain(scaled) {
            assert_eq!(Form::parse(&form.to_string()), Some(form));
        }
        for other in ["", "uuid", "UUID_TEXT", "scaled", "scaled()", "scaled(19)", "scaled(-1)", "scaled(2) "]
        {
            assert_eq!(Form::parse(other), None, "{other}");
        }
    }
}
