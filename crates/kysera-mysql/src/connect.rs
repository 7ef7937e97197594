//! Opens a connection: the addresses of the host in turn, logged in, with its session set up.

use crate::login::{LoggedIn, log_in};
use crate::raw_connection::RawConnection;
use crate::server::Server;
use crate::session;
use kysera_core::error::{ErrorKind, Result};
use kysera_net::{Address, in_time, no_address};
use std::sync::Arc;

/// Opens a connection to the first address that takes one.
pub(crate) async fn open(server: &Arc<Server>) -> Result<RawConnection> {
    let options = &server.options;
    let password = match &options.password_provider {
        Some(provider) => provider.ask().await?,
        None => options.password.clone(),
    };
    let mut failure = None;
    for address in addresses(server).await? {
        match in_time(options.connect_timeout, &address, reach(server, &address, &password)).await {
            Ok(raw) => return Ok(raw),
            // Another address of the host would say the same of the password or the database.
            Err(error) if error.kind() != ErrorKind::ConnectionFailed => return Err(error),
            Err(error) => failure = Some(error),
        }
    }
    Err(failure.unwrap_or_else(|| no_address(&options.host)))
}

async fn reach(server: &Arc<Server>, address: &Address, password: &str) -> Result<RawConnection> {
    let LoggedIn { exchange, id, flavour } = log_in(server, address, password).await?;
    let mut raw = RawConnection::new(
        exchange,
        id,
        flavour,
        server.options.database.clone(),
        server.options.statement_cache,
    );
    match session::begin(&mut raw).await {
        Ok(facts) => raw.facts = facts,
        Err(failure) => return Err(raw.told(failure)),
    }
    Ok(raw)
}

async fn addresses(server: &Server) -> Result<Vec<Address>> {
    let options = &server.options;
    #[cfg(unix)]
    if let Some(file) = &options.socket {
        return Ok(vec![Address::Unix(file.clone())]);
    }
    Address::of_host(&options.host, options.port).await
}
