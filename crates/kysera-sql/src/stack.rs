//! Enough stack for one more level of a tree.
//!
//! A tree may be as deep as its author pleases: a loop of `q = q.union_all(other)`, or a filter from outside. What goes
//! through it goes through [`grow`], so that depth ends in an error of the compiler and never in an overflow, which
//! aborts the process.

/// What one level may take before the next one asks again; code without optimisation takes the most.
const RED_ZONE: usize = 128 * 1024;

/// How much is added at a time.
const SEGMENT: usize = 1024 * 1024;

/// Runs `work` on this stack, or on a new piece of it when little is left.
///
/// [`Visit`](crate::visit::Visit) and [`VisitMut`](crate::visit::VisitMut) call it at every level. Code that goes into a
/// tree by itself does so too:
///
/// ```
/// use kysera_sql::ast::{Expr, FromItem};
/// use kysera_sql::stack;
///
/// fn tables(item: &FromItem) -> usize {
///     match item {
///         FromItem::Table(_) => 1,
///         FromItem::Join(join) => stack::grow(|| tables(&join.left) + tables(&join.right)),
///         _ => 0,
///     }
/// }
/// ```
#[inline]
pub fn grow<R>(work: impl FnOnce() -> R) -> R {
    stacker::maybe_grow(RED_ZONE, SEGMENT, work)
}
