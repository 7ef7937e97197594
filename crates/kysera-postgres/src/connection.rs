//! A connection that a caller holds: what it is in the middle of, and whether it may go on. What it does is in the files
//! above: `run`, `pipeline`, `stream`, `transact`.

use crate::error;
use crate::manager::PgManager;
use crate::raw_connection::RawConnection;
use crate::server::Server;
use crate::transaction::{Preamble, Transaction};
use crate::types::Types;
use kysera_core::error::Result;
use kysera_core::pool::Pooled;
use kysera_sql::compiled::StatementKind;
use std::sync::Arc;

/// A connection from the pool, to which it goes back when it is dropped.
#[derive(Debug)]
pub(crate) struct PgConnection {
    raw: Pooled<PgManager>,
    server: Arc<Server>,
    pub(crate) transaction: Option<Transaction>,
}

impl PgConnection {
    pub(crate) fn new(raw: Pooled<PgManager>) -> PgConnection {
        let server = Arc::clone(&raw.manager().server);
        PgConnection { raw, server, transaction: None }
    }

    pub(crate) fn raw(&mut self) -> &mut RawConnection {
        &mut self.raw
    }

    /// The connection, and the types that are known.
    pub(crate) fn parts(&mut self) -> (&mut RawConnection, &Types) {
        (&mut self.raw, &self.server.types)
    }

    pub(crate) fn server(&self) -> &Arc<Server> {
        &self.server
    }

    /// Refuses to go on with a connection that is gone, or in a transaction that is no longer what its caller thinks.
    pub(crate) fn check(&mut self) -> Result<()> {
        self.note_interruption();
        self.check_raw()?;
        self.transaction.as_ref().map_or(Ok(()), |transaction| transaction.state.check())
    }

    /// Refuses to go on with a connection that is gone.
    pub(crate) fn check_raw(&mut self) -> Result<()> {
        if !self.raw().is_closed() {
            return Ok(());
        }
        Err(match (self.raw().ended_by(), &mut self.transaction) {
            (Some(error), _) => error,
            (None, Some(transaction)) => {
                transaction.state.lost();
                transaction.state.check().err().unwrap_or_else(error::closed)
            }
            (None, None) => error::closed(),
        })
    }

    /// Notes a statement whose future was dropped since the last call.
    pub(crate) fn note_interruption(&mut self) {
        if !self.raw().is_finished()
            && let Some(transaction) = &mut self.transaction
        {
            transaction.interrupt();
        }
    }

    /// Takes what has to go out before a statement.
    pub(crate) fn take_preamble(&mut self, kind: StatementKind) -> Preamble {
        let Some(transaction) = &mut self.transaction else { return Preamble::none() };
        let asks_number = self.raw.incarnation.is_some() && kind != StatementKind::Read;
        transaction.take_preamble(&self.raw.client, asks_number, self.raw.monitor.ends())
    }
}
