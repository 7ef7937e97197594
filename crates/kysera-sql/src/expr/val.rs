//! Values written into a query.

use super::Expr;
use crate::ast;
use crate::typed::{Nil, SqlValue};
use crate::value::ToValue;

/// A Rust value that `val` can write: the type that it has in SQL.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be written into a query as a value",
    note = "derive `SqlType` for a newtype or `SqlEnum` for an enum, or use a type that is listed in the guide"
)]
pub trait Bindable: ToValue {
    /// The type of the expression: `String` for `&str`.
    type Value: SqlValue;
}

impl<T: Bindable<Value = T>> Bindable for Option<T>
where
    Option<T>: SqlValue,
{
    type Value = Option<T>;
}

/// A bound value as an expression.
///
/// # Examples
/// ```
/// # use kysera_sql::doc::assert_sql;
/// # use kysera_sql::{doc::Person, expr::val, prelude::*, query::select_from, row};
/// let people = select_from(Person).select(row! { id: Person.id, kind: val("person") });
/// assert_sql(people, r#"select "person"."id", ? as "kind" from "person""#);
/// ```
pub fn val<X: Bindable>(value: X) -> Expr<X::Value, Nil> {
    Expr::from_node(bind(value))
}

/// The node of a bound value.
#[doc(hidden)]
#[inline]
pub fn bind<X: ToValue>(value: X) -> ast::Expr {
    ast::Expr::Value(value.to_value())
}
