//! Giving a connection back: at once when it is quiet, cleaned by a task of its own when it is not, closed when that
//! fails. The pool never holds a connection that somebody left in a mess.

use crate::cancel::quiesce;
use crate::error;
use crate::raw_connection::RawConnection;
use crate::options::Reset;
use crate::pool::{Pooled, Shared};
use crate::protocol::Status;
use kysera_core::error::{Error, ErrorKind, Result};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::runtime::Handle;

/// How long cleaning may take once the server has come to rest.
const LIMIT: Duration = Duration::from_secs(10);

/// What `discard all` does, except that prepared statements stay: they are ours, and dear.
const CLEAN: &str = "close all; set session authorization default; reset all; unlisten *; \
                     select pg_catalog.pg_advisory_unlock_all(); discard temp; discard sequences";

/// Gives a connection back.
pub(crate) fn release(mut pooled: Pooled, shared: &Arc<Shared>) {
    pooled.idle_since = Instant::now();
    if pooled.is_closed() {
        pooled.close();
    } else if !needs_cleaning(&pooled, shared.options.reset) {
        drop(pooled);
    } else {
        let (cleaning, shared) = (Cleaning(Some(pooled)), shared.clone());
        // Without a runtime nobody can clean it; dropping `cleaning` closes it.
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(cleaning.run(shared));
        }
    }
}

fn needs_cleaning(raw: &RawConnection, reset: Reset) -> bool {
    reset == Reset::Always || !raw.is_at_rest() || (reset == Reset::WhenChanged && raw.is_changed())
}

/// A connection on its way back. Dropped before it is clean (at the end of the runtime), it closes.
struct Cleaning(Option<Pooled>);

impl Cleaning {
    async fn run(mut self, shared: Arc<Shared>) {
        let Some(raw) = &mut self.0 else { return };
        match clean(raw, &shared).await {
            Ok(()) => {
                raw.idle_since = Instant::now();
                // Back to the pool.
                drop(self.0.take());
            }
            Err(error) => {
                tracing::debug!(target: "kysera::postgres", %error, "a connection was closed, not cleaned")
            }
        }
    }
}

impl Drop for Cleaning {
    fn drop(&mut self) {
        if let Some(pooled) = self.0.take() {
            pooled.close();
        }
    }
}

async fn clean(raw: &mut RawConnection, shared: &Shared) -> Result<()> {
    if !raw.is_at_rest() {
        quiesce(raw, shared).await?;
    }
    let rest = async {
        if raw.monitor.status() != Status::Idle {
            raw.command("rollback").await?;
        }
        match shared.options.reset {
            Reset::Never => Ok(()),
            Reset::WhenChanged if !raw.is_changed() => Ok(()),
            Reset::WhenChanged | Reset::Always => reset(raw).await,
        }
    };
    match tokio::time::timeout(LIMIT, rest).await {
        Ok(outcome) => outcome.map_err(error::from_postgres),
        Err(_) => Err(Error::new(ErrorKind::ConnectionClosed, "cleaning a connection took too long")),
    }
}

/// Makes the session as it began.
async fn reset(raw: &mut RawConnection) -> Result<(), tokio_postgres::Error> {
    if raw.monitor.is_sql_prepared() {
        // Statements prepared in SQL have names that we do not know, and only this clears them all; ours with them.
        raw.command("discard all").await?;
        raw.statements.clear();
    } else {
        raw.command(CLEAN).await?;
    }
    // The commands above have tags too.
    raw.monitor.session_reset();
    raw.is_dirty = false;
    Ok(())
}
