//! The traits that give expressions their methods. Without names, so that a type of yours called `Text` or an import of
//! `std::cmp::Ordering` takes no method away.

pub use crate::expr::{
    Arithmetic as _, Casts as _, Comparisons as _, Conditions as _, Directions as _, Expression, Lists as _,
    Nulls as _, Outer as _, Text as _,
};
