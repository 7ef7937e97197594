//! What the pool has to know of connections to MySQL and MariaDB.

use crate::cancel::{kill_later, ping};
use crate::clean::{clean, is_clean};
use crate::connect;
use crate::raw_connection::RawConnection;
use crate::server::Server;
use kysera_core::driver::BoxFuture;
use kysera_core::error::{Error, ErrorKind, Result};
use kysera_core::pool::{CloseReason, Hooks, Manager, OpenFailure, Returned};
use kysera_net::needs_runtime;
use std::sync::Arc;
use tokio::runtime::Handle;

/// Opens, checks and cleans connections to a server.
#[derive(Debug)]
pub(crate) struct MyManager {
    pub(crate) server: Arc<Server>,
    /// Also part of the pool, which calls them; called here again after a reset.
    pub(crate) hooks: Hooks<RawConnection>,
}

impl Manager for MyManager {
    type Connection = RawConnection;

    fn open(&self) -> BoxFuture<'_, Result<RawConnection>> {
        Box::pin(async {
            needs_runtime("MySQL")?;
            connect::open(&self.server).await
        })
    }

    fn classify(&self, error: &Error) -> OpenFailure {
        match error.code() {
            // Too many connections of all or of this user; stopping.
            Some("1040" | "1203" | "1226" | "1053") => OpenFailure::Busy,
            _ if error.kind() == ErrorKind::ConnectionFailed => OpenFailure::Unreachable,
            _ => OpenFailure::Final,
        }
    }

    fn is_open(&self, raw: &RawConnection) -> bool {
        raw.exchange.is_open() && raw.driven_by.is_here()
    }

    fn check<'c>(&'c self, raw: &'c mut RawConnection) -> BoxFuture<'c, Result<()>> {
        Box::pin(ping(raw))
    }

    fn close(&self, raw: RawConnection, _: CloseReason) {
        // A server goes on with a statement though nobody is there any more. One that was started again since counts its
        // connections anew, and would end that of somebody else.
        if raw.exchange.is_going_on()
            && let Ok(runtime) = Handle::try_current()
        {
            kill_later(&runtime, Arc::clone(&self.server), raw.id);
        }
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
