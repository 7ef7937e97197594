//! Cells in the forms that clients give, and the texts in them: numbers, dates, JSON, and what only looks like it.

use arbitrary::{Result, Unstructured};
use kysera_sql::cell::{Cell, FixedPoint};
use kysera_sql::wire::temporal::Civil;

const WORDS: &[&str] = &[
    "null",
    "true",
    "false",
    "NaN",
    "Infinity",
    "-Infinity",
    "inf",
    "0",
    "-0",
    "1",
    "-1.50",
    "1e5",
    "1e400",
    "-1e-400",
    "1E+2",
    ".5",
    "1.",
    "01",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775809",
    "18446744073709551615",
    "18446744073709551616",
    "123456789012345678901234567890.123456789",
    "0.1",
    "170141183460469231731687303715884105727",
    "1_000",
    "+1",
    " 1",
    "1 ",
    "0x10",
    "2024-02-29",
    "2023-02-29",
    "0000-01-01",
    "9999-12-31",
    "10000-01-01",
    "-0001-01-01",
    "0001-01-01 BC",
    "2024-02-30",
    "2024-13-01",
    "2024-1-1",
    "12:34:56",
    "24:00:00",
    "24:00:01",
    "23:59:60",
    "12:34:56.123456789",
    "12:34:56.1234567890",
    "2024-02-29 12:34:56",
    "2024-02-29T12:34:56Z",
    "2024-02-29 12:34:56.5+02",
    "2024-02-29 12:34:56+15:59:59",
    "2024-02-29 24:00:00",
    "infinity",
    "-infinity",
    "epoch",
    "67e55044-10b1-426f-9247-bb680e5fe0c8",
    "67e5504410b1426f9247bb680e5fe0c8",
    "{67e55044-10b1-426f-9247-bb680e5fe0c8}",
    "\\xdeadbeef",
    "\\x",
    "deadbeef",
    "é",
    "\u{1f980}",
    "\0",
    "",
    "fine",
    "quite_fine",
    "t",
    "f",
    "on",
];

const JSON: &[&str] = &[
    "[",
    "]",
    "{",
    "}",
    ",",
    ":",
    "\"",
    "\"a\"",
    "\"b\"",
    "\"id\"",
    "\"a\":",
    "\"b\":",
    "\\",
    "\\u",
    "\\ud83d",
    "\\ude00",
    "\\u0000",
    "\\\"",
    " ",
    "\n",
    "null",
    "true",
    "1",
    "-1.5e3",
    "[]",
    "{}",
    "[1,\"x\"]",
    "[1,null,[[2,\"y\"]]]",
    "{\"a\":1,\"b\":\"x\"}",
    "{\"a\":1,\"a\":2,\"b\":\"x\"}",
    "[[1,2],[3,4]]",
    "1e999",
    "99999999999999999999",
];

/// A text.
pub(super) fn text(bytes: &mut Unstructured<'_>) -> Result<String> {
    Ok(match bytes.int_in_range(0..=9)? {
        0..=2 => (*bytes.choose(WORDS)?).to_owned(),
        3..=5 => document(bytes, 4)?,
        6 => {
            let piece = *bytes.choose(JSON)?;
            piece.repeat(bytes.int_in_range(0..=5_000)?)
        }
        7 => {
            let mut text = document(bytes, 3)?;
            let mut at = bytes.int_in_range(0..=text.len())?;
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            match bytes.int_in_range(0..=2)? {
                0 => text.truncate(at),
                1 if at < text.len() => drop(text.remove(at)),
                _ => text.insert_str(at, bytes.choose(JSON)?),
            }
            text
        }
        8 => format!("{}{}", bytes.choose(WORDS)?, bytes.choose(WORDS)?),
        _ => bytes.arbitrary()?,
    })
}

/// A JSON document; objects have the keys of the rows that are read.
fn document(bytes: &mut Unstructured<'_>, depth: u8) -> Result<String> {
    let kind = if depth == 0 { 0 } else { bytes.int_in_range(0..=4)? };
    Ok(match kind {
        0 => {
            let word = *bytes.choose(WORDS)?;
            let is_bare = word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.+".contains(&byte));
            if is_bare && bytes.ratio(2, 3)? { word.to_owned() } else { format!("\"{word}\"") }
        }
        1 | 2 => {
            let mut items = Vec::new();
            for _ in 0..bytes.int_in_range(0..=3)? {
                items.push(document(bytes, depth - 1)?);
            }
            format!("[{}]", items.join(","))
        }
        _ => {
            let mut members = Vec::new();
            for key in ["id", "name", "inner"] {
                if !bytes.ratio(1, 10)? {
                    members.push(format!("\"{key}\":{}", document(bytes, depth - 1)?));
                }
            }
            if bytes.ratio(1, 8)? {
                members.push(format!("\"id\":{}", document(bytes, 0)?));
            }
            format!("{{{}}}", members.join(","))
        }
    })
}

/// A cell around the text, the bytes, or numbers.
pub(super) fn cell<'a>(bytes: &mut Unstructured<'_>, text: &'a str, raw: &'a [u8]) -> Result<Cell<'a>> {
    let civil = |bytes: &mut Unstructured<'_>| {
        let nanos = if bytes.ratio(1, 8)? {
            bytes.arbitrary()?
        } else {
            bytes.int_in_range(0..=86_400_000_000_000)?
        };
        Ok(Civil { days: bytes.arbitrary()?, nanos })
    };
    Ok(match bytes.int_in_range(0..=17)? {
        0..=3 => Cell::Json(text),
        4..=6 => Cell::Text(text),
        7 => Cell::I64(bytes.arbitrary()?),
        8 => Cell::U64(bytes.arbitrary()?),
        9 => Cell::F64(bytes.arbitrary()?),
        10 => Cell::Bytes(if bytes.ratio(1, 2)? { raw } else { text.as_bytes() }),
        11 => Cell::Date(bytes.arbitrary()?),
        12 => Cell::Time(bytes.arbitrary()?),
        13 => Cell::DateTime(civil(bytes)?),
        14 => Cell::Timestamp(civil(bytes)?),
        15 => Cell::Decimal(text),
        16 => Cell::FixedPoint(FixedPoint::new(bytes.arbitrary()?, bytes.arbitrary()?)),
        _ if bytes.ratio(1, 3)? => Cell::Uuid(bytes.arbitrary()?),
        _ if bytes.ratio(1, 2)? => Cell::Bool(bytes.arbitrary()?),
        _ => Cell::Null,
    })
}
