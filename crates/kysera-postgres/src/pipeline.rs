//! Several statements in one round trip.
//!
//! All requests are sent before the first answer is read, in the order given; then the answers are read in that order.
//! Nothing here waits between the two halves: a statement that waited for its preparation would be overtaken.

use crate::connection::Lease;
use crate::error;
use crate::link::{Link, poll_once};
use crate::pool::Shared;
use crate::read::{Failure, Reader, into_error};
use crate::run::{Request, refuse_custom_columns, send};
use crate::statements::Way;
use kysera_core::driver::{BoxFuture, Outcome, Ran};
use kysera_core::error::{Error, ErrorKind, Result};
use kysera_sql::compiled::{Compiled, Shape};
use kysera_sql::row::RowSink;
use std::pin::pin;
use tokio_postgres::RowStream;

type Item = (Compiled, Box<dyn RowSink>);
type Answer<'a> = BoxFuture<'a, Result<RowStream, tokio_postgres::Error>>;

impl Lease {
    pub(crate) async fn run_pipeline(&mut self, mut batch: Vec<Item>) -> Vec<Ran> {
        if let Err(refused) = self.check_batch(&batch) {
            return refused;
        }
        let mut results = Vec::with_capacity(batch.len());
        let mut has_failed = false;
        while !batch.is_empty() {
            if has_failed && self.transaction.is_some() {
                results.extend(batch.drain(..).map(|_| Err(rolled_back())));
                break;
            }
            let length = self.part_length(&batch);
            if length == 0 {
                // It must be prepared first, which takes a trip of its own; what stands behind it waits.
                let (statement, mut sink) = batch.remove(0);
                let outcome = self.run_statement(&statement, &mut *sink).await;
                has_failed |= outcome.as_ref().is_err_and(|error| error.kind() != ErrorKind::Decode);
                results.push(outcome.map(|outcome| (outcome, sink)));
            } else {
                let behind = batch.split_off(length);
                has_failed |= self.run_part(std::mem::replace(&mut batch, behind), &mut results).await;
            }
        }
        results
    }

    /// Refuses the whole batch if one of it cannot be sent: nothing has run then.
    fn check_batch(&mut self, batch: &[Item]) -> Result<(), Vec<Ran>> {
        let unsendable = batch.iter().position(|(statement, _)| Request::new(statement).is_err());
        if unsendable.is_none() && self.check().is_ok() {
            return Ok(());
        }
        let refusals = batch.iter().enumerate().map(|(at, (statement, _))| {
            let error = self.check().err().or_else(|| match unsendable {
                Some(culprit) if culprit == at => Request::new(statement).err(),
                _ => None,
            });
            Err(error.unwrap_or_else(|| {
                Error::new(ErrorKind::RolledBack, "not run: another statement of the pipeline cannot be sent")
            }))
        });
        Err(refusals.collect())
    }

    /// How many statements at the beginning can go out together.
    fn part_length(&mut self, batch: &[Item]) -> usize {
        let shared = self.shared().clone();
        let link = self.link();
        batch
            .iter()
            .take_while(|(statement, _)| !Request::waits_for_preparation(statement, link, &shared))
            .count()
    }

    /// Runs statements in one trip. True when the server refused one.
    async fn run_part(&mut self, mut part: Vec<Item>, results: &mut Vec<Ran>) -> bool {
        let shared = self.shared().clone();
        let writes = part.iter().any(|(statement, _)| statement.shape != Shape::Read);
        let mut opening = self.take_opening(if writes { Shape::Write } else { Shape::Read });
        let is_inside = self.transaction.is_some();
        let (statements, mut sinks): (Vec<Compiled>, Vec<Box<dyn RowSink>>) = part.drain(..).unzip();
        let requests: Vec<Request<'_>> =
            statements.iter().filter_map(|statement| Request::new(statement).ok()).collect();
        let link = self.link();
        link.begin();
        link.is_touched |= statements.iter().any(|statement| statement.shape == Shape::Raw);
        let _ = link.finish_preparing().await;
        opening.send().await;
        let client = link.client.clone();
        let ways: Vec<Way> = requests.iter().map(|request| request.way(link, &shared)).collect();
        let mut answers: Vec<Answer<'_>> = Vec::with_capacity(requests.len());
        for (request, way) in requests.iter().zip(&ways) {
            let mut answer: Answer<'_> =
                Box::pin(send(&client, way, &request.statement.sql, &request.params));
            match poll_once(answer.as_mut()).await {
                None => answers.push(answer),
                Some(outcome) => answers.push(Box::pin(std::future::ready(outcome))),
            }
        }
        let opened = opening.answer().await;
        let mut readers: Vec<Reader> =
            requests.iter().map(|request| Reader::new(request.statement.shape)).collect();
        let mut counts = Vec::with_capacity(requests.len());
        for ((answer, reader), sink) in answers.into_iter().zip(&mut readers).zip(&mut sinks) {
            let outcome = take_answer(link, &shared, answer, reader, &mut **sink).await;
            if let Err(Failure::Postgres(error)) = &outcome {
                link.note(error);
            }
            counts.push(outcome);
        }
        let (number, mut opening_failure) = match opened {
            Ok(number) => (number, None),
            Err(failure) => (None, Some(failure)),
        };
        let mut has_failed = opening_failure.is_some();
        for (((outcome, mut reader), mut sink), statement) in
            counts.into_iter().zip(readers).zip(sinks).zip(&statements)
        {
            let outcome = match opening_failure.take() {
                Some(failure) => Err(failure),
                None if has_failed && is_inside => Err(after_failure(outcome)),
                None => outcome,
            };
            results.push(match outcome {
                Ok(count) => match reader.finish(link, &mut *sink, &shared.types).await {
                    Ok(()) => Ok((outcome_of(statement, count), sink)),
                    Err(failure) => Err(into_error(failure)),
                },
                Err(failure) => {
                    has_failed = true;
                    Err(into_error(failure))
                }
            });
        }
        self.ended(None, number);
        has_failed
    }
}

async fn take_answer(
    link: &mut Link,
    shared: &Shared,
    mut answer: Answer<'_>,
    reader: &mut Reader,
    sink: &mut dyn RowSink,
) -> Result<u64, Failure> {
    let rows = if shared.options.prepare {
        answer.await?
    } else {
        refuse_custom_columns(link, answer.as_mut()).await?
    };
    Ok(reader.drain(pin!(rows), sink, &shared.types).await?)
}

/// What is said of a statement behind one that failed in the same transaction.
fn after_failure(outcome: Result<u64, Failure>) -> Failure {
    match outcome {
        Err(Failure::Postgres(error)) if error::is_fatal(&error) => Failure::Postgres(error),
        _ => rolled_back().into(),
    }
}

fn rolled_back() -> Error {
    Error::new(ErrorKind::RolledBack, "not done: a statement before it in the pipeline failed")
        .hint("look at the first error of the pipeline")
}

fn outcome_of(statement: &Compiled, count: u64) -> Outcome {
    let rows_affected = if statement.shape == Shape::Read { 0 } else { count };
    Outcome { rows_affected, last_insert_id: None }
}
