//! Casts of MySQL and MariaDB. Their own cut numbers to fit, take a negative one for a large one, and write a boolean as a
//! number. What does not fit is an error elsewhere, so sums stand around them that overflow.

use super::{CastForm, CheckedFloats, CheckedNumbers};
use crate::value::SqlType;

/// Behind an integer that has to fit a narrower type: the largest and the least sum overflow for any other.
macro_rules! narrowed {
    ($before:literal, $room:literal) => {
        concat!($before, " + ", $room, " - ", $room, " - ", $room, " + ", $room, ")")
    };
}

macro_rules! to_16 {
    ($before:literal) => {
        narrowed!($before, "9223372036854743040")
    };
}

macro_rules! to_32 {
    ($before:literal) => {
        narrowed!($before, "9223372034707292160")
    };
}

pub(super) fn cast_form(from: SqlType, to: SqlType, maria: bool) -> CastForm {
    use CastForm::{Around, Between, Guarded, Plain, Refused};
    use SqlType::{
        Array, Bool, Bytes, Custom, Date, DateTime, Decimal, F32, F64, I16, I32, I64, Json, Nested, Text,
        Time, Timestamp, U64, Unknown, Uuid,
    };
    match (from, to) {
        (Unknown | I16 | I32 | I64 | U64, Bool) => Around("((", ") <> 0)"),
        (Unknown, I16) => Around("(cast((", to_16!(") as signed)")),
        (Unknown, I32) => Around("(cast((", to_32!(") as signed)")),
        (Unknown | F64, F32) => Guarded { guard: &TOO_SMALL, cast: float(maria) },
        (Text, I16) => {
            Guarded { guard: &NO_INTEGER, cast: ["(cast(concat(", to_16!(") as decimal(65)) div 1")] }
        }
        (Text, I32) => {
            Guarded { guard: &NO_INTEGER, cast: ["(cast(concat(", to_32!(") as decimal(65)) div 1")] }
        }
        (Text, I64) => Guarded { guard: &NO_INTEGER, cast: ["(cast(concat(", ") as decimal(65)) div 1)"] },
        (Text, U64) => {
            let cast = ["((cast(concat(", ") as decimal(65)) div 1) + cast(0 as unsigned))"];
            Guarded { guard: &NO_INTEGER, cast }
        }
        (Text, Decimal) => Guarded { guard: &NO_DECIMAL, cast: ["cast(concat(", ") as decimal(65, 30))"] },
        (Text, F32) => Guarded { guard: &NO_32, cast: float_of_text(maria) },
        (Text, F64) => Guarded { guard: &NO_64, cast: ["cast(concat(", ") as double)"] },
        (Text, Date) => Between(&DATE_OF_TEXT),
        (Text, Time) => Between(&TIME_OF_TEXT),
        (Text, DateTime | Timestamp) => Between(&TIMESTAMP_OF_TEXT),
        (F32, Decimal) => Around("cast(cast(cast(", " as float) as char) as decimal(65, 30))"),
        (F64, Decimal) => Between(&FIFTEEN_DIGITS),
        (Unknown | Array(_) | Nested, _) | (_, Unknown | Array(_) | Nested) => Plain,
        (Bool, I16 | I32 | I64 | U64) => Plain,
        (Bool, Text) => Around("case ", " when 1 then 'true' when 0 then 'false' end"),
        // A sum of integers is a decimal, which does not overflow.
        (I32 | I64, I16) => Around("((", to_16!(") div 1")),
        (I64, I32) => Around("((", to_32!(") div 1")),
        // A sum of a `bigint unsigned` and 2 to the power of 63 overflows unless it fits a `bigint`.
        (U64, I16) => Around("(cast((", to_16!(") + 9223372036854775808 - 9223372036854775808 as signed)")),
        (U64, I32) => Around("(cast((", to_32!(") + 9223372036854775808 - 9223372036854775808 as signed)")),
        (U64, I64) => Around("cast((", ") + 9223372036854775808 - 9223372036854775808 as signed)"),
        (I16 | I32 | I64, U64) => Around("((", ") div 1 + cast(0 as unsigned))"),
        // The greatest `bigint` is what any larger float becomes, and the least what any lower one.
        (F32 | F64, I16) => Around("(cast((", to_16!(") as signed)")),
        (F32 | F64, I32) => Around("(cast((", to_32!(") as signed)")),
        (F32 | F64, I64) => Around("(cast((", ") as signed) + 1 - 2 + 1)"),
        (F32 | F64, U64) => Around("(cast((", ") as signed) + 1 - 1 + cast(0 as unsigned))"),
        (Decimal, I16) => Around("((round(", to_16!(") div 1)")),
        (Decimal, I32) => Around("((round(", to_32!(") div 1)")),
        (Decimal, I64) => Around("(round(", ") div 1)"),
        (Decimal, U64) => Around("((round(", ") div 1) + cast(0 as unsigned))"),
        (Text, Json) if maria => Guarded { guard: &NO_JSON, cast: ["json_compact(", ")"] },
        (Custom(a), Custom(b)) if a.name == b.name => Plain,
        (Text, Custom(ty)) if !ty.labels.is_empty() => Refused(UNCHECKED),
        (Text, Text | Custom(_)) | (Custom(_) | Date, Text) => Plain,
        (F32 | F64 | Decimal | Json | DateTime | Timestamp | Time, Text) => {
            Refused("databases write it differently: read it and format it in Rust")
        }
        (Text, Uuid | Bool | Bytes) => Refused(UNCHECKED),
        (Text, Json) => Plain,
        (DateTime | Timestamp, Date | Time | DateTime | Timestamp) | (Date, DateTime | Timestamp) => Plain,
        (I16 | I32 | I64 | U64 | F32 | F64 | Decimal, I16 | I32 | I64 | U64 | F32 | F64 | Decimal) => Plain,
        (I16 | I32 | I64 | U64, Text) => Plain,
        _ if from == to => Plain,
        _ => Refused("read it and convert it in Rust"),
    }
}

/// Half of the least float of 32 bits, and less, is 0 in it.
const TOO_SMALL: [&str; 2] = ["coalesce(nullif(0e0 * (1.2595523146049148e263 / nullif(", ", 0)), 0), "];

/// Blanks, as they may stand around a number.
macro_rules! blanks {
    () => {
        "[\t-\r ]*"
    };
}

/// Behind a text: that it has another form. Their own casts take what a text begins with, and not all of them say so. `$`
/// would pass over a line separator at the end, and `\\z` would rest on how a session reads backslashes.
macro_rules! is_not {
    ($form:expr) => {
        concat!(" not regexp '(?s)^", $form, "(?!.)'")
    };
}

macro_rules! is_no_number {
    ($digits:expr) => {
        is_not!(concat!(blanks!(), "[+-]?", $digits, blanks!()))
    };
}

/// Before a text that has another form, and behind it: a sum that overflows, unless the text is NULL.
macro_rules! overflows {
    () => {
        "9223372036854775807 + char_length("
    };
}

// A bound text is converted by a cast when it is bound, without a warning. `concat` hides it.
const NO_INTEGER: [&str; 3] = ["if(", concat!(is_no_number!("[0-9]+"), ", ", overflows!()), ") + 1, "];
// More digits behind the point would be cut.
const NO_DECIMAL: [&str; 3] = [
    "if(",
    concat!(is_no_number!("([0-9]+([.][0-9]{0,30}0*)?|[.][0-9]{1,30}0*)"), ", ", overflows!()),
    ") + 1, ",
];

/// A text that is no number, one that is a number other than 0 and yet 0 as a float, and one beyond the range, which is the
/// largest float.
macro_rules! no_float {
    ($cast:literal, $behind:literal) => {
        [
            "if(",
            concat!(is_no_number!("([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?"), " or ", $cast),
            concat!($behind, " = 0 and "),
            " regexp '^[^eE]*[1-9]' or abs(cast(concat(",
            concat!(") as double)) >= 1.7976931348623157e308, ", overflows!()),
            ") + 1, ",
        ]
    };
}
const NO_64: [&str; 6] = no_float!("cast(concat(", ") as double)");
const NO_32: [&str; 6] = no_float!("cast(cast(concat(", ") as double) as float)");

/// Texts are moments in one form only: others would be read by rules of each database's own.
macro_rules! moment_of_text {
    ($form:expr, $as:literal) => {
        [
            "cast(if(",
            concat!(is_not!($form), ", ", overflows!()),
            ") + 1, concat(",
            concat!(")) as ", $as, ")"),
        ]
    };
}
macro_rules! date {
    () => {
        "(?!0000)[0-9]{4}-[0-9]{2}-[0-9]{2}"
    };
}
macro_rules! time {
    () => {
        "([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]{1,6})?"
    };
}
const DATE_OF_TEXT: [&str; 4] = moment_of_text!(date!(), "date");
const TIME_OF_TEXT: [&str; 4] = moment_of_text!(time!(), "time(6)");
const TIMESTAMP_OF_TEXT: [&str; 4] = moment_of_text!(concat!(date!(), "([ T]", time!(), ")?"), "datetime(6)");

/// What is no document is NULL.
const NO_JSON: [&str; 3] =
    ["coalesce(case when not json_valid(", ") then pow(0e0 * char_length(", "), -1) end, "];

/// As many digits as a float of 64 bits is sure of.
const FIFTEEN_DIGITS: [&str; 3] = [
    "cast(round(cast(",
    " as decimal(65, 30)), 14 - coalesce(floor(log10(nullif(abs(",
    "), 0))), 0)) as decimal(65, 30))",
];

/// MariaDB makes the largest float of what is beyond the range, so it is multiplied beyond that of 64 bits first.
const fn float(maria: bool) -> [&'static str; 2] {
    if maria {
        ["cast((", ") * 5.282945311356653e269 / 5.282945311356653e269 as float)"]
    } else {
        ["cast(", " as float)"]
    }
}

const fn float_of_text(maria: bool) -> [&'static str; 2] {
    if maria {
        ["cast(cast(concat(", ") as double) * 5.282945311356653e269 / 5.282945311356653e269 as float)"]
    } else {
        ["cast(cast(concat(", ") as double) as float)"]
    }
}

/// Numbers of 16 and 32 bits, for which there are sums that overflow.
pub(super) const CHECKED: CheckedNumbers = checked(false);
pub(super) const CHECKED_MARIADB: CheckedNumbers = checked(true);

const fn checked(maria: bool) -> CheckedNumbers {
    CheckedNumbers {
        integer: None,
        division: None,
        floats: CheckedFloats::TooSmall,
        narrow: [["(", to_16!("")], ["(", to_32!("")], float(maria)],
        stores_wider: false,
    }
}

const UNCHECKED: &str = "it would not be checked: bind the value as that type";
