//! Casts of MySQL and MariaDB. Their own cut numbers to fit, take a negative one for a large one, and write a boolean as a
//! number. What does not fit is an error elsewhere, so sums stand around them that overflow.

use super::CastForm;
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
    use CastForm::{Around, Plain, Refused};
    use SqlType::{
        Array, Bool, Bytes, Custom, Date, DateTime, Decimal, F32, F64, I16, I32, I64, Json, Nested, Text,
        Time, Timestamp, U64, Unknown, Uuid,
    };
    match (from, to) {
        (Unknown | I16 | I32 | I64 | U64, Bool) => Around("((", ") <> 0)"),
        (Unknown | Array(_) | Nested, _) | (_, Unknown | Array(_) | Nested) => Plain,
        (Bool, I16 | I32 | I64 | U64) => Plain,
        (Bool, Text) => Around("case ", " when 1 then 'true' when 0 then 'false' end"),
        (I32 | I64, I16) => Around("((", to_16!(")")),
        (I64, I32) => Around("((", to_32!(")")),
        // A sum of a `bigint unsigned` and 2 to the power of 63 overflows unless it fits a `bigint`.
        (U64, I16) => Around("(cast((", to_16!(") + 9223372036854775808 - 9223372036854775808 as signed)")),
        (U64, I32) => Around("(cast((", to_32!(") + 9223372036854775808 - 9223372036854775808 as signed)")),
        (U64, I64) => Around("cast((", ") + 9223372036854775808 - 9223372036854775808 as signed)"),
        (I16 | I32 | I64, U64) => Around("((", ") + cast(0 as unsigned))"),
        // The greatest `bigint` is what any larger float becomes, and the least what any lower one.
        (F32 | F64 | Text, I16) => Around("(cast((", to_16!(") as signed)")),
        (F32 | F64 | Text, I32) => Around("(cast((", to_32!(") as signed)")),
        (F32 | F64, I64) => Around("(cast((", ") as signed) + 1 - 2 + 1)"),
        (F32 | F64, U64) => Around("(cast((", ") as signed) + 1 - 1 + cast(0 as unsigned))"),
        (Decimal, I16) => Around("((round(", to_16!(") div 1)")),
        (Decimal, I32) => Around("((round(", to_32!(") div 1)")),
        (Decimal, I64) => Around("(round(", ") div 1)"),
        (Decimal, U64) => Around("((round(", ") div 1) + cast(0 as unsigned))"),
        (Text, Json) if maria => Around("json_compact(", ")"),
        (Custom(a), Custom(b)) if a.name == b.name => Plain,
        (Text, Custom(ty)) if !ty.labels.is_empty() => Refused(UNCHECKED),
        (Text, Text | Custom(_)) | (Custom(_) | Date, Text) => Plain,
        (F32 | F64 | Decimal | Json | DateTime | Timestamp | Time, Text) => {
            Refused("databases write it differently: read it and format it in Rust")
        }
        (Text, Uuid | Bool | Bytes) => Refused(UNCHECKED),
        (Text, I64 | U64 | F32 | F64 | Decimal | Json | Date | Time | DateTime | Timestamp) => Plain,
        (DateTime | Timestamp, Date | Time | DateTime | Timestamp) | (Date, DateTime | Timestamp) => Plain,
        (I16 | I32 | I64 | U64 | F32 | F64 | Decimal, I16 | I32 | I64 | U64 | F32 | F64 | Decimal) => Plain,
        (I16 | I32 | I64 | U64, Text) => Plain,
        _ if from == to => Plain,
        _ => Refused("read it and convert it in Rust"),
    }
}

const UNCHECKED: &str = "it would not be checked: bind the value as that type";
