//! A strict reader of the JSON that nested rows come in.
//!
//! It pulls: nothing is parsed before a Rust type asks, and no tree is built, so integers never pass through a
//! float. Rows are arrays, by position, or objects, by the names of their columns, where keyed JSON was asked for.

use std::borrow::Cow;

/// True when `token` is a JSON number (RFC 8259, section 6).
pub(crate) fn is_number(token: &str) -> bool {
    let bytes = token.as_bytes();
    let digits = |from: usize| bytes[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let mut at = usize::from(bytes.first() == Some(&b'-'));
    let whole = digits(at);
    if whole == 0 || (whole > 1 && bytes[at] == b'0') {
        return false;
    }
    at += whole;
    if bytes.get(at) == Some(&b'.') {
        let fraction = digits(at + 1);
        if fraction == 0 {
            return false;
        }
        at += 1 + fraction;
    }
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        at += 1 + usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
        let exponent = digits(at);
        if exponent == 0 {
            return false;
        }
        at += exponent;
    }
    at == bytes.len()
}

/// The text of a JSON string token; `None` when it is not a well-formed string.
pub(crate) fn string(token: &str) -> Option<Cow<'_, str>> {
    let inner = token.strip_prefix('"')?.strip_suffix('"')?;
    if inner.bytes().all(|byte| byte >= b' ' && byte != b'"' && byte != b'\\') {
        return Some(Cow::Borrowed(inner));
    }
    let mut out = String::with_capacity(inner.len());
    let mut rest = inner;
    while let Some(special) = rest.find(|c: char| c < ' ' || c == '"' || c == '\\') {
        out.push_str(&rest[..special]);
        let escape = rest[special..].strip_prefix('\\')?;
        let (c, after) = unescape(escape)?;
        out.push(c);
        rest = after;
    }
    out.push_str(rest);
    Some(Cow::Owned(out))
}

/// The character that an escape stands for, and the text behind it. `escape` begins behind the backslash.
fn unescape(escape: &str) -> Option<(char, &str)> {
    let mut chars = escape.chars();
    let c = match chars.next()? {
        c @ ('"' | '\\' | '/') => c,
        'b' => '\u{8}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'u' => return unicode(chars.as_str()),
        _ => return None,
    };
    Some((c, chars.as_str()))
}

/// The character of `XXXX` or of the surrogate pair `XXXX\uXXXX`, and the text behind it.
fn unicode(hex: &str) -> Option<(char, &str)> {
    let (high, rest) = hex4(hex)?;
    match high {
        0xD800..=0xDBFF => {
            let (low, rest) = hex4(rest.strip_prefix("\\u")?)?;
            let low = low.checked_sub(0xDC00).filter(|low| *low < 0x400)?;
            let c = char::from_u32(0x10000 + ((high - 0xD800) << 10) + low)?;
            Some((c, rest))
        }
        _ => Some((char::from_u32(high)?, rest)),
    }
}

fn hex4(text: &str) -> Option<(u32, &str)> {
    let digits = text.get(..4).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
    Some((u32::from_str_radix(digits, 16).ok()?, &text[4..]))
}

/// The elements of a JSON array, each as the text of its token.
///
/// An element that is an array or object is passed over by its brackets alone; it is read in full when it is asked for.
#[derive(Clone, Debug)]
pub(crate) struct Elements<'a> {
    text: &'a str,
    at: usize,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    First,
    Later,
    Done,
}

/// The JSON text is not an array, is cut off, or holds what is not expected in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Malformed;

impl<'a> Elements<'a> {
    /// The elements of `text`, which must be one array and nothing else but white space.
    pub(crate) fn new(text: &'a str) -> Result<Self, Malformed> {
        let mut elements = Elements { text, at: 0, state: State::First };
        elements.white_space();
        elements.require(b'[')?;
        Ok(elements)
    }

    fn read(&mut self) -> Result<Option<&'a str>, Malformed> {
        self.white_space();
        if self.peek() == Some(b']') && self.state == State::First {
            return self.end();
        }
        if self.state == State::Later {
            if self.peek() == Some(b']') {
                return self.end();
            }
            self.require(b',')?;
            self.white_space();
        }
        self.state = State::Later;
        self.element().map(Some)
    }

    /// Behind the last element: nothing may follow the bracket.
    fn end(&mut self) -> Result<Option<&'a str>, Malformed> {
        self.at += 1;
        self.white_space();
        self.state = State::Done;
        if self.at == self.text.len() { Ok(None) } else { Err(Malformed) }
    }

    fn element(&mut self) -> Result<&'a str, Malformed> {
        let start = self.at;
        match self.peek() {
            Some(b'[' | b'{') => self.pass_nested()?,
            Some(b'"') => self.pass_string()?,
            None => return Err(Malformed),
            Some(_) => self.pass_word(),
        }
        if self.at == start { Err(Malformed) } else { Ok(&self.text[start..self.at]) }
    }

    fn pass_nested(&mut self) -> Result<(), Malformed> {
        let mut depth = 0_usize;
        loop {
            match self.peek().ok_or(Malformed)? {
                b'"' => {
                    self.pass_string()?;
                    continue;
                }
                b'[' | b'{' => depth += 1,
                b']' | b'}' => depth -= 1,
                _ => {}
            }
            self.at += 1;
            if depth == 0 {
                return Ok(());
            }
        }
    }

    fn pass_string(&mut self) -> Result<(), Malformed> {
        self.at += 1;
        loop {
            match self.peek().ok_or(Malformed)? {
                b'"' => break,
                b'\\' => self.at += 2,
                _ => self.at += 1,
            }
        }
        self.at += 1;
        Ok(())
    }

    /// Passes over a number, `true`, `false` or `null`: everything up to what ends an element.
    fn pass_word(&mut self) {
        let rest = &self.text.as_bytes()[self.at..];
        let ends = |byte: &u8| matches!(byte, b',' | b']' | b'}' | b' ' | b'\t' | b'\n' | b'\r');
        self.at += rest.iter().position(ends).unwrap_or(rest.len());
    }

    fn white_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn require(&mut self, byte: u8) -> Result<(), Malformed> {
        if self.peek() != Some(byte) {
            return Err(Malformed);
        }
        self.at += 1;
        Ok(())
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }
}

impl<'a> Iterator for Elements<'a> {
    type Item = Result<&'a str, Malformed>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.state == State::Done {
            return None;
        }
        let element = self.read();
        if element.is_err() {
            self.state = State::Done;
        }
        element.transpose()
    }
}

/// The values of a JSON object, each as the text of its token, in the order of `keys`; `None` for a key that it lacks.
/// Other keys are passed over, and of a key that comes twice the last counts.
pub(crate) fn members<'a>(text: &'a str, keys: &[&str]) -> Result<Vec<Option<&'a str>>, Malformed> {
    let mut found = vec![None; keys.len()];
    let mut object = Elements { text, at: 0, state: State::First };
    object.white_space();
    object.require(b'{')?;
    object.white_space();
    if object.peek() == Some(b'}') {
        object.at += 1;
    } else {
        loop {
            object.white_space();
            let key = string(object.element()?).ok_or(Malformed)?;
            object.white_space();
            object.require(b':')?;
            object.white_space();
            let value = object.element()?;
            if let Some(place) = keys.iter().position(|name| *name == key) {
                found[place] = Some(value);
            }
            object.white_space();
            if object.peek() == Some(b'}') {
                object.at += 1;
                break;
            }
            object.require(b',')?;
        }
    }
    object.white_space();
    if object.at == text.len() { Ok(found) } else { Err(Malformed) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    /// SplitMix64: the same documents in every run.
    struct Random(u64);

    impl Random {
        fn below(&mut self, bound: usize) -> usize {
            self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut z = self.0;
            z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            usize::try_from((z ^ (z >> 31)) % bound as u64).unwrap()
        }

        fn pick<'a>(&mut self, choices: &[&'a str]) -> &'a str {
            choices[self.below(choices.len())]
        }
    }

    /// What our reader makes of a document, as serde's tree.
    fn ours(text: &str) -> Option<Value> {
        Elements::new(text).ok()?.map(|token| scalar_or_array(token.ok()?)).collect()
    }

    fn scalar_or_array(token: &str) -> Option<Value> {
        match token.as_bytes().first()? {
            b'[' => ours(token),
            b'"' => Some(Value::String(string(token)?.into_owned())),
            // Beyond the range of a float it is well-formed for us and an error for serde.
            _ if is_number(token) => serde_json::from_str(token).ok(),
            _ => match token {
                "null" => Some(Value::Null),
                "true" => Some(Value::Bool(true)),
                "false" => Some(Value::Bool(false)),
                _ => None,
            },
        }
    }

    fn document(random: &mut Random, depth: usize) -> String {
        let space = |random: &mut Random| random.pick(&["", "", "", " ", "\n\t\r "]).to_owned();
        let items: Vec<_> = (0..random.below(4))
            .map(|_| {
                let item = match random.below(if depth == 0 { 5 } else { 8 }) {
                    0 => random.pick(&["null", "true", "false"]).to_owned(),
                    1 => number(random),
                    2..=4 => text(random),
                    _ => document(random, depth - 1),
                };
                space(random) + &item + &space(random)
            })
            .collect();
        space(random) + "[" + &items.join(",") + "]" + &space(random)
    }

    fn number(random: &mut Random) -> String {
        let whole =
            random.pick(&["0", "7", "10", "9007199254740993", "9223372036854775807", "18446744073709551615"]);
        let rest = random.pick(&["", "", ".5", ".000", "e5", "E-3", ".25e+2"]);
        format!("{}{whole}{rest}", random.pick(&["", "-"]))
    }

    fn text(random: &mut Random) -> String {
        let parts = [
            "a",
            "é",
            "😀",
            "]",
            "[",
            ",",
            " ",
            "{",
            r#"\""#,
            r"\\",
            r"\/",
            r"\b\f\n\r\t",
            r"\u0000",
            r"\u00e9",
            r"\ud83d\ude00",
            r"\uFFFF",
        ];
        let body: String = (0..random.below(5)).map(|_| random.pick(&parts)).collect();
        format!("\"{body}\"")
    }

    /// The document with one character taken out, put in or replaced.
    fn damaged(random: &mut Random, document: &str) -> String {
        let mut chars: Vec<_> = document.chars().collect();
        let at = random.below(chars.len());
        let noise = ['[', ']', ',', '"', '\\', '0', '-', '.', 'e', 'u', 'n', ' ', '\u{1}', 'é', ':'];
        let noise = noise[random.below(noise.len())];
        match random.below(4) {
            0 => drop(chars.remove(at)),
            1 => chars.insert(at, noise),
            2 => chars[at] = noise,
            _ => chars.truncate(at),
        }
        chars.into_iter().collect()
    }

    #[test]
    fn whole_and_damaged_documents_are_read_as_serde_reads_them() {
        let mut random = Random(1);
        let (mut whole, mut refused) = (0, 0);
        for _ in 0..20_000 {
            let document = document(&mut random, 3);
            let expected = serde_json::from_str::<Value>(&document).ok();
            assert!(expected.is_some(), "the generator made {document}");
            assert_eq!(ours(&document), expected, "{document}");
            whole += 1;

            let document = damaged(&mut random, &document);
            // What is not an array at all is not ours to read.
            let expected = serde_json::from_str::<Value>(&document).ok().filter(Value::is_array);
            assert_eq!(ours(&document), expected, "{document}");
            refused += usize::from(expected.is_none());
        }
        assert!(whole == 20_000 && refused > 5_000, "{refused} damaged documents were refused");
    }

    #[test]
    fn numbers_are_those_of_the_grammar() {
        for token in ["0", "-0", "10", "1.5", "1e5", "1E+5", "-1.5e-5"] {
            assert!(is_number(token), "{token}");
        }
        for token in ["", "-", "01", "+1", ".5", "1.", "1e", "1e+", "0x1", "1 ", "NaN", "--1", "1.5.5"] {
            assert!(!is_number(token), "{token}");
        }
    }

    #[test]
    fn members_come_in_the_order_of_the_keys() {
        let text = r#" { "b" : {"a": [1, "}"]}, "x": null, "a\u0021": "\"{", "c": -1.5 } "#;
        let read = members(text, &["a!", "b", "c", "d"]);
        assert_eq!(read, Ok(vec![Some(r#""\"{""#), Some(r#"{"a": [1, "}"]}"#), Some("-1.5"), None]));
        assert_eq!(members("{}", &["a"]), Ok(vec![None]));
        for text in
            ["", "{", "{,}", r#"{"a"}"#, r#"{"a":}"#, r#"{"a":1,}"#, r#"{"a":1} x"#, "[1]", r#"{a:1}"#]
        {
            assert_eq!(members(text, &["a"]), Err(Malformed), "{text}");
        }
    }

    #[test]
    fn objects_are_not_positional() {
        assert_eq!(ours(r#"[{"a":1}]"#), None);
        assert_eq!(ours(r#"{"a":[1]}"#), None);
    }
}
