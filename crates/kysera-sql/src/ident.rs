//! Names of tables, columns and aliases.
//!
//! A name is text until a dialect quotes it; `quote` is one of the two doors by which user text reaches SQL.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// A table, column, alias or function name, unquoted. Static for everything that comes from a derive.
pub type Name = Cow<'static, str>;

/// Appends `name` to `out` between two `quote` characters, doubling those inside.
///
/// ```
/// let mut sql = String::new();
/// kysera_sql::ident::quote(&mut sql, r#"a"b"#, '"');
/// assert_eq!(sql, r#""a""b""#);
/// ```
pub fn quote(out: &mut String, name: &str, quote: char) {
    quote_plainly(out, name, quote);
}

/// As [`quote`]; false when the name holds a `quote`, or a NUL, which no database takes.
#[inline]
pub(crate) fn quote_plainly(out: &mut String, name: &str, quote: char) -> bool {
    let is_plain = quote.is_ascii() && is_free_of(name.as_bytes(), quote as u8);
    if is_plain {
        out.reserve(name.len() + 2);
        out.push(quote);
        out.push_str(name);
        out.push(quote);
    } else {
        quote_doubling(out, name, quote);
    }
    is_plain
}

/// True when the text holds neither that byte nor a NUL. Eight bytes are looked at together: names are short, and a
/// statement holds many.
#[inline]
fn is_free_of(text: &[u8], byte: u8) -> bool {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH_BITS: u64 = 0x8080_8080_8080_8080;
    const FILLER: u8 = 1;
    let repeated = ONES * u64::from(byte);
    let is_free = |word: u64| {
        let zeros = |word: u64| word.wrapping_sub(ONES) & !word;
        (zeros(word) | zeros(word ^ repeated)) & HIGH_BITS == 0
    };
    if let Some(last) = text.last_chunk() {
        let (words, _) = text.as_chunks();
        return words.iter().all(|word| is_free(u64::from_le_bytes(*word)))
            && is_free(u64::from_le_bytes(*last));
    }
    if let (Some(first), Some(last)) = (text.first_chunk(), text.last_chunk()) {
        let (first, last) = (u32::from_le_bytes(*first), u32::from_le_bytes(*last));
        return is_free(u64::from(first) | u64::from(last) << 32);
    }
    let [first, middle, last] = match *text {
        [a, b, c] => [a, b, c],
        [a, b] => [a, b, FILLER],
        [a] => [a, FILLER, FILLER],
        _ => return true,
    };
    is_free(u64::from_le_bytes([first, middle, last, FILLER, FILLER, FILLER, FILLER, FILLER]))
}

#[cold]
fn quote_doubling(out: &mut String, name: &str, quote: char) {
    out.push(quote);
    for c in name.chars() {
        if c == quote {
            out.push(quote);
        }
        out.push(c);
    }
    out.push(quote);
}

/// A name by the address of the text, which lasts as long as the program: `&"person"`. It takes one machine word, so a
/// column takes two and is passed in registers.
pub type StaticName = &'static &'static str;

/// The same text for as long as the program runs. For names that are put together from names in the source, so that
/// there are only as many as the source has.
pub(crate) fn interned(name: String) -> StaticName {
    find_or(&name.clone(), || name.leak())
}

/// The one address of a name that no constant holds: the name of a CTE or of a derived table.
pub(crate) fn static_name(name: &'static str) -> StaticName {
    find_or(name, || name)
}

fn find_or(name: &str, text: impl FnOnce() -> &'static str) -> StaticName {
    static NAMES: Mutex<BTreeMap<&'static str, StaticName>> = Mutex::new(BTreeMap::new());
    let mut names = NAMES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = names.get(name) {
        return known;
    }
    let text = text();
    let name: StaticName = Box::leak(Box::new(text));
    names.insert(text, name);
    name
}

#[cfg(test)]
mod tests {
    use super::{quote, quote_plainly};

    #[test]
    fn a_quote_or_a_nul_is_found_at_every_place_of_a_name_of_any_length() {
        for length in 0..40 {
            for sign in ['"', '`', ']', '\''] {
                for fill in ["a", "\u{1}", "!", "\u{7f}", "\u{a2}", "\u{80}"] {
                    let name = fill.repeat(length);
                    let mut out = String::from("x");
                    assert!(quote_plainly(&mut out, &name, sign), "{name:?} {sign}");
                    assert_eq!(out, format!("x{sign}{name}{sign}"));
                    for at in (0..=name.len()).filter(|at| name.is_char_boundary(*at)) {
                        let (front, back) = name.split_at(at);
                        let mut out = String::new();
                        assert!(!quote_plainly(&mut out, &format!("{front}{sign}{back}"), sign));
                        assert_eq!(out, format!("{sign}{front}{sign}{sign}{back}{sign}"));
                        assert!(!quote_plainly(&mut String::new(), &format!("{front}\0{back}"), sign));
                    }
                }
            }
        }
    }

    #[test]
    fn a_quote_beyond_ascii_is_doubled_too() {
        let mut out = String::new();
        quote(&mut out, "a\u{ab}b", '\u{ab}');
        assert_eq!(out, "\u{ab}a\u{ab}\u{ab}b\u{ab}");
    }
}
