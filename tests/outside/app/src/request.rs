//! A request of the application as something that queries run on.

use kysera::executor::{Executor, ExecutorRef};

/// Who asks, and where the queries run: on a database, in a transaction, in a savepoint.
#[derive(Debug)]
pub struct Request<'e, E> {
    on: &'e E,
    /// The name of the one who asks.
    pub user: &'e str,
}

impl<'e, E: Executor> Request<'e, E> {
    /// A request of `user`.
    pub fn new(on: &'e E, user: &'e str) -> Self {
        Request { on, user }
    }
}

impl<E: Executor> Executor for Request<'_, E> {
    fn executor(&self) -> ExecutorRef<'_> {
        self.on.executor()
    }
}
