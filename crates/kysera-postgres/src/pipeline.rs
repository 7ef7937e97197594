//! Several statements in one round trip.
//!
//! All requests are sent before the first answer is read, in the order given; then the answers are read in that order.
//! Nothing here waits between the two halves: a statement that waited for its preparation would be overtaken.

use crate::connection::PgConnection;
use crate::error;
use crate::raw_connection::{Named, RawConnection, poll_once};
use crate::read::{Count, Failure, Reader, into_error};
use crate::run::{Request, forget, schema_changed, send};
use crate::server::Server;
use crate::statements::Way;
use crate::transaction::{Preamble, TransactionNumber};
use kysera_core::driver::{BoxFuture, ExecResult, Ran};
use kysera_core::error::{Error, ErrorKind, Result};
use kysera_sql::compiled::{Affected, Compiled, StatementKind};
use kysera_sql::row::RowSink;
use std::pin::pin;
use tokio_postgres::RowStream;

type Sink = Box<dyn RowSink>;
type Answer<'a> = BoxFuture<'a, Result<RowStream, tokio_postgres::Error>>;

/// A statement that was answered, before types are looked up for its rows.
struct Answered {
    outcome: Result<Count, Failure>,
    reader: Reader,
    sink: Sink,
    named: Named,
}

impl PgConnection {
    pub(crate) async fn run_pipeline(&mut self, batch: Vec<(Compiled, Sink)>) -> Vec<Ran> {
        let (statements, sinks): (Vec<Compiled>, Vec<Sink>) = batch.into_iter().unzip();
        let in_utc = self.raw().monitor.is_in_utc();
        let encoded: Vec<Result<Request<'_>>> =
            statements.iter().map(|statement| Request::new(statement, in_utc)).collect();
        let is_refused = encoded.iter().any(Result::is_err) || self.check().is_err();
        if is_refused {
            return encoded.into_iter().map(|request| Err(self.refusal(request.err()))).collect();
        }
        let requests: Vec<Request<'_>> = encoded.into_iter().flatten().collect();
        self.run_requests(&requests, sinks).await
    }

    /// Why a statement of a refused batch does not run. Nothing of the batch does.
    fn refusal(&mut self, own: Option<Error>) -> Error {
        own.or_else(|| self.check().err()).unwrap_or_else(|| {
            Error::new(ErrorKind::RolledBack, "not run: another statement of the pipeline cannot be sent")
        })
    }

    async fn run_requests(&mut self, requests: &[Request<'_>], sinks: Vec<Sink>) -> Vec<Ran> {
        let server = self.server().clone();
        let is_read = requests.iter().all(|request| request.statement.kind == StatementKind::Read);
        let mut preamble =
            self.take_preamble(if is_read { StatementKind::Read } else { StatementKind::Write });
        let raw = self.raw();
        raw.begin();
        let mut number = None;
        let answered = exchange(raw, &server, requests, sinks, &mut preamble, &mut number).await;
        let mut has_failed = false;
        let mut results = Vec::with_capacity(requests.len());
        let mut again = Vec::new();
        for (at, answered) in answered.into_iter().enumerate() {
            let (request, Answered { outcome, mut reader, mut sink, named }) = (&requests[at], answered);
            let outcome = match outcome {
                Ok(count) => reader.finish(raw, &mut *sink, &server.types).await.map(|()| count),
                Err(Failure::Postgres(error))
                    if !(has_failed && preamble.is_inside)
                        && request.may_be_outdated_by(&error, named, preamble.is_inside) =>
                {
                    has_failed = true;
                    forget(raw, &server, request, &error);
                    if !preamble.is_inside && may_run_late(&requests[at..]) {
                        sink.clear();
                        again.push((at, sink));
                        results.push(Err(schema_changed(error)));
                        continue;
                    }
                    Err(schema_changed(error).into())
                }
                Err(failure) => {
                    if let Failure::Postgres(error) = &failure
                        && request.may_be_misread(error, named)
                    {
                        raw.statements.forget(&request.statement.sql);
                    }
                    let is_first = !std::mem::replace(&mut has_failed, true);
                    Err(if is_first || !preamble.is_inside { failure } else { after_failure(failure) })
                }
            };
            results
                .push(outcome.map(|count| (outcome_of(request.statement, count), sink)).map_err(into_error));
        }
        self.ended(None, number);
        for (at, mut sink) in again {
            let outcome = self.attempt(&requests[at], &mut *sink).await.map_err(into_error);
            results[at] = outcome.map(|count| (outcome_of(requests[at].statement, count), sink));
        }
        results
    }
}

/// Sends all requests, then reads all answers.
async fn exchange(
    raw: &mut RawConnection,
    server: &Server,
    part: &[Request<'_>],
    sinks: Vec<Sink>,
    preamble: &mut Preamble,
    number: &mut Option<TransactionNumber>,
) -> Vec<Answered> {
    raw.is_dirty |= part.iter().any(|request| request.statement.kind == StatementKind::Raw);
    // Left by a future that was dropped.
    let _ = raw.finish_preparing().await;
    raw.request(preamble.requests() + part.len());
    preamble.send().await;
    let client = raw.client.clone();
    let ways: Vec<Way> = part.iter().map(|request| request.way(raw, preamble.is_inside)).collect();
    let mut answers: Vec<Answer<'_>> = Vec::with_capacity(part.len());
    for (request, way) in part.iter().zip(&ways) {
        let mut answer: Answer<'_> = Box::pin(send(&client, way, &request.statement.sql, &request.params));
        match poll_once(answer.as_mut()).await {
            None => answers.push(answer),
            Some(outcome) => answers.push(Box::pin(std::future::ready(outcome))),
        }
    }
    // For the next time, in the same trip; one at a time is enough.
    if let Some(at) = ways.iter().position(|way| matches!(way, Way::TypedAndPrepare)) {
        raw.start_preparing(&part[at].statement.sql, part[at].params.types()).await;
    }
    let mut opening_failure = match preamble.answer().await {
        Ok(told) => {
            *number = told;
            None
        }
        Err(failure) => Some(failure),
    };
    let mut answered = Vec::with_capacity(part.len());
    for (((request, way), answer), mut sink) in part.iter().zip(&ways).zip(answers).zip(sinks) {
        let mut reader = Reader::new(request.statement);
        let mut named = if matches!(way, Way::Named(_)) { Named::Sent } else { Named::No };
        let outcome = take_answer(server, answer, &mut reader, &mut *sink, &mut named).await;
        let outcome = opening_failure.take().map_or(outcome, Err);
        if let Err(Failure::Postgres(error)) = &outcome {
            raw.note(error);
        }
        answered.push(Answered { outcome, reader, sink, named });
    }
    let _ = raw.finish_preparing().await;
    answered
}

async fn take_answer(
    server: &Server,
    answer: Answer<'_>,
    reader: &mut Reader,
    sink: &mut dyn RowSink,
    named: &mut Named,
) -> Result<Count, Failure> {
    let rows = answer.await.inspect_err(|_| {
        if *named == Named::Sent {
            *named = Named::Refused;
        }
    })?;
    Ok(reader.drain(pin!(rows), sink, &server.types).await?)
}

/// True when the first of these may run once more behind the others, though it stood before them: nothing is written
/// that another of them reads.
fn may_run_late(rest: &[Request<'_>]) -> bool {
    rest.len() == 1 || rest.iter().all(|request| request.statement.kind == StatementKind::Read)
}

/// What is said of a statement behind one that failed in the same transaction.
fn after_failure(failure: Failure) -> Failure {
    match failure {
        Failure::Postgres(error) if error::is_fatal(&error) => Failure::Postgres(error),
        _ => rolled_back().into(),
    }
}

fn rolled_back() -> Error {
    Error::new(ErrorKind::RolledBack, "not done: a statement before it in the pipeline failed")
        .with_hint("look at the first error of the pipeline")
}

fn outcome_of(statement: &Compiled, count: Count) -> ExecResult {
    count.result(statement.kind == StatementKind::Read && statement.facts.affected == Affected::Reported)
}
