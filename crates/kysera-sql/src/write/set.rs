//! `column = value`, for `update` and for the update branch of an upsert.

use super::value;
use crate::ast::Assignment;
use crate::expr::Column;
use crate::typed::Storable;
use std::marker::PhantomData;

/// An assignment to a column of `T`; `Refs` are the tables that its value mentions.
#[must_use = "an assignment does nothing until it is given to `.set(..)`"]
pub struct Set<T, Refs> {
    assignment: Assignment,
    types: PhantomData<fn() -> (T, Refs)>,
}

impl<T, R> Set<T, R> {
    pub(super) fn into_assignment(self) -> Assignment {
        self.assignment
    }
}

impl<T, V> Column<T, V> {
    /// `column = value`: a Rust value, a column or an expression that fits the column.
    ///
    /// `None` is for nullable columns alone. A value that may be NULL is refused for a column that may not.
    pub fn set<E: Storable<V>>(self, value: E) -> Set<T, E::Refs> {
        let assignment = Assignment { column: self.name().into(), value: value.into_stored() };
        Set { assignment, types: PhantomData }
    }
}

value!(Set < T, Refs > { assignment });
