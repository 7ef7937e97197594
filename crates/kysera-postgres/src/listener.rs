//! Notifications: `listen`, on a connection of its own that is opened again when it is lost.

use crate::connect;
use crate::driver::Postgres;
use crate::error;
use crate::notification::{Event, EventSender};
use crate::raw_connection::RawConnection;
use crate::server::Server;
use kysera_core::error::{Error, ErrorKind, Result};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;
use tokio::task::AbortHandle;

/// How many notifications wait for a slow listener.
const BACKLOG: usize = 1024;
/// After so long without news the connection is asked for a sign of life, for which it has so long.
const HEARTBEAT: Duration = Duration::from_secs(30);
const HEARTBEAT_LIMIT: Duration = Duration::from_secs(5);
/// The longest pause between two attempts to connect again.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// Receives what is notified on some channels.
///
/// Has a connection of its own beside the pool, which closes when the listener is dropped. When the connection is lost
/// it is opened again, for as long as it takes; what was notified in the meantime is lost, and [`Event::Missed`] says
/// so: read again what the notifications were about.
#[derive(Debug)]
pub struct Listener {
    events: broadcast::Receiver<Event>,
    task: AbortHandle,
}

impl Postgres {
    /// Listens on channels. What is notified from now on is received.
    ///
    /// Notifications are sent at the commit of the transaction that makes them.
    ///
    /// # Errors
    /// When the connection cannot be opened. `Unsupported` with `prepare(false)`: behind a proxy that lends another
    /// server connection to each transaction, `listen` succeeds and nothing is ever received.
    ///
    /// # Examples
    /// ```no_run
    /// # async fn example(driver: kysera_postgres::Postgres) -> kysera_core::error::Result<()> {
    /// use kysera_postgres::Event;
    /// let mut listener = driver.listen(["orders"]).await?;        // listen "orders"
    /// loop {
    ///     match listener.recv().await? {
    ///         Event::Notification(order) => println!("order {}", order.payload),
    ///         _ => println!("read the list of orders again"),
    ///     }
    /// }
    /// # }
    /// ```
    pub async fn listen<C: Into<String>>(&self, channels: impl IntoIterator<Item = C>) -> Result<Listener> {
        let channels: Vec<String> = channels.into_iter().map(Into::into).collect();
        listen(self.server().clone(), &channels).await
    }
}

impl Listener {
    /// Waits for the next notification. Safe to drop: nothing is lost by it.
    ///
    /// # Errors
    /// `ConnectionClosed` when the runtime that the listener was made on is gone.
    pub async fn recv(&mut self) -> Result<Event> {
        match self.events.recv().await {
            Ok(event) => Ok(event),
            Err(RecvError::Lagged(_)) => Ok(Event::Missed),
            Err(RecvError::Closed) => Err(Error::new(ErrorKind::ConnectionClosed, "nobody listens any more")),
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn listen(server: Arc<Server>, channels: &[String]) -> Result<Listener> {
    if !server.options.prepare {
        return Err(Error::new(
            ErrorKind::Unsupported,
            "listening needs a connection of its own at the server",
        )
        .with_hint("connect to the server itself, not through a proxy, with prepare(true)"));
    }
    // One statement for each channel; the name is quoted, so that it is taken as it is written.
    let sql: Vec<String> =
        channels.iter().map(|name| format!("listen \"{}\"", name.replace('"', "\"\""))).collect();
    let sql = sql.join("; ");
    let (sender, events) = broadcast::channel(BACKLOG);
    let first = begin(&server, &sql, &sender).await?;
    let task = tokio::spawn(async move {
        let mut raw = first;
        loop {
            lost(&mut raw).await;
            raw = begin_again(&server, &sql, &sender).await;
            // The listener's drop aborts this task, so somebody receives it.
            let _ = sender.send(Event::Missed);
        }
    });
    Ok(Listener { events, task: task.abort_handle() })
}

/// Waits until the connection is lost. A network that has forgotten it says nothing, so it is asked from time to time.
async fn lost(raw: &mut RawConnection) {
    while tokio::time::timeout(HEARTBEAT, raw.closed()).await.is_err() {
        let sign = tokio::time::timeout(HEARTBEAT_LIMIT, raw.client.check_connection()).await;
        if !matches!(sign, Ok(Ok(()))) {
            return;
        }
    }
}

async fn begin(server: &Server, sql: &str, events: &EventSender) -> Result<RawConnection> {
    let mut raw = connect::open(server, Some(events)).await?;
    connect::answered(server, raw.command(sql)).await?.map_err(error::from_postgres)?;
    Ok(raw)
}

async fn begin_again(server: &Server, sql: &str, events: &EventSender) -> RawConnection {
    let mut pause = Duration::from_millis(50);
    loop {
        match begin(server, sql, events).await {
            Ok(raw) => return raw,
            Err(error) => {
                tracing::warn!(target: "kysera::postgres", %error, "the connection that listens is lost");
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
        }
    }
}
