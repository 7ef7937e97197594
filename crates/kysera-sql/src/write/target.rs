//! The table that a statement writes to, and what it returns.

use crate::ast::{ColumnRef, Expr, FromItem, SelectItem, TableRef};
use crate::ident::Name;
use crate::query::{Selection, selected};
use crate::visit::{VisitMut, walk_mut};
use std::convert::Infallible;

/// The table behind a source; the types let nothing else through. What is no table all the same gets a name that no
/// database has, so that nothing is written.
pub(crate) fn table_of(mut item: FromItem) -> TableRef {
    let nothing = TableRef::named("");
    match &mut item {
        FromItem::Table(table) => std::mem::replace(table, nothing),
        _ => nothing,
    }
}

/// The items of a selection.
pub(super) fn items<S, I>(selection: impl Selection<S, I>) -> Vec<SelectItem> {
    selected(selection)
}

/// The names of selected columns. What is no column gets an empty name, which the compiler refuses.
pub(crate) fn columns<S, I>(selection: impl Selection<S, I>) -> Vec<Name> {
    let name = |item: &mut SelectItem| match item {
        SelectItem::Expr { expr: Expr::Column(column), .. } => std::mem::take(&mut column.name),
        _ => Name::Borrowed(""),
    };
    items(selection).iter_mut().map(name).collect()
}

/// The expression with no table in front of its columns.
pub(crate) fn unqualified(mut expr: Expr) -> Expr {
    let Ok(()) = Unqualify.expr(&mut expr);
    expr
}

struct Unqualify;

impl VisitMut for Unqualify {
    type Error = Infallible;

    fn column(&mut self, node: &mut ColumnRef) -> Result<(), Infallible> {
        node.table = None;
        walk_mut::column(self, node)
    }
}
