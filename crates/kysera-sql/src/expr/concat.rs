//! Concatenation of text.

use super::{Aggregate, Column, Expr, Expression, Param, bind};
use crate::ast::{self, BinaryOp};
use crate::typed::{
    AggOf, BaseOf, MaybeNull, Nil, NullOf, Nullability, OrNull, Ref, Required, SqlValue, Textual,
};

/// The type of a concatenation: NULL where either side may be.
type Concatenated<L, E> = Expr<
    MaybeNull<OrNull<NullOf<<L as Expression>::Value>, <E as Joinable>::Null>, String>,
    (<L as Expression>::Refs, <E as Joinable>::Refs),
>;

/// What may be joined to text. It carries the advice of [`concat()`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not text, so it cannot be joined to text",
    note = "a Rust value has to be text: `.to_string()` makes one; write `val(option)` for a text that may be absent",
    note = "a column or expression of another type is cast: `.cast::<String>()`"
)]
pub trait Joinable {
    /// The tables that it mentions.
    type Refs;
    /// Whether its own type may be NULL.
    type Null: Nullability;
    /// Its node.
    fn into_text(self) -> ast::Expr;
}

macro_rules! text {
    ($($ty:ty),+) => {$(
        impl Joinable for $ty {
            type Refs = Nil;
            type Null = Required;
            fn into_text(self) -> ast::Expr {
                bind(self)
            }
        }
    )+};
}

text!(String, &str, Box<str>, std::borrow::Cow<'_, str>);

macro_rules! borrowed_text {
    ($($ty:ty),+) => {$(
        impl Joinable for $ty {
            type Refs = Nil;
            type Null = Required;
            fn into_text(self) -> ast::Expr {
                bind(self.clone())
            }
        }
    )+};
}

borrowed_text!(&String, &Box<str>);

macro_rules! expression {
    ([$($generics:ident),+] $ty:ty, $value:ident, $refs:ty) => {
        impl<$($generics),+> Joinable for $ty
        where
            $value: SqlValue,
            $value::Base: Textual,
        {
            type Refs = $refs;
            type Null = NullOf<$value>;
            fn into_text(self) -> ast::Expr {
                self.into_node()
            }
        }
    };
}

expression!([T, V] Column<T, V>, V, Ref<T>);
expression!([V, R] Expr<V, R>, V, R);
expression!([V, R] Aggregate<V, R>, V, AggOf<R>);
expression!([V] Param<V>, V, Nil);

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
