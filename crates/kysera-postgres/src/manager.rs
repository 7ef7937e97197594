//! What the pool has to know of connections to PostgreSQL.

use crate::clean::{clean, is_clean};
use crate::connect;
use crate::error;
use crate::incarnation::{self, Seen};
use crate::raw_connection::RawConnection;
use crate::server::Server;
use kysera_core::driver::BoxFuture;
use kysera_core::error::{Error, ErrorKind, Result};
use kysera_core::pool::{Hooks, Manager, OpenFailure, Returned};
use kysera_net::needs_runtime;
use std::sync::Arc;

/// Opens, checks and cleans connections to a server.
#[derive(Debug)]
pub(crate) struct PgManager {
    pub(crate) server: Arc<Server>,
    /// Also part of the pool, which calls them; called here again after a reset.
    pub(crate) hooks: Hooks<RawConnection>,
}

impl Manager for PgManager {
    type Connection = RawConnection;

    fn open(&self) -> BoxFuture<'_, Result<RawConnection>> {
        Box::pin(async {
            needs_runtime("PostgreSQL")?;
            let mut raw = connect::open(&self.server, None).await?;
            if self.server.options.resolve_commits {
                let seen = connect::answered(&self.server, incarnation::ask(&raw.client)).await?;
                raw.incarnation = seen.and_then(Seen::of_primary);
                if raw.incarnation.is_none() {
                    tracing::warn!(
                        target: "kysera::postgres",
                        "the server does not say what would prove a commit: lost answers stay unknown"
                    );
                }
            }
            Ok(raw)
        })
    }

    fn classify(&self, error: &Error) -> OpenFailure {
        match error.code() {
            // Too many connections; starting, stopping or restarting.
            Some("53300" | "57P01" | "57P02" | "57P03") => OpenFailure::Busy,
            _ if error.kind() == ErrorKind::ConnectionFailed => OpenFailure::Unreachable,
            _ => OpenFailure::Final,
        }
    }

    fn is_open(&self, raw: &RawConnection) -> bool {
        !raw.is_closed() && raw.driven_by.is_here()
    }

    fn check<'c>(&'c self, raw: &'c mut RawConnection) -> BoxFuture<'c, Result<()>> {
        Box::pin(async { raw.client.check_connection().await.map_err(error::from_postgres) })
    }

    fn is_clean(&self, raw: &RawConnection) -> bool {
        is_clean(raw, self.server.options.reset)
    }

    fn clean(&self, returned: Returned<Self>) {
        let (server, hooks) = (Arc::clone(&self.server), self.hooks.clone());
        returned.clean_on_task(move |raw, room| {
            Box::pin(async move { clean(raw, &server, &hooks, || room.give_back()).await })
        });
    }
}
