//! Repositories: the everyday statements over one table, through the same executor and plugins as any query.
//!
//! A repository holds nothing but what it runs on. For anything that it does not offer, write a query.

mod list;
mod soft_delete;

pub use list::{Count, List};
pub use soft_delete::SoftDeleteRepository;

use kysera_core::{Error, ErrorKind, Executor, ExecutorRef, QueryExt, Result};
use kysera_sql::query::select_from;
use kysera_sql::row::FromRow;
use kysera_sql::typed::{Insertable, Keyed, Patch};
use kysera_sql::write::{delete_from, insert_into, update};
use std::fmt;
use std::marker::PhantomData;

/// Create, find, update, delete, list and count over table `T`.
///
/// ```
/// # use kysera::{plugins::*, prelude::*, repository::*};
/// # use kysera_sql::doc::*;
/// # async fn example(db: &Db) -> kysera::Result<()> {
/// let people = Repository::<Person>::new(db);
/// let ann = people.create(NewPerson { first_name: "Ann".into(), age: 40 }).await?;
/// let ann = people.update(ann.id, PersonPatch::new().age(41)).await?;
/// assert_eq!(people.get(ann.id).await?.age, 41);
/// # Ok(())
/// # }
/// ```
pub struct Repository<'e, T> {
    at: At<'e>,
    table: PhantomData<fn() -> T>,
}

/// Where a repository runs, without the type of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct At<'e>(ExecutorRef<'e>);

impl Executor for At<'_> {
    fn executor(&self) -> ExecutorRef<'_> {
        self.0
    }
}

impl<'e, T> Repository<'e, T> {
    /// A repository that runs on a database, a transaction or a context.
    pub fn new<E: Executor>(on: &'e E) -> Self {
        Repository { at: At(on.executor()), table: PhantomData }
    }
}

impl<T> Clone for Repository<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Repository<'_, T> {}

impl<T> fmt::Debug for Repository<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Repository").finish_non_exhaustive()
    }
}

impl<'e, T: Keyed + FromRow + Send> Repository<'e, T> {
    /// Inserts a row and returns it as the database has it: with its key, its defaults and what plugins added.
    ///
    /// # Errors
    /// `UniqueViolation` and the other constraint kinds.
    pub async fn create(&self, row: impl Insertable<T>) -> Result<T> {
        insert_into(T::COLUMNS).values(row).returning(T::ALL).fetch_one(&self.at).await
    }

    /// Inserts many rows in one statement, and returns them in order. Of no rows nothing is sent.
    ///
    /// # Errors
    /// As [`create`](Repository::create); either every row is inserted or none.
    pub async fn create_many<R: Insertable<T>>(&self, rows: impl IntoIterator<Item = R>) -> Result<Vec<T>> {
        let mut rows = rows.into_iter().peekable();
        if rows.peek().is_none() {
            return Ok(Vec::new());
        }
        insert_into(T::COLUMNS).rows(rows).returning(T::ALL).fetch_all(&self.at).await
    }

    /// The row with this key.
    ///
    /// # Errors
    /// Those of the database; a row that is not there, or is hidden, is `None`.
    pub async fn find(&self, key: T::Key) -> Result<Option<T>> {
        select_from(T::COLUMNS).filter(T::has_key(key)).select(T::ALL).fetch_optional(&self.at).await
    }

    /// The row with this key.
    ///
    /// # Errors
    /// `NotFound` when there is none, or it is hidden.
    pub async fn get(&self, key: T::Key) -> Result<T> {
        self.find(key).await?.ok_or_else(not_found::<T>)
    }

    /// Changes the row with this key, and returns it as it is then. An empty patch changes nothing and still returns
    /// the row.
    ///
    /// # Errors
    /// `NotFound` when there is none, or it is hidden; the constraint kinds.
    pub async fn update(&self, key: T::Key, patch: impl Patch<T>) -> Result<T> {
        let assignments = patch.into_assignments();
        if assignments.is_empty() {
            return self.get(key).await;
        }
        let query = update(T::COLUMNS).assign(assignments).filter(T::has_key(key)).returning(T::ALL);
        query.fetch_optional(&self.at).await?.ok_or_else(not_found::<T>)
    }

    /// Deletes the row with this key for good. `SoftDeleteRepository` marks it instead.
    ///
    /// # Errors
    /// `NotFound` when there is none, or it is hidden; `ForeignKeyViolation` when others refer to it.
    pub async fn delete(&self, key: T::Key) -> Result<()> {
        let outcome = delete_from(T::COLUMNS).filter(T::has_key(key)).execute(&self.at).await?;
        if outcome.rows_affected == 0 { Err(not_found::<T>()) } else { Ok(()) }
    }
}

fn not_found<T: Keyed>() -> Error {
    Error::new(ErrorKind::NotFound, format!("no row of table {} has this key", T::META.name))
        .with_table(T::META.name.clone())
}
