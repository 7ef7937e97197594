//! What another query may contain: any query of rows, erased or not.

use super::{Erased, Select};
use crate::ast;

/// A query of rows, as a part of another statement: in `exists`, `array_from`, a CTE, a set operation, an insert.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a query of rows",
    note = "pass what `select_from(..)` began, after `.select(..)`, or a set operation"
)]
pub trait Subquery {
    /// What a row is.
    type Out;
    /// What it takes from the query around it.
    type Outer;
    /// The tree.
    fn into_select(self) -> ast::Select;
}

impl<S, O, Out> Subquery for Select<S, O, Out> {
    type Out = Out;
    type Outer = O;

    #[inline]
    fn into_select(self) -> ast::Select {
        self.into_ast()
    }
}

impl<Out, O> Subquery for Erased<Out, O> {
    type Out = Out;
    type Outer = O;

    #[inline]
    fn into_select(self) -> ast::Select {
        self.into_ast()
    }
}
