//! Packets on a socket: cut out of what was read, framed in what is to be written.
//!
//! Every step may be dropped at its `await`: what was read stays in the buffer, and what was written in part is written on.
//! Knows nothing of what the packets say.

use crate::transport::Transport;
use std::future::poll_fn;
use std::io;
use std::ops::Range;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// The most bytes of a packet; one that is as long goes on in the next.
const MOST: usize = 0xff_ffff;
/// How much room there is to read into. Grows to the longest packet.
const ROOM: usize = 64 * 1024;
/// More room than this is given back when the next command is written.
const MUCH_ROOM: usize = 1024 * 1024;

/// A socket with its buffers.
#[derive(Debug)]
pub(crate) struct Wire {
    transport: Transport,
    /// Read from the socket between `start` and `end`; behind that, room.
    input: Vec<u8>,
    start: usize,
    end: usize,
    /// How many bytes from `start` on are a long packet of which the next part is still to come.
    joined: usize,
    output: Vec<u8>,
    written: usize,
    is_flushed: bool,
    /// The number of the next packet, in either direction.
    sequence: u8,
}

impl Wire {
    pub(crate) fn new(transport: Transport) -> Wire {
        Wire {
            transport,
            input: vec![0; ROOM],
            start: 0,
            end: 0,
            joined: 0,
            output: Vec::new(),
            written: 0,
            is_flushed: true,
            sequence: 0,
        }
    }

    /// Continues the same exchange over another transport. `None` when the server has sent more than was expected before
    /// it was encrypted: that could come from anybody.
    pub(crate) fn into_transport(self) -> Option<(Transport, u8)> {
        (self.start == self.end && self.joined == 0).then_some((self.transport, self.sequence))
    }

    pub(crate) fn with_sequence(mut self, sequence: u8) -> Wire {
        self.sequence = sequence;
        self
    }

    pub(crate) fn transport(&self) -> &Transport {
        &self.transport
    }

    /// The number of the next packet, in either direction.
    pub(crate) fn sequence(&self) -> u8 {
        self.sequence
    }

    /// How many bytes were read that nobody has taken yet.
    pub(crate) fn input_len(&self) -> usize {
        self.end - self.start
    }

    /// Says that an answer begins, whose first packet has this number.
    #[inline]
    pub(crate) fn expect(&mut self, sequence: u8) {
        self.sequence = sequence;
    }

    /// The next packet, if all of it was read. It stays where it is until [`fill`](Wire::fill).
    ///
    /// # Errors
    /// When its number is not the next one: the two sides no longer speak of the same.
    #[inline]
    pub(crate) fn packet(&mut self) -> io::Result<Option<Range<usize>>> {
        loop {
            let at = self.start + self.joined;
            let Some(header) = self.input[at..self.end].first_chunk::<4>() else { return Ok(None) };
            let length = u32::from_le_bytes([header[0], header[1], header[2], 0]) as usize;
            if header[3] != self.sequence {
                return Err(out_of_order());
            }
            if self.end - at - 4 < length {
                return Ok(None);
            }
            self.sequence = self.sequence.wrapping_add(1);
            if self.joined == 0 && length < MOST {
                self.start = at + 4 + length;
                return Ok(Some(at + 4..at + 4 + length));
            }
            if let Some(range) = self.join(at, length) {
                return Ok(Some(range));
            }
        }
    }

    /// Puts a part of a long packet behind those before it. The packet when that was the last one.
    #[cold]
    fn join(&mut self, at: usize, length: usize) -> Option<Range<usize>> {
        self.input.copy_within(at + 4..self.end, at);
        self.end -= 4;
        self.joined += length;
        if length == MOST {
            return None;
        }
        let range = self.start..self.start + self.joined;
        self.start = range.end;
        self.joined = 0;
        Some(range)
    }

    /// The bytes of a packet.
    #[inline]
    pub(crate) fn bytes(&self, packet: Range<usize>) -> &[u8] {
        &self.input[packet]
    }

    /// True when something was read that nobody has taken yet.
    pub(crate) fn has_input(&self) -> bool {
        self.start != self.end || self.joined > 0
    }

    /// Appends a packet, or several when it is long; returns the number that the answer begins with.
    pub(crate) fn write(&mut self, sequence: u8, payload: impl FnOnce(&mut Vec<u8>)) -> u8 {
        if self.input.len() > MUCH_ROOM && !self.has_input() {
            (self.start, self.end) = (0, 0);
            self.input = vec![0; ROOM];
        }
        let at = self.output.len();
        self.output.extend_from_slice(&[0; 4]);
        payload(&mut self.output);
        let length = self.output.len() - at - 4;
        self.is_flushed = false;
        if length < MOST {
            self.frame(at, length, sequence);
            return sequence.wrapping_add(1);
        }
        self.split(at, length, sequence)
    }

    fn frame(&mut self, at: usize, length: usize, sequence: u8) {
        let [a, b, c, ..] = (length as u64).to_le_bytes();
        self.output[at..at + 4].copy_from_slice(&[a, b, c, sequence]);
    }

    #[cold]
    fn split(&mut self, at: usize, length: usize, mut sequence: u8) -> u8 {
        let payload = self.output.split_off(at + 4);
        self.output.truncate(at);
        self.output.reserve(length + 4 * (length / MOST + 1));
        // A last part that is full is followed by an empty one.
        for from in (0..=length).step_by(MOST) {
            let part = &payload[from..length.min(from + MOST)];
            let start = self.output.len();
            self.output.extend_from_slice(&[0; 4]);
            self.output.extend_from_slice(part);
            self.frame(start, part.len(), sequence);
            sequence = sequence.wrapping_add(1);
        }
        sequence
    }

    /// Writes what is to be written and reads what has come, whichever is first; returns when something was read.
    ///
    /// Both at once, because a server that is sent much may answer before it has read all: it refuses, or its answer to an
    /// earlier command fills the socket.
    ///
    /// # Errors
    /// The socket's; `UnexpectedEof` when the server has closed it.
    pub(crate) async fn fill(&mut self) -> io::Result<()> {
        self.make_room();
        poll_fn(|cx| {
            let written = self.poll_write(cx);
            match self.poll_read(cx) {
                // What cannot be written may have its reason in what is read.
                Poll::Pending => match written {
                    Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
                    _ => Poll::Pending,
                },
                ready => ready,
            }
        })
        .await
    }

    /// Writes all that is to be written.
    ///
    /// # Errors
    /// The socket's.
    pub(crate) async fn flush(&mut self) -> io::Result<()> {
        poll_fn(|cx| self.poll_write(cx)).await
    }

    fn poll_write(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.is_flushed {
            return Poll::Ready(Ok(()));
        }
        while self.written < self.output.len() {
            match Pin::new(&mut self.transport).poll_write(cx, &self.output[self.written..]) {
                Poll::Ready(Ok(0)) => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                Poll::Ready(Ok(written)) => self.written += written,
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Pending => return Poll::Pending,
            }
        }
        match Pin::new(&mut self.transport).poll_flush(cx) {
            Poll::Ready(Ok(())) => {}
            other => return other,
        }
        self.written = 0;
        self.output.clear();
        if self.output.capacity() > MUCH_ROOM {
            self.output = Vec::new();
        }
        self.is_flushed = true;
        Poll::Ready(Ok(()))
    }

    fn poll_read(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut room = ReadBuf::new(&mut self.input[self.end..]);
        match Pin::new(&mut self.transport).poll_read(cx, &mut room) {
            Poll::Ready(Ok(())) if room.filled().is_empty() => {
                Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into()))
            }
            Poll::Ready(Ok(())) => {
                self.end += room.filled().len();
                Poll::Ready(Ok(()))
            }
            other => other,
        }
    }

    /// Makes room to read into, for which packets that were handed out are given up.
    fn make_room(&mut self) {
        if self.start == self.end {
            (self.start, self.end) = (0, 0);
        } else if self.start > 0 && self.input.len() - self.end < ROOM / 4 {
            self.input.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        if self.end == self.input.len() {
            self.input.resize(2 * self.end, 0);
        }
    }
}

#[cold]
fn out_of_order() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "a packet of the server came out of order")
}
