//! Parameters of prepared queries, and the values that they take.
//!
//! How a query is prepared and run is the business of the executor.

use super::math::{Number, Operand};
use super::{AsExpr, Bindable, Comparable, Expression};
use crate::ast;
use crate::query::{Items, Path, Selection};
use crate::typed::{FitsSet, Neutral, Nil, NullOf, SqlValue, Storable};
use crate::value::{ParamSlot, ToValue, Value};
use std::fmt;
use std::marker::PhantomData;

/// A parameter of a prepared query: takes the position of a value of type `T`, and gets one at each call. It can be used
/// several times.
///
/// A `Param<Option<T>>` may be bound to NULL. As everywhere in SQL, `= null` is never true: write
/// `column.is(Some(param))` for null-safe equality.
pub struct Param<T> {
    query: u64,
    index: usize,
    types: PhantomData<fn() -> T>,
}

impl<T> Param<T> {
    /// The argument `index` of the prepared query with this number.
    #[doc(hidden)]
    pub const fn new(query: u64, index: usize) -> Param<T> {
        Param { query, index, types: PhantomData }
    }
}

impl<T> Copy for Param<T> {}

impl<T> Clone for Param<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> fmt::Debug for Param<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Param").field(&self.index).finish()
    }
}

impl<T: SqlValue> Expression for Param<T> {
    type Value = T;
    type Refs = Nil;

    #[inline]
    fn into_node(self) -> ast::Expr {
        ast::Expr::Value(ParamSlot::argument(self.query, self.index, T::TYPE).into())
    }
}

impl<T: SqlValue, B> AsExpr<B> for Param<T>
where
    T::Base: Comparable<B>,
{
    type Base = T::Base;
    type Refs = Nil;
    type Null = NullOf<T>;

    fn into_operand(self) -> ast::Expr {
        self.into_node()
    }
}

impl<T: SqlValue, B: Number<T::Base>> Operand<B> for Param<T> {
    type Output = B::Output;
    type Refs = Nil;
    type Null = NullOf<T>;

    fn into_operand(self) -> ast::Expr {
        self.into_node()
    }
}

impl<V, T: SqlValue + FitsSet<V>> Storable<V> for Param<T> {
    type Value = T;
    type Refs = Nil;

    fn into_stored(self) -> ast::Expr {
        self.into_node()
    }
}

impl<T: SqlValue, S> Selection<S, Nil> for Param<T> {
    type Out = T;
    type Class = Neutral;
    type Outer<Acc> = Acc;

    fn push(self, at: &Path<'_>, items: &mut Items<'_>) {
        items.push(at, self.into_node(), T::TYPE);
    }
}

/// Values for the parameters `P` of a prepared query: one value for one parameter, a tuple for several, `()` for none.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be bound to `{P}`",
    label = "this query takes `{P}`",
    note = "bind one value for each parameter, in their order: `.bind(a)`, `.bind((a, b))`"
)]
pub trait Bind<P> {
    /// Adds the values, in order.
    #[doc(hidden)]
    fn push_values(self, values: &mut Vec<Value>);

    /// How many there are.
    #[doc(hidden)]
    const COUNT: usize = 1;
}

impl Bind<()> for () {
    const COUNT: usize = 0;

    fn push_values(self, _: &mut Vec<Value>) {}
}

impl<T: Bindable<Value = T> + ToValue> Bind<Option<T>> for Option<T> {
    fn push_values(self, values: &mut Vec<Value>) {
        values.push(self.to_value());
    }
}

impl<T: Bindable<Value = T> + ToValue + Clone> Bind<T> for &T {
    fn push_values(self, values: &mut Vec<Value>) {
        values.push(self.clone().to_value());
    }
}

impl<T: Bindable<Value = T> + ToValue + Clone> Bind<Option<T>> for &T {
    fn push_values(self, values: &mut Vec<Value>) {
        values.push(self.clone().to_value());
    }
}

macro_rules! tuple {
    ($count:literal: $($parameter:ident $value:ident)+) => {
        impl<$($parameter, $value: Bind<$parameter>),+> Bind<($($parameter,)+)> for ($($value,)+) {
            const COUNT: usize = $count;

            #[allow(non_snake_case, reason = "the variables are called as their types")]
            fn push_values(self, values: &mut Vec<Value>) {
                let ($($value,)+) = self;
                $($value.push_values(values);)+
            }
        }
    };
}

tuple!(2: P1 A P2 B);
tuple!(3: P1 A P2 B P3 C);
tuple!(4: P1 A P2 B P3 C P4 D);
tuple!(5: P1 A P2 B P3 C P4 D P5 E);
tuple!(6: P1 A P2 B P3 C P4 D P5 E P6 F);
tuple!(7: P1 A P2 B P3 C P4 D P5 E P6 F P7 G);
tuple!(8: P1 A P2 B P3 C P4 D P5 E P6 F P7 G P8 H);
tuple!(9: P1 A P2 B P3 C P4 D P5 E P6 F P7 G P8 H P9 J);
tuple!(10: P1 A P2 B P3 C P4 D P5 E P6 F P7 G P8 H P9 J P10 K);
tuple!(11: P1 A P2 B P3 C P4 D P5 E P6 F P7 G P8 H P9 J P10 K P11 L);
tuple!(12: P1 A P2 B P3 C P4 D P5 E P6 F P7 G P8 H P9 J P10 K P11 L P12 M);
tuple!(13: P1 A P2 B P3 C P4 D P5 E P6 F P7 G P8 H P9 J P10 K P11 L P12 M P13 N);
tuple!(14: P1 A P2 B P3 C P4 D P5 E P6 F P7 G P8 H P9 J P10 K P11 L P12 M P13 N P14 P);
tuple!(15: P1 A P2 B P3 C P4 D P5 E P6 F P7 G P8 H P9 J P10 K P11 L P12 M P13 N P14 P P15 Q);
tuple!(16: P1 A P2 B P3 C P4 D P5 E P6 F P7 G P8 H P9 J P10 K P11 L P12 M P13 N P14 P P15 Q P16 R);
