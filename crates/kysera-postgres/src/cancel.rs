//! Waiting for, and cancelling, what a dropped future left running.
//!
//! A request to cancel hits whatever runs when it arrives. So it is sent only while the connection can be given to
//! nobody, its arrival is awaited (the server closes the socket after it has passed the signal on), and one more trip
//! follows before anybody trusts the connection.

use crate::error;
use crate::raw_connection::{RawConnection, Route};
use crate::server::Server;
use crate::tls::{AsItIs, Negotiated, Transport};
use kysera_core::error::{Error, ErrorKind, Result};
use std::io;
use std::pin::pin;
use std::time::Duration;
use tokio::io::AsyncReadExt;
use tokio::time::{Instant, timeout};
use tokio_postgres::CancelToken;

/// How long the server may take to come to rest after the first request to cancel.
const LIMIT: Duration = Duration::from_secs(10);
/// How long a request to cancel may take: it opens a connection.
const REQUEST_LIMIT: Duration = Duration::from_secs(2);
/// The shortest wait after a request to cancel.
const SHORTEST_WAIT: Duration = Duration::from_millis(5);
/// What is slow. Also the wait after the second request in a row that ended nothing, which doubles after each.
const SLOW: Duration = Duration::from_millis(100);
/// After so many requests in a row that ended nothing, the connection is given up: the network may have lost it.
const MOST_REQUESTS: u32 = 6;

/// Waits until the server has answered everything, and cancels what takes longer than the options' `cancel_grace`.
/// Calls `on_slow` when a request to cancel did not help at once.
///
/// # Errors
/// When the server does not come to rest; the connection is then marked broken.
pub(crate) async fn quiesce(
    raw: &mut RawConnection,
    server: &Server,
    on_slow: impl FnMut() + Send,
) -> Result<()> {
    let outcome = try_quiesce(raw, server, on_slow).await;
    match &outcome {
        Ok(()) => raw.end_all(),
        Err(_) => raw.is_broken = true,
    }
    outcome
}

async fn try_quiesce(
    raw: &mut RawConnection,
    server: &Server,
    mut on_slow: impl FnMut() + Send,
) -> Result<()> {
    if !server.options.prepare {
        return outwait(raw, server, on_slow).await;
    }
    let (client, token, route) = (raw.client.clone(), raw.client.cancel_token(), raw.route.clone());
    let monitor = raw.monitor.clone();
    // A Sync is answered after everything before it. It goes first: most dropped statements are already done.
    let mut rest = pin!(async {
        // What was being prepared may have failed; that shows again at the next use.
        let _ = raw.finish_preparing().await;
        client.check_connection().await
    });
    if let Ok(outcome) = timeout(server.options.cancel_grace, rest.as_mut()).await {
        return outcome.map_err(error::from_postgres);
    }
    let limit = Instant::now() + LIMIT;
    let (mut in_vain, mut answered) = (0, monitor.answered());
    // One request ends one statement; a dropped pipeline has several.
    loop {
        let mut request = pin!(cancel(&token, &route, server));
        let sent = match timeout(SLOW, request.as_mut()).await {
            Ok(sent) => sent,
            Err(_) => {
                on_slow();
                request.await
            }
        };
        sent.map_err(|error| restless().with_source(error))?;
        let wait = match in_vain {
            0 => server.options.cancel_grace.max(SHORTEST_WAIT),
            times => SLOW * 2_u32.pow(times - 1),
        };
        match tokio::time::timeout_at(limit.min(Instant::now() + wait), rest.as_mut()).await {
            Ok(outcome) => {
                outcome.map_err(error::from_postgres)?;
                break;
            }
            Err(_) if monitor.answered() > answered => (in_vain, answered) = (0, monitor.answered()),
            Err(_) => {
                in_vain += 1;
                if in_vain > 1 {
                    on_slow();
                }
            }
        }
        if in_vain >= MOST_REQUESTS || Instant::now() >= limit {
            return Err(restless());
        }
    }
    // The last signal may have come after its statement: this trip takes it, and nobody else's statement does.
    timeout(LIMIT, client.check_connection()).await.map_err(|_| restless())?.map_err(error::from_postgres)
}

/// Waits until everything is answered, and sends nothing: neither a Sync nor a request to cancel.
///
/// Behind an old proxy both are dangerous. PgBouncer 1.18 dies of requests to cancel (its issue 801), and when a
/// client hangs up with two requests open it gives the server connection on with an answer still to come: the next
/// client gets it (seen in 1 of 40 drops). So the caller may hang up only while at most one is open.
async fn outwait(raw: &mut RawConnection, server: &Server, mut on_slow: impl FnMut() + Send) -> Result<()> {
    let (monitor, all) = (raw.monitor.clone(), raw.requested());
    let limit = Instant::now() + LIMIT;
    let all_but_one = monitor.has_answered(all.saturating_sub(1));
    let mut all_but_one = pin!(all_but_one);
    if timeout(SLOW, all_but_one.as_mut()).await.is_err() {
        on_slow();
        tokio::time::timeout_at(limit, all_but_one).await.map_err(|_| restless())?;
    }
    // Of what came to its own end, a failed statement above all, only that end is still on its way.
    let grace = if raw.is_finished() && monitor.is_ending() { LIMIT } else { server.options.cancel_grace };
    timeout(grace, monitor.has_answered(all)).await.map_err(|_| restless())?;
    if monitor.is_settled() { Ok(()) } else { Err(restless()) }
}

fn restless() -> Error {
    Error::new(ErrorKind::ConnectionClosed, "a statement whose future was dropped went on for too long")
}

/// Sends a request to cancel and waits until the server has acted on it.
async fn cancel(token: &CancelToken, route: &Route, server: &Server) -> io::Result<()> {
    let send = async {
        let mut transport = dial(route, server).await?;
        token.cancel_query_raw(&mut transport, AsItIs).await.map_err(io::Error::other)?;
        // The end of the stream says that the signal is on its way. However it ends, it has ended.
        let _ = transport.read_to_end(&mut Vec::new()).await;
        Ok(())
    };
    timeout(REQUEST_LIMIT, send).await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}

/// Opens a second way to the server that the connection went to, encrypted if that is.
async fn dial(route: &Route, server: &Server) -> io::Result<Transport> {
    let socket = route.address.dial(server.options.keepalive).await.map_err(io::Error::other)?;
    match (&server.tls, &route.host) {
        (Some(tls), Some(host)) if route.encrypted => match tls.negotiate(socket, host).await {
            Ok(Negotiated::Tls(transport)) => Ok(transport),
            Ok(Negotiated::Refused(_)) => {
                Err(io::Error::other("the server refused TLS for a request to cancel"))
            }
            Err(error) => Err(io::Error::other(error)),
        },
        _ => Ok(Transport::Plain(socket)),
    }
}
