//! A driver decorator that writes down the SQL that SQLite is sent.

use crate::sql::one_line;
use kysera::Result;
use kysera::dialect::Dialect;
use kysera::extend::driver::{Attempt, BoxFuture, Connection, Driver, Ran, RowStream, TransactionOptions};
use kysera::extend::sql::compiled::{Access, Compiled};
use kysera::extend::sql::row::RowSink;
use kysera::sqlite::Sqlite;
use std::sync::{Arc, Mutex};

/// SQLite in memory; clones share it and what was written down.
#[derive(Clone, Debug)]
pub(crate) struct Recorder {
    inner: Sqlite,
    sent: Sent,
}

type Sent = Arc<Mutex<Vec<String>>>;

fn note(sent: &Sent, statement: &Compiled) {
    sent.lock().expect("nobody panics here").push(one_line(&statement.sql));
}

impl Recorder {
    pub(crate) fn new() -> Recorder {
        Recorder { inner: Sqlite::memory().expect("memory is at hand"), sent: Sent::default() }
    }

    /// The same database, unobserved.
    pub(crate) fn unobserved(&self) -> Sqlite {
        self.inner.clone()
    }

    pub(crate) fn sent(&self) -> Vec<String> {
        self.sent.lock().expect("nobody panics here").clone()
    }
}

impl Driver for Recorder {
    fn dialect(&self) -> &dyn Dialect {
        self.inner.dialect()
    }

    fn try_run(&self, statement: &Compiled, sink: &mut dyn RowSink) -> Attempt {
        let attempt = self.inner.try_run(statement, sink);
        if matches!(attempt, Attempt::Done(_)) {
            note(&self.sent, statement);
        }
        attempt
    }

    fn acquire(&self, access: Access) -> BoxFuture<'_, Result<Box<dyn Connection>>> {
        Box::pin(async move {
            let inner = self.inner.acquire(access).await?;
            let observed: Box<dyn Connection> = Box::new(Observed { inner, sent: Arc::clone(&self.sent) });
            Ok(observed)
        })
    }

    fn excludes(&self, held: Access, wanted: Access) -> bool {
        self.inner.excludes(held, wanted)
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        self.inner.close()
    }
}

#[derive(Debug)]
struct Observed {
    inner: Box<dyn Connection>,
    sent: Sent,
}

impl Connection for Observed {
    fn try_run(&mut self, statement: &Compiled, sink: &mut dyn RowSink) -> Attempt {
        let attempt = self.inner.try_run(statement, sink);
        if matches!(attempt, Attempt::Done(_)) {
            note(&self.sent, statement);
        }
        attempt
    }

    fn run(&mut self, statement: Compiled, sink: Box<dyn RowSink>) -> BoxFuture<'_, Ran> {
        note(&self.sent, &statement);
        self.inner.run(statement, sink)
    }

    fn stream(&mut self, statement: Compiled) -> BoxFuture<'_, Result<Box<dyn RowStream + '_>>> {
        note(&self.sent, &statement);
        self.inner.stream(statement)
    }

    fn pipeline(&mut self, batch: Vec<(Compiled, Box<dyn RowSink>)>) -> BoxFuture<'_, Vec<Ran>> {
        batch.iter().for_each(|(statement, _)| note(&self.sent, statement));
        self.inner.pipeline(batch)
    }

    fn run_script<'c>(&'c mut self, sql: &'c str) -> BoxFuture<'c, Result<()>> {
        self.inner.run_script(sql)
    }

    fn begin(&mut self, options: TransactionOptions) -> BoxFuture<'_, Result<()>> {
        self.inner.begin(options)
    }

    fn commit(&mut self) -> BoxFuture<'_, Result<()>> {
        self.inner.commit()
    }

    fn rollback(&mut self) -> BoxFuture<'_, Result<()>> {
        self.inner.rollback()
    }

    fn savepoint<'c>(&'c mut self, name: &'c str) -> BoxFuture<'c, Result<()>> {
        self.inner.savepoint(name)
    }

    fn release<'c>(&'c mut self, name: &'c str) -> BoxFuture<'c, Result<()>> {
        self.inner.release(name)
    }

    fn rollback_to<'c>(&'c mut self, name: &'c str) -> BoxFuture<'c, Result<()>> {
        self.inner.rollback_to(name)
    }
}
