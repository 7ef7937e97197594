//! UUIDs as text, in lower case: another spelling would not compare.

use kysera_sql::form::Form;
use std::fmt::Write;

const HYPHENS: [usize; 4] = [8, 13, 18, 23];

pub(super) fn read(form: Form, text: &str) -> Option<Vec<u8>> {
    let digits = match form {
        Form::UuidText => {
            let placed = text.len() == 36 && HYPHENS.iter().all(|at| text.as_bytes()[*at] == b'-');
            if placed { text.replace('-', "") } else { return None }
        }
        _ => text.to_owned(),
    };
    let digits = digits.as_bytes();
    if digits.len() != 32 {
        return None;
    }
    digits.chunks_exact(2).map(|pair| Some(digit(pair[0])? << 4 | digit(pair[1])?)).collect()
}

pub(super) fn write(form: Form, bytes: &[u8]) -> Option<String> {
    if bytes.len() != 16 {
        return None;
    }
    let mut text = String::with_capacity(36);
    for byte in bytes {
        if form == Form::UuidText && HYPHENS.contains(&text.len()) {
            text.push('-');
        }
        write!(text, "{byte:02x}").ok()?;
    }
    Some(text)
}

fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    }
}
