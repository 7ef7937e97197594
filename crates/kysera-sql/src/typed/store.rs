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

/// What `.set(..)` and the setters of new rows take for a column of type `V`: a value, an `Option` where the column
/// is nullable, a column or an expression.
#[diagnostic::on_unimplemented(message = "`{Self}` cannot be stored in a column of type `{V}`")]
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

impl<V, W: SqlValue + FitsColumn<V>, R> Storable<V> for Expr<W, R> {
    type Value = W;
    type Refs = R;
    fn into_stored(self) -> ast::Expr {
        self.into_node()
    }
}

impl<V, W: SqlValue + FitsColumn<V>, T> Storable<V> for Column<T, W> {
    type Value = W;
    type Refs = Ref<T>;
    fn into_stored(self) -> ast::Expr {
        self.into_node()
    }
}
