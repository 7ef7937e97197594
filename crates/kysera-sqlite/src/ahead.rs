//! Rows that a job reads on ahead of whoever takes them.
//!
//! Nothing makes the job wait: the connection, the only one, goes back to the pool when the last row was read, however many
//! of them were taken by then.

use crate::buffer::Chunk;
use crate::connection::note_time;
use crate::job::{self, Job, OnDrop};
use crate::pool::{Lease, Shared};
use crate::run;
use kysera_core::Result;
use kysera_sql::cell::Cell;
use kysera_sql::compiled::Compiled;
use kysera_sql::row::{DecodeError, Flow, RowSink};
use std::mem::replace;
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// The rows to come. Dropping it ends the query.
pub(crate) struct Ahead {
    chunks: UnboundedReceiver<Chunk>,
    /// None once it has ended.
    job: Option<Job<Result<()>>>,
}

impl Ahead {
    /// Starts the job, which gives the connection back.
    pub(crate) fn start(shared: Arc<Shared>, lease: Lease, statement: Compiled) -> Ahead {
        let (sender, chunks) = unbounded_channel();
        let (job, _) = job::start(lease, OnDrop::Cancel, move |slot| {
            let start = Instant::now();
            let mut sink = Forward { chunk: Chunk::default(), sender };
            let done = run::there(slot, &statement, &mut sink);
            sink.send();
            note_time(&shared, &statement, start.elapsed(), shared.options.budget);
            done.map(|_| ())
        });
        Ahead { chunks, job: Some(job) }
    }

    /// Fills a sink with the next rows; true while more may come.
    pub(crate) async fn fill(&mut self, sink: &mut dyn RowSink) -> Result<bool> {
        let Some(mut chunk) = self.chunks.recv().await else {
            return match self.job.take() {
                Some(job) => job.finish().await?.map(|()| false),
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
    /// False when nobody takes rows any more.
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

    fn clear(&mut self) {
        self.chunk = Chunk::default();
    }
}
