//! What a statement is called in logs, traces and metrics: its operation and the table that it is about.

use crate::ast::{FromItem, Statement};
use crate::compiled::Summary;
use crate::ident::Name;

/// Copies nothing but a name that was made at run time.
pub(super) fn summary(statement: &Statement) -> Summary {
    let table = match statement {
        Statement::Select(select) => select.from.first().and_then(first_table),
        Statement::Insert(insert) => Some(&insert.into.name),
        Statement::Update(update) => Some(&update.table.name),
        Statement::Delete(delete) => Some(&delete.from.name),
        Statement::Merge(merge) => Some(&merge.into.name),
        Statement::Schema(schema) => schema.table().map(|table| &table.name),
        Statement::Raw { .. } => return Summary::default(),
    };
    Summary::new(statement.kind(), table.cloned())
}

fn first_table(mut item: &FromItem) -> Option<&Name> {
    loop {
        item = match item {
            FromItem::Table(table) => return Some(&table.name),
            FromItem::Join(join) => &join.left,
            FromItem::Derived(derived) => derived.query.from.first()?,
            FromItem::Cte(_) | FromItem::Raw { .. } => return None,
        };
    }
}
