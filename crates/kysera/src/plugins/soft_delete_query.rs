//! How a query speaks to soft delete: what it sees, and the statements that mark and unmark.

use super::soft_delete::{MARK, NAME, ONLY_DELETED, RESTORE, REVIVE, WITH_DELETED};
use kysera_sql::ast::Directive;
use kysera_sql::query::{PluginDirectives, Source, TableSource, Unfiltered, Unselected};
use kysera_sql::typed::{In, Nil, Required};
use kysera_sql::write::{Insert, Update, update};

/// What a query sees of soft-deleted rows. It concerns the tables in the query's own FROM; subqueries say it for
/// themselves.
pub trait SoftDeletes: PluginDirectives {
    /// Deleted rows too.
    #[must_use = "returns the query"]
    fn with_deleted(self) -> Self;

    /// Deleted rows alone.
    #[must_use = "returns the query"]
    fn only_deleted(self) -> Self;
}

/// What an upsert does with a soft-deleted row that it meets. By default that is an error of kind
/// [`HiddenConflict`](kysera_core::ErrorKind::HiddenConflict).
pub trait Revives: PluginDirectives {
    /// Updates the row and takes its mark away.
    #[must_use = "returns the insert"]
    fn revive(self) -> Self;
}

/// An update that marks rows as deleted, with the instant of the statement.
///
/// ```
/// # use kysera::{plugins::*, prelude::*, repository::*};
/// # use kysera_sql::doc::*;
/// # async fn example(db: &Db) -> kysera::Result<()> {
/// let marked = soft_delete(Post).filter(Post.id.eq(1)).execute(db).await?.rows_affected;
/// // update "post" set "deleted_at" = $1 where "post"."deleted_at" is null and "post"."id" = $2
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// When run without the plugin, or for a table that has no soft delete.
pub fn soft_delete<S: TableSource>(table: S) -> Marking<S> {
    told(table, MARK)
}

/// An update that takes the mark away. It reaches deleted rows alone.
///
/// # Errors
/// When run without the plugin, or for a table that has no soft delete.
pub fn restore<S: TableSource>(table: S) -> Marking<S> {
    told(table, RESTORE)
}

/// The update behind [`soft_delete`] and [`restore`].
type Marking<S> =
    Update<<S as Source>::Mark, In<<S as Source>::Mark, Required, Nil>, Nil, Unfiltered, Unselected>;

fn told<S: TableSource>(table: S, mode: &'static str) -> Marking<S> {
    update(table).directive(Directive { plugin: NAME, mode })
}

impl<Q: PluginDirectives> SoftDeletes for Q {
    fn with_deleted(self) -> Self {
        self.directive(Directive { plugin: NAME, mode: WITH_DELETED })
    }

    fn only_deleted(self) -> Self {
        self.directive(Directive { plugin: NAME, mode: ONLY_DELETED })
    }
}

impl<T, O, Out> Revives for Insert<T, O, Out> {
    fn revive(self) -> Self {
        self.directive(Directive { plugin: NAME, mode: REVIVE })
    }
}
