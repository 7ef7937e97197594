//! `__sql_value!`: all that the typed query asks of a scalar, as implementations for a Rust type.
//!
//! Used for the types of this crate, in `types` beside this file, and by `derive(SqlType)` and `derive(SqlEnum)`.

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
        impl<$($generics)*> $crate::expr::Bindable for $from {
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
