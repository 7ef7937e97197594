//! What became of a commit whose answer was lost, asked on another connection.
//!
//! After a crash PostgreSQL gives the numbers of transactions that it had not written down out again, so a number may
//! belong to somebody else by then; another server behind the address has numbers of its own. So "committed" counts
//! only from the run of the server that took the commit.

use crate::connect;
use crate::incarnation::{self, Incarnation};
use crate::server::Server;
use crate::transaction::TransactionNumber;
use kysera_core::error::{ErrorKind, Result};
use std::time::Duration;
use tokio::time::{sleep, timeout};
use tokio_postgres::Client;
use tokio_postgres::types::Type;

/// How long the answer is looked for, in all.
const LIMIT: Duration = Duration::from_secs(10);
/// How long one attempt may take, so that a server which says nothing does not take all of the time.
const ATTEMPT: Duration = Duration::from_secs(3);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// What became of a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    Committed,
    RolledBack,
    Unknown,
}

/// Finds out what became of a transaction that ran while the server was `before`.
///
/// On a fresh connection: those of the pool may all be in use by those who wait for this answer.
pub(crate) async fn fate(server: &Server, number: &TransactionNumber, before: &Incarnation) -> Fate {
    if number.run != before.run() {
        // A proxy had another server connection for it than the one that was looked at.
        return Fate::Unknown;
    }
    timeout(LIMIT, find_out(server, number, before)).await.unwrap_or(Fate::Unknown)
}

async fn find_out(server: &Server, number: &TransactionNumber, before: &Incarnation) -> Fate {
    let mut pause = Duration::from_millis(10);
    loop {
        match timeout(ATTEMPT, ask(server, number, before)).await {
            Ok(Ok(Some(fate))) => return fate,
            Ok(Err(error)) if error.kind() == ErrorKind::AuthenticationFailed => return Fate::Unknown,
            // The server may not have noticed yet that its client is gone, or may be restarting.
            _ => {}
        }
        sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// Asks once; `None` when the server does not know yet.
async fn ask(server: &Server, number: &TransactionNumber, before: &Incarnation) -> Result<Option<Fate>> {
    let raw = connect::open(server, None).await?;
    // A proxy that lends server connections lends one for a whole transaction.
    if raw.client.batch_execute("begin read only").await.is_err() {
        return Ok(None);
    }
    let Some(now) = incarnation::ask(&raw.client).await else { return Ok(None) };
    if now.is_standby {
        return Ok(None);
    }
    let is_same_run = before.is_same_run(&now.incarnation);
    if !is_same_run && !before.is_same_server(&now.incarnation) {
        return Ok(Some(Fate::Unknown));
    }
    Ok(match status(&raw.client, &number.number).await {
        Some(Status::Committed) if is_same_run && now.is_replicated => Some(replicated(&raw.client).await),
        Some(Status::Committed) if is_same_run => Some(Fate::Committed),
        // Whoever has the number now: were it committed for us, it would not have been given out again.
        Some(Status::Aborted | Status::NotBegun) => Some(Fate::RolledBack),
        Some(Status::Committed | Status::Forgotten) => Some(Fate::Unknown),
        Some(Status::InProgress) | None => None,
    })
}

/// What a server says of a transaction's number.
enum Status {
    Committed,
    Aborted,
    InProgress,
    /// It has not given the number out: after a crash, what had the number before is lost.
    NotBegun,
    /// It is too old.
    Forgotten,
}

async fn status(client: &Client, number: &str) -> Option<Status> {
    const SQL: &str = "select pg_catalog.pg_xact_status($1::text::xid8)";
    let rows = match client.query_typed(SQL, &[(&number, Type::TEXT)]).await {
        Ok(rows) => rows,
        // "transaction ID .. is in the future": the function raises this code for nothing else.
        Err(error) if error.code().is_some_and(|code| code.code() == "22023") => {
            return Some(Status::NotBegun);
        }
        Err(_) => return None,
    };
    let status: Option<String> = rows.first()?.try_get(0).ok()?;
    match status.as_deref() {
        Some("committed") => Some(Status::Committed),
        Some("aborted") => Some(Status::Aborted),
        Some("in progress") => Some(Status::InProgress),
        Some(_) => None,
        None => Some(Status::Forgotten),
    }
}

/// Whether the servers that commits wait for have this one.
///
/// A commit whose wait was cut short, as the end of its session does, is seen by others all the same. A message that is
/// written behind it and waited for proves that it has arrived: the log is in order.
async fn replicated(client: &Client) -> Fate {
    const SQL: &str = "rollback; select pg_catalog.pg_logical_emit_message(true, 'kysera', 'was the commit before replicated')";
    match timeout(ATTEMPT / 2, client.batch_execute(SQL)).await {
        Ok(Ok(())) => Fate::Committed,
        Ok(Err(_)) | Err(_) => Fate::Unknown,
    }
}
