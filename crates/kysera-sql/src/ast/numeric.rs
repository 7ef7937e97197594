//! What kind of number an expression is.

use crate::value::SqlType;

/// What kind of number a column, a call or raw text is, as far as the builder knows it. Of all other nodes the compiler
/// finds it out by itself.
///
/// It changes nothing where the database has a type for each kind; elsewhere the compiler writes what keeps the meaning:
/// exact functions for decimals, for one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Numeric {
    /// Not known: a column by its name is looked up in the description of its table.
    #[default]
    Unknown,
    /// Nothing that has to be said: no exact decimal, and for arithmetic no number.
    Other,
    /// An integer of any width.
    Integer,
    /// A float.
    Float,
    /// An exact decimal.
    Decimal,
    /// No number, but a JSON document, which some databases compare as the text that it was stored as.
    Json,
}

impl Numeric {
    /// The kind of a type.
    pub const fn of(ty: SqlType) -> Numeric {
        match ty {
            SqlType::I16 | SqlType::I32 | SqlType::I64 | SqlType::U64 => Numeric::Integer,
            SqlType::F32 | SqlType::F64 => Numeric::Float,
            SqlType::Decimal => Numeric::Decimal,
            SqlType::Json => Numeric::Json,
            _ => Numeric::Unknown,
        }
    }

    /// The kind of what two numbers make together: a float if either is one, else a decimal if either is one, an integer
    /// if both are.
    #[must_use = "returns the kind"]
    pub fn with(self, other: Numeric) -> Numeric {
        match (self, other) {
            (Numeric::Float, _) | (_, Numeric::Float) => Numeric::Float,
            (Numeric::Decimal, _) | (_, Numeric::Decimal) => Numeric::Decimal,
            (Numeric::Integer, Numeric::Integer) => Numeric::Integer,
            (Numeric::Json, Numeric::Json) => Numeric::Json,
            (Numeric::Json, _) | (_, Numeric::Json) => Numeric::Unknown,
            (Numeric::Unknown | Numeric::Other, _) | (_, Numeric::Unknown | Numeric::Other) => {
                Numeric::Unknown
            }
        }
    }
}
