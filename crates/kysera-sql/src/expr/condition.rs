//! Conditions: `and`, `or`, `not`, and several at once.

use super::{Expr, Expression};
use crate::ast::{self, BinaryOp};
use crate::typed::{Condition, In, MaybeNull, Nil, NoAgg, NullOf, OrNull, Ref, RefsIn, Required};
use crate::value::{Value, ValueError};

/// A reusable condition over one table, made with [`.on()`](Conditions::on). Usable wherever that table is, in any
/// join; several fit one `Vec`.
///
/// # Examples
/// ```
/// # use kysera_sql::doc::assert_sql;
/// # use kysera_sql::{doc::Person, expr::{Predicate, any_of}, prelude::*, query::select_from};
/// fn adult() -> Predicate<Person> {
///     Person.age.ge(18).on()
/// }
///
/// let people = select_from(Person)
///     .filter(any_of(vec![adult(), Person.first_name.eq("Ann").on()]))
///     .select(Person.id);
/// assert_sql(
///     people,
///     r#"select "person"."id" from "person" where "person"."age" >= ? or "person"."first_name" = ?"#,
/// );
/// ```
pub type Predicate<T> = Expr<Option<bool>, Ref<T>>;

type Both<L, R> = Expr<
    MaybeNull<OrNull<NullOf<<L as Expression>::Value>, NullOf<<R as Expression>::Value>>, bool>,
    (<L as Expression>::Refs, <R as Expression>::Refs),
>;

/// Combines conditions. Grouping is structure: the compiler writes parentheses where they are needed.
pub trait Conditions: Expression {
    /// `self and other`.
    #[inline]
    fn and<E: Expression>(self, other: E) -> Both<Self, E>
    where
        Self::Value: Condition,
        E::Value: Condition,
    {
        Expr::from_node(ast::Expr::binary(self.into_node(), BinaryOp::And, other.into_node()))
    }

    /// `self or other`.
    #[inline]
    fn or<E: Expression>(self, other: E) -> Both<Self, E>
    where
        Self::Value: Condition,
        E::Value: Condition,
    {
        Expr::from_node(ast::Expr::binary(self.into_node(), BinaryOp::Or, other.into_node()))
    }

    /// The condition as a [`Predicate`] of the one table that it mentions.
    fn on<T, I>(self) -> Predicate<T>
    where
        Self::Value: Condition,
        Self::Refs: RefsIn<In<T, Required, Nil>, I, Outer<Nil> = Nil> + NoAgg,
    {
        Expr::from_node(self.into_node())
    }
}

impl<E: Expression> Conditions for E {}

/// `not condition`.
pub fn not<E: Expression>(condition: E) -> Expr<E::Value, E::Refs>
where
    E::Value: Condition,
{
    Expr::from_node(ast::Expr::negate(condition.into_node()))
}

/// True when any of the conditions is. Of no conditions it is an error that the query carries to its end, never every
/// row.
pub fn any_of<V: Condition, R>(conditions: impl IntoIterator<Item = Expr<V, R>>) -> Expr<V, R> {
    let nodes = conditions.into_iter().map(|condition| condition.node);
    Expr::from_node(joined(BinaryOp::Or, nodes).unwrap_or_else(|| of_nothing("any_of")))
}

/// True when all of the conditions are. Of no conditions a query is not filtered by it: a list without filters is the whole
/// list. Anywhere else (beside `or`, under `not`, as the filter of an update or delete) it is an error that the statement
/// carries to its end, never every row.
pub fn all_of<V: Condition, R>(conditions: impl IntoIterator<Item = Expr<V, R>>) -> Expr<V, R> {
    let nodes = conditions.into_iter().map(|condition| condition.node);
    Expr::from_node(joined(BinaryOp::And, nodes).unwrap_or_else(|| of_nothing(ValueError::ALL_OF_NOTHING)))
}

fn joined(op: BinaryOp, nodes: impl Iterator<Item = ast::Expr>) -> Option<ast::Expr> {
    nodes.reduce(|left, right| ast::Expr::binary(left, op, right))
}

#[cold]
fn of_nothing(name: &'static str) -> ast::Expr {
    invalid(ValueError::query(name, "it has no conditions; leave the filter out where every row is meant"))
}

/// A node that carries a mistake: building cannot fail, and the compiler refuses the node.
#[cold]
pub(crate) fn invalid(error: ValueError) -> ast::Expr {
    ast::Expr::Value(Value::from(error))
}
