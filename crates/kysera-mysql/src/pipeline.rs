//! Several statements in as few trips as is safe.
//!
//! Outside a transaction all are sent before the first answer is read. Inside one only reads are: MySQL has no failed
//! state, and after an error that rolls back (a deadlock) a write that was sent already would commit by itself.

use crate::connection::MyConnection;
use crate::ignore::ignores_errors;
use crate::params::Params;
use crate::raw_connection::{Failure, RawConnection};
use crate::read::Reader;
use crate::run::Way;
use kysera_core::driver::Ran;
use kysera_core::driver::transaction_state::Operation;
use kysera_core::error::{Error, ErrorKind, Result};
use kysera_sql::compiled::{Compiled, StatementKind};
use kysera_sql::row::RowSink;

type Batch = Vec<(Compiled, Box<dyn RowSink>)>;

impl MyConnection {
    pub(crate) async fn run_pipeline(&mut self, batch: Batch) -> Vec<Ran> {
        if let Err(refused) = self.ready().await {
            return refuse(batch.len(), (0, refused));
        }
        if let Err(refused) = self.check_batch(&batch) {
            return refuse(batch.len(), refused);
        }
        let is_inside = !self.state.is_idle();
        let mut rest = batch.into_iter().peekable();
        let mut results: Vec<Ran> = Vec::with_capacity(rest.len());
        while rest.peek().is_some() {
            let mut part: Batch = Vec::new();
            while let Some(next) =
                rest.next_if(|(next, _)| part.is_empty() || may_follow(&part, next, is_inside))
            {
                part.push(next);
            }
            let failed = is_inside && results.last().is_some_and(Result::is_err);
            if failed {
                results.extend(part.into_iter().map(|_| Err(not_reached())));
            } else {
                self.run_part(part, is_inside, &mut results).await;
            }
        }
        results
    }

    fn check_batch(&self, batch: &Batch) -> Result<(), (usize, Error)> {
        for (at, (statement, _)) in batch.iter().enumerate() {
            self.check_ddl(statement).map_err(|error| (at, error))?;
            Params::default().encode(&statement.params).map_err(|error| (at, error))?;
        }
        Ok(())
    }

    /// Runs statements that may be sent together.
    async fn run_part(&mut self, part: Batch, is_inside: bool, results: &mut Vec<Ran>) {
        if part.len() == 1 {
            for (statement, mut sink) in part {
                let ran = self.run_statement(&statement, &mut *sink).await;
                results.push(ran.map(|done| (done, sink)));
            }
            return;
        }
        let (statements, sinks): (Vec<Compiled>, Vec<Box<dyn RowSink>>) = part.into_iter().unzip();
        self.state.start(Operation::Statement);
        let sent = self.raw().send_all(&statements).await;
        let mut has_failed = false;
        for ((statement, mut sink), (params, sent)) in statements.into_iter().zip(sinks).zip(sent) {
            let mut reader = Reader::new(&statement).to_the_end();
            let outcome = match sent {
                Ok(way) => {
                    let read = self.raw().read_rows(&mut reader, &mut *sink).await;
                    self.raw().note_types(&statement, &params, way);
                    read
                }
                Err(failure) => Err(failure),
            };
            let ran = match outcome {
                Ok(done) => reader.check().map(|()| reader.result(done)),
                Err(failure) => Err(self.raw().told(failure)),
            };
            let is_behind = is_inside && has_failed;
            has_failed |= ran.is_err();
            results.push(if is_behind { Err(not_reached()) } else { ran.map(|done| (done, sink)) });
        }
        self.end_part(has_failed).await;
    }

    async fn end_part(&mut self, has_failed: bool) {
        if self.raw().exchange.is_broken() {
            self.state.lost();
        } else if has_failed {
            // Asks what became of the transaction, as after any error.
            let nothing = Failure::Kysera(not_reached());
            drop(Box::pin(self.failed(nothing)).await);
        } else {
            self.done();
        }
    }
}

/// A statement's parameters, and how it was sent or why not.
type Sent = (Params, Result<Way, Failure>);

impl RawConnection {
    /// Prepares what has to be prepared in one trip, and sends all in another.
    async fn send_all(&mut self, part: &[Compiled]) -> Vec<Sent> {
        let mut sent: Vec<Sent> = Vec::with_capacity(part.len());
        for statement in part {
            self.is_dirty |= statement.kind == StatementKind::Raw;
            // One by one where a statement is new: the next may be the same.
            sent.push(match Params::default().encode(&statement.params) {
                Ok(params) => {
                    let way = self.way_kept(statement, &params).await;
                    (params, way)
                }
                Err(error) => (Params::default(), Err(error.into())),
            });
        }
        for (statement, (params, way)) in part.iter().zip(&mut sent) {
            // What was prepared may have been closed again to make room.
            let now = match way {
                Ok(Way::Prepared { .. }) => match self.statements.find(&statement.sql, params) {
                    Some(handle) => Way::Prepared { id: handle.id, needs_types: true, is_new: false },
                    None => {
                        *way = self.way(statement, params).await;
                        match way {
                            Ok(way) => *way,
                            Err(_) => continue,
                        }
                    }
                },
                Ok(Way::Text) => Way::Text,
                Err(_) => continue,
            };
            *way = self.send(statement, params, now).map(|()| now);
        }
        sent
    }

    /// As [`way`](RawConnection::way), and keeps what was prepared for it.
    async fn way_kept(&mut self, statement: &Compiled, params: &Params) -> Result<Way, Failure> {
        let way = self.way(statement, params).await?;
        if let Way::Prepared { id, is_new: true, .. } = way {
            self.statements.keep(&statement.sql, params, id);
        }
        Ok(way)
    }
}

/// True when a statement may be sent before the answers of those before it.
fn may_follow(part: &Batch, next: &Compiled, is_inside: bool) -> bool {
    let is_plain = |statement: &Compiled| {
        if is_inside { statement.kind == StatementKind::Read } else { !ignores_errors(statement) }
    };
    is_plain(next) && part.iter().all(|(statement, _)| is_plain(statement))
}

fn refuse(count: usize, (at, error): (usize, Error)) -> Vec<Ran> {
    let mut error = Some(error);
    let mut refusal = |place| {
        let own = if place == at { error.take() } else { None };
        own.unwrap_or_else(|| {
            Error::new(ErrorKind::RolledBack, "not run: another statement of the pipeline cannot be sent")
        })
    };
    (0..count).map(|place| Err(refusal(place))).collect()
}

fn not_reached() -> Error {
    Error::new(ErrorKind::RolledBack, "not done: a statement before it in the pipeline failed")
        .with_hint("look at the first error of the pipeline")
}
