//! `node!`: a node of the tree with some fields given, where the compiler allows no literal.

/// A node of the tree: the fields given, and all others as in `..base`.
///
/// Nodes may get fields, so code outside `kysera-sql` cannot write them as struct literals. This is the literal all the
/// same; it makes `base` first, then sets the fields in their order.
///
/// ```
/// # use kysera_sql::{ast::{Expr, Literal, Select, SelectItem, TableRef}, node};
/// let first = node!(Select {
///     items: vec![SelectItem::expr(Expr::column("person", "id"))],
///     limit: Some(Expr::Literal(Literal::Int(1))),
///     ..Select::from(TableRef::named("person"))
/// });
/// assert_eq!(first.items.len(), 1);
/// ```
#[macro_export]
macro_rules! node {
    (@value $field:ident) => { $field };
    (@value $field:ident $value:expr) => { $value };
    ($node:path { $($field:ident $(: $value:expr)?,)* ..$base:expr }) => {{
        let mut node: $node = $base;
        $(node.$field = $crate::node!(@value $field $($value)?);)*
        node
    }};
}
