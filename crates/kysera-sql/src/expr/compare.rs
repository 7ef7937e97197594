//! Comparisons: `=`, `<`, `between`, `is not distinct from`.

use super::ordered::ordered;
use super::{AsExpr, Expr, Expression};
use crate::ast::grow::Compare;
use crate::ast::{self, BinaryOp};
use crate::typed::{BaseOf, MaybeNull, NullOf, OrNull, Quiet};

/// The type of a comparison of `L` with `E`: `Option<bool>` where either may be NULL.
pub type Cmp<L, E> = Expr<
    MaybeNull<
        OrNull<NullOf<<L as Expression>::Value>, <E as AsExpr<BaseOf<<L as Expression>::Value>>>::Null>,
        bool,
    >,
    (<L as Expression>::Refs, <E as AsExpr<BaseOf<<L as Expression>::Value>>>::Refs),
>;

/// Comparisons of an expression with a value, a column or another expression of its type.
///
/// # Examples
/// ```
/// # use kysera_sql::doc::assert_sql;
/// # use kysera_sql::{doc::Person, prelude::*, query::select_from};
/// let adults = select_from(Person).filter(Person.age.ge(18)).select(Person.first_name);
/// assert_sql(adults, r#"select "person"."first_name" from "person" where "person"."age" >= ?"#);
/// ```
pub trait Comparisons: Expression {
    /// `self = other`.
    #[inline]
    fn eq<E: AsExpr<BaseOf<Self::Value>>>(self, other: E) -> Cmp<Self, E> {
        Expr::from_node(self.compare(Compare::Eq, other))
    }

    /// `self <> other`.
    #[inline]
    fn ne<E: AsExpr<BaseOf<Self::Value>>>(self, other: E) -> Cmp<Self, E> {
        Expr::from_node(self.compare(Compare::Ne, other))
    }

    /// `self < other`.
    #[inline]
    fn lt<E: AsExpr<BaseOf<Self::Value>>>(self, other: E) -> Cmp<Self, E> {
        Expr::from_node(self.compare(Compare::Lt, other))
    }

    /// `self <= other`.
    #[inline]
    fn le<E: AsExpr<BaseOf<Self::Value>>>(self, other: E) -> Cmp<Self, E> {
        Expr::from_node(self.compare(Compare::Le, other))
    }

    /// `self > other`.
    #[inline]
    fn gt<E: AsExpr<BaseOf<Self::Value>>>(self, other: E) -> Cmp<Self, E> {
        Expr::from_node(self.compare(Compare::Gt, other))
    }

    /// `self >= other`.
    #[inline]
    fn ge<E: AsExpr<BaseOf<Self::Value>>>(self, other: E) -> Cmp<Self, E> {
        Expr::from_node(self.compare(Compare::Ge, other))
    }

    /// Null-safe equality with a value that may be missing: `None` is equal to NULL, and the result is never NULL.
    fn is<E: AsExpr<BaseOf<Self::Value>>>(
        self,
        other: Option<E>,
    ) -> Expr<bool, Quiet<(Self::Refs, E::Refs)>> {
        Expr::from_node(null_safe(self.into_node(), other.map(E::into_operand), false))
    }

    /// Null-safe inequality with a value that may be missing.
    fn is_not<E: AsExpr<BaseOf<Self::Value>>>(
        self,
        other: Option<E>,
    ) -> Expr<bool, Quiet<(Self::Refs, E::Refs)>> {
        Expr::from_node(null_safe(self.into_node(), other.map(E::into_operand), true))
    }

    /// `self between low and high`, both inclusive.
    fn between<L: AsExpr<BaseOf<Self::Value>>, H: AsExpr<BaseOf<Self::Value>>>(
        self,
        low: L,
        high: H,
    ) -> Between<Self, L, H> {
        Expr::from_node(between(
            ordered::<Self::Value>(self.into_node()),
            low.into_operand(),
            high.into_operand(),
            false,
        ))
    }

    /// `self not between low and high`.
    fn not_between<L: AsExpr<BaseOf<Self::Value>>, H: AsExpr<BaseOf<Self::Value>>>(
        self,
        low: L,
        high: H,
    ) -> Between<Self, L, H> {
        Expr::from_node(between(
            ordered::<Self::Value>(self.into_node()),
            low.into_operand(),
            high.into_operand(),
            true,
        ))
    }
}

impl<E: Expression> Comparisons for E {}

/// The type of `between`: NULL where the operand or a bound may be.
pub type Between<E, L, H> = Expr<
    MaybeNull<
        OrNull<
            NullOf<<E as Expression>::Value>,
            OrNull<
                <L as AsExpr<BaseOf<<E as Expression>::Value>>>::Null,
                <H as AsExpr<BaseOf<<E as Expression>::Value>>>::Null,
            >,
        >,
        bool,
    >,
    (
        <E as Expression>::Refs,
        (
            <L as AsExpr<BaseOf<<E as Expression>::Value>>>::Refs,
            <H as AsExpr<BaseOf<<E as Expression>::Value>>>::Refs,
        ),
    ),
>;

fn null_safe(left: ast::Expr, right: Option<ast::Expr>, negated: bool) -> ast::Expr {
    match right {
        None if negated => ast::Expr::is_not_null(left),
        None => ast::Expr::is_null(left),
        Some(right) => {
            let op = if negated { BinaryOp::IsDistinctFrom } else { BinaryOp::IsNotDistinctFrom };
            ast::Expr::binary(left, op, right)
        }
    }
}

fn between(operand: ast::Expr, low: ast::Expr, high: ast::Expr, negated: bool) -> ast::Expr {
    ast::Expr::Between(Box::new(ast::Between { operand, low, high, negated }))
}
