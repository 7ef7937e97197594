//! `__sql_value!`: all that the typed query asks of a scalar, as implementations for a Rust type.
//!
//! Used for the types of this crate, in `types` beside this file, and by `derive(SqlType)` and `derive(SqlEnum)`.

/// Makes a type of yours a SQL type, by the two traits that say how it is bound and how it is read:
/// [`ToValue`](crate::value::ToValue) and [`FromCell`](crate::cell::FromCell).
///
/// This is what `derive(SqlType)` and `derive(SqlEnum)` call. Write the traits by hand where a value is neither a newtype
/// that travels as what it wraps nor an enum of labels: where it is checked when it is read, put together from parts, or
/// has a type of the database of its own. The type can then be a column, be compared and stored, be a parameter, and be
/// read from rows, from nested rows and from lists.
///
/// # Examples
/// ```
/// use kysera_sql::cell::{Cell, CellError, FromCell};
/// use kysera_sql::value::{SqlType, ToValue, Value};
/// use kysera_sql::{read, sql_type};
///
/// /// A country by its two letters: read from any text, refused when it is none.
/// #[derive(Debug, Clone, Copy, PartialEq)]
/// struct Country([u8; 2]);
///
/// impl ToValue for Country {
///     const SQL_TYPE: SqlType = SqlType::Text;
///
///     fn to_value(self) -> Value {
///         Value::Text(self.0.map(char::from).iter().collect::<String>().into())
///     }
/// }
///
/// impl FromCell for Country {
///     fn from_cell(cell: Cell<'_>) -> Result<Self, CellError> {
///         match read::text(cell, "Country")?.as_bytes() {
///             [a @ b'A'..=b'Z', b @ b'A'..=b'Z'] => Ok(Country([*a, *b])),
///             _ => Err(CellError::new("Country", "text that is not two capital letters")),
///         }
///     }
/// }
///
/// sql_type!(Country);
///
/// # use kysera_sql::{doc::assert_sql, expr::val, prelude::*, query::select_from, doc::Person};
/// let home = select_from(Person).select(val(Country(*b"CH")));
/// assert_sql(home, r#"select ? from "person""#);
/// ```
///
/// What more a type can do is a trait to implement beside it: [`Textual`](crate::typed::Textual) for `like` and the functions of text,
/// [`Comparable`](crate::expr::Comparable) for comparisons with expressions of another type,
/// [`Number`](crate::expr::Number) for arithmetic, [`Sum`](crate::expr::Sum) and [`Avg`](crate::expr::Avg).
///
/// # Dialects
/// What it is called in a definition or a cast is its [`SqlType`](crate::value::SqlType): a type that only one database has is a
/// [`Custom`](crate::value::SqlType::Custom), which travels as text.
#[macro_export]
macro_rules! sql_type {
    ($($ty:ty),+ $(,)?) => {$(
        $crate::__scalar!($ty);
        $crate::__sql_value!($ty);
    )+};
}

/// Makes Rust types SQL types in queries: everything that a typed query asks of a scalar, beside `FromCell`, `ToValue`
/// and `FromRow`, which say how it is read and bound.
///
/// For a type `Id` it expands to these; a value of `Id` is bound:
///
/// ```text
/// SqlValue for Id              a type that is never NULL; `Option<Id>` may be
/// RowShape for Id              one column of a row, of FROM and of ORDER BY
/// Comparable<Id> for Id        a column of it may be compared with a column of it
/// AsExpr<Id> for Id            column.eq(id)
/// Alternative<Id> for Id       column.coalesce(id)
/// Storable<Id> for Id          column.set(id)
/// Storable<Option<Id>> for Id  column.set(id), where the column is nullable
/// Bindable for Id              val(id); the impls for `&Id` and `Option<Id>` follow from it
/// Bind<Id> for Id              query.bind(id)
/// Bind<Option<Id>> for Id      query.bind(id), where the parameter is nullable
/// ```
///
/// The last seven are `__sql_literal!`, which also lets values of other Rust types be given for it: `&str` for `String`.
/// Behind a colon: the function that compares a column with a value, for the types of this crate; a program has many
/// such calls, and one that knows the type is smaller. In brackets: the parameters of a generic type.
#[doc(hidden)]
#[macro_export]
macro_rules! __sql_value {
    ([$($generics:tt)*] $ty:ty $(, $compare:ident)?) => {
        impl<$($generics)*> $crate::typed::SqlValue for $ty {
            type Base = $ty;
            type Null = $crate::typed::Required;
            type Nullable = ::core::option::Option<$ty>;
            const TYPE: $crate::value::SqlType = <$ty as $crate::value::ToValue>::SQL_TYPE;
            const RANGE: $crate::value::IntegerRange = <$ty as $crate::value::ToValue>::RANGE;
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

/// Lets values of `$from` be given where a `$ty` is expected: compared with it, stored in it, written with `val`.
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
        impl<$($generics)*> $crate::expr::Alternative<$ty> for $from {
            type Refs = $crate::typed::Nil;
            type Null = $crate::typed::Required;
            fn into_result(self) -> $crate::ast::Expr {
                $crate::expr::bind(self)
            }
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
            fn push_values(self, values: &mut ::std::vec::Vec<$crate::value::Value>) {
                values.push($crate::value::ToValue::to_value(self));
            }
        }
        impl<$($generics)*> $crate::expr::Bind<::core::option::Option<$ty>> for $from {
            fn push_values(self, values: &mut ::std::vec::Vec<$crate::value::Value>) {
                values.push($crate::value::ToValue::to_value(self));
            }
        }
    };
    ($($from:ty => $ty:ty $(: $compare:ident)?),+ $(,)?) => {$(
        $crate::__sql_literal!([] $from => $ty $(, $compare)?);
    )+};
}
