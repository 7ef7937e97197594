//! Which writes a database does not give the rows of, or not all and only those that were written.

use super::handle::Db;
use kysera_sql::ast::{ConflictAction, InsertSource, Statement, TableRef};

impl Db {
    /// True for a write whose rows the database does not give back, and that may be read by their keys instead.
    pub(crate) fn reads_back(&self, statement: &Statement) -> bool {
        let has = self.dialect().capabilities();
        has.returning_by_key
            && match statement {
                Statement::Insert(insert) => {
                    // A row that is there and stays would be given back as well, but for one that comes from a query.
                    let action = insert.on_conflict.as_ref().map(|conflict| &conflict.action);
                    let passes_over = matches!(action, Some(ConflictAction::DoNothing))
                        && !matches!(insert.source, InsertSource::Select(_));
                    !(has.returning && !passes_over || insert.returning.is_empty())
                }
                Statement::Update(update) => !(has.returning_update || update.returning.is_empty()),
                Statement::Delete(delete) => {
                    // With more than the bare table it gives nothing back, and of rows that are deleted with each
                    // other only those that it reaches first.
                    let is_bare = delete.using.is_empty() && delete.from.alias.is_none();
                    let is_native = has.returning && is_bare && !cascades_to_itself(&delete.from);
                    !(is_native || delete.returning.is_empty())
                }
                _ => false,
            }
    }
}

/// True when rows of a table may be deleted with others of it.
fn cascades_to_itself(table: &TableRef) -> bool {
    let Some(meta) = table.meta.as_deref() else { return false };
    meta.foreign_keys.iter().any(|key| key.on_delete.is_some() && key.references.name == meta.name)
}
