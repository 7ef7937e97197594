//! Nodes that are handed over by pointer, so that the caller has nothing to drop.

use crate::ast::{Expr, Literal};
use std::mem::{ManuallyDrop, replace};

/// A node that the function takes out; what is left has nothing to drop.
pub(crate) type Moved<'a> = &'a mut ManuallyDrop<Expr>;

pub(super) fn take(moved: Moved<'_>) -> Expr {
    replace(moved, Expr::Literal(Literal::Null))
}

/// A node as [`Moved`], to be handed over.
#[inline]
pub(crate) fn moved(node: Expr) -> ManuallyDrop<Expr> {
    ManuallyDrop::new(node)
}
