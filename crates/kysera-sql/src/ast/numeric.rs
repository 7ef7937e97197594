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
    /// An integer of 64 bits, or of a width that is not known.
    Integer,
    /// An integer of 16 bits.
    Integer16,
    /// An integer of 32 bits.
    Integer32,
    /// A float of 64 bits, or of a width that is not known.
    Float,
    /// A float of 32 bits.
    Float32,
    /// An exact decimal.
    Decimal,
    /// No number, but a JSON document, which some databases compare as the text that it was stored as.
    Json,
}

impl Numeric {
    /// The kind of a type.
    pub const fn of(ty: SqlType) -> Numeric {
        match ty {
            SqlType::I16 => Numeric::Integer16,
            SqlType::I32 => Numeric::Integer32,
            SqlType::I64 | SqlType::U64 => Numeric::Integer,
            SqlType::F32 => Numeric::Float32,
            SqlType::F64 => Numeric::Float,
            SqlType::Decimal => Numeric::Decimal,
            SqlType::Json => Numeric::Json,
            _ => Numeric::Unknown,
        }
    }

    /// True for integers of any width.
    #[must_use = "says what it is"]
    pub const fn is_integer(self) -> bool {
        matches!(self, Numeric::Integer | Numeric::Integer16 | Numeric::Integer32)
    }

    /// True for floats of any width.
    #[must_use = "says what it is"]
    pub const fn is_float(self) -> bool {
        matches!(self, Numeric::Float | Numeric::Float32)
    }

    /// The kind of what two numbers make together: a float if either is one, else a decimal if either is one, an integer
    /// if both are; of two widths the wider. A float of 32 bits beside another number makes one of 64.
    #[must_use = "returns the kind"]
    pub const fn with(self, other: Numeric) -> Numeric {
        match (self, other) {
            (Numeric::Float32, Numeric::Float32) => Numeric::Float32,
            _ if self.is_float() || other.is_float() => Numeric::Float,
            (Numeric::Decimal, _) | (_, Numeric::Decimal) => Numeric::Decimal,
            (Numeric::Json, Numeric::Json) => Numeric::Json,
            (Numeric::Integer16, Numeric::Integer16) => Numeric::Integer16,
            (Numeric::Integer16 | Numeric::Integer32, Numeric::Integer16 | Numeric::Integer32) => {
                Numeric::Integer32
            }
            _ if self.is_integer() && other.is_integer() => Numeric::Integer,
            _ => Numeric::Unknown,
        }
    }
}
