//! Aggregates: `count`, `sum`, `avg`, `min`, `max`.
//!
//! Of no rows all but `count` are NULL, so their types are `Option`s. Sums have the type that the database gives
//! them: of 16 and 32 bits a 64-bit integer, of 64 bits a decimal.

use super::{
    Arithmetic, AsExpr, Comparable, Computed, Expr, Expression, Negated, Operand, OrderKeys, Signed,
};
use crate::ast::{self, Call, Direction, Numeric, OrderBy};
use crate::typed::{AggOf, BaseOf, Condition, Nil, NoAgg, NullOf, SqlValue};
use crate::value::{IntegerRange, SqlType, Value, ValueError};
use std::fmt;
use std::marker::PhantomData;

/// An aggregate of type `V` over an expression that mentions the tables `Refs`.
#[must_use = "an expression does nothing until it stands in a query"]
pub struct Aggregate<V, Refs> {
    call: Call,
    /// From which type to which, and within what.
    cast: Option<(SqlType, SqlType, IntegerRange)>,
    types: PhantomData<fn() -> (V, Refs)>,
}

impl<V, R> Aggregate<V, R> {
    fn new(call: Call) -> Self {
        Aggregate { call, cast: None, types: PhantomData }
    }

    /// Over distinct values: `count(distinct "x")`.
    pub fn distinct(mut self) -> Self {
        self.call.distinct = true;
        self
    }

    /// Over the rows for which `condition` is true: `count(*) filter (where ..)`. Called again, both must be true.
    ///
    /// # Dialects
    /// Where there is no such clause (MySQL, MariaDB, SQL Server), it is a `case` in the argument.
    pub fn filter_where<C: Expression>(mut self, condition: C) -> Aggregate<V, (R, C::Refs)>
    where
        C::Value: Condition,
        C::Refs: NoAgg,
    {
        let condition = condition.into_node();
        self.call.filter = Some(match self.call.filter.take() {
            None => condition,
            Some(first) => first.and(condition),
        });
        Aggregate { call: self.call, cast: self.cast, types: PhantomData }
    }
}

impl<V, R> Clone for Aggregate<V, R> {
    fn clone(&self) -> Self {
        Aggregate { call: self.call.clone(), cast: self.cast, types: PhantomData }
    }
}

impl<V, R> fmt::Debug for Aggregate<V, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.call.fmt(f)
    }
}

impl<V: SqlValue, R> Expression for Aggregate<V, R> {
    type Value = V;
    type Refs = AggOf<R>;
    fn into_node(self) -> ast::Expr {
        let call = ast::Expr::Call(Box::new(self.call));
        match self.cast {
            None => call,
            Some((from, to, range)) => super::cast::within(super::cast::cast(call, from, to), range),
        }
    }
}

impl<V: SqlValue, R, B> AsExpr<B> for Aggregate<V, R>
where
    V::Base: Comparable<B>,
{
    type Base = V::Base;
    type Refs = AggOf<R>;
    type Null = NullOf<V>;
    fn into_operand(self) -> ast::Expr {
        self.into_node()
    }
}

impl<V: SqlValue, R, B: super::math::Number<V::Base>> Operand<B> for Aggregate<V, R> {
    type Output = B::Output;
    type Refs = AggOf<R>;
    type Null = NullOf<V>;
    fn into_operand(self) -> ast::Expr {
        super::math::noted::<V>(self.into_node())
    }
}

macro_rules! operator {
    ($($operator:ident $method:ident $named:ident;)+) => {$(
        impl<V: SqlValue, R, E: Operand<BaseOf<V>>> std::ops::$operator<E> for Aggregate<V, R> {
            type Output = Computed<Self, E>;
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

impl<V: SqlValue<Base: Signed>, R> std::ops::Neg for Aggregate<V, R> {
    type Output = Negated<Self>;
    fn neg(self) -> Self::Output {
        Arithmetic::negated(self)
    }
}

impl<V: SqlValue, R> OrderKeys for Aggregate<V, R> {
    type Refs = AggOf<R>;
    fn push_keys(self, keys: &mut Vec<OrderBy>) {
        keys.push(self.into_key(Direction::Default));
    }
}

/// `count(expression)`: the rows in which it is not NULL.
pub fn count<E: Expression>(expression: E) -> Aggregate<i64, E::Refs> {
    Aggregate::new(Call::new("count", vec![expression.into_node()]))
}

/// `count(*)`: the rows.
pub fn count_all() -> Aggregate<i64, Nil> {
    Aggregate::new(Call { star: true, ..Call::new("count", Vec::new()) })
}

/// `min(expression)`. Of booleans, UUIDs, bytes and JSON it is refused, because not every database has it.
pub fn min<E: Expression>(expression: E) -> Aggregate<<E::Value as SqlValue>::Nullable, E::Refs> {
    Aggregate::new(Call::new("min", vec![least_or_greatest(expression)]))
}

/// `max(expression)`. Of booleans, UUIDs, bytes and JSON it is refused, because not every database has it.
pub fn max<E: Expression>(expression: E) -> Aggregate<<E::Value as SqlValue>::Nullable, E::Refs> {
    Aggregate::new(Call::new("max", vec![least_or_greatest(expression)]))
}

/// What `min` or `max` is asked of; of a type without one on some database, what is refused before it is sent.
fn least_or_greatest<E: Expression>(expression: E) -> ast::Expr {
    match E::Value::TYPE {
        SqlType::Bool | SqlType::Uuid | SqlType::Bytes | SqlType::Json => no_least(),
        _ => super::ordered::ordered::<E::Value>(expression.into_node()),
    }
}

#[cold]
fn no_least() -> ast::Expr {
    let hint =
        "cast booleans to integers; of UUIDs and bytes take the first row by `order_by`; of JSON a part";
    let error = ValueError::query("min and max of booleans, UUIDs, bytes and JSON", hint);
    ast::Expr::Value(Value::Invalid(Box::new(error)))
}

/// The type of a sum of these numbers.
#[diagnostic::on_unimplemented(
    message = "the sum of a SQL `{Self}` has no type here",
    note = "write `sum_as::<i64, _>(..)` or another type that holds the sum; sums of 64-bit integers are decimals, with the feature `decimal`"
)]
pub trait Sum {
    /// The type, nullable: the sum of no rows is NULL.
    type Output: SqlValue;
}

/// The type of an average of these numbers.
#[diagnostic::on_unimplemented(
    message = "the average of a SQL `{Self}` has no type here",
    note = "write `avg_as::<f64, _>(..)` or another type that holds the average; averages of integers are decimals, with the feature `decimal`"
)]
pub trait Avg {
    /// The type, nullable: the average of no rows is NULL.
    type Output: SqlValue;
}

/// A newtype over a number, which `#[sql_type(number)]` implements: its sums and averages are those of what it wraps,
/// because the sum of 64-bit integers has a type of its own.
pub trait WrapsNumber {
    /// The number.
    type Number;
}

#[diagnostic::do_not_recommend]
impl<T: WrapsNumber<Number: Sum>> Sum for T {
    type Output = <T::Number as Sum>::Output;
}

#[diagnostic::do_not_recommend]
impl<T: WrapsNumber<Number: Avg>> Avg for T {
    type Output = <T::Number as Avg>::Output;
}

macro_rules! aggregated {
    ($($operation:ident $($ty:ty),+ => $output:ty;)+) => {$($(
        impl $operation for $ty {
            type Output = Option<$output>;
        }
    )+)+};
}

aggregated! {
    Sum i8, u8, i16, u16, i32 => i64;
    Sum f32, f64 => f64;
    Avg f32, f64 => f64;
}
#[cfg(feature = "bigdecimal")]
aggregated! {
    Sum bigdecimal::BigDecimal => bigdecimal::BigDecimal;
    Avg bigdecimal::BigDecimal => bigdecimal::BigDecimal;
}
#[cfg(feature = "decimal")]
aggregated! {
    Sum u32, i64, u64, rust_decimal::Decimal => rust_decimal::Decimal;
    Avg i8, u8, i16, u16, i32, u32, i64, u64, rust_decimal::Decimal => rust_decimal::Decimal;
}

/// `sum(expression)`, with the type that the database gives it.
pub fn sum<E: Expression>(expression: E) -> Aggregate<<<E::Value as SqlValue>::Base as Sum>::Output, E::Refs>
where
    <E::Value as SqlValue>::Base: Sum,
{
    let output = <<E::Value as SqlValue>::Base as Sum>::Output::TYPE;
    Aggregate::new(Call { numeric: Numeric::of(output), ..Call::new("sum", vec![summed(expression)]) })
}

/// What is added up: floats of 32 bits as ones of 64, because some databases would round at each step, and give one of 32.
fn summed<E: Expression>(expression: E) -> ast::Expr {
    match E::Value::TYPE {
        SqlType::F32 => super::cast::cast(expression.into_node(), SqlType::F32, SqlType::F64),
        _ => expression.into_node(),
    }
}

/// `cast(sum(expression) as type)`, with the type of your choice: `sum_as::<i64, _>(Order.amount)`. A sum that does
/// not fit is the database's error.
pub fn sum_as<T: SqlValue, E: Expression>(expression: E) -> Aggregate<T::Nullable, E::Refs> {
    let from = match E::Value::TYPE {
        SqlType::I16 | SqlType::I32 | SqlType::I64 | SqlType::U64 if T::TYPE == SqlType::Decimal => {
            SqlType::Decimal
        }
        SqlType::I16 | SqlType::I32 => SqlType::I64,
        SqlType::F32 => SqlType::F64,
        other => other,
    };
    cast_from::<T, _>(from, Call::new("sum", vec![summed(expression)]))
}

/// An aggregate of this type, cast to another.
fn cast_from<T: SqlValue, R>(from: SqlType, call: Call) -> Aggregate<T::Nullable, R> {
    let call = Call { numeric: Numeric::of(from), ..call };
    Aggregate { cast: Some((from, T::TYPE, T::RANGE)), ..Aggregate::new(call) }
}

/// `avg(expression)`, with the type that the database gives it.
pub fn avg<E: Expression>(expression: E) -> Aggregate<<<E::Value as SqlValue>::Base as Avg>::Output, E::Refs>
where
    <E::Value as SqlValue>::Base: Avg,
{
    let output = <<E::Value as SqlValue>::Base as Avg>::Output::TYPE;
    Aggregate::new(Call { numeric: Numeric::of(output), ..Call::new("avg", vec![expression.into_node()]) })
}

/// `cast(avg(expression) as type)`, with the type of your choice: `avg_as::<f64, _>(Person.age)`.
pub fn avg_as<T: SqlValue, E: Expression>(expression: E) -> Aggregate<T::Nullable, E::Refs> {
    let from = match E::Value::TYPE {
        SqlType::I16 | SqlType::I32 | SqlType::I64 | SqlType::U64 => SqlType::Decimal,
        SqlType::F32 => SqlType::F64,
        other => other,
    };
    cast_from::<T, _>(from, Call::new("avg", vec![expression.into_node()]))
}

impl<V: SqlValue, R> From<Aggregate<V, R>> for Expr<V, AggOf<R>> {
    fn from(aggregate: Aggregate<V, R>) -> Self {
        Expr::from_node(aggregate.into_node())
    }
}
