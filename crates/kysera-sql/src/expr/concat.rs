//! Concatenation of text.

use super::{AsExpr, Expr, Expression};
use crate::ast::{self, BinaryOp};
use crate::typed::{BaseOf, MaybeNull, NullOf, Nullability, OrNull, Textual};

/// The type of a concatenation: NULL where either side may be.
type Concatenated<L, E> = Expr<
    MaybeNull<OrNull<NullOf<<L as Expression>::Value>, <E as Joinable>::Null>, String>,
    (<L as Expression>::Refs, <E as Joinable>::Refs),
>;

/// What may be joined to text. It carries the advice of [`concat()`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not text, so it cannot be joined to text",
    note = "write `.cast::<String>()` behind a column or expression; a Rust value has to be text"
)]
pub trait Joinable {
    /// The tables that it mentions.
    type Refs;
    /// Whether its own type may be NULL.
    type Null: Nullability;
    /// Its node.
    fn into_text(self) -> ast::Expr;
}

#[diagnostic::do_not_recommend]
impl<E: AsExpr<String>> Joinable for E {
    type Refs = E::Refs;
    type Null = E::Null;
    fn into_text(self) -> ast::Expr {
        self.into_operand()
    }
}

/// `left || right`.
///
/// # Examples
/// ```
/// # use kysera_sql::doc::assert_sql;
/// # use kysera_sql::{doc::Person, expr::concat, prelude::*, query::select_from};
/// let names = select_from(Person).select(concat(concat(Person.first_name, " of "), Person.nick));
/// assert_sql(names, r#"select "person"."first_name" || ? || "person"."nick" from "person""#);
/// ```
pub fn concat<L: Expression, E: Joinable>(left: L, right: E) -> Concatenated<L, E>
where
    BaseOf<L::Value>: Textual,
{
    Expr::from_node(ast::Expr::binary(left.into_node(), BinaryOp::Concat, right.into_text()))
}
