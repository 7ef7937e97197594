//! Casts.

use super::{Expr, Expression};
use crate::ast;
use crate::typed::{MaybeNull, NullOf, Required, SqlValue};
use crate::value::SqlType;

/// Casts of an expression.
pub trait Casts: Expression {
    /// `cast(self as type)`, where the type is that of `T`. NULL stays NULL.
    ///
    /// # Examples
    /// ```
    /// # use kysera_sql::doc::assert_sql;
    /// # use kysera_sql::{doc::Person, prelude::*, query::select_from};
    /// let ages = select_from(Person).select(Person.age.cast::<String>());
    /// assert_sql(ages, r#"select cast("person"."age" as text) from "person""#);
    /// ```
    fn cast<T: SqlValue<Null = Required>>(self) -> Expr<MaybeNull<NullOf<Self::Value>, T>, Self::Refs> {
        Expr::from_node(cast(self.into_node(), Self::Value::TYPE, T::TYPE))
    }
}

impl<E: Expression> Casts for E {}

pub(crate) fn cast(operand: ast::Expr, from: SqlType, to: SqlType) -> ast::Expr {
    ast::Expr::Cast { operand: Box::new(operand), to, from }
}
