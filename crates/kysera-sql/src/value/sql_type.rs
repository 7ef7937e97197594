//! SQL types, by what they mean.

/// A SQL type, by meaning. Dialects spell it; drivers map it to a wire type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SqlType {
    /// `boolean`.
    Bool,
    /// 16-bit integer.
    I16,
    /// 32-bit integer.
    I32,
    /// 64-bit integer.
    I64,
    /// Unsigned 64-bit integer.
    U64,
    /// 32-bit float.
    F32,
    /// 64-bit float.
    F64,
    /// Exact decimal of any precision.
    Decimal,
    /// Text of any length.
    Text,
    /// Bytes of any length.
    Bytes,
    /// A 16-byte UUID.
    Uuid,
    /// A calendar date.
    Date,
    /// A time of day.
    Time,
    /// A date and time without a zone.
    DateTime,
    /// An instant (PostgreSQL's `timestamptz`).
    Timestamp,
    /// A JSON document.
    Json,
    /// A one-dimensional array of another type.
    Array(&'static SqlType),
    /// A type of the database with its own name, whose values travel as text: an enum or a domain.
    Custom(&'static CustomType),
    /// A nested list or object of rows, encoded by the compiler.
    Nested,
    /// Not known: the database decides.
    Unknown,
}

/// A named type of the database: an enum (with its labels) or another type that is written as text.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct CustomType {
    /// The name in the database, unquoted.
    pub name: &'static str,
    /// The labels of an enum, in order; empty for other types.
    pub labels: &'static [&'static str],
}

impl CustomType {
    /// A type that is written as text; not an enum.
    pub const fn new(name: &'static str) -> CustomType {
        CustomType { name, labels: &[] }
    }

    /// An enum with these labels, in order.
    pub const fn labelled(name: &'static str, labels: &'static [&'static str]) -> CustomType {
        CustomType { name, labels }
    }
}
