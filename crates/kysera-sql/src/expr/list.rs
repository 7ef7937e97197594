//! Membership: `in` a list, `in` a subquery.

use super::{AsExpr, Comparable, Expr, Expression};
use crate::ast;
use crate::query::Subquery;
use crate::typed::{BaseOf, MaybeNull, NullOf, OrNull, SqlValue};

/// The type of `in (list)`.
type Listed<L, E> = super::Cmp<L, E>;

/// The type of `in (subquery)`: NULL where the operand or a row of the subquery may be.
type Queried<L, Q> = Expr<
    MaybeNull<OrNull<NullOf<<L as Expression>::Value>, NullOf<<Q as Subquery>::Out>>, bool>,
    (<L as Expression>::Refs, <Q as Subquery>::Outer),
>;

/// The values of `in_list`: anything that can be iterated.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a list of values",
    note = "pass a `Vec`, an array, a slice or an iterator; a query is for `.in_subquery(..)`"
)]
pub trait ListItems<E> {
    /// The values, in order.
    fn into_items(self) -> impl Iterator<Item = E>;
}

#[diagnostic::do_not_recommend]
impl<E, L: IntoIterator<Item = E>> ListItems<E> for L {
    fn into_items(self) -> impl Iterator<Item = E> {
        self.into_iter()
    }
}

/// Membership of an expression in a list or in the rows of a query.
pub trait Lists: Expression {
    /// `self in (items)`. In no items it is false.
    ///
    /// # Examples
    /// ```
    /// # use kysera_sql::doc::assert_sql;
    /// # use kysera_sql::{doc::Person, prelude::*, query::select_from};
    /// let some = select_from(Person).filter(Person.id.in_list([1, 2])).select(Person.first_name);
    /// assert_sql(some, r#"select "person"."first_name" from "person" where "person"."id" in (?, ?)"#);
    /// ```
    fn in_list<E: AsExpr<BaseOf<Self::Value>>>(self, items: impl ListItems<E>) -> Listed<Self, E> {
        let items = items.into_items().map(E::into_operand).collect();
        Expr::from_node(in_list(self.into_node(), items, false))
    }

    /// `self not in (items)`. In no items it is true.
    fn not_in_list<E: AsExpr<BaseOf<Self::Value>>>(self, items: impl ListItems<E>) -> Listed<Self, E> {
        let items = items.into_items().map(E::into_operand).collect();
        Expr::from_node(in_list(self.into_node(), items, true))
    }

    /// `self in (query)`, a query of one column.
    fn in_subquery<Q: Subquery<Out: SqlValue>>(self, query: Q) -> Queried<Self, Q>
    where
        BaseOf<Q::Out>: Comparable<BaseOf<Self::Value>>,
    {
        Expr::from_node(in_subquery(self.into_node(), query.into_select(), false))
    }

    /// `self not in (query)`, a query of one column. A NULL among its rows makes this NULL for every row that it would
    /// keep.
    fn not_in_subquery<Q: Subquery<Out: SqlValue>>(self, query: Q) -> Queried<Self, Q>
    where
        BaseOf<Q::Out>: Comparable<BaseOf<Self::Value>>,
    {
        Expr::from_node(in_subquery(self.into_node(), query.into_select(), true))
    }
}

impl<E: Expression> Lists for E {}

fn in_list(operand: ast::Expr, items: Vec<ast::Expr>, negated: bool) -> ast::Expr {
    ast::Expr::InList(Box::new(ast::InList { operand, items, negated }))
}

fn in_subquery(operand: ast::Expr, query: ast::Select, negated: bool) -> ast::Expr {
    ast::Expr::InSubquery(Box::new(ast::InSubquery { operand, query, negated }))
}
