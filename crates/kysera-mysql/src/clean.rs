//! Cleaning a connection that comes back in any state: what still runs is waited for or ended, a transaction is rolled
//! back, a session that was changed is reset. What cannot be cleaned is closed.

use crate::cancel::quiesce;
use crate::raw_connection::RawConnection;
use crate::server::Server;
use crate::session;
use kysera_core::error::{Error, ErrorKind, Result};
use kysera_core::pool::Hooks;
use kysera_net::Reset;
use mysql_common::constants::{Command, StatusFlags};
use std::sync::Arc;
use std::time::Duration;

/// How long cleaning may take once the server has come to rest.
const LIMIT: Duration = Duration::from_secs(10);

/// True when the next caller finds nothing of the last one. Sends nothing.
pub(crate) fn is_clean(raw: &RawConnection, reset: Reset) -> bool {
    raw.is_at_rest() && !reset.is_due(raw.is_changed())
}

/// Cleans a connection. `on_slow` is called when something still runs on it and does not end soon.
pub(crate) async fn clean(
    raw: &mut RawConnection,
    server: &Arc<Server>,
    hooks: &Hooks<RawConnection>,
    on_slow: impl FnMut() + Send,
) -> Result<()> {
    if !raw.exchange.is_answered() {
        quiesce(raw, server, on_slow).await?;
    }
    match tokio::time::timeout(LIMIT, clean_at_rest(raw, server, hooks)).await {
        Ok(outcome) => outcome,
        Err(_) => {
            raw.exchange.give_up();
            Err(Error::new(ErrorKind::ConnectionClosed, "cleaning a connection took too long"))
        }
    }
}

async fn clean_at_rest(raw: &mut RawConnection, server: &Server, hooks: &Hooks<RawConnection>) -> Result<()> {
    if raw.exchange.is_broken() {
        return Err(raw.lost());
    }
    if server.options.reset.is_due(raw.is_changed()) {
        return reset(raw, hooks).await;
    }
    if raw.exchange.is_in_transaction() || raw.has_level {
        raw.end("rollback").await.map_err(|failure| raw.told(failure))?;
    }
    // Without a reset nobody knows how to have statements commit by themselves again, or to end a chain of transactions.
    if raw.is_at_rest() {
        Ok(())
    } else {
        Err(Error::new(ErrorKind::ConnectionClosed, "the session was changed"))
    }
}

/// Makes the session as it began, with what the user's hook does to a new one. A reset also rolls back.
async fn reset(raw: &mut RawConnection, hooks: &Hooks<RawConnection>) -> Result<()> {
    // The server forgets all statements, also those that were to be closed.
    raw.statements.clear();
    raw.exchange.send_command(Command::COM_RESET_CONNECTION);
    raw.exchange.send_text(&session::setup(raw.flavour));
    // The server does not reset the database, and none cannot be chosen again.
    match &raw.database {
        Some(name) => raw.exchange.send_database(name),
        None => raw.exchange.send_text("select 1 from dual where database() is not null"),
    }
    for _ in 0..2 {
        raw.answer().await.map_err(|failure| raw.told(failure))?;
    }
    if raw.answer_has_rows().await.map_err(|failure| raw.told(failure))? {
        return Err(Error::new(
            ErrorKind::ConnectionClosed,
            "the session was in no database and now is in one",
        ));
    }
    hooks.connected(raw).await?;
    raw.exchange.take_session_change();
    (raw.is_dirty, raw.has_level) = (false, false);
    Ok(())
}

impl RawConnection {
    /// True when the session may not be as it began.
    pub(crate) fn is_changed(&self) -> bool {
        self.is_dirty
            || self.exchange.has_session_change()
            || !self.exchange.status().contains(StatusFlags::SERVER_STATUS_AUTOCOMMIT)
    }
}
