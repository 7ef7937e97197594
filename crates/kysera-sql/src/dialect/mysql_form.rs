//! Declared forms on MySQL and MariaDB.
//!
//! Both have types for instants and decimals, which other programs use there too: a text or a float is how SQLite keeps them.
//! UUIDs as text and instants and decimals as integers are kept in the same way on these two, so that they are converted.

use super::forms::{FormSql, FormUse};
use crate::form::Form;
use std::borrow::Cow;

const EPOCH: &str = "timestamp'1970-01-01 00:00:00.000000'";

/// What a form is on MySQL, or on MariaDB.
pub(super) fn form_use(form: Form, maria: bool, has_uuid: bool) -> FormUse {
    match form {
        Form::UuidText | Form::UuidHex if maria && !has_uuid => FormUse::Refused,
        Form::UuidText => FormUse::Sql(uuid("char(36)", maria, UUID_TEXT)),
        Form::UuidHex => FormUse::Sql(uuid("char(32)", maria, ["lower(hex(", "))"])),
        Form::UnixSeconds => FormUse::Sql(unix(" * 1000000", " * 0.000001", "(unix_timestamp())")),
        Form::UnixMillis => {
            FormUse::Sql(unix(" * 1000", " * 0.001", "(floor(unix_timestamp(now(3)) * 1000))"))
        }
        Form::UnixMicros => FormUse::Sql(unix("", "", "(floor(unix_timestamp(now(6)) * 1000000))")),
        Form::Scaled(places) => FormUse::Sql(scaled(places)),
        _ => FormUse::OwnType,
    }
}

/// With the value written once, and without a function that only one of the two has.
const UUID_TEXT: [&str; 2] =
    ["insert(insert(insert(insert(lower(hex(", ")), 9, 0, '-'), 14, 0, '-'), 19, 0, '-'), 24, 0, '-')"];

/// Both readers fail for a text that is no UUID; MariaDB by a warning, which the driver looks at.
fn uuid(storage: &'static str, maria: bool, write: [&'static str; 2]) -> FormSql {
    let read = if maria { ["cast(cast(", " as uuid) as binary(16))"] } else { ["uuid_to_bin(", ")"] };
    FormSql::new(storage, around(read), around(write), around(write))
}

/// Instants as multiples of a unit; `factor` makes the stored number one of microseconds, and `scale` the other way round.
fn unix(factor: &str, scale: &str, now: &'static str) -> FormSql {
    let read = ["timestampadd(microsecond, ".into(), format!("{factor}, {EPOCH})").into()];
    let find = [format!("(timestampdiff(microsecond, {EPOCH}, ").into(), format!("){scale})").into()];
    let write = if scale.is_empty() { find.clone() } else { whole(&find) };
    FormSql { now: Some(now), ..FormSql::new("bigint", read, write, find) }
}

/// Decimals as whole numbers of that place behind the point.
fn scaled(places: u8) -> FormSql {
    let places = usize::from(places);
    let part = if places == 0 { "1".to_owned() } else { format!("0.{:0>places$}", 1) };
    let read = ["(".into(), format!(" * {part})").into()];
    let find = ["((".into(), format!(") * 1{:0<places$}.0)", "").into()];
    FormSql::new("bigint", read, whole(&find), find)
}

/// A number that is written with a point, as the text of an integer: a column of integers refuses that of a fraction, and
/// what it has no room for, where it would round a number.
fn whole([before, after]: &Sides) -> Sides {
    [
        format!("replace(trim(trailing '.' from trim(trailing '0' from {before}").into(),
        format!("{after})), '.', 'x')").into(),
    ]
}

type Sides = [Cow<'static, str>; 2];

fn around(sides: [&'static str; 2]) -> Sides {
    sides.map(Cow::Borrowed)
}
