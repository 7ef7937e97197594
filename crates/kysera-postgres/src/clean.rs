//! Cleaning a connection that comes back in any state: what still runs is waited for or cancelled, a transaction is
//! rolled back, a session that was changed is reset. What cannot be cleaned is closed.

use crate::cancel::quiesce;
use crate::error;
use crate::protocol::Status;
use crate::raw_connection::RawConnection;
use crate::server::Server;
use kysera_core::error::{Error, ErrorKind, Result};
use kysera_core::pool::Hooks;
use kysera_net::Reset;
use std::time::Duration;

/// How long cleaning may take once the server has come to rest.
const LIMIT: Duration = Duration::from_secs(10);

/// What `discard all` does, except that prepared statements stay: they are ours, and dear.
const CLEAN: &str = "close all; set session authorization default; reset all; unlisten *; \
                     select pg_catalog.pg_advisory_unlock_all(); discard temp; discard sequences";

/// True when the next caller finds nothing of the last one. Sends nothing.
pub(crate) fn is_clean(raw: &RawConnection, reset: Reset) -> bool {
    raw.is_at_rest() && !reset.is_due(raw.is_changed())
}

/// Cleans a connection. `on_slow` is called when something still runs on it and does not end soon after a request to
/// cancel.
pub(crate) async fn clean(
    raw: &mut RawConnection,
    server: &Server,
    hooks: &Hooks<RawConnection>,
    on_slow: impl FnMut() + Send,
) -> Result<()> {
    if !raw.is_at_rest() {
        quiesce(raw, server, on_slow).await?;
    }
    match tokio::time::timeout(LIMIT, clean_at_rest(raw, server, hooks)).await {
        Ok(outcome) => outcome,
        Err(_) => Err(Error::new(ErrorKind::ConnectionClosed, "cleaning a connection took too long")),
    }
}

async fn clean_at_rest(raw: &mut RawConnection, server: &Server, hooks: &Hooks<RawConnection>) -> Result<()> {
    if raw.monitor.status() != Status::Idle {
        raw.command("rollback").await.map_err(error::from_postgres)?;
    }
    if server.options.reset.is_due(raw.is_changed()) { reset(raw, hooks).await } else { Ok(()) }
}

/// Makes the session as it began, with what the user's hook does to a new one.
async fn reset(raw: &mut RawConnection, hooks: &Hooks<RawConnection>) -> Result<()> {
    if raw.monitor.is_sql_prepared() {
        // Statements prepared in SQL have names that we do not know, and only this clears them all; ours with them.
        raw.command("discard all").await.map_err(error::from_postgres)?;
        raw.statements.clear();
    } else {
        raw.command(CLEAN).await.map_err(error::from_postgres)?;
    }
    hooks.connected(raw).await?;
    // The commands above have tags too.
    raw.monitor.session_reset();
    raw.is_dirty = false;
    Ok(())
}
