//! Reads all rows of a query as a blocking task, while its consumer takes them at its own pace.
//!
//! The task never waits for the consumer: the only connection goes back to the pool as soon as the last row was read.

use super::row_buffer::Chunk;
use crate::blocking::{self, BlockingTask, OnDrop};
use crate::database::Database;
use crate::manager::Pooled;
use crate::raw;
use kysera_core::Result;
use kysera_sql::cell::Cell;
use kysera_sql::compiled::Compiled;
use kysera_sql::row::{DecodeError, Flow, RowSink};
use std::mem::replace;
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// The rows to come. Dropping it ends the query.
pub(crate) struct Prefetch {
    chunks: UnboundedReceiver<Chunk>,
    /// None once it has ended.
    task: Option<BlockingTask<Result<()>>>,
}

impl Prefetch {
    /// Starts the task, which gives the connection back.
    pub(crate) fn start(database: Arc<Database>, pooled: Pooled, statement: Compiled) -> Prefetch {
        let (sender, chunks) = unbounded_channel();
        let (task, _) = blocking::start(pooled, OnDrop::Cancel, move |connection| {
            let start = Instant::now();
            let mut sink = Forward { chunk: Chunk::default(), sender };
            let done = raw::run_blocking(connection, &statement, &mut sink);
            sink.send();
            database.note_latency(&statement, start.elapsed());
            done.map(|_| ())
        });
        Prefetch { chunks, task: Some(task) }
    }

    /// Fills a sink with the next rows; true while more may come.
    pub(crate) async fn fill(&mut self, sink: &mut dyn RowSink) -> Result<bool> {
        let Some(mut chunk) = self.chunks.recv().await else {
            return match self.task.take() {
                Some(task) => task.finish().await?.map(|()| false),
                None => Ok(false),
            };
        };
        Ok(chunk.pour(sink, usize::MAX)? == Flow::Continue)
    }
}

/// A sink that sends what SQLite returned, some rows at once.
struct Forward {
    chunk: Chunk,
    sender: UnboundedSender<Chunk>,
}

impl Forward {
    /// False when the consumer is gone.
    fn send(&mut self) -> bool {
        let next = self.chunk.like();
        let chunk = replace(&mut self.chunk, next);
        chunk.is_empty() || self.sender.send(chunk).is_ok()
    }
}

impl RowSink for Forward {
    fn row(&mut self, cells: &[Cell<'_>]) -> std::result::Result<Flow, DecodeError> {
        self.chunk.push(cells);
        Ok(if self.chunk.is_full() && !self.send() { Flow::Stop } else { Flow::Continue })
    }

    fn columns(&mut self, names: &[&str]) -> std::result::Result<(), DecodeError> {
        self.chunk.name(names);
        Ok(())
    }

    fn clear(&mut self) {
        self.chunk = Chunk::default();
    }
}
