//! Notifications: `listen`, on a connection of its own that is opened again when it is lost.

use crate::connect;
use crate::driver::Postgres;
use crate::error;
use crate::link::Link;
use crate::pool::Shared;
use kysera_core::error::{Error, ErrorKind, Result};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;
use tokio::task::AbortHandle;

/// How many notifications wait for a slow listener.
const BACKLOG: usize = 1024;
/// The longest pause between two attempts to connect again.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// Hears what is notified on some channels.
///
/// Has a connection of its own beside the pool, which closes when the listener is dropped. When the connection is lost
/// it is opened again, for as long as it takes; what was notified in the meantime is lost, and [`Heard::Missed`] says
/// so: read again what the notifications were about.
#[derive(Debug)]
pub struct Listener {
    heard: broadcast::Receiver<Heard>,
    task: AbortHandle,
}

/// What a listener hears.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Heard {
    /// A notification, in the order of the commits that sent them.
    Notification(Notification),
    /// Notifications may have been lost: the listener was too slow, or the connection was lost and is there again.
    Missed,
}

/// What was sent with `notify`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Notification {
    /// The channel.
    pub channel: String,
    /// The text sent along; empty when there was none.
    pub payload: String,
    /// The server process that sent it (`pg_backend_pid()`).
    pub process_id: i32,
}

pub(crate) type Ear = broadcast::Sender<Heard>;

impl Postgres {
    /// Listens on channels. What is notified from now on is heard.
    ///
    /// Notifications are sent at the commit of the transaction that makes them.
    ///
    /// # Errors
    /// When the connection cannot be opened. `Unsupported` with `prepare(false)`: behind a proxy that lends another
    /// server connection to each transaction, `listen` succeeds and nothing is ever heard.
    ///
    /// # Examples
    /// ```no_run
    /// # async fn example(driver: kysera_postgres::Postgres) -> kysera_core::error::Result<()> {
    /// use kysera_postgres::Heard;
    /// let mut listener = driver.listen(["orders"]).await?;        // listen "orders"
    /// loop {
    ///     match listener.hear().await? {
    ///         Heard::Notification(order) => println!("order {}", order.payload),
    ///         _ => println!("read the list of orders again"),
    ///     }
    /// }
    /// # }
    /// ```
    pub async fn listen<C: Into<String>>(&self, channels: impl IntoIterator<Item = C>) -> Result<Listener> {
        let channels: Vec<String> = channels.into_iter().map(Into::into).collect();
        listen(self.shared().clone(), &channels).await
    }
}

impl Listener {
    /// Waits for the next notification. Safe to drop: nothing is lost by it.
    ///
    /// # Errors
    /// `ConnectionClosed` when the runtime that the listener was made on is gone.
    pub async fn hear(&mut self) -> Result<Heard> {
        match self.heard.recv().await {
            Ok(heard) => Ok(heard),
            Err(RecvError::Lagged(_)) => Ok(Heard::Missed),
            Err(RecvError::Closed) => Err(Error::new(ErrorKind::ConnectionClosed, "nobody listens any more")),
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn listen(shared: Arc<Shared>, channels: &[String]) -> Result<Listener> {
    if !shared.options.prepare {
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
    let (ear, heard) = broadcast::channel(BACKLOG);
    let first = begin(&shared, &sql, &ear).await?;
    let task = tokio::spawn(async move {
        let mut link = first;
        loop {
            link.closed().await;
            link = begin_again(&shared, &sql, &ear).await;
            // The listener's drop aborts this task, so somebody hears it.
            let _ = ear.send(Heard::Missed);
        }
    });
    Ok(Listener { heard, task: task.abort_handle() })
}

async fn begin(shared: &Shared, sql: &str, ear: &Ear) -> Result<Link> {
    let mut link = connect::open(&shared.options, shared.tls.as_ref(), Some(ear)).await?;
    link.command(sql).await.map_err(error::from_postgres)?;
    Ok(link)
}

async fn begin_again(shared: &Shared, sql: &str, ear: &Ear) -> Link {
    let mut pause = Duration::from_millis(50);
    loop {
        match begin(shared, sql, ear).await {
            Ok(link) => return link,
            Err(error) => {
                tracing::warn!(target: "kysera::postgres", %error, "the connection that listens is lost");
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
        }
    }
}
