//! Casts.

use super::{Expr, Expression};
use crate::ast::{self, BinaryOp, Literal};
use crate::typed::{MaybeNull, NullOf, Required, SqlValue};
use crate::value::{IntegerRange, SqlType};

/// Casts of an expression.
pub trait Casts: Expression {
    /// `cast(self as type)`, where the type is that of `T`. NULL stays NULL.
    ///
    /// What does not fit `T` is the database's error, also where the type of the database is wider: a negative number as
    /// a `u32`.
    ///
    /// # Examples
    /// ```
    /// # use kysera_sql::doc::assert_sql;
    /// # use kysera_sql::{doc::Person, prelude::*, query::select_from};
    /// let ages = select_from(Person).select(Person.age.cast::<String>());
    /// assert_sql(ages, r#"select cast("person"."age" as text) from "person""#);
    /// ```
    fn cast<T: SqlValue<Null = Required>>(self) -> Expr<MaybeNull<NullOf<Self::Value>, T>, Self::Refs> {
        let node = cast(self.into_node(), Self::Value::TYPE, T::TYPE);
        let fits = Self::Value::RANGE.is_within(T::RANGE);
        Expr::from_node(if fits { node } else { within(node, T::RANGE) })
    }
}

impl<E: Expression> Casts for E {}

pub(crate) fn cast(operand: ast::Expr, from: SqlType, to: SqlType) -> ast::Expr {
    ast::Expr::Cast { operand: Box::new(operand), to, from }
}

/// The integer, or the database's error where it is not within the range: it is moved or multiplied until what is not
/// within does not fit a type that the database has, and back.
pub(crate) fn within(node: ast::Expr, range: IntegerRange) -> ast::Expr {
    use BinaryOp::{Add, Div, Mul, Sub};
    let number = |n| ast::Expr::Literal(Literal::Int(n));
    let of_16 = |n| cast(number(n), SqlType::I32, SqlType::I16);
    match range {
        IntegerRange::Whole => node,
        IntegerRange::Signed8 => ast::Expr::binary(ast::Expr::binary(node, Mul, of_16(256)), Div, of_16(256)),
        IntegerRange::Unsigned8 => {
            let moved = ast::Expr::binary(node, Sub, of_16(128));
            ast::Expr::binary(within(moved, IntegerRange::Signed8), Add, of_16(128))
        }
        IntegerRange::Unsigned16 => {
            let moved = cast(ast::Expr::binary(node, Sub, number(1 << 15)), SqlType::I32, SqlType::I16);
            ast::Expr::binary(moved, Add, number(1 << 15))
        }
        IntegerRange::Unsigned32 => {
            let moved = cast(ast::Expr::binary(node, Sub, number(1 << 31)), SqlType::I64, SqlType::I32);
            ast::Expr::binary(moved, Add, number(1 << 31))
        }
    }
}
