//! The right side of a comparison.
//!
//! One Rust integer type for each SQL integer type, so that literals infer; columns widen freely.

use super::{AsExpr, Bindable, Column, Expr, Expression, bind};
use crate::ast;
use crate::ast::grow::{self, Compare};
use crate::ident::StaticName;
use crate::typed::{Nil, NullOf, Nullable, Ref, Required, SqlValue, Storable};
use crate::value::ToValue;

/// A value by reference, cloned.
impl<T: Bindable<Value = T> + ToValue + Clone> AsExpr<T> for &T {
    type Base = T;
    type Refs = Nil;
    type Null = Required;
    fn into_operand(self) -> ast::Expr {
        bind(self.clone())
    }
}

/// A text of a list that is borrowed: `in_list(&["a", "b"])`.
impl AsExpr<String> for &&str {
    type Base = String;
    type Refs = Nil;
    type Null = Required;
    fn into_operand(self) -> ast::Expr {
        bind(*self)
    }
}

/// Implemented by nothing: it carries the advice.
#[diagnostic::on_unimplemented(
    message = "an `Option` cannot be compared with `=`: `x = null` is never true",
    note = "write `.is_null()`, `.is(option)` for null-safe equality, or `if let Some(v) = option {{ q = q.filter(..) }}`"
)]
pub trait OptionCompares {}

impl<B, X> AsExpr<B> for Option<X>
where
    Option<X>: OptionCompares,
{
    type Base = B;
    type Refs = Nil;
    type Null = Nullable;
    fn into_operand(self) -> ast::Expr {
        ast::Expr::Literal(ast::Literal::Null)
    }
}

/// Columns and expressions of these two types can be compared.
#[diagnostic::on_unimplemented(
    message = "a SQL `{Self}` cannot be compared with a SQL `{B}`",
    note = "cast one side with `.cast::<..>()`"
)]
pub trait Comparable<B> {}

impl<T, V: SqlValue, B> AsExpr<B> for Column<T, V>
where
    V::Base: Comparable<B>,
{
    type Base = V::Base;
    type Refs = Ref<T>;
    type Null = NullOf<V>;

    #[inline]
    fn into_operand(self) -> ast::Expr {
        self.into_node()
    }

    #[inline]
    fn compare_with(self, table: StaticName, name: StaticName, op: Compare) -> ast::Expr {
        let (own_table, own_name) = self.labels();
        grow::compare_columns(table, name, op, own_table, own_name)
    }
}

impl<V: SqlValue, R, B> AsExpr<B> for Expr<V, R>
where
    V::Base: Comparable<B>,
{
    type Base = V::Base;
    type Refs = R;
    type Null = NullOf<V>;

    #[inline]
    fn into_operand(self) -> ast::Expr {
        self.into_node()
    }
}

macro_rules! widening {
    ($($ty:ty)+; $all:tt) => {$(widening!(@one $ty; $all);)+};
    (@one $ty:ty; ($($other:ty)+)) => {$(impl Comparable<$other> for $ty {})+};
}

widening!(i8; (i16 i32 i64 u8 u16 u32 u64));
widening!(i16; (i8 i32 i64 u8 u16 u32 u64));
widening!(i32; (i8 i16 i64 u8 u16 u32 u64));
widening!(i64; (i8 i16 i32 u8 u16 u32 u64));
widening!(u8; (i8 i16 i32 i64 u16 u32 u64));
widening!(u16; (i8 i16 i32 i64 u8 u32 u64));
widening!(u32; (i8 i16 i32 i64 u8 u16 u64));
widening!(u64; (i8 i16 i32 i64 u8 u16 u32));
widening!(f32; (f64));
widening!(f64; (f32));

/// Integer literals beside float columns: `price.gt(1)`. Bound as the wide float, so that nothing is lost.
macro_rules! whole {
    ($($ty:ty)+) => {$(
        impl AsExpr<$ty> for i32 {
            type Base = $ty;
            type Refs = Nil;
            type Null = Required;
            fn into_operand(self) -> ast::Expr {
                bind(f64::from(self))
            }
        }

        impl Storable<$ty> for i32 {
            type Value = $ty;
            type Refs = Nil;
            fn into_stored(self) -> ast::Expr {
                bind(f64::from(self))
            }
        }

        impl Storable<Option<$ty>> for i32 {
            type Value = $ty;
            type Refs = Nil;
            fn into_stored(self) -> ast::Expr {
                bind(f64::from(self))
            }
        }
    )+};
}

whole!(f32 f64);
