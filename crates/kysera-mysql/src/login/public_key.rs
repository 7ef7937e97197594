//! Looks at a server's RSA key before a password is encrypted with it.
//!
//! The client library takes it for well formed and panics where it is not, so a server could end the task. Nothing here is
//! cryptography: only lengths are checked.

/// The fewest bytes of a modulus that there is any sense in: 1024 bits.
const SHORTEST: usize = 128;
/// The most: with more, encrypting would hold the thread for long.
const LONGEST: usize = 2048;

/// True for a public key in PEM whose parts are as long as they say.
pub(super) fn is_well_formed(pem: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(pem) else { return false };
    let (body, has_algorithm) = match body(text, "PUBLIC KEY") {
        Some(body) => (body, true),
        None => match body(text, "RSA PUBLIC KEY") {
            Some(body) => (body, false),
            None => return false,
        },
    };
    let Some(der) = decode_base64(body) else { return false };
    let key = if has_algorithm { inside_algorithm(&der) } else { Some(&*der) };
    key.is_some_and(|key| is_rsa_key(key).unwrap_or(false))
}

fn body<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let (_, rest) = text.split_once(&format!("-----BEGIN {name}-----"))?;
    let (body, _) = rest.split_once(&format!("-----END {name}-----"))?;
    Some(body)
}

fn decode_base64(text: &str) -> Option<Vec<u8>> {
    let (mut out, mut bits, mut count) = (Vec::with_capacity(text.len()), 0_u32, 0);
    for byte in text.bytes().filter(|byte| !byte.is_ascii_whitespace() && *byte != b'=') {
        let digit = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(digit);
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push((bits >> count).to_le_bytes()[0]);
        }
    }
    Some(out)
}

/// The content of an element of that tag, and what follows it.
fn element(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (&found, rest) = der.split_first()?;
    let (&first, rest) = rest.split_first()?;
    if found != tag {
        return None;
    }
    let (length, rest) = if first < 0x80 {
        (usize::from(first), rest)
    } else {
        let (bytes, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
        if bytes.is_empty() || bytes.len() > 4 {
            return None;
        }
        (bytes.iter().fold(0, |length, byte| length << 8 | usize::from(*byte)), rest)
    };
    rest.split_at_checked(length)
}

const SEQUENCE: u8 = 0x30;
const BITS: u8 = 0x03;
const INTEGER: u8 = 0x02;

fn inside_algorithm(der: &[u8]) -> Option<&[u8]> {
    let (whole, _) = element(der, SEQUENCE)?;
    let (_, rest) = element(whole, SEQUENCE)?;
    let (bits, _) = element(rest, BITS)?;
    bits.strip_prefix(&[0])
}

fn is_rsa_key(der: &[u8]) -> Option<bool> {
    let (key, _) = element(der, SEQUENCE)?;
    let (modulus, rest) = element(key, INTEGER)?;
    let (exponent, _) = element(rest, INTEGER)?;
    let modulus = modulus.strip_prefix(&[0]).unwrap_or(modulus);
    let is_odd = modulus.last().is_some_and(|byte| byte & 1 == 1);
    Some(
        (SHORTEST..=LONGEST).contains(&modulus.len())
            && modulus[0] != 0
            && is_odd
            && (1..=8).contains(&exponent.len())
            && exponent.iter().any(|byte| *byte != 0),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAxSKOcxiet8lLMn8ImyUE
bGGKob5EdRz/4wdiw12ED0GfKKTKhVnodFCfm1mdy7bKOX5QxL9skrvYodpW43eR
R5bfOzIgy1qIB8RYb6qOXRBw1oA4snBDqtUjDv/lbHLJN+IbzM4oU+e3Lt9rXyLX
VY289ewONPweXHqSCnTL91w+wkU1peIFV2QhZ+upUCdCtwOn5hnJPNgxtbklFoya
C8W3Z7Xx7He2QDJsEWAqX197efw0L6j8X8Tyd8Uwb7zUB1tfMGhHfm9EwejPAtzx
4GztQNtNMtGS2oGZLQBLV9hib4dDL92iiZeckg2LAf4GsJofLLR8mcHCRoqVbQJ1
YQIDAQAB
-----END PUBLIC KEY-----";

    #[test]
    fn a_key_is_known_and_none_that_is_damaged_is_one() {
        assert!(is_well_formed(KEY.as_bytes()));
        let lines: Vec<&str> = KEY.lines().collect();
        for cut in 1..lines.len() - 1 {
            let text = [&lines[..cut], &lines[cut + 1..]].concat().join("\n");
            assert!(!is_well_formed(text.as_bytes()), "without line {cut}");
        }
        for text in ["", "-----BEGIN PUBLIC KEY----------END PUBLIC KEY-----", &KEY.replace("MIIB", "MIID")] {
            assert!(!is_well_formed(text.as_bytes()), "{text}");
        }
        assert!(!is_well_formed(&[0xff; 64]));
    }

    /// Why this file is there.
    #[test]
    fn the_library_panics_over_an_empty_key() {
        let empty = b"-----BEGIN PUBLIC KEY----------END PUBLIC KEY-----";
        assert!(std::panic::catch_unwind(|| mysql_common::crypto::encrypt(b"a", empty)).is_err());
    }

    /// Whatever is taken for a key here does not make the client library panic.
    #[test]
    fn no_key_of_one_changed_byte_makes_the_library_panic() {
        for at in (27..KEY.len() - 25).step_by(23) {
            for other in [b'A', b'9'] {
                let mut changed = KEY.as_bytes().to_vec();
                changed[at] = other;
                if is_well_formed(&changed) {
                    let _ = mysql_common::crypto::encrypt(b"a password", &changed);
                }
            }
        }
    }
}
