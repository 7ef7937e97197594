//! Reads one token after another.
//!
//! Works on bytes: each token begins and ends beside an ASCII character, a byte order mark or an end of the text, so it is
//! whole characters. Every step moves on, and no byte is read more than a fixed number of times.

use super::{BackslashEscapes, BracketNames, LexerRules, TokenKind};

/// The byte order mark.
const MARK: &[u8] = "\u{feff}".as_bytes();

/// A position in a text.
#[derive(Clone, Debug)]
pub(super) struct Scan<'a> {
    text: &'a str,
    at: usize,
    rules: LexerRules,
}

impl<'a> Scan<'a> {
    pub(super) fn new(text: &'a str, rules: LexerRules) -> Scan<'a> {
        Scan { text, at: 0, rules }
    }

    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// The text from there to here.
    pub(super) fn since(&self, start: usize) -> &'a str {
        &self.text[start..self.at]
    }

    /// Moves over the next token and says what it is; `None` at the end.
    pub(super) fn token(&mut self) -> Option<TokenKind> {
        let first = self.peek(0)?;
        if let Some(kind) = self.comment(first) {
            return Some(kind);
        }
        Some(match first {
            _ if is_space(first) => self.run(TokenKind::Whitespace, is_space),
            0xEF if self.rules.mark_is_space && self.rest().starts_with(MARK) => {
                self.at += MARK.len();
                TokenKind::Whitespace
            }
            b'(' => self.one(TokenKind::Open),
            b')' => self.one(TokenKind::Close),
            b',' => self.one(TokenKind::Comma),
            b';' => self.one(TokenKind::Semicolon),
            b'0'..=b'9' => self.number(),
            b'.' if self.peek(1).is_some_and(|next| next.is_ascii_digit()) => self.number(),
            b'.' => self.one(TokenKind::Dot),
            b'\'' => self.text(1, self.rules.backslash_escapes == BackslashEscapes::Always),
            b'"' if self.rules.double_quoted_text => {
                self.text(1, self.rules.backslash_escapes == BackslashEscapes::Always)
            }
            b'"' => self.quoted(b'"', TokenKind::Name, false),
            b'`' if self.rules.backtick_names => self.quoted(b'`', TokenKind::Name, false),
            b'[' if self.rules.bracket_names != BracketNames::Never => self.bracket_name(),
            b'[' | b']' => self.one(TokenKind::Operator),
            b'$' if self.rules.dollar_quotes && self.opens_dollar_quote() => self.dollar_quoted(),
            _ if self.rules.is_placeholder(first) => self.placeholder(first),
            _ if self.rules.begins_word(first) => self.word(first),
            _ if is_operator(first) => self.operator(),
            _ => self.one(TokenKind::Unknown),
        })
    }

    fn peek(&self, ahead: usize) -> Option<u8> {
        self.text.as_bytes().get(self.at + ahead).copied()
    }

    fn rest(&self) -> &'a [u8] {
        &self.text.as_bytes()[self.at..]
    }

    fn one(&mut self, kind: TokenKind) -> TokenKind {
        self.at += 1;
        kind
    }

    fn run(&mut self, kind: TokenKind, is_inside: impl Fn(u8) -> bool) -> TokenKind {
        self.at += self.rest().iter().take_while(|byte| is_inside(**byte)).count();
        kind
    }

    fn unterminated(&mut self) -> TokenKind {
        self.at = self.text.len();
        TokenKind::Unterminated
    }

    fn comment(&mut self, first: u8) -> Option<TokenKind> {
        let is_line = first == b'#' && self.rules.hash_comments || self.is_dash_comment();
        if is_line {
            let returns = self.rules.carriage_return_ends_comment;
            return Some(
                self.run(TokenKind::LineComment, |byte| byte != b'\n' && !(returns && byte == b'\r')),
            );
        }
        self.rest().starts_with(b"/*").then(|| self.block_comment())
    }

    fn is_dash_comment(&self) -> bool {
        let ends = |byte: u8| byte == b' ' || byte.is_ascii_control();
        self.rest().starts_with(b"--")
            && (!self.rules.dash_comment_needs_space || self.peek(2).is_none_or(ends))
    }

    fn block_comment(&mut self) -> TokenKind {
        let is_code =
            self.rules.code_comments && (self.rest().starts_with(b"/*!") || self.rest().starts_with(b"/*M!"));
        self.at += 2;
        let mut depth = 1;
        while let Some(byte) = self.peek(0) {
            match (byte, self.peek(1)) {
                (b'*', Some(b'/')) => {
                    self.at += 2;
                    depth -= 1;
                    if depth == 0 {
                        return if is_code { TokenKind::CodeComment } else { TokenKind::BlockComment };
                    }
                }
                (b'/', Some(b'*')) if self.rules.nested_comments => {
                    self.at += 2;
                    depth += 1;
                }
                _ => self.at += 1,
            }
        }
        self.unterminated()
    }

    /// What is between two quotes, which are doubled inside.
    fn quoted(&mut self, quote: u8, kind: TokenKind, backslashes: bool) -> TokenKind {
        self.at += 1;
        while let Some(byte) = self.peek(0) {
            self.at += 1;
            match byte {
                // An escaped character may have several bytes; the others are no quotes.
                b'\\' if backslashes => self.at = (self.at + 1).min(self.text.len()),
                _ if byte == quote && self.peek(0) == Some(quote) => self.at += 1,
                _ if byte == quote => return kind,
                _ => {}
            }
        }
        self.unterminated()
    }

    /// A text whose quote is the last of the next `prefix` bytes.
    fn text(&mut self, prefix: usize, backslashes: bool) -> TokenKind {
        self.at += prefix - 1;
        match self.peek(0) {
            Some(quote) => self.quoted(quote, TokenKind::Text, backslashes),
            None => self.unterminated(),
        }
    }

    /// `E'..'`. After the end of a line its next part may follow, in which a backslash is an escape too (PostgreSQL,
    /// 4.1.2.1).
    fn escaped_text(&mut self) -> TokenKind {
        let mut kind = self.text(2, true);
        while kind == TokenKind::Text {
            let Some(length) = self.gap_before_next_part() else { break };
            self.at += length;
            kind = self.text(1, true);
        }
        kind
    }

    /// The length of what is between two parts of one text: spaces and line comments with at least one end of a line.
    fn gap_before_next_part(&self) -> Option<usize> {
        let mut ahead = Scan { text: self.text, at: self.at, rules: self.rules };
        let mut has_line_end = false;
        loop {
            match ahead.peek(0)? {
                b'\'' if has_line_end => return Some(ahead.at - self.at),
                byte if is_space(byte) => {
                    has_line_end |= matches!(byte, b'\n' | b'\r');
                    ahead.at += 1;
                }
                b'-' if ahead.is_dash_comment() => {
                    ahead.comment(b'-');
                }
                _ => return None,
            }
        }
    }

    fn bracket_name(&mut self) -> TokenKind {
        if self.rules.bracket_names == BracketNames::Doubled {
            return self.quoted(b']', TokenKind::Name, false);
        }
        match self.rest().iter().position(|byte| *byte == b']') {
            Some(length) => {
                self.at += length + 1;
                TokenKind::Name
            }
            None => self.unterminated(),
        }
    }

    /// True at `$$` and `$tag$`.
    fn opens_dollar_quote(&self) -> bool {
        self.dollar_tag().is_some()
    }

    /// `$tag$` from here; a tag is a name without a dollar.
    fn dollar_tag(&self) -> Option<&'a str> {
        let tag = &self.rest()[1..];
        let length = tag.iter().position(|byte| *byte == b'$' || !self.rules.continues_word(*byte))?;
        let begins = length == 0 || self.rules.begins_word(tag[0]);
        (begins && tag[length] == b'$').then(|| &self.text[self.at..self.at + length + 2])
    }

    fn dollar_quoted(&mut self) -> TokenKind {
        let Some(tag) = self.dollar_tag() else { return self.one(TokenKind::Unknown) };
        self.at += tag.len();
        match self.text[self.at..].find(tag) {
            Some(length) => {
                self.at += length + tag.len();
                TokenKind::Text
            }
            None => self.unterminated(),
        }
    }

    fn placeholder(&mut self, sign: u8) -> TokenKind {
        let start = self.at;
        self.at += 1;
        if sign == b'?' {
            return self.run(TokenKind::Placeholder, |byte| byte.is_ascii_digit());
        }
        // `@@name` is a variable of the server, `::` an operator.
        if sign == b'@' && self.peek(0) == Some(b'@') {
            self.at += 1;
        }
        let rules = self.rules;
        if self.peek(0).is_some_and(|next| next.is_ascii_digit() || rules.begins_word(next)) {
            return self.run(TokenKind::Placeholder, |byte| rules.continues_word(byte));
        }
        self.at = start;
        if is_operator(sign) { self.operator() } else { self.one(TokenKind::Unknown) }
    }

    fn word(&mut self, first: u8) -> TokenKind {
        let has_escapes = self.rules.backslash_escapes == BackslashEscapes::EString;
        if has_escapes && first.eq_ignore_ascii_case(&b'e') && self.peek(1) == Some(b'\'') {
            return self.escaped_text();
        }
        let rules = self.rules;
        self.run(TokenKind::Word, |byte| rules.continues_word(byte))
    }

    /// Signs up to one that begins something else.
    fn operator(&mut self) -> TokenKind {
        self.at += 1;
        while let Some(byte) = self.peek(0) {
            let begins_comment = self.is_dash_comment()
                || self.rest().starts_with(b"/*")
                || byte == b'#' && self.rules.hash_comments;
            let begins_other = self.rules.is_placeholder(byte) || self.rules.begins_word(byte);
            if !is_operator(byte) || begins_other || begins_comment {
                break;
            }
            self.at += 1;
        }
        TokenKind::Operator
    }

    fn number(&mut self) -> TokenKind {
        let radix_digits = match (self.peek(0), self.peek(1)) {
            (Some(b'0'), Some(b'x' | b'X' | b'b' | b'B' | b'o' | b'O')) => self.peek(2),
            _ => None,
        };
        if radix_digits.is_some_and(|digit| digit.is_ascii_hexdigit()) {
            self.at += 2;
            self.run(TokenKind::Number, |byte| byte.is_ascii_hexdigit() || byte == b'_');
        } else {
            self.decimal();
        }
        // `1a` is a name on MySQL, a number and a name or an error elsewhere.
        if self.peek(0).is_some_and(|next| self.rules.begins_word(next)) {
            let rules = self.rules;
            return self.run(TokenKind::Unknown, |byte| rules.continues_word(byte));
        }
        TokenKind::Number
    }

    fn decimal(&mut self) {
        let is_digit = |byte: u8| byte.is_ascii_digit() || byte == b'_';
        self.run(TokenKind::Number, is_digit);
        if self.peek(0) == Some(b'.') && self.peek(1) != Some(b'.') {
            self.at += 1;
            self.run(TokenKind::Number, is_digit);
        }
        let sign = usize::from(matches!(self.peek(1), Some(b'+' | b'-')));
        let has_exponent = matches!(self.peek(0), Some(b'e' | b'E'));
        if has_exponent && self.peek(1 + sign).is_some_and(|digit| digit.is_ascii_digit()) {
            self.at += 1 + sign;
            self.run(TokenKind::Number, is_digit);
        }
    }
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b'\x0b' | b'\x0c')
}

fn is_operator(byte: u8) -> bool {
    b"+-*/<>=~!@#%^&|?:".contains(&byte)
}
