//! Arithmetic. Two numbers of different width give the wider type, as in the database.
//!
//! SQL has signed integers of 16, 32 and 64 bits, floats and decimals. Other Rust integers travel as the next wider one
//! of these, and are computed with as what they travel as: two `u32` make an `i64`. A `u64` has no such type.

use super::{Column, Expr, Expression, bind};
use crate::ast::{self, BinaryOp, UnaryOp};
use crate::typed::{BaseOf, MaybeNull, Nil, NullOf, Nullability, OrNull, Ref, Required, SqlValue};
use crate::value::SqlType;

/// A number, column or expression on the right of an arithmetic operator, beside a SQL `B`.
#[diagnostic::on_unimplemented(
    message = "no arithmetic between a SQL `{B}` and `{Self}`",
    note = "both sides must be numbers that go together; cast one with `.cast::<..>()` (a `u64` first of all)",
    note = "a newtype computes when it derives `SqlType` with `#[sql_type(number)]`"
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
    note = "both sides must be numbers that go together; cast one with `.cast::<..>()` (a `u64` first of all)",
    note = "a newtype computes when it derives `SqlType` with `#[sql_type(number)]`"
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

/// Numbers of one type, as values and among columns; of two types; and integers that travel as a wider one.
macro_rules! number {
    ($($ty:ty),+) => {$(
        number!(value $ty, $ty => $ty);
        number!(wider $ty, $ty => $ty);
    )+};
    (value $from:ty, $beside:ty => $ty:ty) => {
        impl Operand<$beside> for $from {
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
    (travels $($narrow:ty => $wide:ty;)+) => {$(
        number!(value $narrow, $narrow => $wide);
        number!(wider $narrow, $narrow => $wide);
    )+};
    ($($a:ty, $b:ty => $wide:ty;)+) => {$(
        number!(wider $a, $b => $wide);
        number!(wider $b, $a => $wide);
    )+};
}

number!(i16, i32, i64, f32, f64);
number!(travels i8 => i16; u8 => i16; u16 => i32; u32 => i64;);
number! {
    i16, i32 => i32;
    i16, i64 => i64;
    i32, i64 => i64;
    i8, u8 => i16;
    i8, i16 => i16;
    u8, i16 => i16;
    i8, u16 => i32;
    i8, i32 => i32;
    u8, u16 => i32;
    u8, i32 => i32;
    u16, i16 => i32;
    u16, i32 => i32;
    i8, u32 => i64;
    i8, i64 => i64;
    u8, u32 => i64;
    u8, i64 => i64;
    u16, u32 => i64;
    u16, i64 => i64;
    u32, i16 => i64;
    u32, i32 => i64;
    u32, i64 => i64;
    f32, f64 => f64;
    i8, f64 => f64;
    u8, f64 => f64;
    i16, f64 => f64;
    u16, f64 => f64;
    i32, f64 => f64;
    u32, f64 => f64;
    i64, f64 => f64;
}
// So that `price * 2` works on a float column.
number!(value i32, f64 => f64);

/// Whole numbers beside decimals: `price * 2`, `price * quantity`, `quantity * Decimal::TEN`.
#[cfg(any(feature = "decimal", feature = "bigdecimal"))]
macro_rules! decimal {
    ($decimal:ty: $($whole:ty),+) => {
        number!($decimal);
        number!(value i32, $decimal => $decimal);
        $(
            number!(wider $whole, $decimal => $decimal);
            number!(wider $decimal, $whole => $decimal);
            number!(value $decimal, $whole => $decimal);
        )+
    };
}

#[cfg(feature = "decimal")]
decimal!(rust_decimal::Decimal: i8, u8, i16, u16, i32, u32, i64);
#[cfg(feature = "bigdecimal")]
decimal!(bigdecimal::BigDecimal: i8, u8, i16, u16, i32, u32, i64);

/// A number that has an opposite: the type of `-x`.
#[diagnostic::on_unimplemented(
    message = "a SQL `{Self}` has no opposite: `-x` is for numbers",
    note = "a newtype has one when it derives `SqlType` with `#[sql_type(number)]`"
)]
pub trait Signed {
    /// The type of the result.
    type Output: SqlValue;
}

macro_rules! signed {
    ($($ty:ty => $output:ty),+) => {$(
        impl Signed for $ty {
            type Output = $output;
        }
    )+};
}

signed!(i8 => i16, u8 => i16, i16 => i16, u16 => i32, i32 => i32, u32 => i64, i64 => i64, f32 => f32, f64 => f64);
#[cfg(feature = "decimal")]
signed!(rust_decimal::Decimal => rust_decimal::Decimal);
#[cfg(feature = "bigdecimal")]
signed!(bigdecimal::BigDecimal => bigdecimal::BigDecimal);

/// The type of `-x`.
pub type Negated<L> = Expr<
    MaybeNull<NullOf<<L as Expression>::Value>, <BaseOf<<L as Expression>::Value> as Signed>::Output>,
    <L as Expression>::Refs,
>;

/// The type of an arithmetic operation.
pub type Computed<L, E> = Expr<
    MaybeNull<
        OrNull<NullOf<<L as Expression>::Value>, <E as Operand<BaseOf<<L as Expression>::Value>>>::Null>,
        <E as Operand<BaseOf<<L as Expression>::Value>>>::Output,
    >,
    (<L as Expression>::Refs, <E as Operand<BaseOf<<L as Expression>::Value>>>::Refs),
>;

/// Arithmetic as methods; `+`, `-`, `*`, `/`, `%` and a `-` in front do the same.
///
/// # Examples
/// ```
/// # use kysera_sql::doc::assert_sql;
/// # use kysera_sql::{doc::Person, expr::max, prelude::*, query::select_from};
/// let next = select_from(Person).select((max(Person.age) + 1, -max(Person.age)));
/// assert_sql(next, r#"select integer_32(max("person"."age") + ?), integer_32(0 - max("person"."age")) from "person""#);
/// ```
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

    /// `-self`. The opposite of the least integer does not exist: an error.
    fn negated(self) -> Negated<Self>
    where
        BaseOf<Self::Value>: Signed,
    {
        let operand = noted::<Self::Value>(self.into_node());
        Expr::from_node(ast::Expr::Unary(Box::new(ast::Unary { op: UnaryOp::Neg, operand })))
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
    if V::TYPE == SqlType::I16
        && let ast::Expr::Literal(ast::Literal::Int(_)) = node
    {
        // Databases take a number that is written for one of 32 bits.
        return super::cast::cast(node, SqlType::I32, SqlType::I16);
    }
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

macro_rules! negation {
    ($([$($generics:tt)*] $ty:ty;)+) => {$(
        impl<$($generics)*> std::ops::Neg for $ty
        where
            BaseOf<V>: Signed,
        {
            type Output = Negated<Self>;
            fn neg(self) -> Self::Output {
                Arithmetic::negated(self)
            }
        }
    )+};
}

negation! {
    [T, V: SqlValue] Column<T, V>;
    [V: SqlValue, R] Expr<V, R>;
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
        assert_eq!(right(weight * 2).0, SqlType::Decimal);
        assert_eq!(right(count * rust_decimal::Decimal::TEN).0, SqlType::Decimal);
    }

    #[test]
    fn a_number_that_has_no_sql_type_of_its_own_is_computed_with_as_what_it_travels_as() {
        let (small, wide) = (Column::<(), u16>::new(&"t", &"s"), Column::<(), u32>::new(&"t", &"w"));
        assert_eq!(right(small + 1), (SqlType::I32, Node::Value(Value::I32(1))));
        assert_eq!(right(wide - u32::MAX), (SqlType::I64, Node::Value(Value::I64(u32::MAX.into()))));
        assert_eq!((right(small + wide).0, right(-small).0), (SqlType::I64, SqlType::I32));
    }
}
