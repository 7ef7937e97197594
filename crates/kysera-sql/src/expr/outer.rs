//! Expressions of an enclosing query inside a subquery.

use super::{Expr, Expression};
use crate::ast::{self, ColumnRef, Select};
use crate::typed::OuterRef;
use crate::visit::{VisitMut, walk_mut};
use std::convert::Infallible;

/// Takes an expression of the query around into a subquery.
pub trait Outer: Expression {
    /// This expression, of the query around this one. It is checked in that query.
    ///
    /// It may be NULL as far as this query knows: selected here it is an `Option`, unless `.not_null()` or
    /// `.coalesce(..)` follows. A table that is in both queries needs an `alias!` in one of them, because SQL takes a
    /// name for the nearest table that has it; without one the compiler refuses the query.
    ///
    /// # Examples
    /// ```
    /// # use kysera_sql::doc::assert_sql;
    /// # use kysera_sql::{doc::{Person, Pet}, expr::exists, prelude::*, query::select_from};
    /// let owners = select_from(Person)
    ///     .filter(exists(select_from(Pet).filter(Pet.owner_id.eq(Person.id.outer()))))
    ///     .select(Person.id);
    /// assert_sql(owners, concat!(
    ///     r#"select "person"."id" from "person" "#,
    ///     r#"where exists (select 1 from "pet" where "pet"."owner_id" = "person"."id")"#,
    /// ));
    /// ```
    fn outer(self) -> Expr<Self::Value, OuterRef<Self::Refs>> {
        Expr::from_node(moved_in(self.into_node()))
    }
}

impl<E: Expression> Outer for E {}

/// The node one query further in.
fn moved_in(mut node: ast::Expr) -> ast::Expr {
    if let ast::Expr::Column(column) = &mut node {
        column.outer = column.outer.saturating_add(1);
    } else {
        let Ok(()) = MovedIn { depth: 0 }.expr(&mut node);
    }
    node
}

/// Moves the columns that leave an expression one query further out; those of subqueries inside it stay.
struct MovedIn {
    /// How many queries of the expression itself are around.
    depth: u8,
}

impl VisitMut for MovedIn {
    type Error = Infallible;

    fn column(&mut self, column: &mut ColumnRef) -> Result<(), Infallible> {
        if column.outer >= self.depth {
            column.outer = column.outer.saturating_add(1);
        }
        Ok(())
    }

    fn select(&mut self, select: &mut Select) -> Result<(), Infallible> {
        self.depth += 1;
        let Ok(()) = walk_mut::select(self, select);
        self.depth -= 1;
        Ok(())
    }
}
