//! The functional way: plain async functions over a context.
//!
//! A data-access function takes where it runs and what it needs, and returns rows. Taking `&impl Executor` makes it
//! run on a database, in a transaction and inside another function alike; plugins act in all of them.
//!
//! ```
//! # use kysera::{plugins::*, prelude::*, repository::*};
//! # use kysera_sql::doc::*;
//! async fn adults(cx: &impl Executor) -> kysera::Result<Vec<Person>> {
//!     select_from(Person).filter(Person.age.ge(18)).select(Person.all()).fetch_all(cx).await
//! }
//!
//! async fn move_in(db: &Db, owner: i64) -> kysera::Result<usize> {
//!     db.transaction(async |tx| {
//!         insert_into(Pet).values(NewPet { name: "Rex".into(), owner_id: owner }).execute(tx).await?;
//!         Ok(adults(tx).await?.len())
//!     })
//!     .await
//! }
//! ```

use kysera_core::{Db, Executor, ExecutorRef};
use std::any::Any;

/// Where data-access functions run, with what belongs to one request: the user, the tenant, a trace.
///
/// Values are seen by plugins too, through their own context.
#[derive(Clone, Debug)]
pub struct Context<'e> {
    executor: ExecutorRef<'e>,
    db: Db,
}

impl<'e> Context<'e> {
    /// A context over a database or a transaction.
    pub fn new<E: Executor>(on: &'e E) -> Context<'e> {
        let executor = on.executor();
        Context { executor, db: executor.db().clone() }
    }

    /// The same context with a value; one of the same type is replaced.
    #[must_use = "returns the context"]
    pub fn with<V: Any + Send + Sync>(mut self, value: V) -> Context<'e> {
        self.db = self.db.with(value);
        self
    }

    /// The value of this type, if one was given here or to the database handle.
    pub fn get<V: Any>(&self) -> Option<&V> {
        self.db.extensions().get()
    }
}

impl Executor for Context<'_> {
    fn executor(&self) -> ExecutorRef<'_> {
        self.executor.with_db(&self.db)
    }
}
