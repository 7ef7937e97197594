//! Typed expressions: columns, operators, functions, subqueries.
//!
//! Each is a node of the tree with two types beside it: the Rust type of its value, and the tables that it mentions.
//! The methods are traits by topic, all in the prelude.

#![expect(clippy::wrong_self_convention, reason = "an expression is consumed by all that it becomes part of")]

mod aggregate;
mod alternative;
mod case;
mod cast;
mod column;
mod compare;
mod concat;
mod condition;
mod function;
mod list;
mod list_value;
mod lit;
mod math;
mod nested;
mod null;
mod operand;
mod order_by;
mod ordered;
mod outer;
mod param;
mod sql;
mod sql_value_macro;
mod subquery;
mod text;
mod types;
mod val;

pub use aggregate::{Aggregate, Avg, Sum, WrapsNumber, avg, avg_as, count, count_all, max, min, sum, sum_as};
pub use alternative::{Alternative, OptionIsAResult, SameType};
pub use case::{Case, CaseStart, case};
pub use cast::Casts;
pub use column::Column;
pub use compare::{Between, Cmp, Comparisons};
pub use concat::{Joinable, concat};
pub(crate) use condition::invalid;
pub use condition::{Conditions, Predicate, all_of, any_of, not};
pub use function::{Arguments, function};
pub use list::{ListItems, Lists};
pub use lit::{InSource, lit};
pub use math::{Arithmetic, Computed, Negated, Number, Operand, Signed};
pub use nested::{array_from, json_array_from, json_object_from, object_from};
pub use null::Nulls;
pub use operand::{Comparable, OptionCompares};
pub use order_by::{Directions, OrderKey, OrderKeys};
pub use outer::Outer;
pub use param::{Bind, Param};
#[doc(hidden)]
pub use sql::{check_template, sql};
pub use subquery::{exists, not_exists, scalar};
pub use text::Text;
pub use val::{Bindable, bind, val};

use crate::ast::grow::{self, Compare, moved};
use crate::ast::{self, Direction, OrderBy};
use crate::ident::StaticName;
use crate::typed::{Nullability, SqlValue};
use std::fmt;
use std::marker::PhantomData;

/// The tables that any of a tuple mentions: `refs_of!(A B C)` is `(A::Refs, (B::Refs, C::Refs))`.
macro_rules! refs_of {
    ($only:ident) => { $only::Refs };
    ($first:ident $($rest:ident)+) => { ($first::Refs, $crate::expr::refs_of!($($rest)+)) };
}

pub(crate) use refs_of;

/// An expression with the Rust type `V`, mentioning the tables `Refs`.
#[must_use = "an expression does nothing until it stands in a query"]
pub struct Expr<V, Refs> {
    node: ast::Expr,
    types: PhantomData<fn() -> (V, Refs)>,
}

impl<V, R> Expr<V, R> {
    /// An expression from its node. Nothing checks that the types are right.
    #[inline]
    pub fn from_node(node: ast::Expr) -> Self {
        Expr { node, types: PhantomData }
    }
}

impl<V, R> Clone for Expr<V, R> {
    fn clone(&self) -> Self {
        Expr::from_node(self.node.clone())
    }
}

impl<V, R> fmt::Debug for Expr<V, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.node.fmt(f)
    }
}

/// A column, or an expression over columns.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a SQL expression",
    note = "write a column, or an expression over columns: `Person.age.gt(18)`; raw SQL is `sql!(bool: \"..\")`",
    note = "plain Rust values need `val(..)` here; Rust's `==`, `&&` and `||` make no SQL: write `.eq(..)`, `.and(..)`, `.or(..)`"
)]
pub trait Expression: Sized {
    /// The Rust type of its value, before joins have their say.
    type Value: SqlValue;
    /// The tables that it mentions.
    type Refs;
    /// Its node in the tree.
    fn into_node(self) -> ast::Expr;

    /// The node of its comparison with `other`.
    #[doc(hidden)]
    #[inline]
    fn compare<B, E: AsExpr<B>>(self, op: Compare, other: E) -> ast::Expr {
        let left = self.into_node();
        let left = if op.orders() { ordered::ordered::<Self::Value>(left) } else { left };
        grow::compare_nodes(&mut moved(left), op, &mut moved(other.into_operand()))
    }

    /// It as a key of ORDER BY.
    #[doc(hidden)]
    #[inline]
    fn into_key(self, direction: Direction) -> OrderBy {
        let mut key = OrderBy::new(ordered::ordered::<Self::Value>(self.into_node()), direction);
        key.unsaid = ordered::unsaid::<Self::Value>();
        key
    }
}

/// A value, column or expression that can be compared with a SQL `B`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be compared with a SQL `{B}`",
    label = "expected a `{B}`, a column of that type, or an expression"
)]
pub trait AsExpr<B> {
    /// Its own type without `Option`: `B` for values, perhaps another number for columns.
    type Base;
    /// The tables that it mentions.
    type Refs;
    /// Whether its own type may be NULL.
    type Null: Nullability;
    /// Its node.
    fn into_operand(self) -> ast::Expr;

    /// The node of a column's comparison with it.
    #[doc(hidden)]
    #[inline]
    fn compare_with(self, table: StaticName, name: StaticName, op: Compare) -> ast::Expr
    where
        Self: Sized,
    {
        grow::compare_node(table, name, op, &mut moved(self.into_operand()))
    }
}

impl<V: SqlValue, R> Expression for Expr<V, R> {
    type Value = V;
    type Refs = R;

    #[inline]
    fn into_node(self) -> ast::Expr {
        self.node
    }
}
