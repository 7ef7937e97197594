//! The traits that give expressions their methods.

pub use crate::expr::{
    Arithmetic, Casts, Comparisons, Conditions, Expression, Lists, Nulls, Ordering, Outer, Text,
};
