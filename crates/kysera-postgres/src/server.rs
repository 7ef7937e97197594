//! What all connections of a driver share: how to reach the server, and what is known of its types.

use crate::options::PostgresOptions;
use crate::tls::Tls;
use crate::types::Types;
use kysera_core::error::Result;

/// A server as the options describe it.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) options: PostgresOptions,
    pub(crate) tls: Option<Tls>,
    pub(crate) types: Types,
}

impl Server {
    /// Checks the options and reads the certificates. Opens nothing.
    pub(crate) fn new(options: PostgresOptions) -> Result<Server> {
        options.check()?;
        let tls = Tls::new(&options.ssl)?;
        Ok(Server { options, tls, types: Types::default() })
    }
}
