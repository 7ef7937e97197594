//! Expressions of an enclosing query inside a subquery.

use super::{Expr, Expression};
use crate::typed::OuterRef;

/// Takes an expression of the query around into a subquery.
pub trait Outer: Expression {
    /// This expression, of the query around this one. It is checked where the subquery stands.
    ///
    /// It may be NULL as far as this query knows: selected here it is an `Option`, unless `.not_null()` or
    /// `.coalesce(..)` follows. A table that stands in both queries needs an `alias!` in one of them: the database
    /// takes a name for the innermost table that has it.
    ///
    /// # Examples
    /// ```
    /// use kysera_sql::{doc::{Person, Pet}, expr::exists, prelude::*, query::select_from};
    ///
    /// let owners = select_from(Person)
    ///     .filter(exists(select_from(Pet).filter(Pet.owner_id.eq(Person.id.outer()))))
    ///     .select(Person.id);
    /// // select "person"."id" from "person"
    /// // where exists (select 1 from "pet" where "pet"."owner_id" = "person"."id")
    /// ```
    fn outer(self) -> Expr<Self::Value, OuterRef<Self::Refs>> {
        Expr::from_node(self.into_node())
    }
}

impl<E: Expression> Outer for E {}
