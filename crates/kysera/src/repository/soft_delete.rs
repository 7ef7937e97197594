//! Marking rows as deleted and bringing them back, one by its key.

use super::{Repository, not_found};
use crate::plugins::{SoftDeletes, restore, soft_delete};
use kysera_core::driver::BoxFuture;
use kysera_core::{QueryExt, Result};
use kysera_sql::query::select_from;
use kysera_sql::row::FromRow;
use kysera_sql::typed::Keyed;

/// What a repository can do for a table of the [`SoftDelete`](crate::plugins::SoftDelete) plugin.
///
/// Without the plugin each of these fails, and says so.
pub trait SoftDeleteRepository<T: Keyed> {
    /// Marks the row as deleted; it is hidden from then on.
    ///
    /// # Errors
    /// `NotFound` when there is none, or it is marked already.
    fn soft_delete(&self, key: T::Key) -> BoxFuture<'_, Result<()>>;

    /// Takes the mark away and returns the row.
    ///
    /// # Errors
    /// `NotFound` when no deleted row has this key.
    fn restore(&self, key: T::Key) -> BoxFuture<'_, Result<T>>;

    /// The row with this key, deleted or not.
    ///
    /// # Errors
    /// Those of the database.
    fn find_with_deleted(&self, key: T::Key) -> BoxFuture<'_, Result<Option<T>>>;
}

impl<T> SoftDeleteRepository<T> for Repository<'_, T>
where
    T: Keyed + FromRow + Send,
    T::Key: Send,
{
    fn soft_delete(&self, key: T::Key) -> BoxFuture<'_, Result<()>> {
        Box::pin(async move {
            let outcome = soft_delete(T::COLUMNS).filter(T::has_key(key)).execute(&self.at).await?;
            if outcome.rows_affected == 0 { Err(not_found::<T>()) } else { Ok(()) }
        })
    }

    fn restore(&self, key: T::Key) -> BoxFuture<'_, Result<T>> {
        Box::pin(async move {
            let query = restore(T::COLUMNS).filter(T::has_key(key)).returning(T::ALL);
            query.fetch_optional(&self.at).await?.ok_or_else(not_found::<T>)
        })
    }

    fn find_with_deleted(&self, key: T::Key) -> BoxFuture<'_, Result<Option<T>>> {
        Box::pin(async move {
            let query = select_from(T::COLUMNS).filter(T::has_key(key)).select(T::ALL);
            query.with_deleted().fetch_optional(&self.at).await
        })
    }
}
