//! Watches the wire protocol: a stream that counts what the client library does not tell, and hides types from it.
//!
//! tokio-postgres throws away the transaction status in `ReadyForQuery` and the command tags. Both are needed to know
//! whether a connection may be given to somebody else, and whether a commit was one. The stream reads headers and a
//! handful of short messages; what it changes, and why, is in `hide`. It never looks at rows.

mod hide;
mod monitor;
mod walk;

pub(crate) use hide::type_oid;
pub(crate) use monitor::{Monitor, Status};

use bytes::{Buf as _, BytesMut};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_postgres::tls::{ChannelBinding, TlsStream};
use walk::{HEADER, Walk};

/// A stream with a monitor on it.
#[derive(Debug)]
pub(crate) struct Monitored<S> {
    inner: S,
    written: Walk,
    read: Incoming,
    /// The beginning of a message that is changed as a whole, until the rest of it has come.
    held: BytesMut,
    /// What was held, on its way out.
    outgoing: BytesMut,
    startup: Startup,
}

/// How far the client's first message is, to which a setting of the session is added that the client library has no
/// place for.
#[derive(Debug)]
enum Startup {
    /// Sent, or sent as it is.
    Done,
    /// Not sent: the name and the value to add.
    Waiting(&'static str, &'static str),
    /// This is to be sent in its place.
    Sending(BytesMut),
}

/// What comes in, as it is counted and changed.
#[derive(Debug)]
struct Incoming {
    walk: Walk,
    monitor: Arc<Monitor>,
    /// The start of a short message.
    kept: Vec<u8>,
}

impl<S> Monitored<S> {
    /// Puts a monitor on a stream over which nothing was sent yet.
    pub(crate) fn new(inner: S) -> (Monitored<S>, Arc<Monitor>) {
        let monitor = Arc::new(Monitor::default());
        let read = Incoming { walk: Walk::of_server(), monitor: monitor.clone(), kept: Vec::new() };
        let (held, outgoing) = (BytesMut::new(), BytesMut::new());
        let (written, startup) = (Walk::of_client(), Startup::Done);
        (Monitored { inner, written, read, held, outgoing, startup }, monitor)
    }

    /// Asks for a setting of the session in the first message.
    pub(crate) fn with_setting(mut self, name: &'static str, value: &'static str) -> Monitored<S> {
        self.startup = Startup::Waiting(name, value);
        self
    }

    fn note_written(&mut self, bytes: &[u8]) {
        let mut at = 0;
        while at < bytes.len() {
            if let Some((message, length)) = self.written.whole(&bytes[at..]) {
                at += HEADER + length;
                self.count_written(message);
                continue;
            }
            at += self.written.take_header(&bytes[at..]);
            let Some((message, left)) = self.written.message() else { return };
            let part = left.min(bytes.len() - at);
            at += part;
            if self.written.advance(part) {
                self.count_written(message);
            }
        }
    }

    fn count_written(&self, message: u8) {
        // 0 is the startup message. These three are answered with `ReadyForQuery`.
        if matches!(message, 0 | b'S' | b'Q') {
            self.read.monitor.sent();
        }
    }
}

impl<S: AsyncWrite + Unpin> Monitored<S> {
    /// Sends the first message with the setting in it. Takes the message as a whole or, if it comes in parts, as it is.
    fn poll_startup(&mut self, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        if let Startup::Waiting(name, value) = self.startup {
            self.startup = with_setting(buf, name, value).map_or(Startup::Done, Startup::Sending);
        }
        if let Startup::Sending(message) = &mut self.startup {
            while !message.is_empty() {
                let written = ready!(Pin::new(&mut self.inner).poll_write(cx, message))?;
                if written == 0 {
                    return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
                }
                message.advance(written);
            }
            self.startup = Startup::Done;
            self.note_written(buf);
            return Poll::Ready(Ok(buf.len()));
        }
        let written = ready!(Pin::new(&mut self.inner).poll_write(cx, buf))?;
        self.note_written(&buf[..written]);
        Poll::Ready(Ok(written))
    }
}

/// The first message of a client with a setting more; `None` if these bytes are not all of it. It is its length, the
/// version, names and values that end with a zero byte each, and a zero byte.
fn with_setting(message: &[u8], name: &str, value: &str) -> Option<BytesMut> {
    let (length, end) = (message.first_chunk::<4>()?, message.len().checked_sub(1)?);
    let is_whole = u32::from_be_bytes(*length) == u32::try_from(message.len()).ok()? && message[end] == 0;
    if !is_whole {
        return None;
    }
    let added = [name.as_bytes(), b"\0", value.as_bytes(), b"\0\0"].concat();
    let mut longer = BytesMut::from(&message[..end]);
    longer.extend_from_slice(&added);
    let length = u32::try_from(longer.len()).ok()?;
    longer[..4].copy_from_slice(&length.to_be_bytes());
    Some(longer)
}

impl Incoming {
    /// Counts and changes what came. Returns how much of it may go on: a message that is changed is held until it is
    /// whole, and must then come again from the byte where this stopped.
    fn pass(&mut self, bytes: &mut [u8]) -> usize {
        let mut at = 0;
        while at < bytes.len() {
            if let Some((message, length)) = self.walk.whole(&bytes[at..]) {
                at += HEADER;
                self.pass_whole(message, &mut bytes[at..at + length]);
                at += length;
                continue;
            }
            at += self.walk.take_header(&bytes[at..]);
            let Some((message, left)) = self.walk.message() else { break };
            let part = left.min(bytes.len() - at);
            let contents = &mut bytes[at..at + part];
            match message {
                b'T' | b't' if part < left => break,
                b'T' => hide::columns(contents),
                b't' => hide::parameters(contents),
                // `ReadyForQuery` has one byte, and the longest tag of `CommandComplete` that matters is shorter.
                // Nor is the name of a setting.
                b'Z' | b'C' | b'S' => self.kept.extend(contents.iter().take(32 - self.kept.len().min(32))),
                _ => {}
            }
            at += part;
            if self.walk.advance(part) {
                count(&self.monitor, message, &self.kept);
                self.kept.clear();
            }
        }
        at
    }

    /// Counts and changes a message that came whole, as most do.
    #[inline]
    fn pass_whole(&mut self, message: u8, contents: &mut [u8]) {
        match message {
            b'D' => {}
            b'T' => hide::columns(contents),
            b't' => hide::parameters(contents),
            _ => count(&self.monitor, message, contents),
        }
    }
}

fn count(monitor: &Monitor, message: u8, contents: &[u8]) {
    match (message, contents) {
        (b'Z', &[status]) => monitor.ready(status),
        // `CopyInResponse`, `CopyBothResponse`.
        (b'G' | b'W', _) => monitor.copy_in(),
        (b'E', _) => monitor.failed(),
        (b'S', setting) => monitor.setting(setting),
        (b'C', tag) => monitor.completed(tag.split(|&byte| byte == 0).next().unwrap_or_default()),
        _ => {}
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Monitored<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let stream = self.get_mut();
        // Nothing handed over would mean the end of the stream, so while something is held, more is read.
        loop {
            if !stream.outgoing.is_empty() {
                let part = stream.outgoing.len().min(buf.remaining());
                buf.put_slice(&stream.outgoing.split_to(part));
                return Poll::Ready(Ok(()));
            }
            let is_end = if stream.held.is_empty() {
                let before = buf.filled().len();
                ready!(Pin::new(&mut stream.inner).poll_read(cx, buf))?;
                let new = &mut buf.filled_mut()[before..];
                let (length, passed) = (new.len(), stream.read.pass(new));
                stream.held.extend_from_slice(&new[passed..]);
                buf.set_filled(before + passed);
                length == 0 || passed > 0
            } else {
                let mut space = [0; 4096];
                let mut more = ReadBuf::new(&mut space);
                ready!(Pin::new(&mut stream.inner).poll_read(cx, &mut more))?;
                stream.held.extend_from_slice(more.filled());
                let passed = stream.read.pass(&mut stream.held);
                stream.outgoing = stream.held.split_to(passed);
                more.filled().is_empty()
            };
            if is_end {
                return Poll::Ready(Ok(()));
            }
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Monitored<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        if !matches!(self.startup, Startup::Done) {
            return self.poll_startup(cx, buf);
        }
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

impl<S: TlsStream + Unpin> TlsStream for Monitored<S> {
    fn channel_binding(&self) -> ChannelBinding {
        self.inner.channel_binding()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::VecDeque;
    use std::future::poll_fn;
    use tokio::io::AsyncReadExt;

    fn message(kind: u8, body: &[u8]) -> Vec<u8> {
        let length = u32::try_from(body.len() + 4).unwrap();
        [&[kind], length.to_be_bytes().as_slice(), body].concat()
    }

    fn column(name: &str, oid: u32, modifier: u32) -> Vec<u8> {
        let tail = [&[0, 4][..], &modifier.to_be_bytes(), &[0, 1]].concat();
        [name.as_bytes(), &[0], &[0, 0, 0, 9, 0, 1], &oid.to_be_bytes(), &tail].concat()
    }

    fn startup() -> Vec<u8> {
        [12_u32.to_be_bytes(), 196_608_u32.to_be_bytes(), [0; 4]].concat()
    }

    /// One of each kind of answer, with rows that look like messages, as the server sends it or as it is passed on.
    fn answers(is_hidden: bool) -> Vec<u8> {
        let mood = if is_hidden { column("mood", 705, 16_400) } else { column("mood", 16_400, u32::MAX) };
        let columns = [&[0, 2][..], &column("plain", 23, u32::MAX), &mood].concat();
        let oid: u32 = if is_hidden { 705 } else { 16_400 };
        let parameters = [&[0, 2][..], &20_u32.to_be_bytes(), &oid.to_be_bytes()].concat();
        [
            message(b'R', &[0; 4]),
            message(b'Z', b"I"),
            message(b'C', b"BEGIN\0"),
            message(b'Z', b"T"),
            message(b'1', b""),
            message(b't', &parameters),
            message(b'T', &columns),
            message(b'D', b"Z\0\0\0\x05IC\0\0\0\x0dROLLBACK\0"),
            message(b'N', b"SNOTICE\0\0"),
            message(b'D', b""),
            message(b'C', b"SELECT 2\0"),
            message(b'S', b"TimeZone\0UTC\0"),
            message(b'Z', b"T"),
            message(b'T', b"\0\0"),
            message(b'C', b"SET\0"),
            message(b'C', b"ROLLBACK\0"),
            message(b'Z', b"I"),
        ]
        .concat()
    }

    /// A stream that gives one part for each read.
    struct Parts(VecDeque<Vec<u8>>);

    impl AsyncRead for Parts {
        fn poll_read(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
            buf: &mut ReadBuf<'_>,
        ) -> Poll<io::Result<()>> {
            if let Some(mut part) = self.0.pop_front() {
                let rest = part.split_off(part.len().min(buf.remaining()));
                buf.put_slice(&part);
                if !rest.is_empty() {
                    self.0.push_front(rest);
                }
            }
            Poll::Ready(Ok(()))
        }
    }

    /// Reads parts through a stream, `size` bytes at a time, and checks what came and what was counted.
    async fn check(parts: Vec<Vec<u8>>, size: usize) {
        let (mut stream, monitor) =
            Monitored::new(Parts(parts.into_iter().filter(|part| !part.is_empty()).collect()));
        let mut passed = Vec::new();
        loop {
            let mut space = vec![0; size];
            let length = stream.read(&mut space).await.unwrap();
            if length == 0 {
                break;
            }
            passed.extend_from_slice(&space[..length]);
        }
        assert_eq!(passed, answers(true));
        assert_eq!((monitor.answered(), monitor.status()), (4, Status::Idle));
        assert_eq!(monitor.rollbacks(), 1, "the row that looks like a message is none");
        assert!(monitor.is_session_changed() && !monitor.is_sql_prepared());
    }

    #[tokio::test]
    async fn answers_are_counted_and_types_hidden_however_reads_are_split() {
        let bytes = answers(false);
        for split in 0..=bytes.len() {
            for size in [1, 7, 4096] {
                check(vec![bytes[..split].to_vec(), bytes[split..].to_vec()], size).await;
            }
        }
        check(bytes.iter().map(|byte| vec![*byte]).collect(), 4096).await;
    }

    #[tokio::test]
    async fn a_stream_that_ends_inside_a_held_message_ends() {
        let whole = message(b'T', &[&[0, 1][..], &column("mood", 16_400, u32::MAX)].concat());
        for end in 0..whole.len() {
            let (mut stream, _) = Monitored::new(Parts(VecDeque::from([whole[..end].to_vec()])));
            let mut passed = Vec::new();
            stream.read_to_end(&mut passed).await.unwrap();
            assert!(whole.starts_with(&passed));
        }
    }

    #[test]
    fn requests_are_counted_however_writes_are_split() {
        let parts = [(b'p', &b"secret"[..]), (b'P', b"S\0\0\0\x04"), (b'S', b""), (b'Q', b"begin\0")];
        let messages = parts.map(|(kind, body)| message(kind, body)).concat();
        let bytes = [startup(), messages].concat();
        for split in 0..=bytes.len() {
            let (mut stream, monitor) = Monitored::new(());
            stream.note_written(&bytes[..split]);
            stream.note_written(&bytes[split..]);
            assert_eq!((monitor.syncs(), monitor.trips()), (3, 1));
            assert!(!monitor.is_settled());
        }
    }

    #[test]
    fn a_trip_begins_when_something_is_sent_while_nothing_is_under_way() {
        let (mut stream, monitor) = Monitored::new(());
        stream.note_written(&startup());
        stream.read.pass(&mut message(b'Z', b"I"));
        assert!(monitor.is_settled());
        stream.note_written(&message(b'S', b""));
        stream.note_written(&message(b'S', b""));
        stream.read.pass(&mut message(b'Z', b"I"));
        assert!(!monitor.is_settled());
        stream.read.pass(&mut message(b'Z', b"E"));
        assert!(monitor.is_settled());
        assert_eq!((monitor.syncs(), monitor.trips(), monitor.status()), (3, 2, Status::Failed));
    }

    #[tokio::test]
    async fn whoever_waits_for_an_answer_is_woken_by_it() {
        let (mut stream, monitor) = Monitored::new(());
        let mut wait = Box::pin(monitor.has_answered(2));
        let is_pending = poll_fn(|cx| Poll::Ready(wait.as_mut().poll(cx).is_pending())).await;
        assert!(is_pending);
        stream.read.pass(&mut message(b'Z', b"I"));
        stream.read.pass(&mut message(b'Z', b"I"));
        wait.await;
    }
}
