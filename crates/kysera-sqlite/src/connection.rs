//! A connection as the executor sees it: runs statements here or on the pool, and knows what a dropped future left.

use crate::blocking::{self, OnDrop, PendingReturn};
use crate::busy::BusyWait;
use crate::error::{closed, invalid, is_busy};
use crate::options;
use crate::pool::{Pooled, Shared};
use crate::raw::connection::{RawConnection, Role};
use crate::raw::run;
use crate::raw::watchdog::Watch;
use crate::schedule::{Thread, schedule};
use crate::stream;
use crate::transaction::{Lost, Tx};
use crate::yield_now::{self, yield_if_due};
use kysera_core::driver::{Attempt, BoxFuture, Connection, ExecResult, Ran, RowStream, TransactionOptions};
use kysera_core::{Error, ErrorKind, Result};
use kysera_sql::compiled::Compiled;
use kysera_sql::row::RowSink;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

pub(crate) struct SqliteConnection {
    pub(crate) shared: Arc<Shared>,
    /// None while a job has it.
    pooled: Option<Pooled>,
    returning: Option<PendingReturn>,
    pub(crate) tx: Tx,
    /// True when the only connection was given back for the rest of a stream.
    released: bool,
    /// What is being done; still there at the next call when its future was dropped.
    doing: Option<Doing>,
}

/// Work that a dropped future leaves half done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Doing {
    /// A statement.
    Statement,
    /// A stream of a query, which may be dropped at any time.
    Stream,
    /// A commit.
    Commit,
    /// A rollback.
    Rollback,
}

impl SqliteConnection {
    pub(crate) fn new(shared: Arc<Shared>, pooled: Pooled) -> Self {
        SqliteConnection {
            shared,
            pooled: Some(pooled),
            returning: None,
            tx: Tx::None,
            released: false,
            doing: None,
        }
    }

    /// The connection, which is at home.
    pub(crate) fn raw(&self) -> Result<&RawConnection> {
        self.pooled.as_deref().ok_or_else(closed)
    }

    /// Waits for a connection that a dropped future left returning, and sees what became of the transaction.
    pub(crate) async fn reclaim(&mut self) -> Result<()> {
        if let Some(returning) = &mut self.returning {
            let home = returning.await;
            self.returning = None;
            self.pooled = home.ok();
        }
        if self.released {
            self.pooled = Some(self.shared.acquire(Role::Writer).await?);
            self.released = false;
        }
        let Some(left) = self.doing.take() else { return self.raw().map(|_| ()) };
        let autocommit = self.raw()?.is_autocommit();
        self.tx = self.tx.after_drop(left, autocommit);
        Ok(())
    }

    /// Settles, and refuses when the transaction is broken.
    pub(crate) async fn ready(&mut self) -> Result<()> {
        self.reclaim().await?;
        self.notice_rollback();
        self.tx.check()
    }

    pub(crate) fn start(&mut self, doing: Doing) {
        self.doing = Some(doing);
    }

    pub(crate) fn done(&mut self) {
        self.doing = None;
    }

    /// Does `work` on the blocking pool, or here when there is no runtime.
    pub(crate) async fn on_blocking_pool<R: Send + 'static>(
        &mut self,
        on_drop: OnDrop,
        work: impl FnOnce(&RawConnection) -> R + Send + 'static,
    ) -> Result<R> {
        let pooled = self.pooled.take().ok_or_else(closed)?;
        let (task, returning) = blocking::start(pooled, on_drop, work);
        self.returning = Some(returning);
        let done = task.finish().await;
        // The job sent the connection before its result.
        self.pooled = self.returning.take().and_then(|mut returning| returning.try_recv().ok());
        done
    }

    /// True when the database has one connection, in memory, and this is no transaction: streams are read on ahead.
    pub(crate) fn reads_ahead(&self) -> bool {
        self.shared.options.location == options::Location::Memory && !self.tx.is_open()
    }

    /// Gives the only connection back for as long as nothing is run here.
    pub(crate) fn release_single(&mut self) {
        if self.reads_ahead() && self.pooled.take().is_some() {
            self.released = true;
        }
    }

    /// The connection, for whoever gives it back when it is no longer needed. The next call here takes another.
    pub(crate) fn hand_off(&mut self) -> Result<Pooled> {
        let pooled = self.take_pooled()?;
        pooled.forget_holder();
        self.released = true;
        self.done();
        Ok(pooled)
    }

    pub(crate) fn role(&self) -> Option<Role> {
        self.pooled.as_ref().map(Pooled::role)
    }

    pub(crate) fn take_pooled(&mut self) -> Result<Pooled> {
        self.pooled.take().ok_or_else(closed)
    }

    pub(crate) fn set_returning(&mut self, returning: PendingReturn) {
        self.returning = Some(returning);
    }

    pub(crate) fn schedule(&self, statement: &Compiled) -> Result<Thread> {
        schedule(statement, &self.shared.options, &self.shared.history, self.tx.is_open())
    }

    /// Runs a statement to its end, waiting out the locks of other processes.
    pub(crate) async fn run_to_end(&mut self, mut statement: Compiled, mut sink: Box<dyn RowSink>) -> Ran {
        self.ready().await?;
        self.start(Doing::Statement);
        let mut busy = BusyWait::new(self.shared.options.busy_timeout);
        let ran = loop {
            if self.tx.is_open() {
                // Outside a transaction the connection was had a moment ago, after a yield if one was owed: nobody is to
                // wait for it while this task waits for its turn.
                yield_if_due().await;
            }
            let ran = self.run_once(statement, sink).await;
            let (back, done);
            (statement, back, done) = match ran {
                Ok(parts) => parts,
                Err(error) => break Err(error),
            };
            sink = back;
            match done {
                Err(error) if is_busy(&error) && busy.wait().await => sink.clear(),
                Err(error) => break Err(error),
                Ok(outcome) => break Ok((outcome, sink)),
            }
        };
        self.done();
        self.notice_rollback();
        ran
    }

    async fn run_once(&mut self, statement: Compiled, mut sink: Box<dyn RowSink>) -> Result<Once> {
        if let Thread::Caller(watch) = self.schedule(&statement)? {
            let attempt = self.run_here(&statement, &mut *sink, watch)?;
            if let Attempt::Done(done) = attempt {
                return Ok((statement, sink, done));
            }
        }
        let budget = self.shared.options.budget;
        let shared = Arc::clone(&self.shared);
        self.on_blocking_pool(OnDrop::Cancel, move |raw| {
            let start = Instant::now();
            let done = run::there(raw, &statement, &mut *sink);
            note_latency(&shared, &statement, start.elapsed(), budget);
            (statement, sink, done)
        })
        .await
    }

    /// Runs on the calling task.
    pub(crate) fn run_here(
        &self,
        statement: &Compiled,
        sink: &mut dyn RowSink,
        watch: Watch,
    ) -> Result<Attempt> {
        Ok(run_here(self.raw()?, &self.shared, statement, sink, watch))
    }

    /// SQLite may have rolled the transaction back by itself (lang_transaction.html, section 3). Looked at after each
    /// statement and before the next, which would else run on its own.
    pub(crate) fn notice_rollback(&mut self) {
        if self.tx.is_open() && self.pooled.as_deref().is_some_and(RawConnection::is_autocommit) {
            self.tx = Tx::Broken(Lost::RolledBack);
        }
    }

    async fn script(&mut self, sql: String) -> Result<()> {
        self.ready().await?;
        self.start(Doing::Statement);
        let ran = self
            .on_blocking_pool(OnDrop::Cancel, move |raw| {
                raw.watchdog.watch(Watch::Off);
                let ran = raw.conn.execute_batch(&sql);
                raw.take_frames();
                ran.map_err(|error| crate::error::from_client(error, &sql))
            })
            .await?;
        self.done();
        if self.tx.is_open() {
            self.notice_rollback();
            return match (ran, self.tx.is_open()) {
                (Ok(()), false) => Err(Error::new(
                    ErrorKind::TransactionAborted,
                    "the script ended the transaction that it ran in",
                )
                .with_hint("leave begin and commit out of it")),
                (ran, _) => ran,
            };
        }
        if self.raw()?.is_autocommit() {
            return ran;
        }
        let undone = self.raw()?.rollback();
        let error =
            ran.err().unwrap_or_else(|| invalid("the script left a transaction open, which was rolled back"));
        Err(match undone {
            Ok(()) => error,
            Err(rollback) => error.with_rollback(rollback),
        })
    }
}

type Once = (Compiled, Box<dyn RowSink>, Result<ExecResult>);

pub(crate) fn note_latency(shared: &Shared, statement: &Compiled, took: Duration, budget: Duration) {
    if took < budget {
        shared.history.note_short(&statement.sql);
    } else {
        shared.history.note_long(&statement.sql);
    }
}

fn run_here(
    raw: &RawConnection,
    shared: &Shared,
    statement: &Compiled,
    sink: &mut dyn RowSink,
    watch: Watch,
) -> Attempt {
    let attempt = run::here(raw, statement, sink, watch);
    if raw.watchdog.is_over() {
        tracing::trace!(sql = &*statement.sql, "a statement outlasted its budget");
        shared.history.note_long(&statement.sql);
    }
    attempt
}

/// Runs a statement at once, if that takes no wait.
pub(crate) fn try_on(
    raw: &RawConnection,
    shared: &Shared,
    statement: &Compiled,
    sink: &mut dyn RowSink,
    in_tx: bool,
) -> Attempt {
    // A statement that is refused is refused again by the asynchronous way, which has the error to give.
    let Ok(Thread::Caller(watch)) = schedule(statement, &shared.options, &shared.history, in_tx) else {
        return Attempt::WouldBlock;
    };
    match run_here(raw, shared, statement, sink, watch) {
        Attempt::Done(Err(error)) if is_busy(&error) => {
            sink.clear();
            Attempt::WouldBlock
        }
        Attempt::Done(done) => Attempt::Done(done),
        Attempt::WouldBlock => Attempt::WouldBlock,
    }
}

impl Connection for SqliteConnection {
    fn try_run(&mut self, statement: &Compiled, sink: &mut dyn RowSink) -> Attempt {
        if self.doing.is_some() || yield_now::is_due() || self.tx.check().is_err() {
            return Attempt::WouldBlock;
        }
        let Some(pooled) = &self.pooled else { return Attempt::WouldBlock };
        if self.tx.is_open() && pooled.is_autocommit() {
            return Attempt::WouldBlock;
        }
        let attempt = try_on(pooled, &self.shared, statement, sink, self.tx.is_open());
        if matches!(attempt, Attempt::Done(Err(_))) {
            self.notice_rollback();
        }
        attempt
    }

    fn run(&mut self, statement: Compiled, sink: Box<dyn RowSink>) -> BoxFuture<'_, Ran> {
        Box::pin(self.run_to_end(statement, sink))
    }

    fn stream(&mut self, statement: Compiled) -> BoxFuture<'_, Result<Box<dyn RowStream + '_>>> {
        Box::pin(stream::open(self, statement))
    }

    fn run_script<'c>(&'c mut self, sql: &'c str) -> BoxFuture<'c, Result<()>> {
        Box::pin(self.script(sql.to_owned()))
    }

    fn begin(&mut self, options: TransactionOptions) -> BoxFuture<'_, Result<()>> {
        Box::pin(self.begin_transaction(options))
    }

    fn commit(&mut self) -> BoxFuture<'_, Result<()>> {
        Box::pin(self.commit_transaction())
    }

    fn rollback(&mut self) -> BoxFuture<'_, Result<()>> {
        Box::pin(self.rollback_transaction())
    }

    fn savepoint<'c>(&'c mut self, name: &'c str) -> BoxFuture<'c, Result<()>> {
        Box::pin(self.set_savepoint(name))
    }

    fn release<'c>(&'c mut self, name: &'c str) -> BoxFuture<'c, Result<()>> {
        Box::pin(self.release_savepoint(name))
    }

    fn rollback_to<'c>(&'c mut self, name: &'c str) -> BoxFuture<'c, Result<()>> {
        Box::pin(self.rollback_to_savepoint(name))
    }
}

impl fmt::Debug for SqliteConnection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteConnection")
            .field("role", &self.pooled.as_ref().map(Pooled::role))
            .field("tx", &self.tx)
            .finish_non_exhaustive()
    }
}
