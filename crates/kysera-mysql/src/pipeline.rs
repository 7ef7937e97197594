//! Several statements in as few trips as is safe.
//!
//! Outside a transaction all are sent before the first answer is read. Inside one only reads are: MySQL has no failed
//! state, and after an error that rolls back (a deadlock) a write that was sent already would commit by itself.

use crate::connection::MyConnection;
use crate::execute::{Way, is_outdated};
use crate::packet::Done;
use crate::params::Params;
use crate::raw_connection::{Failure, RawConnection};
use crate::read::Reader;
use crate::undone::is_undone;
use crate::warnings::{self, Errors};
use kysera_core::driver::Ran;
use kysera_core::driver::transaction_state::Operation;
use kysera_core::error::{Error, ErrorKind, Result};
use kysera_sql::compiled::{Compiled, StatementKind};
use kysera_sql::row::{Discard, RowSink};

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
        let (mut has_failed, mut suspects, mut conflicts) = (false, Vec::new(), Vec::new());
        for ((statement, mut sink), (params, sent)) in statements.into_iter().zip(sinks).zip(sent) {
            let mut reader = Reader::new(&statement).reading_all();
            let outcome = match sent {
                Ok(way) => {
                    let read = self.raw().read_with_warnings(&statement, &mut reader, &mut *sink).await;
                    match &read {
                        Err(Failure::Server(error)) if is_outdated(error.errno()) => {
                            self.raw().statements.forget(&statement.sql, &params);
                        }
                        _ => self.raw().note_types(&statement, &params, way, read.is_ok()),
                    }
                    read
                }
                Err(failure) => Err(failure),
            };
            let ran = match outcome {
                Ok(done) => {
                    if may_hide_a_loss(&statement, done) {
                        suspects.push((results.len(), statement, params));
                    }
                    reader.check().map(|()| reader.result(done))
                }
                Err(failure) => {
                    let error = self.raw().told(failure);
                    if error.is_unique_violation() {
                        conflicts.push((results.len(), statement));
                    }
                    Err(error)
                }
            };
            let is_behind = is_inside && has_failed;
            has_failed |= ran.is_err();
            results.push(if is_behind { Err(not_reached()) } else { ran.map(|done| (done, sink)) });
        }
        for (at, statement, params) in suspects {
            if !self.raw().exchange.is_broken()
                && let Err(error) = self.read_again(&statement, &params).await
            {
                results[at] = Err(error);
                has_failed = true;
            }
        }
        for (at, statement) in conflicts {
            if let Err(error) = &results[at] {
                results[at] = Err(self.raw().with_key_columns(error.clone(), &statement).await);
            }
        }
        self.end_part(has_failed).await;
    }

    /// Reads once more by itself what had warnings that were not asked for behind it.
    #[cold]
    async fn read_again(&mut self, statement: &Compiled, params: &Params) -> Result<()> {
        let mut reader = Reader::new(statement).reading_all();
        let outcome = Box::pin(self.raw().run(statement, params, &mut reader, &mut Discard::default())).await;
        outcome.map(drop).map_err(|failure| self.raw().told(failure))
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

/// True for a read with warnings that nobody has asked for: a plain one of a view that computes.
fn may_hide_a_loss(statement: &Compiled, done: Option<Done>) -> bool {
    statement.kind == StatementKind::Read
        && !warnings::are_asked_for(statement)
        && done.is_some_and(|done| done.warnings > 0)
}

impl RawConnection {
    /// Reads the answer of a statement of a pipeline, and its warnings where they were asked for behind it.
    async fn read_with_warnings(
        &mut self,
        statement: &Compiled,
        reader: &mut Reader,
        sink: &mut dyn RowSink,
    ) -> Result<Option<Done>, Failure> {
        let read = self.read_rows(reader, sink).await;
        if !warnings::are_asked_for(statement) || self.exchange.is_broken() {
            return read;
        }
        let count = read.as_ref().ok().copied().flatten().map_or(0, |done| done.warnings);
        let warned = warnings::read(self, Errors::of(statement), count).await;
        match (&read, warned) {
            // Behind a failed one the error itself stands there, and it is broken when the connection is.
            (Ok(Some(done)), Err(failure)) if done.warnings > 0 || self.exchange.is_broken() => Err(failure),
            _ => read,
        }
    }

    /// Prepares what has to be prepared, and then sends all. Nothing is kept before the last one is sent, because what falls
    /// out of the cache is closed in front of what is sent next.
    async fn send_all(&mut self, part: &[Compiled]) -> Vec<Sent> {
        let mut sent: Vec<Sent> = Vec::with_capacity(part.len());
        let mut new: Vec<(usize, u32)> = Vec::new();
        for (at, statement) in part.iter().enumerate() {
            self.is_dirty |= statement.kind == StatementKind::Raw;
            let params = match Params::default().encode(&statement.params) {
                Ok(params) => params,
                Err(error) => {
                    sent.push((Params::default(), Err(error.into())));
                    continue;
                }
            };
            // The same may stand in the batch before.
            let before = new.iter().map(|(before, _)| *before).find(|before| {
                part[*before].sql == statement.sql && sent[*before].0.types() == params.types()
            });
            let way = match before.and_then(|before| sent[before].1.as_ref().ok().copied()) {
                Some(way) => Ok(way),
                None => self.way(statement, &params).await,
            };
            if let (None, Ok(Way::Prepared { id, is_new: true, .. })) = (before, &way) {
                new.push((at, *id));
            }
            sent.push((params, way));
        }
        for (statement, (params, way)) in part.iter().zip(&mut sent) {
            if let Ok(Way::Prepared { id, needs_types, .. }) = *way {
                let now = Way::Prepared { id, needs_types, is_new: false };
                *way = self.send(statement, params, now).map(|()| now);
            } else if let Ok(Way::Text) = *way {
                *way = self.send(statement, params, Way::Text).map(|()| Way::Text);
            }
            if way.is_ok() && warnings::are_asked_for(statement) {
                warnings::ask(self);
            }
        }
        for (at, id) in new {
            self.statements.keep(&part[at].sql, &sent[at].0, id);
        }
        sent
    }
}

/// True when a statement may be sent before the answers of those before it.
fn may_follow(part: &Batch, next: &Compiled, is_inside: bool) -> bool {
    let is_plain = |statement: &Compiled| {
        if is_inside { statement.kind == StatementKind::Read } else { !is_undone(statement) }
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
