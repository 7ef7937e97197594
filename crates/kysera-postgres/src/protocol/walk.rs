//! Follows the messages of the protocol through arbitrarily split reads or writes. Knows headers, not contents.

/// Length of a header: the type and the length.
pub(super) const HEADER: usize = 5;

/// Where in the messages a stream is.
#[derive(Debug)]
pub(super) struct Walk {
    /// Length of a header: 5, or 4 for the first message of a client, which has no type.
    header_len: usize,
    header: [u8; HEADER],
    filled: usize,
    /// Bytes of the message that are still to come.
    left: usize,
}

impl Walk {
    /// At the beginning of what a server sends.
    pub(super) fn of_server() -> Walk {
        Walk { header_len: HEADER, header: [0; HEADER], filled: 0, left: 0 }
    }

    /// At the beginning of what a client sends.
    pub(super) fn of_client() -> Walk {
        Walk { header_len: 4, ..Walk::of_server() }
    }

    /// The type and the length of a message that begins `bytes` and is whole in them; `None` inside a message.
    #[inline]
    pub(super) fn whole(&self, bytes: &[u8]) -> Option<(u8, usize)> {
        if self.filled != 0 || self.header_len != HEADER {
            return None;
        }
        let &[ty, a, b, c, d] = bytes.first_chunk::<HEADER>()?;
        let length = usize::try_from(u32::from_be_bytes([a, b, c, d])).ok()?.checked_sub(4)?;
        (length <= bytes.len() - HEADER).then_some((ty, length))
    }

    /// Takes what is missing of a header from the beginning of `bytes`. Returns how many bytes that was.
    pub(super) fn take_header(&mut self, bytes: &[u8]) -> usize {
        let part = bytes.len().min(self.header_len - self.filled);
        if part > 0 {
            self.header[self.filled..self.filled + part].copy_from_slice(&bytes[..part]);
            self.filled += part;
            if self.filled == self.header_len {
                self.left = self.announced();
            }
        }
        part
    }

    /// The type of the message and how much of its contents is to come; `None` before its header is complete. The
    /// first message of a client has the type 0.
    pub(super) fn message(&self) -> Option<(u8, usize)> {
        let ty = if self.header_len == HEADER { self.header[0] } else { 0 };
        (self.filled == self.header_len).then_some((ty, self.left))
    }

    /// Passes over so much of the contents; true at the end of the message.
    pub(super) fn advance(&mut self, bytes: usize) -> bool {
        self.left -= bytes;
        let is_end = self.left == 0;
        if is_end {
            (self.filled, self.header_len) = (0, HEADER);
        }
        is_end
    }

    /// The announced length counts itself, but not the type.
    fn announced(&self) -> usize {
        let at = self.header_len - 4;
        let length = [self.header[at], self.header[at + 1], self.header[at + 2], self.header[at + 3]];
        usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX).saturating_sub(4)
    }
}
