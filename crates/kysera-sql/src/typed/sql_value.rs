//! Rust types that stand for SQL types in a query, and the one macro that makes a type such a type.

use super::{Nullability, Nullable, Required};
use crate::row::FromRow;
use crate::value::SqlType;

/// A Rust type that an expression can have: a scalar, an `Option` of one, or a nested list or row.
///
/// Implemented by `derive(SqlType)` and `derive(SqlEnum)`; not by hand.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a SQL type",
    note = "derive `SqlType` for a newtype or `SqlEnum` for an enum, or use a type that is listed in the guide"
)]
pub trait SqlValue: Sized {
    /// The type without `Option`.
    type Base;
    /// [`Nullable`] for an `Option`.
    type Null: Nullability;
    /// The type with `Option`, never nested.
    type Nullable: SqlValue;
    /// How the database calls it.
    const TYPE: SqlType;
}

impl<T: FromRow> SqlValue for Option<T> {
    type Base = T;
    type Null = Nullable;
    type Nullable = Option<T>;
    const TYPE: SqlType = T::CELL;
}

/// A list: the nested rows of `array_from`, or an array. An absent one is an `Option` like anything else.
impl<T> SqlValue for Vec<T>
where
    Vec<T>: FromRow,
{
    type Base = Vec<T>;
    type Null = Required;
    type Nullable = Option<Vec<T>>;
    const TYPE: SqlType = <Vec<T> as FromRow>::CELL;
}

/// What a condition may be: a boolean that may be NULL or not. `filter` keeps rows where it is true.
#[diagnostic::on_unimplemented(
    message = "a condition must be a SQL boolean, this is a `{Self}`",
    note = "compare it: `.eq(..)`, `.gt(..)`, `.is_not_null()`"
)]
pub trait Condition {}
impl Condition for bool {}
impl Condition for Option<bool> {}

/// Types whose values are text in the database, for `like`, `upper` and `concat`.
#[diagnostic::on_unimplemented(
    message = "a SQL `{Self}` is not text",
    note = "write `.cast::<String>()` in front of text functions"
)]
pub trait SqlText {}

/// Makes Rust types SQL types: everything that the typed query asks of a scalar, beside `FromCell`, `ToValue` and
/// `FromRow`, which say how it is read and bound.
///
/// `$ty` can then be a column, be compared with values, references to values and columns of its own type, be stored
/// in columns of it (nullable or not), and stand in set operations. Behind a colon: the function that compares a
/// column with one, for the types of this crate.
#[doc(hidden)]
#[macro_export]
macro_rules! __sql_value {
    ([$($generics:tt)*] $ty:ty $(, $compare:ident)?) => {
        impl<$($generics)*> $crate::typed::SqlValue for $ty {
            type Base = $ty;
            type Null = $crate::typed::Required;
            type Nullable = ::core::option::Option<$ty>;
            const TYPE: $crate::value::SqlType = <$ty as $crate::value::ToValue>::SQL_TYPE;
        }
        impl<$($generics)*> $crate::typed::RowShape for $ty {
            type List<Rest> = $crate::typed::Col<$ty, Rest>;
            type Columns<M> = $crate::expr::Column<M, $ty>;
            type Object = ::core::option::Option<$ty>;
            fn columns<M>(names: &mut $crate::typed::Names<'_>) -> Self::Columns<M> {
                names.column()
            }
        }
        impl<$($generics)*> $crate::expr::Comparable<$ty> for $ty {}
        $crate::__sql_literal!([$($generics)*] $ty => $ty $(, $compare)?);
    };
    ($($ty:ty $(: $compare:ident)?),+ $(,)?) => {$(
        $crate::__sql_value!([] $ty $(, $compare)?);
    )+};
}

/// Lets values of `$from` stand where a `$ty` is expected: compared with it, stored in it, written with `val`.
#[doc(hidden)]
#[macro_export]
macro_rules! __sql_literal {
    ([$($generics:tt)*] $from:ty => $ty:ty $(, $compare:ident)?) => {
        impl<$($generics)*> $crate::expr::AsExpr<$ty> for $from {
            type Base = $ty;
            type Refs = $crate::typed::Nil;
            type Null = $crate::typed::Required;
            fn into_operand(self) -> $crate::ast::Expr {
                $crate::expr::bind(self)
            }
            $(
                #[inline]
                fn compare_with(
                    self,
                    table: $crate::ident::StaticName,
                    name: $crate::ident::StaticName,
                    op: $crate::ast::grow::Compare,
                ) -> $crate::ast::Expr {
                    $crate::ast::grow::$compare(table, name, op, self)
                }
            )?
        }
        impl<$($generics)*> $crate::typed::Storable<$ty> for $from {
            type Value = $ty;
            type Refs = $crate::typed::Nil;
            fn into_stored(self) -> $crate::ast::Expr {
                $crate::expr::bind(self)
            }
        }
        impl<$($generics)*> $crate::typed::Storable<::core::option::Option<$ty>> for $from {
            type Value = $ty;
            type Refs = $crate::typed::Nil;
            fn into_stored(self) -> $crate::ast::Expr {
                $crate::expr::bind(self)
            }
        }
        impl<$($generics)*> $crate::expr::Literal for $from {
            type Value = $ty;
        }
        impl<$($generics)*> $crate::expr::Bind<$ty> for $from {
            fn push(self, values: &mut ::std::vec::Vec<$crate::value::Value>) {
                values.push($crate::value::ToValue::to_value(self));
            }
        }
        impl<$($generics)*> $crate::expr::Bind<::core::option::Option<$ty>> for $from {
            fn push(self, values: &mut ::std::vec::Vec<$crate::value::Value>) {
                values.push($crate::value::ToValue::to_value(self));
            }
        }
    };
    ($($from:ty => $ty:ty $(: $compare:ident)?),+ $(,)?) => {$(
        $crate::__sql_literal!([] $from => $ty $(, $compare)?);
    )+};
}
