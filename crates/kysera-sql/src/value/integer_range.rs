//! The integers that a Rust type holds, where its SQL type holds more.

/// Which integers a Rust type holds of those that its SQL type has: databases have no type for Rust's `u32`, so that a
/// cast to one is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum IntegerRange {
    /// All of them; or it is no integer.
    Whole,
    /// Those of an `i8`.
    Signed8,
    /// Those of a `u8`.
    Unsigned8,
    /// Those of a `u16`.
    Unsigned16,
    /// Those of a `u32`.
    Unsigned32,
}

impl IntegerRange {
    /// True when all of these integers are among the others.
    #[must_use = "says whether a check is needed"]
    pub const fn is_within(self, other: IntegerRange) -> bool {
        use IntegerRange::{Signed8, Unsigned8, Unsigned16, Unsigned32, Whole};
        matches!(
            (self, other),
            (_, Whole)
                | (Signed8, Signed8)
                | (Unsigned8, Unsigned8 | Unsigned16 | Unsigned32)
                | (Unsigned16, Unsigned16 | Unsigned32)
                | (Unsigned32, Unsigned32)
        )
    }
}
