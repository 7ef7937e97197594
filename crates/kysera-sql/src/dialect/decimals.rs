//! How a database without exact decimals computes with them: they are text, and functions do the work.

use crate::ast::Numeric;
use crate::value::SqlType;

/// Decimals as text, with functions and a collation that the driver registers on each connection.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct TextDecimals {
    /// What follows an operand that is compared, sorted or grouped by.
    pub collate: &'static str,
    /// `a + b` and its like, as calls: for `+`, `-`, `*`, `/`, `%`.
    pub operators: [&'static str; 5],
    /// `-a`, as a call.
    pub negation: &'static str,
    /// A call that gives its argument back and refuses what is no exact decimal.
    pub exact: &'static str,
    /// Functions of numbers and what they are called for decimals.
    pub calls: &'static [(&'static str, &'static str)],
    /// Functions of numbers that would make floats of decimals.
    pub inexact: &'static [&'static str],
}

impl TextDecimals {
    /// By the functions of `kysera-sqlite`.
    pub(super) const FUNCTIONS: TextDecimals = TextDecimals {
        collate: " collate decimal",
        operators: ["decimal_add(", "decimal_sub(", "decimal_mul(", "decimal_div(", "decimal_mod("],
        negation: "decimal_neg(",
        exact: "decimal_exact(",
        calls: &[
            ("sum", "decimal_sum"),
            ("avg", "decimal_avg"),
            ("abs", "decimal_abs"),
            ("round", "decimal_round"),
            ("mod", "decimal_mod"),
        ],
        inexact: &[
            "ceil", "ceiling", "exp", "floor", "ln", "log", "log10", "log2", "pow", "power", "sign", "sqrt",
            "total", "trunc",
        ],
    };
}

/// Arithmetic that would change its type or answer NULL or zero where others raise an error, and how it is checked.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct CheckedNumbers {
    /// A call that gives an integer back and refuses the float that an overflow made of one; `None` where it is an error.
    pub integer: Option<&'static str>,
    /// The quotient of integers and their remainder, as calls that refuse to divide by zero; `None` where operators are
    /// written, because the database warns.
    pub division: Option<[&'static str; 2]>,
    /// How floats are checked.
    pub floats: CheckedFloats,
    /// What is written around a number so that it is a narrow one, and fails where it does not fit: an integer of 16 bits,
    /// one of 32, a float of 32, which is rounded.
    pub narrow: [[&'static str; 2]; 3],
    /// A narrow column stores a wider number, which is checked before.
    pub stores_wider: bool,
}

/// How arithmetic of floats is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CheckedFloats {
    /// By calls.
    Calls {
        /// A call that gives a float back and refuses one beyond its range.
        float: &'static str,
        /// The product and the quotient, as calls that refuse a result beyond the range, or too small for it.
        products: [&'static str; 2],
    },
    /// A result beyond the range is an error; one that is too small is 0, which an expression beside it refuses.
    TooSmall,
}

impl CheckedNumbers {
    /// By the functions of `kysera-sqlite`.
    pub(super) const FUNCTIONS: CheckedNumbers = CheckedNumbers {
        integer: Some("integer_exact("),
        division: Some(["integer_div(", "integer_mod("]),
        floats: CheckedFloats::Calls { float: "real_exact(", products: ["real_mul(", "real_div("] },
        narrow: [["integer_16(", ")"], ["integer_32(", ")"], ["real_32(", ")"]],
        stores_wider: true,
    };
}

impl CheckedNumbers {
    /// What makes a narrow number of what stands between; `None` for other kinds.
    pub(crate) const fn narrowed(&self, kind: Numeric) -> Option<[&'static str; 2]> {
        Some(match kind {
            Numeric::Integer16 => self.narrow[0],
            Numeric::Integer32 => self.narrow[1],
            Numeric::Float32 => self.narrow[2],
            _ => return None,
        })
    }
}

/// How a cast is written where the database's own would mean something else than elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CastForm {
    /// `cast(operand as type)`
    Plain,
    /// The operand between these.
    Around(&'static str, &'static str),
    /// The operand between each of these, several times.
    Between(&'static [&'static str]),
    /// A cast, and beside it what fails where others fail: the operand between the parts of `guard`, whose last ends with a
    /// comma, and between those of `cast`.
    Guarded {
        /// What fails.
        guard: &'static [&'static str],
        /// The cast itself.
        cast: [&'static str; 2],
    },
    /// Not at all; with the way out.
    Refused(&'static str),
}

/// The casts of a database that has four storage classes, whose own `cast` cuts numbers, makes 0 of a text that is none,
/// and does nothing for what it stores as text.
pub(super) fn storage_class_cast(from: SqlType, to: SqlType) -> CastForm {
    use CastForm::{Around, Plain, Refused};
    use SqlType::{
        Array, Bool, Bytes, Custom, Date, DateTime, Decimal, F32, F64, I16, I32, I64, Json, Nested, Text,
        Time, Timestamp, U64, Unknown, Uuid,
    };
    match (from, to) {
        (Unknown, I16) => Around("integer_16(cast(", " as integer))"),
        (Unknown, I32) => Around("integer_32(cast(", " as integer))"),
        (Unknown, F32) => Around("real_32(cast(", " as real))"),
        (Unknown, _) | (_, Unknown) => Plain,
        (Bool, Bool | I16 | I32 | I64 | U64) => Plain,
        (Bool, Text) => Around("case ", " when 1 then 'true' when 0 then 'false' end"),
        (I16 | I32 | I64 | U64, Bool) => Around("(", " <> 0)"),
        (I32 | I64 | U64, I16) => Around("integer_16(", ")"),
        (I64 | U64, I32) => Around("integer_32(", ")"),
        (I16 | I32 | I64, U64) => Around("integer_from_0(", ")"),
        (I16 | I32 | I64 | U64, F32) => Around("real_32(", ")"),
        (I16 | I32 | I64 | U64, _) if is_number(to) || to == Text => Plain,
        (F32 | F64 | Text, I16) => Around("integer_16(integer_of(", "))"),
        (F32 | F64 | Text, I32) => Around("integer_32(integer_of(", "))"),
        (F32 | F64 | Text, I64) => Around("integer_of(", ")"),
        (F32 | F64 | Text, U64) => Around("integer_from_0(integer_of(", "))"),
        (F32, F32 | F64) | (F64, F64) => Plain,
        (F64 | Text, F32) => Around("real_32(", ")"),
        (F32, Decimal) => Around("decimal_of_32(", ")"),
        (F64, Decimal) => Around("decimal_of(", ")"),
        (Decimal, I16) => Around("integer_16(decimal_to_integer(", "))"),
        (Decimal, I32) => Around("integer_32(decimal_to_integer(", "))"),
        (Decimal, I64) => Around("decimal_to_integer(", ")"),
        (Decimal, U64) => Around("integer_from_0(decimal_to_integer(", "))"),
        (Decimal, F32) => Around("real_32(decimal_exact(", "))"),
        (Decimal, F64) => Around("real_of(decimal_exact(", "))"),
        (Decimal, Decimal | Text) => Around("decimal_exact(", ")"),
        (Text, F64) => Around("real_of(", ")"),
        (Text, Decimal) => Around("decimal_of(", ")"),
        (Text, Json) => Around("json(", ")"),
        (Custom(a), Custom(b)) if a.name == b.name => Plain,
        (Text, Custom(ty)) if !ty.labels.is_empty() => Refused(UNCHECKED),
        (Text, Text | Custom(_)) | (Custom(_) | Date, Text) => Plain,
        (DateTime | Timestamp, Date) => Around("substr(", ", 1, 10)"),
        (DateTime | Timestamp, Time) => Around("substr(", ", 12)"),
        (Date, DateTime | Timestamp) => Around("(", " || ' 00:00:00.000000')"),
        (DateTime, Timestamp) | (Timestamp, DateTime) => Plain,
        (F32 | F64 | Json, Text) => Refused("databases write it differently: read it and format it in Rust"),
        (Text, Date | Time | DateTime | Timestamp | Uuid | Bool | Bytes) => Refused(UNCHECKED),
        (Array(_) | Nested, _) | (_, Array(_) | Nested) => Plain,
        _ if from == to => Plain,
        _ => Refused("read it and convert it in Rust"),
    }
}

const UNCHECKED: &str = "it would not be checked: bind the value as that type";

fn is_number(ty: SqlType) -> bool {
    {
        let kind = Numeric::of(ty);
        kind.is_integer() || kind.is_float() || kind == Numeric::Decimal
    }
}
