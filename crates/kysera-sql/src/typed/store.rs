//! What may be stored in a column.

use super::{Nil, Ref, SqlValue};
use crate::ast;
use crate::expr::{Bindable, Column, Expr, Expression, bind};
use crate::value::ToValue;

/// A value of this type fits a column of type `V`: the same type, and not nullable where the column is not.
#[diagnostic::on_unimplemented(
    message = "a column of type `{Self}` cannot follow or fill a column of type `{V}`",
    note = "columns must agree by position; what may be NULL only fits what may be: `.not_null()` and `.coalesce(..)` make of it what is never NULL"
)]
pub trait FitsColumn<V> {}

// Lists are types of their own, scalars say so one by one: a nested row fits nothing.
impl<T: SqlValue<Base = T>> FitsColumn<T> for T {}
impl<T: SqlValue<Base = T>> FitsColumn<Option<T>> for T {}
impl<T: SqlValue<Base = T>> FitsColumn<Option<T>> for Option<T> {}

/// An expression of this type can be stored in a column of type `V`: as [`FitsColumn`], in the words of `.set(..)`.
#[diagnostic::on_unimplemented(
    message = "an expression of type `{Self}` cannot be stored in a column of type `{V}`",
    note = "where it is an `Option`, it may be NULL (a `scalar(..)` of no row is) and the column may not: write `.not_null()` or `.coalesce(..)` behind it",
    note = "where it has another type, write `.cast::<..>()` behind it"
)]
pub trait FitsSet<V> {}

#[diagnostic::do_not_recommend]
impl<V, W: FitsColumn<V>> FitsSet<V> for W {}

/// What `.set(..)` and the setters of new rows take for a column of type `V`: a value, an `Option` where the column
/// is nullable, a column or an expression.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be stored in a column of type `{V}`",
    note = "a value has the type of its column; an `Option` is for a column that may be NULL",
    note = "a column or expression of another type is cast with `.cast::<..>()`; one that may be NULL becomes one that is not with `.not_null()` or `.coalesce(..)`"
)]
pub trait Storable<V> {
    /// The type of the expression.
    type Value;
    /// The tables that it mentions.
    type Refs;
    /// The expression.
    fn into_stored(self) -> ast::Expr;
}

impl<T: Bindable<Value = T> + ToValue> Storable<Option<T>> for Option<T> {
    type Value = Option<T>;
    type Refs = Nil;
    fn into_stored(self) -> ast::Expr {
        bind(self)
    }
}

impl<T: Bindable<Value = T> + ToValue + Clone> Storable<T> for &T {
    type Value = T;
    type Refs = Nil;
    fn into_stored(self) -> ast::Expr {
        bind(self.clone())
    }
}

impl<T: Bindable<Value = T> + ToValue + Clone> Storable<Option<T>> for &T {
    type Value = T;
    type Refs = Nil;
    fn into_stored(self) -> ast::Expr {
        bind(self.clone())
    }
}

impl<V, W: SqlValue + FitsSet<V>, R> Storable<V> for Expr<W, R> {
    type Value = W;
    type Refs = R;
    fn into_stored(self) -> ast::Expr {
        self.into_node()
    }
}

impl<V, W: SqlValue + FitsSet<V>, T> Storable<V> for Column<T, W> {
    type Value = W;
    type Refs = Ref<T>;
    fn into_stored(self) -> ast::Expr {
        self.into_node()
    }
}
