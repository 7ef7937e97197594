//! What stands inside the protocol's packets: numbers, texts, the answers OK and error, the definition of a column.
//!
//! Knows nothing of sockets, nor of which packet is expected.

use crate::error::ServerError;
use mysql_common::constants::StatusFlags;

/// Takes a packet apart from its beginning. `None` where the packet is too short.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Parser<'p>(pub(crate) &'p [u8]);

impl<'p> Parser<'p> {
    #[inline]
    pub(crate) fn take(&mut self, length: usize) -> Option<&'p [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    #[inline]
    pub(crate) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*taken)
    }

    #[inline]
    pub(crate) fn byte(&mut self) -> Option<u8> {
        self.array::<1>().map(|[byte]| byte)
    }

    pub(crate) fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_le_bytes)
    }

    pub(crate) fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    /// A number in one, three, four or nine bytes.
    #[inline]
    pub(crate) fn number(&mut self) -> Option<u64> {
        match self.byte()? {
            small @ 0..=0xfa => Some(u64::from(small)),
            0xfc => self.u16().map(u64::from),
            0xfd => self.array().map(|[a, b, c]: [u8; 3]| u64::from(u32::from_le_bytes([a, b, c, 0]))),
            0xfe => self.array().map(u64::from_le_bytes),
            _ => None,
        }
    }

    /// Bytes with their length in front.
    #[inline]
    pub(crate) fn counted(&mut self) -> Option<&'p [u8]> {
        let length = usize::try_from(self.number()?).ok()?;
        self.take(length)
    }

    /// Bytes up to a zero, which is passed over.
    pub(crate) fn up_to_zero(&mut self) -> Option<&'p [u8]> {
        let end = self.0.iter().position(|byte| *byte == 0)?;
        let taken = self.take(end)?;
        self.byte()?;
        Some(taken)
    }
}

/// Appends bytes with their length in front.
pub(crate) fn put_counted(out: &mut Vec<u8>, bytes: &[u8]) {
    let length = bytes.len() as u64;
    let le = length.to_le_bytes();
    match length {
        0..=0xfa => out.push(le[0]),
        0xfb..=0xffff => {
            out.push(0xfc);
            out.extend_from_slice(&le[..2]);
        }
        0x1_0000..=0xff_ffff => {
            out.push(0xfd);
            out.extend_from_slice(&le[..3]);
        }
        _ => {
            out.push(0xfe);
            out.extend_from_slice(&le);
        }
    }
    out.extend_from_slice(bytes);
}

/// The end of a command or of its rows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Done {
    pub(crate) affected: u64,
    /// 0 where there is none.
    pub(crate) last_insert_id: u64,
    pub(crate) status: StatusFlags,
    pub(crate) warnings: u16,
    /// The session is no longer as it was: a setting, a temporary table, another database.
    pub(crate) has_changed_session: bool,
    /// Of how many rows it is told, and how many of them were there already: an insert of several rows or from a query.
    pub(crate) told: Option<Told>,
}

/// What the end of an insert says in words. An update says something else there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) records: u64,
    pub(crate) duplicates: u64,
}

impl Told {
    /// The words are of the session's language: `Records: 3  Duplicates: 1  Warnings: 0`.
    fn parse(words: &[u8]) -> Option<Told> {
        let mut numbers = words.split(|byte| !byte.is_ascii_digit()).filter(|digits| !digits.is_empty());
        let mut number = || std::str::from_utf8(numbers.next()?).ok()?.parse().ok();
        Some(Told { records: number()?, duplicates: number()? })
    }
}

impl Done {
    /// Reads an OK, or what stands in its place behind rows. The first byte was looked at already.
    pub(crate) fn parse(packet: &[u8]) -> Option<Done> {
        let mut rest = Parser(packet);
        rest.byte()?;
        let affected = rest.number()?;
        let last_insert_id = rest.number()?;
        let status = StatusFlags::from_bits_truncate(rest.u16()?);
        let warnings = rest.u16()?;
        let words = rest.counted();
        let told = words.filter(|words| !words.is_empty()).and_then(Told::parse);
        let has_changed_session = status.contains(StatusFlags::SERVER_SESSION_STATE_CHANGED)
            && words.and_then(|_| tells_of_a_change(rest)).unwrap_or(true);
        Some(Done { affected, last_insert_id, status, warnings, has_changed_session, told })
    }

    /// Reads the old packet behind rows.
    pub(crate) fn parse_eof(packet: &[u8]) -> Option<Done> {
        let mut rest = Parser(packet);
        rest.byte()?;
        let warnings = rest.u16()?;
        let status = StatusFlags::from_bits_truncate(rest.u16()?);
        Some(Done {
            affected: 0,
            last_insert_id: 0,
            status,
            warnings,
            has_changed_session: false,
            told: None,
        })
    }

    /// True when another result of the same command follows.
    pub(crate) fn has_more(&self) -> bool {
        self.status.contains(StatusFlags::SERVER_MORE_RESULTS_EXISTS)
    }
}

/// Whether what an OK says of the session is more than the state of its transaction, which its flags say too.
fn tells_of_a_change(mut rest: Parser<'_>) -> Option<bool> {
    const TRANSACTION_CHARACTERISTICS: u8 = 4;
    const TRANSACTION_STATE: u8 = 5;
    let mut changes = Parser(rest.counted()?);
    while !changes.0.is_empty() {
        let kind = changes.byte()?;
        changes.counted()?;
        if !matches!(kind, TRANSACTION_CHARACTERISTICS | TRANSACTION_STATE) {
            return Some(true);
        }
    }
    Some(false)
}

/// Reads an error. One that comes before the login has no SQLSTATE.
pub(crate) fn parse_error(packet: &[u8]) -> Option<ServerError> {
    let mut rest = Parser(packet);
    rest.byte()?;
    let code = rest.u16()?;
    let mut state = *b"HY000";
    if let [b'#', found @ ..] = rest.0 {
        let (found, message) = found.split_first_chunk::<5>()?;
        state = *found;
        rest = Parser(message);
    }
    Some(ServerError::new(code, state, String::from_utf8_lossy(rest.0).into_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_back_at_every_width() {
        for length in [0_usize, 250, 251, 65_535, 65_536, 16_777_215, 16_777_216] {
            let mut out = Vec::new();
            put_counted(&mut out, &vec![7; length]);
            let mut rest = Parser(&out);
            assert_eq!(rest.counted().map(<[u8]>::len), Some(length));
            assert!(rest.0.is_empty());
            assert_eq!(Parser(&out[..out.len() - 1]).counted().map(<[u8]>::len), None, "{length}");
        }
        assert_eq!(Parser(&[0xfb]).number(), None, "NULL is no number");
    }

    #[test]
    fn an_error_before_the_login_has_no_state() {
        let error = parse_error(b"\xff\x10\x04Too many connections").unwrap();
        assert_eq!((error.errno(), error.state()), (1040, "HY000"));
        let error = parse_error(b"\xff\x28\x04#42000You have an error").unwrap();
        assert_eq!((error.errno(), error.state(), error.message()), (1064, "42000", "You have an error"));
        assert!(parse_error(b"\xff\x28").is_none());
    }

    #[test]
    fn what_an_insert_tells_in_words_is_read_in_any_language() {
        let told = |words: &[u8]| {
            let mut packet = vec![0, 3, 0, 2, 0, 0, 0];
            put_counted(&mut packet, words);
            Done::parse(&packet).unwrap().told
        };
        let expected = Some(Told { records: 3, duplicates: 1 });
        assert_eq!(told(b"Records: 3  Duplicates: 1  Warnings: 0"), expected);
        assert_eq!(told("Datensätze: 3  Duplikate: 1  Warnungen: 0".as_bytes()), expected);
        assert_eq!(told(b""), None);
        assert_eq!(told(b"Records"), None);
    }

    #[test]
    fn only_more_than_the_transaction_is_a_change_of_the_session() {
        let ok = |changes: &[u8]| {
            let mut packet = vec![0, 0, 0, 2, 0x40, 0, 0, 0];
            put_counted(&mut packet, changes);
            Done::parse(&packet).unwrap().has_changed_session
        };
        assert!(!ok(&[5, 9, 8, b'T', b'_', b'_', b'_', b'_', b'_', b'_', b'_']));
        assert!(ok(&[2, 2, 1, b'1']));
        assert!(ok(&[5]), "what cannot be read counts as a change");
    }
}
