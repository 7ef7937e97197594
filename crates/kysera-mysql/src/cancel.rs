//! Waiting for, and ending, what a dropped future left running.
//!
//! To hang up ends nothing: the server goes on, and a write lands. `kill query` from another connection hits whatever runs
//! when it arrives. So it is sent only while the connection can be given to nobody; its answer **and** the answers that are
//! due are awaited; and a ping follows before anybody trusts the connection.

use crate::connect;
use crate::error;
use crate::raw_connection::{Failure, RawConnection};
use crate::server::Server;
use kysera_core::error::{Error, ErrorKind, Result};
use mysql_common::constants::Command;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, timeout, timeout_at};

/// How long the server may take to come to rest after the first request to end a statement.
const LIMIT: Duration = Duration::from_secs(10);
/// How long such a request may take: it may open a connection.
const KILL_LIMIT: Duration = Duration::from_secs(3);
/// The shortest wait after a request; doubles after each that ended nothing.
const SHORTEST_WAIT: Duration = Duration::from_millis(100);
/// What is slow.
const SLOW: Duration = Duration::from_millis(200);
/// After so many requests in a row that ended nothing, the connection is given up.
const MOST_KILLS: u32 = 6;
/// The number of an error: there is no such connection any more.
const NO_SUCH_THREAD: u16 = 1094;

/// Waits until the server has answered everything, and ends what takes longer than the options' `cancel_grace`. Calls
/// `on_slow` when that did not help at once.
///
/// # Errors
/// When the server does not come to rest; the connection is then given up.
pub(crate) async fn quiesce(
    raw: &mut RawConnection,
    server: &Arc<Server>,
    on_slow: impl FnMut() + Send,
) -> Result<()> {
    let outcome = try_quiesce(raw, server, on_slow).await;
    for id in raw.exchange.take_orphans() {
        raw.statements.close(id);
    }
    if outcome.is_err() {
        raw.exchange.give_up();
    }
    outcome
}

async fn try_quiesce(
    raw: &mut RawConnection,
    server: &Arc<Server>,
    mut on_slow: impl FnMut() + Send,
) -> Result<()> {
    // Most dropped statements are already done.
    if let Ok(drained) = timeout(server.options.cancel_grace, raw.exchange.drain()).await {
        return drained.map_err(error::from_io);
    }
    if !server.options.kill {
        return Err(restless());
    }
    let limit = Instant::now() + LIMIT;
    let (mut in_vain, mut due) = (0_u32, raw.exchange.answers_due());
    // One request ends one statement; a dropped pipeline has several.
    while !raw.exchange.is_answered() {
        match timeout(KILL_LIMIT, kill(server, &format!("kill query {}", raw.id))).await {
            Ok(sent) => sent?,
            Err(_) => return Err(restless()),
        }
        let wait = SHORTEST_WAIT * 2_u32.pow(in_vain);
        match timeout_at(limit.min(Instant::now() + wait), raw.exchange.drain()).await {
            Ok(drained) => drained.map_err(error::from_io)?,
            Err(_) if raw.exchange.answers_due() < due => (in_vain, due) = (0, raw.exchange.answers_due()),
            Err(_) => in_vain += 1,
        }
        if in_vain > 1 || Instant::now() + LIMIT > limit + SLOW {
            on_slow();
        }
        if in_vain >= MOST_KILLS || Instant::now() >= limit {
            return Err(restless());
        }
    }
    // The last request may have come after its statement: this trip takes it, and nobody else's statement does.
    timeout(LIMIT, ping(raw)).await.map_err(|_| restless())?
}

/// Asks for a sign of life, which also says whether a transaction is open.
pub(crate) async fn ping(raw: &mut RawConnection) -> Result<()> {
    raw.exchange.send_command(Command::COM_PING);
    match raw.answer().await {
        // The request to end a statement may have hit the ping.
        Ok(_) | Err(Failure::Server(_)) if !raw.exchange.is_broken() => Ok(()),
        Ok(_) => Err(error::closed()),
        Err(failure) => Err(raw.told(failure)),
    }
}

fn restless() -> Error {
    Error::new(ErrorKind::ConnectionClosed, "a statement whose future was dropped went on for too long")
}

/// Has the server end a statement or a connection, from a connection that is kept for that, and waits until it has.
async fn kill(server: &Arc<Server>, sql: &str) -> Result<()> {
    let mut place = server.killer.lock().await;
    let mut killer = match place.take() {
        Some(killer) if killer.exchange.is_open() && killer.driven_by.is_here() => killer,
        _ => Box::pin(connect::open(server)).await?,
    };
    match killer.command(sql).await {
        Ok(_) => {}
        Err(Failure::Server(error)) if error.errno() == NO_SUCH_THREAD => {}
        Err(failure) => return Err(killer.told(failure)),
    }
    *place = Some(killer);
    Ok(())
}

/// Ends a connection that is being dropped with a statement on it.
pub(crate) fn kill_later(runtime: &tokio::runtime::Handle, server: Arc<Server>, id: u32) {
    if !server.options.kill {
        return;
    }
    runtime.spawn(async move {
        if let Ok(Err(error)) = timeout(KILL_LIMIT, kill(&server, &format!("kill {id}"))).await {
            tracing::debug!(target: "kysera::mysql", %error, "a statement goes on without a connection");
        }
    });
}
