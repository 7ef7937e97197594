//! Concatenation of text.

use super::{AsExpr, Expr, Expression};
use crate::ast::{self, BinaryOp};
use crate::typed::{BaseOf, MaybeNull, NullOf, OrNull, Textual};

/// The type of a concatenation: NULL where either side may be.
type Concatenated<L, E> = Expr<
    MaybeNull<OrNull<NullOf<<L as Expression>::Value>, <E as AsExpr<String>>::Null>, String>,
    (<L as Expression>::Refs, <E as AsExpr<String>>::Refs),
>;

/// `left || right`.
///
/// # Examples
/// ```
/// # use kysera_sql::doc::assert_sql;
/// # use kysera_sql::{doc::Person, expr::concat, prelude::*, query::select_from};
/// let names = select_from(Person).select(concat(concat(Person.first_name, " of "), Person.nick));
/// assert_sql(names, r#"select "person"."first_name" || ? || "person"."nick" from "person""#);
/// ```
pub fn concat<L: Expression, E: AsExpr<String>>(left: L, right: E) -> Concatenated<L, E>
where
    BaseOf<L::Value>: Textual,
{
    Expr::from_node(ast::Expr::binary(left.into_node(), BinaryOp::Concat, right.into_operand()))
}
