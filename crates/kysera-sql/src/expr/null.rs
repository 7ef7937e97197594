//! NULL: tests for it, ways round it.

use super::{Alternative, AsExpr, Expr, Expression};
use crate::ast;
use crate::typed::{BaseOf, NullOf, Nullability, Quiet, SqlValue};

/// The type of `coalesce`: NULL only if both are.
type Coalesced<L, E> = Expr<
    <<NullOf<<L as Expression>::Value> as Nullability>::And<
        <E as Alternative<BaseOf<<L as Expression>::Value>>>::Null,
    > as Nullability>::OfBase<<L as Expression>::Value>,
    (Quiet<<L as Expression>::Refs>, <E as Alternative<BaseOf<<L as Expression>::Value>>>::Refs),
>;

/// Tests for NULL and replacements of it.
pub trait Nulls: Expression {
    /// `self is null`.
    fn is_null(self) -> Expr<bool, Quiet<Self::Refs>> {
        Expr::from_node(ast::Expr::is_null(self.into_node()))
    }

    /// `self is not null`.
    fn is_not_null(self) -> Expr<bool, Quiet<Self::Refs>> {
        Expr::from_node(ast::Expr::is_not_null(self.into_node()))
    }

    /// `coalesce(self, other)`: `other` where this is NULL.
    ///
    /// # Examples
    /// ```
    /// # use kysera_sql::doc::assert_sql;
    /// # use kysera_sql::{doc::Person, prelude::*, query::select_from};
    /// let names = select_from(Person).select(Person.nick.coalesce(Person.first_name));
    /// assert_sql(names, r#"select coalesce("person"."nick", "person"."first_name") from "person""#);
    /// ```
    fn coalesce<E: Alternative<BaseOf<Self::Value>>>(self, other: E) -> Coalesced<Self, E> {
        Expr::from_node(ast::Expr::call("coalesce", vec![self.into_node(), other.into_result()]))
    }

    /// `nullif(self, other)`: NULL where both are equal.
    fn null_if<E: AsExpr<BaseOf<Self::Value>>>(
        self,
        other: E,
    ) -> Expr<<Self::Value as SqlValue>::Nullable, (Self::Refs, Quiet<E::Refs>)> {
        Expr::from_node(ast::Expr::call("nullif", vec![self.into_node(), other.into_operand()]))
    }

    /// Takes the caller's word that this is not NULL here: reading a NULL is then an error. The SQL is unchanged.
    fn not_null(self) -> Expr<BaseOf<Self::Value>, Quiet<Self::Refs>> {
        Expr::from_node(self.into_node())
    }

    /// Selects this only if `wanted`, else `null`: the type is the same either way.
    fn when(self, wanted: bool) -> Expr<<Self::Value as SqlValue>::Nullable, Self::Refs> {
        Expr::from_node(if wanted { self.into_node() } else { ast::Expr::Literal(ast::Literal::Null) })
    }
}

impl<E: Expression> Nulls for E {}
