//! Runs a statement or a script to its end: on the calling task if it is short, else as a blocking task.

use crate::blocking::OnDrop;
use crate::busy::BusyWait;
use crate::connection::SqliteConnection;
use crate::database::Database;
use crate::error::{from_client, invalid, is_busy};
use crate::raw::{self, RawConnection, Watch};
use crate::schedule::{Thread, schedule};
use crate::yield_now::{self, yield_if_due};
use kysera_core::Result;
use kysera_core::driver::transaction_state::{EndedBy, Operation, with_rollback};
use kysera_core::driver::{Attempt, ExecResult, Ran};
use kysera_sql::compiled::{Compiled, StatementKind};
use kysera_sql::row::RowSink;
use std::sync::Arc;
use std::time::Instant;

impl SqliteConnection {
    /// Runs a statement at once, if that takes no wait.
    pub(crate) fn try_at_once(&mut self, statement: &Compiled, sink: &mut dyn RowSink) -> Attempt {
        if self.state.running().is_some()
            || yield_now::is_due()
            || !(self.state.is_open() || self.state.is_idle())
        {
            return Attempt::WouldBlock;
        }
        let Some(pooled) = &self.pooled else { return Attempt::WouldBlock };
        if self.state.is_open() && pooled.is_autocommit() {
            return Attempt::WouldBlock;
        }
        let attempt = try_on(pooled, &self.database, statement, sink, self.state.is_open());
        if matches!(attempt, Attempt::Done(Err(_))) {
            self.notice_rollback(EndedBy::Database);
        }
        attempt
    }

    /// Runs a statement to its end, waiting out the locks of other processes.
    pub(crate) async fn run_to_end(&mut self, mut statement: Compiled, mut sink: Box<dyn RowSink>) -> Ran {
        self.ready().await?;
        self.state.start(Operation::Statement);
        let mut busy = BusyWait::new(self.database.options.busy_timeout);
        let ran = loop {
            if self.state.is_open() {
                // Outside a transaction the connection was acquired a moment ago, after a yield if one was due. Others
                // may wait for it, so this task does not yield with it.
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
        self.state.finish();
        self.notice_rollback(if ran.is_ok() { EndedBy::Statement } else { EndedBy::Database });
        ran
    }

    async fn run_once(&mut self, statement: Compiled, mut sink: Box<dyn RowSink>) -> Result<Once> {
        if let Thread::Caller(watch) = self.schedule(&statement) {
            let attempt = self.run_here(&statement, &mut *sink, watch)?;
            if let Attempt::Done(done) = attempt {
                return Ok((statement, sink, done));
            }
        }
        let database = Arc::clone(&self.database);
        self.on_blocking_pool(OnDrop::Cancel, move |connection| {
            let start = Instant::now();
            let done = raw::run_blocking(connection, &statement, &mut *sink);
            database.note_latency(&statement, start.elapsed());
            if statement.kind == StatementKind::Raw {
                database.note_raw(&statement.sql);
            }
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
        Ok(run_here(self.raw()?, &self.database, statement, sink, watch))
    }

    pub(crate) async fn script(&mut self, sql: String) -> Result<()> {
        self.ready().await?;
        self.state.start(Operation::Statement);
        let database = Arc::clone(&self.database);
        let ran = self
            .on_blocking_pool(OnDrop::Cancel, move |connection| {
                connection.watchdog.watch(Watch::Off);
                let ran = connection.conn.execute_batch(&sql);
                connection.take_frames();
                database.note_raw(&sql);
                ran.map_err(|error| from_client(error, &sql))
            })
            .await?;
        self.state.finish();
        if self.state.is_open() {
            self.notice_rollback(if ran.is_ok() { EndedBy::Statement } else { EndedBy::Database });
            return ran.and_then(|()| self.state.check());
        }
        if self.raw()?.is_autocommit() {
            return ran;
        }
        let undone = self.raw()?.rollback();
        let error =
            ran.err().unwrap_or_else(|| invalid("the script left a transaction open, which was rolled back"));
        Err(with_rollback(error, undone))
    }
}

type Once = (Compiled, Box<dyn RowSink>, Result<ExecResult>);

fn run_here(
    connection: &RawConnection,
    database: &Database,
    statement: &Compiled,
    sink: &mut dyn RowSink,
    watch: Watch,
) -> Attempt {
    let attempt = raw::run_here(connection, statement, sink, watch);
    if connection.watchdog.is_over() {
        tracing::trace!(sql = &*statement.sql, "a statement outlasted its budget");
        database.history.note_long(&statement.sql);
    }
    attempt
}

/// Runs a statement at once, if that takes no wait.
pub(crate) fn try_on(
    connection: &RawConnection,
    database: &Database,
    statement: &Compiled,
    sink: &mut dyn RowSink,
    in_tx: bool,
) -> Attempt {
    let Thread::Caller(watch) = schedule(statement, &database.options, &database.history, in_tx) else {
        return Attempt::WouldBlock;
    };
    match run_here(connection, database, statement, sink, watch) {
        Attempt::Done(Err(error)) if is_busy(&error) => {
            sink.clear();
            Attempt::WouldBlock
        }
        Attempt::Done(done) => Attempt::Done(done),
        Attempt::WouldBlock => Attempt::WouldBlock,
    }
}
