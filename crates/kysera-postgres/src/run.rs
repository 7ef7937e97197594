//! Running one statement: which way it goes, what goes with it in the same trip, and the one retry after a change of
//! the schema.

use crate::connection::PgConnection;
use crate::error;
use crate::params::Params;
use crate::raw_connection::{Named, RawConnection, poll_once};
use crate::read::{Count, Failure, Reader, into_error};
use crate::server::Server;
use crate::statements::Way;
use crate::transaction::{Preamble, TransactionNumber};
use kysera_core::driver::ExecResult;
use kysera_core::error::{Error, ErrorKind, Result};
use kysera_sql::compiled::{Affected, Compiled, StatementKind};
use kysera_sql::row::RowSink;
use kysera_sql::wire::pg::oid;
use std::pin::pin;
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, RowStream};

/// What runs, with its values encoded.
pub(crate) struct Request<'s> {
    pub(crate) statement: &'s Compiled,
    pub(crate) params: Params,
}

impl<'s> Request<'s> {
    /// A request on a connection whose session is `in_utc`.
    pub(crate) fn new(statement: &'s Compiled, in_utc: bool) -> Result<Request<'s>> {
        let params = Params::encode(&statement.params, statement.facts.text_params, in_utc)?;
        Ok(Request { statement, params })
    }

    /// A request in the room that an earlier one on the connection left.
    fn in_spare_room(statement: &'s Compiled, raw: &mut RawConnection) -> Result<Request<'s>> {
        let room = std::mem::take(&mut raw.spare);
        let params =
            room.encode_anew(&statement.params, statement.facts.text_params, raw.monitor.is_in_utc())?;
        Ok(Request { statement, params })
    }

    /// How to run it now. Counts as a use.
    pub(crate) fn way(&self, raw: &mut RawConnection, is_inside: bool) -> Way {
        // Changes of the schema do not come again. And raw SQL may do anything, such as dropping what it names: its
        // preparation in the same trip would fail, and take the transaction with it.
        let is_worth_it = match self.statement.kind {
            StatementKind::Ddl => false,
            StatementKind::Raw => !is_inside || self.statement.facts.returns_rows,
            _ => true,
        };
        if !is_worth_it {
            return Way::Typed;
        }
        raw.statements.way(&self.statement.sql, self.params.types(), raw.monitor.path())
    }

    /// True for an error that may come from what was kept of a prepared statement and no longer holds, and not from the
    /// statement. `is_inside` a transaction it has to be certain, as far as it can be.
    pub(crate) fn may_be_outdated_by(
        &self,
        error: &tokio_postgres::Error,
        named: Named,
        is_inside: bool,
    ) -> bool {
        let Some(db) = error.as_db_error() else { return false };
        if named == Named::No {
            return false;
        }
        match db.code().code() {
            // The result has other columns than when it was prepared.
            "0A000" => db.routine() == Some("RevalidateCachedQuery"),
            // Somebody threw it away: `deallocate`, `discard`, a proxy.
            "26000" => true,
            // A type that it was resolved to is gone.
            "XX000" if is_inside => named == Named::Refused || self.params.types().contains(&oid::UNKNOWN),
            "XX000" => true,
            // Names mean something else now, or nothing. A function that runs may say the same of what it does, and a
            // missing privilege is one.
            code if is_inside => code.starts_with("42") && code != "42501" && named == Named::Refused,
            code => code.starts_with("42"),
        }
    }
}

impl Request<'_> {
    /// True for an error of a value whose type the server inferred when the statement was prepared: its column may have
    /// another one by now. Or it is the value's fault, which inside a transaction nobody can tell.
    pub(crate) fn may_be_misread(&self, error: &tokio_postgres::Error, named: Named) -> bool {
        let Some(db) = error.as_db_error() else { return false };
        let code = db.code().code();
        named == Named::Refused
            && (code.starts_with("22") || matches!(code, "23502" | "23514"))
            && self.params.types().contains(&oid::UNKNOWN)
    }
}

impl PgConnection {
    /// Runs a statement to its end.
    pub(crate) async fn run_statement(
        &mut self,
        statement: &Compiled,
        sink: &mut dyn RowSink,
    ) -> Result<ExecResult> {
        self.check()?;
        let request = Request::in_spare_room(statement, self.raw())?;
        let mut is_again = false;
        // A loop, because each `await` on its own would make the future larger.
        let outcome = loop {
            let mut outcome = self.attempt(&request, sink).await;
            if is_again || !self.must_run_again(&request, &mut outcome) {
                break outcome;
            }
            sink.clear();
            is_again = true;
        };
        let count = outcome.map_err(|failure| self.told(failure))?;
        if request.params.is_small() {
            self.raw().spare = request.params;
        }
        Ok(self.outcome(statement, count))
    }

    /// Runs a script of several statements.
    pub(crate) async fn run_text(&mut self, sql: &str) -> Result<()> {
        self.check()?;
        let mut preamble = self.take_preamble(StatementKind::Raw);
        let raw = self.raw();
        raw.is_dirty = true;
        raw.begin();
        let mut number = None;
        let outcome = async {
            let _ = raw.finish_preparing().await;
            raw.request(preamble.requests() + 1);
            preamble.send().await;
            let mut script = pin!(raw.client.batch_execute(sql));
            let early = poll_once(script.as_mut()).await;
            number = preamble.answer().await?;
            let _: () = match early {
                Some(outcome) => outcome?,
                None => script.await?,
            };
            Ok::<_, Failure>(())
        }
        .await;
        self.ended(outcome.as_ref().err(), number);
        outcome.map_err(|failure| self.told(failure))
    }

    /// The error of a failure.
    pub(crate) fn told(&mut self, failure: Failure) -> Error {
        let error = into_error(failure);
        if !self.raw().monitor.is_copying_in() {
            return error;
        }
        Error::new(
            ErrorKind::Unsupported,
            "the server waits for the data of `copy .. from stdin`, which cannot be sent",
        )
        .with_hint("insert the rows, or have the server read a file")
        .with_source(error)
    }

    pub(crate) async fn attempt(
        &mut self,
        request: &Request<'_>,
        sink: &mut dyn RowSink,
    ) -> Result<Count, Failure> {
        let mut preamble = self.take_preamble(request.statement.kind);
        let (raw, types) = self.parts();
        let mut number = None;
        let mut reader = Reader::new(request.statement);
        let outcome = async {
            let rows = start(raw, request, &mut preamble, &mut number).await?;
            // Takes the rows and drops them: while nobody reads those that are left, no answer behind them arrives.
            let count = reader.drain(pin!(rows), sink, types).await;
            if raw.is_preparing() {
                // The answer comes right behind the rows, in the same trip.
                let _ = raw.finish_preparing().await;
            }
            if reader.is_unfinished() {
                reader.finish(raw, sink, types).await?;
            }
            Ok(count?)
        }
        .await;
        self.ended(outcome.as_ref().err(), number);
        outcome
    }

    /// Notes the end of an operation, and what its error says of the connection.
    pub(crate) fn ended(&mut self, failure: Option<&Failure>, number: Option<TransactionNumber>) {
        let raw = self.raw();
        raw.end();
        if let Some(Failure::Postgres(error)) = failure {
            raw.note(error);
        }
        let status = raw.monitor.status();
        if let Some(transaction) = &mut self.transaction {
            transaction.set_number(number);
            transaction.note_status(status);
        }
    }

    /// True when the statement may have failed because what was kept of it is outdated, and is to be run once more,
    /// unnamed: then it shows. What failed was rolled back whole. Inside a transaction it may not, since that has failed
    /// with it: the error then says so, and another run of the transaction finds nothing kept.
    pub(crate) fn must_run_again<T>(
        &mut self,
        request: &Request<'_>,
        outcome: &mut Result<T, Failure>,
    ) -> bool {
        let Err(Failure::Postgres(error)) = &outcome else { return false };
        let server = self.server().clone();
        let is_inside = self.transaction.is_some();
        let raw = self.raw();
        if request.may_be_misread(error, raw.named) {
            raw.statements.forget(&request.statement.sql);
            return !is_inside;
        }
        if !request.may_be_outdated_by(error, raw.named, is_inside) {
            return false;
        }
        forget(raw, &server, request, error);
        if is_inside
            && let Err(Failure::Postgres(error)) =
                std::mem::replace(outcome, Err(Failure::Kysera(error::closed())))
        {
            *outcome = Err(schema_changed(error).into());
        }
        !is_inside
    }

    fn outcome(&mut self, statement: &Compiled, count: Count) -> ExecResult {
        let is_query = statement.facts.affected == Affected::Reported
            && (statement.kind == StatementKind::Read || self.raw().monitor.was_query());
        count.result(is_query)
    }
}

/// Forgets what was kept of a statement, and of types.
pub(crate) fn forget(
    raw: &mut RawConnection,
    server: &Server,
    request: &Request<'_>,
    error: &tokio_postgres::Error,
) {
    match error.code().map(SqlState::code) {
        Some("26000") => raw.statements.clear(),
        _ => raw.statements.forget(&request.statement.sql),
    }
    raw.client.clear_type_cache();
    server.types.forget();
}

pub(crate) fn schema_changed(error: tokio_postgres::Error) -> Error {
    let source = error::from_postgres(error);
    Error::new(ErrorKind::SchemaChanged, "the schema changed under a prepared statement of this transaction")
        .with_hint("run the transaction again")
        .with_source(source)
}

/// Sends a statement with all that goes along, and takes the answers up to its first row.
pub(crate) async fn start(
    raw: &mut RawConnection,
    request: &Request<'_>,
    preamble: &mut Preamble,
    number: &mut Option<TransactionNumber>,
) -> Result<RowStream, Failure> {
    let Request { statement, params } = request;
    raw.begin();
    raw.is_dirty |= statement.kind == StatementKind::Raw;
    if raw.is_preparing() {
        // Left by a future that was dropped.
        let _ = raw.finish_preparing().await;
    }
    if preamble.requests() > 0 {
        raw.request(preamble.requests());
        preamble.send().await;
    }
    let way = request.way(raw, preamble.is_inside);
    raw.named = if matches!(way, Way::Named(_)) { Named::Sent } else { Named::No };
    let client = raw.client.clone();
    raw.request(1);
    let mut answer = pin!(send(&client, &way, &statement.sql, params));
    let early = poll_once(answer.as_mut()).await;
    if matches!(way, Way::TypedAndPrepare) {
        raw.start_preparing(&statement.sql, params.types()).await;
    }
    // Answers come in the order of the requests.
    *number = preamble.answer().await?;
    let rows = match early {
        Some(rows) => rows,
        None => answer.await,
    };
    if rows.is_err() && raw.named == Named::Sent {
        raw.named = Named::Refused;
    }
    Ok(rows?)
}

/// Sends the request at its first poll; then waits for the rows to begin.
pub(crate) async fn send(
    client: &Client,
    way: &Way,
    sql: &str,
    params: &Params,
) -> Result<RowStream, tokio_postgres::Error> {
    match way {
        Way::Named(prepared) => client.query_raw(prepared, params.iter()).await,
        _ => client.query_typed_raw(sql, params.typed()).await,
    }
}
