//! One connection to the server as the pool holds it: the client, the monitor, the prepared statements, and
//! what is known of its state.
//!
//! Knows nothing of transactions or of who holds it.

use crate::error;
use crate::incarnation::Incarnation;
use crate::notification::{Event, EventSender, Notification};
use crate::params::Params;
use crate::protocol::{Monitor, Monitored, Status};
use crate::statements::Statements;
use crate::tls::Transport;
use crate::types::type_of;
use kysera_core::error::{Error, ErrorKind, Result};
use kysera_net::{Address, DrivenBy};
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::Poll;
use std::time::Duration;
use tokio::sync::Notify;
use tokio::task::AbortHandle;
use tokio::time::timeout;
use tokio_postgres::error::DbError;
use tokio_postgres::types::Type;
use tokio_postgres::{AsyncMessage, Client, Statement};

/// How long the server may take to undo work, which costs it next to nothing.
const UNDO_LIMIT: Duration = Duration::from_secs(10);

/// Where a connection went, so that a request to cancel finds the same server.
#[derive(Clone, Debug)]
pub(crate) struct Route {
    pub(crate) address: Address,
    /// The host as the address names it: what the certificate must name.
    pub(crate) host: Option<String>,
    pub(crate) encrypted: bool,
}

pub(crate) type Wire = tokio_postgres::Connection<Monitored<Transport>, Monitored<Transport>>;

/// A connection that has logged in.
pub(crate) struct Opened {
    pub(crate) client: Client,
    pub(crate) wire: Wire,
    pub(crate) monitor: Arc<Monitor>,
    pub(crate) route: Route,
}

/// A connection to the server, as the hooks of the pool see it.
pub struct RawConnection {
    pub(crate) client: Arc<Client>,
    pub(crate) monitor: Arc<Monitor>,
    pub(crate) route: Route,
    pub(crate) statements: Statements,
    pub(crate) server_version: Option<String>,
    /// The run of the server, asked at the beginning where lost commits are resolved.
    pub(crate) incarnation: Option<Incarnation>,
    /// A statement being prepared. It is kept here and not in the caller's future, because a preparation that is
    /// dropped leaves its statement on the server for ever.
    preparing: Option<Preparing>,
    /// Room for the parameters of the next statement.
    pub(crate) spare: Params,
    /// The last statement that was sent was a prepared one, and what the server said of it so far.
    pub(crate) named: Named,
    /// Operations begun, and ended one way or the other. They differ after a future was dropped.
    begun: u64,
    ended: u64,
    /// Requests handed to the client library that the server ends with `ReadyForQuery`, in the monitor's counting.
    requested: u64,
    /// Raw SQL ran: the session may not be as it began.
    pub(crate) is_dirty: bool,
    /// The server has said goodbye, or nobody knows what is going on.
    pub(crate) is_broken: bool,
    pub(crate) driven_by: DrivenBy,
    /// Told when the connection has ended.
    closed: Arc<Notify>,
    /// Why the server ended it, when it said so.
    ended_by: Arc<OnceLock<DbError>>,
    wire: AbortHandle,
}

/// Whether a statement that was sent was a prepared one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Named {
    No,
    /// It was, and the server has not refused it before it ran.
    Sent,
    /// It was, and the server refused it before it ran.
    Refused,
}

struct Preparing {
    sql: String,
    types: Box<[u32]>,
    path: u64,
    future: Sent<Statement>,
}

/// The answer to a request that has been sent.
pub(crate) type Sent<T> = Pin<Box<dyn Future<Output = Result<T, tokio_postgres::Error>> + Send>>;

impl RawConnection {
    /// Takes over a connection that has logged in, and drives it on a task of its own.
    ///
    /// Prepares at most `statements`; none when that is `None`.
    pub(crate) fn new(
        opened: Opened,
        statements: Option<usize>,
        events: Option<&EventSender>,
    ) -> RawConnection {
        let Opened { client, mut wire, monitor, route } = opened;
        // What the server told at the login is how the session begins.
        monitor.session_reset();
        let server_version = wire.parameter("server_version").map(str::to_owned);
        let (closed, events) = (Arc::new(Notify::new()), events.cloned());
        let ended_by = Arc::new(OnceLock::new());
        let (at_end, why) = (closed.clone(), ended_by.clone());
        let task = tokio::spawn(async move {
            while let Some(message) = poll_fn(|cx| wire.poll_message(cx)).await {
                match message {
                    Ok(message) => pass_on(message, events.as_ref()),
                    Err(error) => {
                        keep_reason(&why, &error);
                        break;
                    }
                }
            }
            at_end.notify_one();
        });
        RawConnection {
            client: Arc::new(client),
            monitor,
            route,
            statements: Statements::new(statements),
            server_version,
            incarnation: None,
            preparing: None,
            spare: Params::default(),
            named: Named::No,
            begun: 0,
            ended: 0,
            requested: 0,
            is_dirty: false,
            is_broken: false,
            driven_by: DrivenBy::this_runtime(),
            closed,
            ended_by,
            wire: task.abort_handle(),
        }
    }

    /// True when it can be of no more use.
    pub(crate) fn is_closed(&self) -> bool {
        self.is_broken || self.client.is_closed()
    }

    /// Why the server ended the connection, when it said so: a transaction was idle for too long, say.
    pub(crate) fn ended_by(&self) -> Option<Error> {
        self.ended_by.get().map(|error| error::from_server(Box::new(error.clone())))
    }

    /// Resolves when the connection has ended; for one who waits alone.
    pub(crate) async fn closed(&mut self) {
        self.closed.notified().await;
    }

    /// True when nothing that was begun is unfinished: no future was dropped half way.
    pub(crate) fn is_finished(&self) -> bool {
        self.begun == self.ended
    }

    /// True when nothing is under way and no transaction is open.
    ///
    /// The monitor alone does not tell: the request of a dropped future may still stand in the client's queue, unsent.
    pub(crate) fn is_at_rest(&self) -> bool {
        self.is_finished()
            && self.preparing.is_none()
            && self.monitor.is_settled()
            && self.monitor.status() == Status::Idle
    }

    /// True when the session may not be as it began.
    pub(crate) fn is_changed(&self) -> bool {
        self.is_dirty || self.monitor.is_session_changed()
    }

    /// Notes the beginning of an operation: until `end`, the connection is not quiet.
    pub(crate) fn begin(&mut self) {
        if self.is_finished() && self.monitor.is_settled() {
            self.requested = self.monitor.answered();
        }
        self.begun += 1;
        if self.monitor.take_statements_lost() {
            self.statements.clear();
        }
    }

    /// Notes requests that are about to be handed over.
    pub(crate) fn request(&mut self, requests: usize) {
        self.requested += requests as u64;
    }

    /// What the monitor will have counted when everything is answered.
    pub(crate) fn requested(&self) -> u64 {
        self.requested
    }

    /// Notes the end of an operation.
    pub(crate) fn end(&mut self) {
        self.ended += 1;
    }

    /// Notes that the server has answered all there was.
    pub(crate) fn end_all(&mut self) {
        self.ended = self.begun;
    }

    /// Notes what an error says of the connection.
    pub(crate) fn note(&mut self, error: &tokio_postgres::Error) {
        // `is_closed` comes true a moment later than the error that says so.
        if error::is_fatal(error) {
            self.is_broken = true;
            keep_reason(&self.ended_by, error);
        }
        // Nothing that follows would be answered.
        self.is_broken |= self.monitor.is_copying_in();
    }

    /// Runs a script: statements without parameters, separated by semicolons. Rows are passed over.
    ///
    /// # Errors
    /// The first statement's error.
    pub async fn run_script(&mut self, sql: &str) -> Result<()> {
        self.is_dirty = true;
        self.command(sql).await.map_err(error::from_postgres)
    }

    /// Runs SQL without parameters or rows.
    pub(crate) async fn command(&mut self, sql: &str) -> Result<(), tokio_postgres::Error> {
        self.begin();
        self.request(1);
        let outcome = self.client.batch_execute(sql).await;
        self.end();
        if let Err(error) = &outcome {
            self.note(error);
        }
        outcome
    }

    /// Runs SQL that undoes work. It has an end of its own, since the end of the caller's time is a reason to undo.
    ///
    /// # Errors
    /// The server's, and `ConnectionClosed` when it is silent. The connection is then marked broken, and the server rolls
    /// back when it is closed.
    pub(crate) async fn undo(&mut self, sql: &str) -> Result<()> {
        match timeout(UNDO_LIMIT, self.command(sql)).await {
            Ok(outcome) => outcome.map_err(error::from_postgres),
            Err(_) => {
                self.is_broken = true;
                let what =
                    "the server did not answer a rollback; the connection is closed, which undoes the same";
                Err(Error::new(ErrorKind::ConnectionClosed, what))
            }
        }
    }

    /// Sends the request to prepare a statement; [`finish_preparing`](RawConnection::finish_preparing) takes the answer.
    pub(crate) async fn start_preparing(&mut self, sql: &str, types: &[u32]) {
        self.request(1);
        let (client, text) = (self.client.clone(), sql.to_owned());
        let declared: Vec<Type> = types.iter().map(|&oid| type_of(oid)).collect();
        let mut future: Sent<Statement> =
            Box::pin(async move { client.prepare_typed(&text, &declared).await });
        if let Some(outcome) = poll_once(future.as_mut()).await {
            future = Box::pin(std::future::ready(outcome));
        }
        self.preparing =
            Some(Preparing { sql: sql.to_owned(), types: types.into(), path: self.monitor.path(), future });
    }

    /// True when a statement is being prepared.
    pub(crate) fn is_preparing(&self) -> bool {
        self.preparing.is_some()
    }

    /// Waits for the statement being prepared, if there is one, and keeps it.
    pub(crate) async fn finish_preparing(&mut self) -> Result<Option<Statement>, tokio_postgres::Error> {
        let Some(preparing) = &mut self.preparing else { return Ok(None) };
        let outcome = preparing.future.as_mut().await;
        let Some(Preparing { sql, types, path, .. }) = self.preparing.take() else { return Ok(None) };
        match outcome {
            Ok(statement) => {
                self.statements.keep(sql, types, path, statement.clone());
                Ok(Some(statement))
            }
            Err(error) => {
                self.note(&error);
                Err(error)
            }
        }
    }
}

impl Drop for RawConnection {
    fn drop(&mut self) {
        // An idle connection says goodbye by itself; one that is still being sent rows would go on reading them.
        if !self.is_finished() || !self.monitor.is_settled() {
            self.wire.abort();
        }
    }
}

impl std::fmt::Debug for RawConnection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RawConnection")
            .field("route", &self.route)
            .field("monitor", &self.monitor)
            .field("begun", &self.begun)
            .field("ended", &self.ended)
            .field("is_broken", &self.is_broken)
            .finish_non_exhaustive()
    }
}

/// Keeps what the server says at the end of a connection.
fn keep_reason(reason: &OnceLock<DbError>, error: &tokio_postgres::Error) {
    if let Some(error) = error.as_db_error() {
        // The first one counts.
        let _ = reason.set(error.clone());
    }
}

/// Passes on what the server says without being asked.
fn pass_on(message: AsyncMessage, events: Option<&EventSender>) {
    match (message, events) {
        (AsyncMessage::Notice(notice), _) => tracing::info!(
            target: "kysera::postgres",
            code = notice.code().code(),
            severity = notice.severity(),
            "{}",
            notice.message()
        ),
        (AsyncMessage::Notification(notification), Some(events)) => {
            let notification = Notification {
                channel: notification.channel().to_owned(),
                payload: notification.payload().to_owned(),
                process_id: notification.process_id(),
            };
            // Nobody may listen any more.
            let _ = events.send(Event::Notification(notification));
        }
        _ => {}
    }
}

/// Polls a future once, so that it sends its request, and gives its output if that was all.
pub(crate) async fn poll_once<F: Future + ?Sized>(mut future: Pin<&mut F>) -> Option<F::Output> {
    poll_fn(|cx| match future.as_mut().poll(cx) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending => Poll::Ready(None),
    })
    .await
}
