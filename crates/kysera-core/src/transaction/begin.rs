//! Begins transactions on a database handle, and ends those that a closure runs in.

use crate::db::limit::Deadline;
use crate::db::{Db, self_deadlock};
use crate::driver::TransactionOptions;
use crate::error::{Error, Result};
use crate::transaction::handle::Transaction;
use kysera_sql::compiled::Access;
use std::pin::pin;

impl Db {
    /// Runs `f` in a transaction: commits when it returns `Ok`, rolls back when it returns `Err`.
    ///
    /// ```
    /// # use kysera_core::{Db, Result, QueryExt, raw};
    /// # async fn example(db: &Db) -> Result<()> {
    /// db.transaction(async |tx| {
    ///     raw("insert into person (name) values ({})").bind("Ann").execute(tx).await?;
    ///     let (people,): (i64,) = raw("select count(*) from person").rows().fetch_one(tx).await?;
    ///     tx.after_commit(async move || println!("{people} people"));
    ///     Ok(())
    /// })
    /// .await
    /// # }
    /// ```
    ///
    /// Dropping the future rolls back. A statement that was dropped half way inside, say by a time limit, makes the
    /// transaction refuse to commit, unless a savepoint around it was left and so undid it.
    ///
    /// # Errors
    /// The error of `f`, with that of the rollback beside it should this fail too; those of beginning and committing:
    /// `RolledBack` when the database rolled back instead, `CommitUnknown` when the answer to the commit was lost.
    pub async fn transaction<T, F>(&self, f: F) -> Result<T>
    where
        F: AsyncFnOnce(&mut Transaction) -> Result<T>,
    {
        self.transaction_with(TransactionOptions::default(), f).await
    }

    /// As [`transaction`](Db::transaction), with an isolation level or as read-only.
    ///
    /// # Errors
    /// As [`transaction`](Db::transaction); also when the database does not offer an option.
    pub async fn transaction_with<T, F>(&self, options: TransactionOptions, f: F) -> Result<T>
    where
        F: AsyncFnOnce(&mut Transaction) -> Result<T>,
    {
        let deadline = self.deadline(options);
        let mut tx = self.begin_until(options, deadline).await?;
        let result = {
            let mut work = pin!(self_deadlock::holding(self.id(), tx.access(), f(&mut tx)));
            match deadline {
                None => work.as_mut().await,
                Some(deadline) => deadline.bound(work.as_mut()).await,
            }
        };
        tx.end(result).await
    }

    /// As [`transaction`](Db::transaction), with an error type of the caller's: `f` says which.
    ///
    /// ```
    /// # use kysera_core::{Db, Error, Result, QueryExt, raw};
    /// enum Transfer {
    ///     TooPoor,
    ///     Database(Error),
    /// }
    ///
    /// impl From<Error> for Transfer {
    ///     fn from(error: Error) -> Transfer {
    ///         Transfer::Database(error)
    ///     }
    /// }
    ///
    /// # async fn example(db: &Db) -> Result<(), Transfer> {
    /// db.try_transaction(async |tx| {
    ///     let done = raw("update account set amount = amount - 5 where id = 1 and amount >= 5").execute(tx).await?;
    ///     if done.rows_affected == 0 {
    ///         return Err(Transfer::TooPoor);
    ///     }
    ///     raw("update account set amount = amount + 5 where id = 2").execute(tx).await?;
    ///     Ok(())
    /// })
    /// .await
    /// # }
    /// ```
    ///
    /// # Errors
    /// The error of `f`; those of beginning and committing as [`transaction`](Db::transaction). A rollback that fails
    /// after an error of `f` is logged.
    pub async fn try_transaction<T, E, F>(&self, f: F) -> Result<T, E>
    where
        E: From<Error>,
        F: AsyncFnOnce(&mut Transaction) -> Result<T, E>,
    {
        let options = TransactionOptions::default();
        let deadline = self.deadline(options);
        let mut tx = self.begin_until(options, deadline).await?;
        let result = {
            let mut work = pin!(self_deadlock::holding(self.id(), tx.access(), f(&mut tx)));
            match deadline {
                None => work.as_mut().await,
                // An error of `f` is a value here, beside that of the time.
                Some(deadline) => deadline
                    .bound(async { Ok(work.as_mut().await) })
                    .await
                    .unwrap_or_else(|error| Err(error.into())),
            }
        };
        match result {
            Ok(value) => Ok(tx.commit().await.map(|()| value)?),
            Err(error) => {
                tx.rollback_or_log().await;
                Err(error)
            }
        }
    }

    /// Runs `f` on one state of the database: a read-only transaction in which every statement sees the same rows.
    ///
    /// # Errors
    /// As [`transaction`](Db::transaction); `ReadOnly` when `f` writes.
    ///
    /// # Dialects
    /// On SQLite files it also saves the locks that each statement outside a transaction takes.
    pub async fn read<T, F>(&self, f: F) -> Result<T>
    where
        F: AsyncFnOnce(&mut Transaction) -> Result<T>,
    {
        self.transaction_with(TransactionOptions::snapshot(), f).await
    }

    /// Begins a transaction that is committed or rolled back by hand. Dropping it rolls back.
    ///
    /// # Errors
    /// When no connection becomes free in time, or the database refuses.
    pub async fn begin(&self) -> Result<Transaction> {
        self.begin_with(TransactionOptions::default()).await
    }

    /// As [`begin`](Db::begin), with an isolation level or as read-only.
    ///
    /// # Errors
    /// As [`begin`](Db::begin); also when the database does not offer an option.
    pub async fn begin_with(&self, options: TransactionOptions) -> Result<Transaction> {
        self.begin_until(options, self.deadline(options)).await
    }

    async fn begin_until(
        &self,
        options: TransactionOptions,
        deadline: Option<Deadline>,
    ) -> Result<Transaction> {
        let access = if options.read_only { Access::Read } else { Access::Write };
        let mut connection = self.acquire_until(access, deadline).await?;
        connection.begin(options).await?;
        Ok(Transaction::new(self.clone(), access, connection))
    }
}
