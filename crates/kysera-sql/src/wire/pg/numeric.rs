//! `numeric` in binary: groups of four decimal digits (`numeric_send` in the server's `numeric.c`).
//!
//! Header: count of groups, weight of the first group in powers of 10 000, sign, scale. Exact in both directions.

use crate::value::ValueError;
use crate::wire::decimal::{Decimal, MOST_FRACTION, MOST_WHOLE};
use std::fmt::Write;

const POSITIVE: u16 = 0x0000;
const NEGATIVE: u16 = 0x4000;
const NAN: u16 = 0xC000;
const INFINITY: u16 = 0xD000;
const NEGATIVE_INFINITY: u16 = 0xF000;

/// Appends the binary form of a decimal's text; `NaN`, `Infinity` and `-Infinity` are values too.
pub(super) fn encode(text: &str, out: &mut Vec<u8>) -> Result<(), ValueError> {
    let special = match text {
        "NaN" => Some(NAN),
        "Infinity" => Some(INFINITY),
        "-Infinity" => Some(NEGATIVE_INFINITY),
        _ => None,
    };
    if let Some(sign) = special {
        header(out, 0, 0, sign, 0);
        return Ok(());
    }
    let decimal =
        Decimal::parse(text).ok_or_else(|| ValueError::new("decimal", "it is not a plain decimal"))?;
    if decimal.whole.len() > MOST_WHOLE || decimal.fraction.len() > MOST_FRACTION {
        return Err(ValueError::new("decimal", "it has more digits than numeric can hold"));
    }
    finite(decimal, out);
    Ok(())
}

#[expect(clippy::cast_possible_truncation, reason = "the lengths were checked")]
fn finite(decimal: Decimal<'_>, out: &mut Vec<u8>) {
    let groups = groups(decimal);
    let whole_groups = decimal.whole.len().div_ceil(4);
    // Zero groups at either end are not sent: the weight is the position of the first one.
    let leading = groups.iter().take_while(|group| **group == 0).count();
    let trailing = groups[leading..].iter().rev().take_while(|group| **group == 0).count();
    let sent = &groups[leading..groups.len() - trailing];
    let weight = if sent.is_empty() { 0 } else { whole_groups as i32 - 1 - leading as i32 };
    let sign = if decimal.negative && !sent.is_empty() { NEGATIVE } else { POSITIVE };
    header(out, sent.len() as u16, weight as i16, sign, decimal.fraction.len() as u16);
    for group in sent {
        out.extend_from_slice(&group.to_be_bytes());
    }
}

/// The digits in groups of four that are aligned on the point.
fn groups(decimal: Decimal<'_>) -> Vec<u16> {
    let number = |digits: &[u8]| digits.iter().fold(0, |sum, digit| sum * 10 + u16::from(digit - b'0'));
    let whole = decimal.whole.as_bytes();
    let (first, rest) = whole.split_at(whole.len() % 4);
    let mut groups = Vec::with_capacity(whole.len() / 4 + decimal.fraction.len() / 4 + 2);
    if !first.is_empty() {
        groups.push(number(first));
    }
    groups.extend(rest.chunks_exact(4).map(number));
    for digits in decimal.fraction.as_bytes().chunks(4) {
        groups.push(number(digits) * [1000, 100, 10, 1][digits.len() - 1]);
    }
    groups
}

fn header(out: &mut Vec<u8>, groups: u16, weight: i16, sign: u16, scale: u16) {
    out.extend_from_slice(&groups.to_be_bytes());
    out.extend_from_slice(&weight.to_be_bytes());
    out.extend_from_slice(&sign.to_be_bytes());
    out.extend_from_slice(&scale.to_be_bytes());
}

/// The plain text of a binary numeric, with its scale; `None` when the bytes are not one.
pub(crate) fn decode(bytes: &[u8]) -> Option<String> {
    let (header, digits) = bytes.split_first_chunk::<8>()?;
    let field = |at: usize| u16::from_be_bytes([header[at], header[at + 1]]);
    let (count, sign, scale) = (usize::from(field(0)), field(4), usize::from(field(6)));
    let weight = i32::from(i16::from_be_bytes([header[2], header[3]]));
    let special = match sign {
        NAN => Some("NaN"),
        INFINITY => Some("Infinity"),
        NEGATIVE_INFINITY => Some("-Infinity"),
        POSITIVE | NEGATIVE => None,
        _ => return None,
    };
    if digits.len() != count * 2 {
        return None;
    }
    if let Some(word) = special {
        return (count == 0).then(|| word.to_owned());
    }
    let group = |at: i32| -> u16 {
        let start = usize::try_from(at).ok().map(|at| at * 2);
        start
            .and_then(|start| digits.get(start..start + 2))
            .map_or(0, |pair| u16::from_be_bytes([pair[0], pair[1]]))
    };
    let is_digits = digits.chunks_exact(2).all(|pair| u16::from_be_bytes([pair[0], pair[1]]) < 10_000);
    if !is_digits || digits_beyond(weight, scale, digits) {
        return None;
    }
    let mut text = String::with_capacity(count * 4 + scale + 8);
    if sign == NEGATIVE {
        text.push('-');
    }
    whole_digits(&mut text, weight, group);
    fraction_digits(&mut text, weight, scale, group);
    Some(text)
}

/// True when there are digits behind the last one that the scale shows. The server never has any; they would be lost.
fn digits_beyond(weight: i32, scale: usize, digits: &[u8]) -> bool {
    // How many digits behind the point the last digit of the first group is.
    let first = -4 * i64::from(weight);
    (first..).step_by(4).zip(digits.chunks_exact(2)).any(|(place, pair)| {
        let unseen = (place - scale as i64).clamp(0, 4);
        let unit = [1, 10, 100, 1000, 10_000][unseen as usize];
        !u16::from_be_bytes([pair[0], pair[1]]).is_multiple_of(unit)
    })
}

fn whole_digits(text: &mut String, weight: i32, group: impl Fn(i32) -> u16) {
    if weight < 0 {
        text.push('0');
        return;
    }
    for at in 0..=weight {
        let written = if at == 0 { write!(text, "{}", group(at)) } else { write!(text, "{:04}", group(at)) };
        written.expect("writing to a String cannot fail");
    }
}

fn fraction_digits(text: &mut String, weight: i32, scale: usize, group: impl Fn(i32) -> u16) {
    if scale == 0 {
        return;
    }
    text.push('.');
    let end = text.len() + scale;
    let mut at = weight + 1;
    while text.len() < end {
        write!(text, "{:04}", group(at)).expect("writing to a String cannot fail");
        at += 1;
    }
    text.truncate(end);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(text: &str) -> Vec<u8> {
        let mut out = Vec::new();
        encode(text, &mut out).unwrap();
        out
    }

    #[test]
    fn digits_that_the_server_does_not_send_are_no_number() {
        let decimal =
            |words: &[u16]| decode(&words.iter().flat_map(|word| word.to_be_bytes()).collect::<Vec<_>>());
        assert_eq!(decimal(&[2, 1, 0, 0, 1, 9999]).as_deref(), Some("19999"));
        // A group of four digits holds no more than 9999: `1` and `10000` would be read as `110000`.
        assert_eq!(decimal(&[2, 1, 0, 0, 1, 10_000]), None);
        assert_eq!(decimal(&[2, 0, 0, 2, 1, 1200]).as_deref(), Some("1.12"));
        // Digits behind the scale would be lost.
        assert_eq!(decimal(&[2, 0, 0, 2, 1, 1230]), None);
        assert_eq!(decimal(&[1, 0xffff, 0, 0, 5000]), None);
        assert_eq!(decimal(&[1, 0, NAN, 0, 1]), None);
    }

    #[test]
    fn bytes_are_those_of_the_server() {
        // select numeric_send(..) on PostgreSQL 15.
        assert_eq!(encoded("12345.6"), [0, 3, 0, 1, 0, 0, 0, 1, 0, 1, 0x09, 0x29, 0x17, 0x70]);
        assert_eq!(encoded("-0.0001"), [0, 1, 0xff, 0xff, 0x40, 0, 0, 4, 0, 1]);
        assert_eq!(encoded("0.00"), [0, 0, 0, 0, 0, 0, 0, 2]);
        assert_eq!(encoded("NaN"), [0, 0, 0, 0, 0xc0, 0, 0, 0]);
    }

    #[test]
    fn every_digit_and_the_scale_come_back() {
        for text in [
            "0",
            "0.00",
            "1",
            "-1",
            "10000",
            "100000000",
            "9999.9999",
            "0.1",
            "0.00001",
            "0.000100010",
            "-12.50",
            "12345678901234567890123456789012345678",
            "-0.00000000000000000000000000000000000001",
            "NaN",
            "Infinity",
            "-Infinity",
        ] {
            assert_eq!(decode(&encoded(text)).as_deref(), Some(text));
        }
        assert_eq!(decode(&encoded("-0.00")).as_deref(), Some("0.00"));
        assert_eq!(decode(&encoded("+007.")).as_deref(), Some("7"));
    }

    #[test]
    fn damaged_bytes_are_refused() {
        let bytes = encoded("12345.6");
        for cut in 0..bytes.len() {
            assert_eq!(decode(&bytes[..cut]), None, "{cut}");
        }
        assert_eq!(decode(&[0, 0, 0, 0, 0x12, 0, 0, 0]), None);
    }
}
