//! Expressions whose order is asked for: `<`, `between`, `min`, `max`, keys of ORDER BY.

use crate::ast::{self, UnsaidNulls};
use crate::typed::{NullOf, Nullability, SqlValue};
use crate::value::SqlType;

/// The node, where its order is asked for: an enum says what it is, by a cast that changes nothing, because some databases
/// do not know the order of its labels. Which of the two is known when the program is compiled.
#[inline]
pub(super) fn ordered<V: SqlValue>(node: ast::Expr) -> ast::Expr {
    if is_enum::<V>() {
        ast::Expr::Cast { operand: Box::new(node), to: V::TYPE, from: V::TYPE }
    } else {
        node
    }
}

#[inline]
pub(super) const fn is_enum<V: SqlValue>() -> bool {
    matches!(V::TYPE, SqlType::Custom(ty) if !ty.labels.is_empty())
}

/// What NULL counts as in a key of this type that does not say it: the same on every database.
#[inline]
pub(super) const fn unsaid<V: SqlValue>() -> UnsaidNulls {
    if <NullOf<V> as Nullability>::NULLABLE { UnsaidNulls::Highest } else { UnsaidNulls::HighestBehindJoins }
}
