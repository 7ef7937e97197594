//! The first packet of a server: what it is, what it can do, and the number that passwords are mixed with.

use crate::packet::Parser;
use mysql_common::constants::CapabilityFlags;

/// What a server says before anybody has logged in.
#[derive(Debug)]
pub(crate) struct Greeting {
    pub(crate) version: String,
    /// The number of the connection, for `kill`.
    pub(crate) id: u32,
    pub(crate) capabilities: CapabilityFlags,
    pub(crate) plugin: Vec<u8>,
    /// Twenty bytes, without the zero behind them.
    pub(crate) nonce: Vec<u8>,
}

impl Greeting {
    /// Reads the packet. `None` when it is none: another protocol, or one older than MySQL 4.1.
    pub(crate) fn parse(packet: &[u8]) -> Option<Greeting> {
        let mut rest = Parser(packet);
        if rest.byte()? != 10 {
            return None;
        }
        let version = String::from_utf8_lossy(rest.up_to_zero()?).into_owned();
        let id = rest.u32()?;
        let mut nonce = rest.take(8)?.to_vec();
        rest.byte()?;
        let low = rest.u16()?;
        rest.byte()?;
        let _status = rest.u16()?;
        let high = rest.u16()?;
        let capabilities = CapabilityFlags::from_bits_truncate(u32::from(low) | u32::from(high) << 16);
        let nonce_length = usize::from(rest.byte()?);
        // Ten bytes are reserved; MariaDB has further capabilities in the last four.
        rest.take(10)?;
        let second = rest.take(nonce_length.saturating_sub(8).max(13))?;
        nonce.extend_from_slice(second.strip_suffix(&[0]).unwrap_or(second));
        let plugin = rest.up_to_zero().unwrap_or(rest.0).to_vec();
        Some(Greeting { version, id, capabilities, plugin, nonce })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packet() -> Vec<u8> {
        let mut packet = b"\x0a9.7.4\0".to_vec();
        packet.extend_from_slice(&7_u32.to_le_bytes());
        packet.extend_from_slice(b"12345678\0");
        packet.extend_from_slice(&[0xff, 0xf7, 0xff, 2, 0, 0xff, 0xdf, 21]);
        packet.extend_from_slice(&[0; 10]);
        packet.extend_from_slice(b"901234567890\0caching_sha2_password\0");
        packet
    }

    #[test]
    fn a_greeting_is_read_and_none_that_is_cut_is_one() {
        let greeting = Greeting::parse(&packet()).unwrap();
        assert_eq!((greeting.version.as_str(), greeting.id), ("9.7.4", 7));
        assert_eq!(greeting.nonce, b"12345678901234567890");
        assert_eq!(greeting.plugin, b"caching_sha2_password");
        for length in 0..packet().len() - 22 {
            assert!(Greeting::parse(&packet()[..length]).is_none(), "{length}");
        }
    }

    #[test]
    fn a_server_that_lies_about_lengths_is_refused_without_a_panic() {
        for length in [0, 8, 127, 128, 135, 255] {
            let mut packet = packet();
            let at = 1 + 6 + 4 + 9 + 7;
            assert_eq!(packet[at], 21);
            packet[at] = length;
            let _ = Greeting::parse(&packet);
        }
        assert!(Greeting::parse(b"\x09old").is_none());
        assert!(Greeting::parse(b"HTTP/1.1 400 Bad Request").is_none());
    }
}
