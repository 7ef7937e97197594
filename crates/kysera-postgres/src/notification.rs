//! What a listener receives, as the connection passes it on.

use tokio::sync::broadcast;

/// What a listener receives.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Event {
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

pub(crate) type EventSender = broadcast::Sender<Event>;
