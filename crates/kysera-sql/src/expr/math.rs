//! Arithmetic. Two numbers of different width give the wider type, as in the database.
//!
//! Between the numbers that SQL has: integers of 16, 32 and 64 bits, floats, decimals. Other Rust integers travel as one
//! of these, and what a database does with their sum is not what Rust does; cast them first.

use super::{Column, Expr, Expression, bind};
use crate::ast::{self, BinaryOp};
use crate::typed::{BaseOf, MaybeNull, Nil, NullOf, Nullability, OrNull, Ref, Required, SqlValue};

/// A number, column or expression on the right of an arithmetic operator, beside a SQL `B`.
#[diagnostic::on_unimplemented(
    message = "no arithmetic between a SQL `{B}` and `{Self}`",
    note = "both sides must be numbers; cast one with `.cast::<..>()`"
)]
pub trait Operand<B> {
    /// The type of the result.
    type Output: SqlValue;
    /// The tables that it mentions.
    type Refs;
    /// Whether its own type may be NULL.
    type Null: Nullability;
    /// Its node.
    fn into_operand(self) -> ast::Expr;
}

/// What a SQL `Self` and a SQL `B` make together.
#[diagnostic::on_unimplemented(
    message = "no arithmetic between a SQL `{Self}` and a SQL `{B}`",
    note = "both sides must be numbers; cast one with `.cast::<..>()`"
)]
pub trait Number<B> {
    /// The type of the result.
    type Output: SqlValue;
}

impl<T, V: SqlValue, B: Number<V::Base>> Operand<B> for Column<T, V> {
    type Output = B::Output;
    type Refs = Ref<T>;
    type Null = NullOf<V>;
    fn into_operand(self) -> ast::Expr {
        noted::<V>(self.into_node())
    }
}

impl<V: SqlValue, R, B: Number<V::Base>> Operand<B> for Expr<V, R> {
    type Output = B::Output;
    type Refs = R;
    type Null = NullOf<V>;
    fn into_operand(self) -> ast::Expr {
        noted::<V>(self.into_node())
    }
}

/// Numbers of one type, as values and among columns.
macro_rules! number {
    ($($ty:ty),+) => {$(
        number!(value $ty => $ty);
        number!(wider $ty, $ty => $ty);
    )+};
    (value $from:ty => $ty:ty) => {
        impl Operand<$ty> for $from {
            type Output = $ty;
            type Refs = Nil;
            type Null = Required;
            fn into_operand(self) -> ast::Expr {
                bind(<$ty>::from(self))
            }
        }
    };
    (wider $a:ty, $b:ty => $wide:ty) => {
        impl Number<$b> for $a {
            type Output = $wide;
        }
    };
    ($($a:ty, $b:ty => $wide:ty;)+) => {$(
        number!(wider $a, $b => $wide);
        number!(wider $b, $a => $wide);
    )+};
}

number!(i16, i32, i64, f32, f64);
number! {
    i16, i32 => i32;
    i16, i64 => i64;
    i32, i64 => i64;
    f32, f64 => f64;
    i16, f64 => f64;
    i32, f64 => f64;
    i64, f64 => f64;
}
// So that `price * 2` works on a float column.
number!(value i32 => f64);
// Whole numbers beside a decimal: `price * 2`, `price * quantity`.
#[cfg(feature = "decimal")]
number! {
    i16, rust_decimal::Decimal => rust_decimal::Decimal;
    i32, rust_decimal::Decimal => rust_decimal::Decimal;
    i64, rust_decimal::Decimal => rust_decimal::Decimal;
}
#[cfg(feature = "decimal")]
number!(value i32 => rust_decimal::Decimal);
#[cfg(feature = "decimal")]
number!(rust_decimal::Decimal);
#[cfg(feature = "bigdecimal")]
number!(bigdecimal::BigDecimal);

/// The type of an arithmetic operation.
pub type Computed<L, E> = Expr<
    MaybeNull<
        OrNull<NullOf<<L as Expression>::Value>, <E as Operand<BaseOf<<L as Expression>::Value>>>::Null>,
        <E as Operand<BaseOf<<L as Expression>::Value>>>::Output,
    >,
    (<L as Expression>::Refs, <E as Operand<BaseOf<<L as Expression>::Value>>>::Refs),
>;

/// Arithmetic as methods; `+`, `-`, `*`, `/` and `%` do the same.
///
/// # Dialects
/// The quotient of two integers is an integer, except on MySQL.
pub trait Arithmetic: Expression {
    /// `self + other`.
    fn plus<E: Operand<BaseOf<Self::Value>>>(self, other: E) -> Computed<Self, E> {
        compute(self, BinaryOp::Add, other)
    }

    /// `self - other`.
    fn minus<E: Operand<BaseOf<Self::Value>>>(self, other: E) -> Computed<Self, E> {
        compute(self, BinaryOp::Sub, other)
    }

    /// `self * other`.
    fn times<E: Operand<BaseOf<Self::Value>>>(self, other: E) -> Computed<Self, E> {
        compute(self, BinaryOp::Mul, other)
    }

    /// `self / other`.
    fn divided_by<E: Operand<BaseOf<Self::Value>>>(self, other: E) -> Computed<Self, E> {
        compute(self, BinaryOp::Div, other)
    }

    /// `self % other`.
    fn modulo<E: Operand<BaseOf<Self::Value>>>(self, other: E) -> Computed<Self, E> {
        compute(self, BinaryOp::Rem, other)
    }
}

impl<E: Expression> Arithmetic for E {}

#[inline]
fn compute<L: Expression, E: Operand<BaseOf<L::Value>>>(left: L, op: BinaryOp, right: E) -> Computed<L, E> {
    Expr::from_node(ast::Expr::binary(noted::<L::Value>(left.into_node()), op, right.into_operand()))
}

/// The node, which says what kind of number it is: what a database does with two of them depends on it.
#[inline]
pub(super) fn noted<V: SqlValue>(mut node: ast::Expr) -> ast::Expr {
    node.note(ast::Numeric::of(V::TYPE));
    node
}

macro_rules! operator {
    ($($operator:ident $method:ident $named:ident;)+) => {$(
        impl<T, V: SqlValue, E: Operand<BaseOf<V>>> std::ops::$operator<E> for Column<T, V> {
            type Output = Computed<Self, E>;
            #[inline]
            fn $method(self, other: E) -> Self::Output {
                Arithmetic::$named(self, other)
            }
        }

        impl<V: SqlValue, R, E: Operand<BaseOf<V>>> std::ops::$operator<E> for Expr<V, R> {
            type Output = Computed<Self, E>;
            #[inline]
            fn $method(self, other: E) -> Self::Output {
                Arithmetic::$named(self, other)
            }
        }
    )+};
}

operator! {
    Add add plus;
    Sub sub minus;
    Mul mul times;
    Div div divided_by;
    Rem rem modulo;
}

#[cfg(all(test, feature = "decimal", feature = "bigdecimal"))]
mod tests {
    use super::*;
    use crate::ast::Expr as Node;
    use crate::value::{SqlType, Value};

    fn right<V: SqlValue, R>(expr: Expr<V, R>) -> (SqlType, Node) {
        match &expr.into_node() {
            Node::Binary(binary) => (V::TYPE, binary.right.clone()),
            other => (V::TYPE, other.clone()),
        }
    }

    #[test]
    fn decimals_go_with_themselves_and_with_whole_numbers() {
        let price = Column::<(), rust_decimal::Decimal>::new(&"item", &"price");
        let count = Column::<(), i64>::new(&"item", &"count");
        let (ty, two) = right(price * 2);
        assert_eq!((ty, two), (SqlType::Decimal, Node::Value(Value::Decimal("2".into()))));
        assert_eq!(right(price * count).0, SqlType::Decimal);
        assert_eq!(right(count - price).0, SqlType::Decimal);
        let weight = Column::<(), bigdecimal::BigDecimal>::new(&"item", &"weight");
        assert_eq!(right(weight + weight).0, SqlType::Decimal);
    }
}
