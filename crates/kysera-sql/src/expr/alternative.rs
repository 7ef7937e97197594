//! What stands where another result stood: in a branch of `case`, and as the second argument of `coalesce`.
//!
//! A trait of its own beside `AsExpr`, because its messages are others: nothing is compared here, and both sides have
//! one type, where a comparison widens numbers. Values get it from `__sql_literal!`.

use super::{Aggregate, Bindable, Column, Expr, Expression, Param, bind};
use crate::ast;
use crate::typed::{AggOf, Nil, NullOf, Nullability, Nullable, Ref, Required, SqlValue};
use crate::value::ToValue;

/// What may be a result of a `case` or an argument of `coalesce` whose type is `V`: both give one type. It carries the
/// advice.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a result where the others are a SQL `{V}`",
    label = "expected a `{V}`, a column of that type, or an expression",
    note = "the results of `case` and the arguments of `coalesce` have one type, that of the first; a column or expression of another is cast with `.cast::<..>()`"
)]
pub trait Alternative<V> {
    /// The tables that it mentions.
    type Refs;
    /// Whether its own type may be NULL.
    type Null: Nullability;
    /// Its node.
    fn into_result(self) -> ast::Expr;
}

/// The very type, for columns and expressions: a result is never widened.
#[diagnostic::on_unimplemented(
    message = "a SQL `{Self}` cannot be a result where the others are a SQL `{V}`",
    note = "the results of `case` and the arguments of `coalesce` have one type, that of the first: write `.cast::<{V}>()` behind this one"
)]
pub trait SameType<V> {}

impl<V> SameType<V> for V {}

/// Implemented by nothing: it carries the advice.
#[diagnostic::on_unimplemented(
    message = "an `Option` cannot be a result of `case` or an argument of `coalesce`",
    note = "for NULL, end a `case` with `.end()`; write `val(option)` for a value that may be absent"
)]
pub trait OptionIsAResult {}

impl<V, X> Alternative<V> for Option<X>
where
    Option<X>: OptionIsAResult,
{
    type Refs = Nil;
    type Null = Nullable;
    fn into_result(self) -> ast::Expr {
        ast::Expr::Literal(ast::Literal::Null)
    }
}

/// A value by reference, cloned.
impl<T: Bindable<Value = T> + ToValue + Clone> Alternative<T> for &T {
    type Refs = Nil;
    type Null = Required;
    fn into_result(self) -> ast::Expr {
        bind(self.clone())
    }
}

macro_rules! expression {
    ([$($generics:ident),+] $ty:ty, $value:ident, $refs:ty) => {
        impl<V, $($generics),+> Alternative<V> for $ty
        where
            $value: SqlValue,
            $value::Base: SameType<V>,
        {
            type Refs = $refs;
            type Null = NullOf<$value>;
            fn into_result(self) -> ast::Expr {
                self.into_node()
            }
        }
    };
}

expression!([T, W] Column<T, W>, W, Ref<T>);
expression!([W, R] Expr<W, R>, W, R);
expression!([W, R] Aggregate<W, R>, W, AggOf<R>);
expression!([W] Param<W>, W, Nil);

/// Whole numbers beside floats, as in comparisons.
macro_rules! whole {
    ($($ty:ty)+) => {$(
        impl Alternative<$ty> for i32 {
            type Refs = Nil;
            type Null = Required;
            fn into_result(self) -> ast::Expr {
                bind(f64::from(self))
            }
        }
    )+};
}

whole!(f32 f64);
