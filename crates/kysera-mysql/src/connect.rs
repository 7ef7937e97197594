//! Opens a connection: the addresses of the host in turn, logged in, with its session set up.

use crate::login::{LoggedIn, log_in};
use crate::raw_connection::RawConnection;
use crate::server::Server;
use crate::session;
use crate::socket::Address;
use kysera_core::error::{Error, ErrorKind, Result};
use std::sync::Arc;
use std::time::Duration;

/// Opens a connection to the first address that takes one.
pub(crate) async fn open(server: &Arc<Server>) -> Result<RawConnection> {
    let options = &server.options;
    let password = match &options.password_provider {
        Some(provider) => (provider.0)().await?,
        None => options.password.clone(),
    };
    let mut failure = None;
    for address in addresses(server).await? {
        let attempt = reach(server, &address, &password);
        let opened = match options.connect_timeout {
            Some(limit) => {
                tokio::time::timeout(limit, attempt).await.unwrap_or_else(|_| Err(too_slow(&address, limit)))
            }
            None => attempt.await,
        };
        match opened {
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
    match tokio::net::lookup_host((options.host.as_str(), options.port)).await {
        Ok(addresses) => Ok(addresses.map(Address::Tcp).collect()),
        Err(error) => Err(no_address(&options.host).with_source(error)),
    }
}

fn no_address(host: &str) -> Error {
    Error::new(ErrorKind::ConnectionFailed, format!("{host} has no address"))
        .with_hint("check the host in the address of the server")
}

fn too_slow(address: &Address, limit: Duration) -> Error {
    Error::new(ErrorKind::ConnectionFailed, format!("{address} did not let us in within {limit:?}"))
        .with_hint("check that the server runs and that no firewall stands between")
}
