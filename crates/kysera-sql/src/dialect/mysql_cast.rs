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
        // A negative one is a large one there.
        (Text, U64) => Around("(cast(concat(", ") as signed) + cast(0 as unsigned))"),
        // A bound text in a cast is converted when it is bound, without a warning.
        (Text, I64) => Around("cast(concat(", ") as signed)"),
        (Text, Decimal) => Around("cast(concat(", ") as decimal(65, 30))"),
        (Text, Date) => Around("cast(concat(", ") as date)"),
        (Text, Time) => Around("cast(concat(", ") as time(6))"),
        (Text, DateTime | Timestamp) => Around("cast(concat(", ") as datetime(6))"),
        (Text, F32) => Guarded { guard: &NO_32, cast: float_of_text(maria) },
        (Text, F64) => Guarded { guard: &NO_64, cast: ["cast(concat(", ") as double)"] },
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
        (F32 | F64 | Text, I16) => Around("(cast((", to_16!(") as signed)")),
        (F32 | F64 | Text, I32) => Around("(cast((", to_32!(") as signed)")),
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

/// A text that is a number other than 0, and yet 0 as a float.
const NO_64: [&str; 4] = [
    "coalesce(case when cast(concat(",
    ") as double) = 0 and ",
    " regexp '^[^eE]*[1-9]' then pow(0e0 * cast(concat(",
    ") as double), -1) end, ",
];
const NO_32: [&str; 4] = [
    "coalesce(case when cast(cast(concat(",
    ") as double) as float) = 0 and ",
    " regexp '^[^eE]*[1-9]' then pow(0e0 * cast(concat(",
    ") as double), -1) end, ",
];

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
