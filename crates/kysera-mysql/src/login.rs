//! From a fresh socket to a connection that has logged in: greeting, TLS, password.

mod auth;
mod greeting;
mod public_key;

use crate::error::{self, malformed};
use crate::exchange::Exchange;
use crate::flavour::Flavour;
use crate::packet::{Done, Parser, parse_error};
use crate::server::Server;
use crate::ssl::SslMode;
use crate::tls::Tls;
use crate::transport::Transport;
use crate::wire::Wire;
use auth::{Auth, Secret};
use greeting::Greeting;
use kysera_core::error::{Error, ErrorKind, Result};
use kysera_net::Address;
use mysql_common::constants::{CapabilityFlags, StatusFlags};
use mysql_common::packets::{HandshakeResponse, SslRequest};
use mysql_common::proto::MySerialize;
use std::io;
use std::ops::Range;

/// A connection that has logged in.
#[derive(Debug)]
pub(crate) struct LoggedIn {
    pub(crate) exchange: Exchange,
    pub(crate) id: u32,
    pub(crate) flavour: Flavour,
}

/// The collation that is told at the login, because every version knows it. The session's own follows.
const COLLATION: u8 = 45;
/// What a packet may hold that is sent to us.
const MAX_PACKET: u32 = 0x4000_0000;

/// What is asked for where the server has it: neither files of this machine nor several statements in one text.
fn wanted() -> CapabilityFlags {
    CapabilityFlags::CLIENT_PROTOCOL_41
        | CapabilityFlags::CLIENT_LONG_FLAG
        | CapabilityFlags::CLIENT_TRANSACTIONS
        | CapabilityFlags::CLIENT_SECURE_CONNECTION
        | CapabilityFlags::CLIENT_PLUGIN_AUTH
        | CapabilityFlags::CLIENT_PLUGIN_AUTH_LENENC_CLIENT_DATA
        | CapabilityFlags::CLIENT_MULTI_RESULTS
        | CapabilityFlags::CLIENT_PS_MULTI_RESULTS
        | CapabilityFlags::CLIENT_FOUND_ROWS
        | CapabilityFlags::CLIENT_SESSION_TRACK
        | CapabilityFlags::CLIENT_DEPRECATE_EOF
        | CapabilityFlags::CLIENT_CONNECT_WITH_DB
}

/// What cannot be done without.
fn needed() -> CapabilityFlags {
    CapabilityFlags::CLIENT_PROTOCOL_41
        | CapabilityFlags::CLIENT_SECURE_CONNECTION
        | CapabilityFlags::CLIENT_PLUGIN_AUTH
}

/// Logs in at an address.
pub(crate) async fn log_in(server: &Server, address: &Address, password: &str) -> Result<LoggedIn> {
    let options = &server.options;
    let socket = address.dial(options.keepalive).await?;
    let mut wire = Wire::new(Transport::Plain(socket));
    let packet = read(&mut wire, address).await?;
    let greeting = match wire.bytes(packet) {
        bytes @ [0xff, ..] => return Err(refused(bytes, address)),
        bytes => Greeting::parse(bytes).ok_or_else(|| no_server(address))?,
    };
    let flavour = Flavour::of(&greeting.version)?;
    if !greeting.capabilities.contains(needed()) {
        return Err(no_server(address));
    }
    let mut capabilities = wanted() & greeting.capabilities;
    if options.database.is_none() {
        capabilities.remove(CapabilityFlags::CLIENT_CONNECT_WITH_DB);
    }
    if let Some(tls) = tls_for(server, &greeting, address)? {
        capabilities.insert(CapabilityFlags::CLIENT_SSL);
        wire = encrypt(wire, tls, capabilities, &options.host).await?;
    }
    let secret = Secret {
        password: password.as_bytes(),
        is_secure: wire.transport().is_secure(),
        may_ask_for_key: options.public_key_retrieval.unwrap_or_else(|| is_local(address)),
    };
    let done = prove(&mut wire, server, address, &greeting, capabilities, secret).await?;
    let has_eof = !capabilities.contains(CapabilityFlags::CLIENT_DEPRECATE_EOF);
    Ok(LoggedIn { exchange: Exchange::new(wire, done, has_eof), id: greeting.id, flavour })
}

/// True when nobody else can listen in on the way.
fn is_local(address: &Address) -> bool {
    match address {
        Address::Tcp(address) => address.ip().is_loopback(),
        #[cfg(unix)]
        Address::Unix(_) => true,
    }
}

/// How to encrypt this connection; `None` when it stays as it is.
fn tls_for<'s>(server: &'s Server, greeting: &Greeting, address: &Address) -> Result<Option<&'s Tls>> {
    #[cfg(unix)]
    if matches!(address, Address::Unix(_)) {
        return Ok(None);
    }
    let Some(tls) = &server.tls else { return Ok(None) };
    if greeting.capabilities.contains(CapabilityFlags::CLIENT_SSL) {
        return Ok(Some(tls));
    }
    if server.options.ssl.mode() == SslMode::Preferred {
        return Ok(None);
    }
    Err(Error::new(ErrorKind::Tls, format!("{address} does not speak TLS"))
        .with_hint("switch TLS on in the server, or choose another ssl-mode"))
}

async fn encrypt(mut wire: Wire, tls: &Tls, capabilities: CapabilityFlags, host: &str) -> Result<Wire> {
    let request = SslRequest::new(capabilities, MAX_PACKET, COLLATION);
    let next = wire.write(1, |out| request.serialize(out));
    wire.expect(next);
    wire.flush().await.map_err(hung_up)?;
    let early = || Error::new(ErrorKind::Tls, "the server sent more than it should before it was encrypted");
    let (transport, sequence) = wire.into_transport().ok_or_else(early)?;
    let Transport::Plain(socket) = transport else { return Err(early()) };
    let transport = tls.shake_hands(socket, host).await?;
    Ok(Wire::new(transport).with_sequence(sequence))
}

/// Names the user and proves the password. Returns what the server says of the session.
async fn prove(
    wire: &mut Wire,
    server: &Server,
    address: &Address,
    greeting: &Greeting,
    capabilities: CapabilityFlags,
    secret: Secret<'_>,
) -> Result<StatusFlags> {
    let options = &server.options;
    // What the server uses by itself may be a method that we do not know; the account may have another, and then it asks.
    let mut auth = match Auth::new(&greeting.plugin, &greeting.nonce) {
        Ok(auth) => auth,
        Err(_) => Auth::new(b"mysql_native_password", &greeting.nonce)?,
    };
    let answer = auth.begin(secret)?;
    let response = HandshakeResponse::new(
        Some(answer),
        (8, 0, 14),
        Some(options.user.as_bytes()),
        options.database.as_ref().map(|name| name.as_bytes()),
        Some(auth.plugin()),
        capabilities,
        None,
        MAX_PACKET,
    );
    let sequence = wire.sequence();
    reply(wire, sequence, |out| response.serialize(out));
    // A method asks twice at most, and may be changed once; nobody is asked for ever.
    for _ in 0..8 {
        let packet = read(wire, address).await?;
        let sequence = wire.sequence();
        let bytes = wire.bytes(packet);
        let answer = match bytes {
            [0, ..] => return Ok(Done::parse(bytes).ok_or_else(|| nonsense(address))?.status),
            [0xff, ..] => return Err(refused(bytes, address)),
            [1, question @ ..] => auth.go_on(secret, question)?,
            [0xfe, request @ ..] => {
                let mut request = Parser(request);
                let name = request.up_to_zero().ok_or_else(|| nonsense(address))?;
                auth = Auth::new(name, request.0)?;
                Some(auth.begin(secret)?)
            }
            _ => return Err(nonsense(address)),
        };
        if let Some(answer) = answer {
            reply(wire, sequence, |out| out.extend_from_slice(&answer));
        }
    }
    Err(nonsense(address))
}

fn reply(wire: &mut Wire, sequence: u8, payload: impl FnOnce(&mut Vec<u8>)) {
    let next = wire.write(sequence, payload);
    wire.expect(next);
}

/// The next packet of a server that has not let us in yet.
async fn read(wire: &mut Wire, address: &Address) -> Result<Range<usize>> {
    /// More than any packet of a login holds.
    const MOST: usize = 1024 * 1024;
    loop {
        // Another protocol shows in the first bytes, which are then no number of a packet.
        let found = wire.packet().map_err(|_| no_server(address))?;
        if let Some(packet) = found {
            return Ok(packet);
        }
        if wire.input_len() > MOST {
            return Err(no_server(address));
        }
        wire.fill().await.map_err(|error| {
            Error::new(ErrorKind::ConnectionFailed, format!("{address} hung up during the login"))
                .with_hint("check that a MySQL or MariaDB server listens there")
                .with_source(error)
        })?;
    }
}

fn refused(packet: &[u8], address: &Address) -> Error {
    parse_error(packet).map_or_else(|| nonsense(address), error::from_login)
}

fn hung_up(error: io::Error) -> Error {
    Error::new(ErrorKind::ConnectionFailed, "the server hung up before the connection was encrypted")
        .with_source(error)
}

fn no_server(address: &Address) -> Error {
    Error::new(
        ErrorKind::ConnectionFailed,
        format!("what listens at {address} does not speak MySQL's protocol"),
    )
    .with_hint("check the host and the port")
}

fn nonsense(address: &Address) -> Error {
    Error::new(
        ErrorKind::ConnectionFailed,
        format!("{address} has sent what makes no sense during the login"),
    )
    .with_source(malformed("a packet of the login"))
}
