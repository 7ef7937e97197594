//! The wire tap: a stream that passes every byte on and counts what the client library does not tell.
//!
//! tokio-postgres throws away the transaction status in `ReadyForQuery` and the command tags. Both are needed to know
//! whether a connection may be given to somebody else, and whether a commit was one. The tap reads five-byte headers
//! and a handful of short messages; it changes nothing and never looks at rows.

use parking_lot::Mutex;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::Notify;
use tokio_postgres::tls::{ChannelBinding, TlsStream};

/// What the tap has counted. Shared with the connection that reads it.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    /// Requests sent that the server ends with `ReadyForQuery`: the login, every `Sync`, every simple query.
    asked: AtomicU64,
    /// `ReadyForQuery` received.
    answered: AtomicU64,
    /// How often something was sent while nothing was under way.
    trips: AtomicU64,
    status: AtomicU8,
    rollbacks: AtomicU64,
    /// The last command only gave rows.
    was_query: AtomicBool,
    /// A command ran that outlives its transaction: settings, temporary tables, listeners, cursors.
    session_changed: AtomicBool,
    /// A statement was prepared in SQL, which only `discard all` clears.
    sql_prepared: AtomicBool,
    /// Prepared statements were thrown away behind the cache's back.
    statements_lost: AtomicBool,
    watch: Watch,
    /// Woken at each `ReadyForQuery`.
    readied: Notify,
}

/// Waits for result columns of types that are not built in.
#[derive(Debug, Default)]
struct Watch {
    on: AtomicBool,
    seen: Mutex<Option<(String, u32)>>,
    wake: Notify,
}

/// The transaction status in `ReadyForQuery`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    /// Not in a transaction.
    Idle,
    /// In a transaction.
    Open,
    /// In a transaction that has failed.
    Failed,
}

/// OIDs from here on are given out by the server at run time.
pub(crate) const FIRST_CUSTOM_OID: u32 = 16384;

impl Meter {
    /// True when the server has answered everything that reached it.
    pub(crate) fn is_settled(&self) -> bool {
        self.asked.load(Ordering::Acquire) == self.answered.load(Ordering::Acquire)
    }

    /// How many requests the server has answered.
    pub(crate) fn answered(&self) -> u64 {
        self.answered.load(Ordering::Acquire)
    }

    /// Waits until the server has answered that many requests.
    pub(crate) async fn has_answered(&self, requests: u64) {
        let mut readied = std::pin::pin!(self.readied.notified());
        loop {
            // Enabled before the look at the count, so that no answer slips in between.
            readied.as_mut().enable();
            if self.answered() >= requests {
                return;
            }
            readied.as_mut().await;
            readied.set(self.readied.notified());
        }
    }

    /// The status that the last `ReadyForQuery` told.
    pub(crate) fn status(&self) -> Status {
        match self.status.load(Ordering::Acquire) {
            b'T' => Status::Open,
            b'E' => Status::Failed,
            _ => Status::Idle,
        }
    }

    #[cfg(test)]
    /// How many requests were sent that end with `ReadyForQuery`.
    pub(crate) fn syncs(&self) -> u64 {
        self.asked.load(Ordering::Acquire)
    }

    #[cfg(test)]
    /// How often something was sent while nothing was under way.
    pub(crate) fn trips(&self) -> u64 {
        self.trips.load(Ordering::Acquire)
    }

    /// How many `rollback`s the server did, asked for or instead of a commit.
    pub(crate) fn rollbacks(&self) -> u64 {
        self.rollbacks.load(Ordering::Acquire)
    }

    /// True when the last command gave rows and changed none: its count is that of its rows.
    pub(crate) fn was_query(&self) -> bool {
        self.was_query.load(Ordering::Acquire)
    }

    /// True when a command tag says that the session is not as it began.
    pub(crate) fn is_session_changed(&self) -> bool {
        self.session_changed.load(Ordering::Acquire) || self.is_sql_prepared()
    }

    /// True when a statement was prepared in SQL.
    pub(crate) fn is_sql_prepared(&self) -> bool {
        self.sql_prepared.load(Ordering::Acquire)
    }

    /// Forgets what was changed: the session is as it began.
    pub(crate) fn session_reset(&self) {
        self.session_changed.store(false, Ordering::Release);
        self.sql_prepared.store(false, Ordering::Release);
    }

    /// True once after prepared statements were thrown away behind the cache's back.
    pub(crate) fn take_statements_lost(&self) -> bool {
        self.statements_lost.swap(false, Ordering::AcqRel)
    }

    /// From now on notes result columns of types that are not built in.
    pub(crate) fn watch_columns(&self) {
        self.watch.on.store(true, Ordering::Release);
    }

    /// Resolves when such a column was announced: its name and the OID of its type.
    pub(crate) async fn custom_column(&self) -> (String, u32) {
        loop {
            let woken = self.watch.wake.notified();
            if let Some(column) = self.watch.seen.lock().take() {
                return column;
            }
            woken.await;
        }
    }

    fn sent(&self) {
        let asked = self.asked.fetch_add(1, Ordering::AcqRel);
        if asked == self.answered.load(Ordering::Acquire) {
            self.trips.fetch_add(1, Ordering::AcqRel);
        }
    }

    fn ready(&self, status: u8) {
        self.status.store(status, Ordering::Release);
        self.answered.fetch_add(1, Ordering::AcqRel);
        self.readied.notify_waiters();
    }

    fn completed(&self, tag: &[u8]) {
        let is_query = [b"SELECT".as_slice(), b"FETCH", b"MOVE", b"COPY"].iter().any(|t| tag.starts_with(t));
        self.was_query.store(is_query, Ordering::Release);
        if tag.starts_with(b"ROLLBACK") {
            self.rollbacks.fetch_add(1, Ordering::AcqRel);
        } else if tag == b"PREPARE" {
            self.sql_prepared.store(true, Ordering::Release);
        } else if tag == b"DEALLOCATE ALL" || tag == b"DISCARD ALL" {
            self.statements_lost.store(true, Ordering::Release);
        } else if [b"SET".as_slice(), b"CREATE", b"LISTEN", b"DECLARE"].iter().any(|t| tag.starts_with(t)) {
            self.session_changed.store(true, Ordering::Release);
        }
    }

    fn described(&self, columns: &[u8]) {
        if let Some(custom) = first_custom_column(columns) {
            *self.watch.seen.lock() = Some(custom);
            self.watch.wake.notify_one();
        }
    }
}

/// Finds the first column of a `RowDescription` whose type is not built in.
fn first_custom_column(message: &[u8]) -> Option<(String, u32)> {
    let mut rest = message.get(2..)?;
    while !rest.is_empty() {
        let end = rest.iter().position(|&byte| byte == 0)?;
        let (name, after) = (&rest[..end], rest.get(end + 1..)?);
        // Table OID (4), column number (2), type OID (4), type size (2), type modifier (4), format (2).
        let oid = u32::from_be_bytes(after.get(6..10)?.try_into().ok()?);
        if oid >= FIRST_CUSTOM_OID {
            return Some((String::from_utf8_lossy(name).into_owned(), oid));
        }
        rest = after.get(18..)?;
    }
    None
}

/// Follows messages through arbitrarily split reads or writes.
#[derive(Debug)]
struct Walk {
    /// Length of a header: 5, or 4 for the untyped first message of a client.
    header_len: usize,
    header: [u8; 5],
    filled: usize,
    /// Bytes of the message that are still to come.
    left: usize,
    /// The start of the message, as far as somebody wants it.
    kept: Vec<u8>,
}

impl Walk {
    fn new(header_len: usize) -> Walk {
        Walk { header_len, header: [0; 5], filled: 0, left: 0, kept: Vec::new() }
    }

    /// Passes over `bytes`; keeps `wanted(type)` bytes of each message and reports each complete one.
    fn feed(&mut self, mut bytes: &[u8], wanted: impl Fn(u8) -> usize, mut done: impl FnMut(u8, &[u8])) {
        while !bytes.is_empty() {
            if self.filled < self.header_len {
                let part = bytes.len().min(self.header_len - self.filled);
                self.header[self.filled..self.filled + part].copy_from_slice(&bytes[..part]);
                self.filled += part;
                bytes = &bytes[part..];
                if self.filled < self.header_len {
                    return;
                }
                self.left = self.announced();
            }
            let part = bytes.len().min(self.left);
            let keep = wanted(self.message_type()).saturating_sub(self.kept.len()).min(part);
            self.kept.extend_from_slice(&bytes[..keep]);
            bytes = &bytes[part..];
            self.left -= part;
            if self.left == 0 {
                done(self.message_type(), &self.kept);
                self.kept.clear();
                self.filled = 0;
                self.header_len = 5;
            }
        }
    }

    fn message_type(&self) -> u8 {
        if self.header_len == 5 { self.header[0] } else { 0 }
    }

    /// The announced length counts itself, but not the type.
    fn announced(&self) -> usize {
        let at = self.header_len - 4;
        let length = [self.header[at], self.header[at + 1], self.header[at + 2], self.header[at + 3]];
        usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX).saturating_sub(4)
    }
}

/// A stream with a meter on it.
#[derive(Debug)]
pub(crate) struct Tap<S> {
    inner: S,
    meter: Arc<Meter>,
    read: Walk,
    written: Walk,
}

impl<S> Tap<S> {
    /// Puts a meter on a stream over which nothing was sent yet.
    pub(crate) fn new(inner: S) -> (Tap<S>, Arc<Meter>) {
        let meter = Arc::new(Meter::default());
        let tap = Tap { inner, meter: meter.clone(), read: Walk::new(5), written: Walk::new(4) };
        (tap, meter)
    }

    fn note_read(&mut self, bytes: &[u8]) {
        let meter = &self.meter;
        let watching = meter.watch.on.load(Ordering::Acquire);
        let wanted = |message| match message {
            b'Z' => 1,
            // The longest tag that means something here is shorter.
            b'C' => 32,
            b'T' if watching => usize::MAX,
            _ => 0,
        };
        self.read.feed(bytes, wanted, |message, kept| match (message, kept) {
            (b'Z', &[status]) => meter.ready(status),
            (b'C', tag) => meter.completed(tag.split(|&byte| byte == 0).next().unwrap_or_default()),
            (b'T', columns) if watching => meter.described(columns),
            _ => {}
        });
    }

    fn note_written(&mut self, bytes: &[u8]) {
        let meter = &self.meter;
        // 0 is the startup message, which has no type byte.
        self.written.feed(
            bytes,
            |_| 0,
            |message, _| {
                if matches!(message, 0 | b'S' | b'Q') {
                    meter.sent();
                }
            },
        );
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Tap<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.inner).poll_read(cx, buf))?;
        self.note_read(&buf.filled()[before..]);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Tap<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let written = ready!(Pin::new(&mut self.inner).poll_write(cx, buf))?;
        self.note_written(&buf[..written]);
        Poll::Ready(Ok(written))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

impl<S: TlsStream + Unpin> TlsStream for Tap<S> {
    fn channel_binding(&self) -> ChannelBinding {
        self.inner.channel_binding()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(kind: u8, body: &[u8]) -> Vec<u8> {
        let length = u32::try_from(body.len() + 4).unwrap();
        [&[kind], length.to_be_bytes().as_slice(), body].concat()
    }

    fn column(name: &str, oid: u32) -> Vec<u8> {
        [name.as_bytes(), &[0; 7], &oid.to_be_bytes(), &[0; 8]].concat()
    }

    fn startup() -> Vec<u8> {
        [12_u32.to_be_bytes(), 196_608_u32.to_be_bytes(), [0; 4]].concat()
    }

    /// One of each kind of answer, with rows that look like messages.
    fn answers() -> Vec<u8> {
        let columns = [&[0, 2][..], &column("plain", 23), &column("mood", 16_400)].concat();
        [
            message(b'R', &[0; 4]),
            message(b'Z', b"I"),
            message(b'C', b"BEGIN\0"),
            message(b'Z', b"T"),
            message(b'T', &columns),
            message(b'D', b"Z\0\0\0\x05IC\0\0\0\x0dROLLBACK\0"),
            message(b'N', b"SNOTICE\0\0"),
            message(b'D', b""),
            message(b'C', b"SELECT 2\0"),
            message(b'S', b"TimeZone\0UTC\0"),
            message(b'Z', b"T"),
            message(b'C', b"SET\0"),
            message(b'C', b"ROLLBACK\0"),
            message(b'Z', b"I"),
        ]
        .concat()
    }

    fn check(tap: &Tap<()>) {
        let meter = &tap.meter;
        assert_eq!(meter.answered.load(Ordering::Acquire), 4);
        assert_eq!(meter.status(), Status::Idle);
        assert_eq!(meter.rollbacks(), 1, "the row that looks like a message is none");
        assert!(meter.is_session_changed());
        assert!(!meter.is_sql_prepared());
        assert_eq!(meter.watch.seen.lock().clone(), Some(("mood".to_owned(), 16_400)));
    }

    #[test]
    fn answers_are_counted_however_reads_are_split() {
        let bytes = answers();
        for split in 0..=bytes.len() {
            let (mut tap, meter) = Tap::new(());
            meter.watch_columns();
            tap.note_read(&bytes[..split]);
            tap.note_read(&bytes[split..]);
            check(&tap);
        }
        let (mut tap, meter) = Tap::new(());
        meter.watch_columns();
        bytes.iter().for_each(|byte| tap.note_read(&[*byte]));
        check(&tap);
    }

    #[test]
    fn requests_are_counted_however_writes_are_split() {
        let bytes = [
            startup(),
            message(b'p', b"secret"),
            message(b'P', b"S\0\0\0\x04"),
            message(b'S', b""),
            message(b'Q', b"begin\0"),
        ]
        .concat();
        for split in 0..=bytes.len() {
            let (mut tap, meter) = Tap::new(());
            tap.note_written(&bytes[..split]);
            tap.note_written(&bytes[split..]);
            assert_eq!((meter.syncs(), meter.trips()), (3, 1));
            assert!(!meter.is_settled());
        }
    }

    #[test]
    fn a_trip_begins_when_something_is_sent_while_nothing_is_under_way() {
        let (mut tap, meter) = Tap::new(());
        tap.note_written(&startup());
        tap.note_read(&message(b'Z', b"I"));
        assert!(meter.is_settled());
        tap.note_written(&message(b'S', b""));
        tap.note_written(&message(b'S', b""));
        tap.note_read(&message(b'Z', b"I"));
        assert!(!meter.is_settled());
        tap.note_read(&message(b'Z', b"E"));
        assert!(meter.is_settled());
        assert_eq!((meter.syncs(), meter.trips(), meter.status()), (3, 2, Status::Failed));
    }
}
