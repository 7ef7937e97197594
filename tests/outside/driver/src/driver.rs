//! The database: who may use its one connection, and for how long one waits for it.

use crate::connection::FerryConnection;
use crate::error;
use kysera_core::driver::{BoxFuture, Connection, Driver};
use kysera_core::{Error, ErrorKind, Result};
use kysera_sql::compiled::Access;
use kysera_sql::dialect::{Dialect, Sqlite};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::sync::watch;

/// A database in memory with one connection.
#[derive(Debug)]
pub struct Ferry {
    dialect: Sqlite,
    acquire_timeout: Duration,
    client: Arc<Mutex<rusqlite::Connection>>,
    closed: watch::Sender<bool>,
}

impl Ferry {
    /// Opens an empty database, whose connection is waited for at most that long.
    ///
    /// # Errors
    /// Those of SQLite.
    pub fn in_memory(acquire_timeout: Duration) -> Result<Ferry> {
        let client = rusqlite::Connection::open_in_memory().map_err(error::from_client)?;
        client.pragma_update(None, "foreign_keys", true).map_err(error::from_client)?;
        Ok(Ferry {
            dialect: Sqlite::default(),
            acquire_timeout,
            client: Arc::new(Mutex::new(client)),
            closed: watch::Sender::new(false),
        })
    }
}

impl Driver for Ferry {
    fn dialect(&self) -> &dyn Dialect {
        &self.dialect
    }

    fn acquire(&self, _: Access) -> BoxFuture<'_, Result<Box<dyn Connection>>> {
        Box::pin(async move {
            let mut closed = self.closed.subscribe();
            let client = tokio::select! {
                biased;
                _ = closed.wait_for(|closed| *closed) => return Err(is_closed()),
                client = Arc::clone(&self.client).lock_owned() => client,
                () = tokio::time::sleep(self.acquire_timeout) => return Err(is_taken()),
            };
            Ok(Box::new(FerryConnection::new(client)) as Box<dyn Connection>)
        })
    }

    fn excludes(&self, _: Access, _: Access) -> bool {
        true
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        self.closed.send_replace(true);
        Box::pin(async {})
    }
}

fn is_closed() -> Error {
    Error::new(ErrorKind::ConnectionClosed, "the database is closed")
}

fn is_taken() -> Error {
    Error::new(ErrorKind::PoolTimeout, "the connection is in use")
}
