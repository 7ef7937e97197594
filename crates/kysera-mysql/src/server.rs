//! What all connections of a driver share: how to reach the server, and the connection that ends statements of others.

use crate::options::MySqlOptions;
use crate::raw_connection::RawConnection;
use crate::tls::Tls;
use kysera_core::error::Result;
use tokio::sync::Mutex;

/// A server as the options describe it.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) options: MySqlOptions,
    pub(crate) tls: Option<Tls>,
    /// Opened at the first need and kept: a server that has no room for another connection can then still be told.
    pub(crate) killer: Mutex<Option<RawConnection>>,
}

impl Server {
    /// Checks the options and reads the certificates. Opens nothing.
    pub(crate) fn new(options: MySqlOptions) -> Result<Server> {
        options.check()?;
        let tls = Tls::new(&options.ssl)?;
        Ok(Server { options, tls, killer: Mutex::new(None) })
    }
}
