//! What each byte of a text is, found slowly: no tokens, one question at each place.
//!
//! Written from the manuals and not from the lexer, which is held against it. Texts with digits are not for it: it knows
//! nothing of numbers.

use kysera_sql::lexer::{BackslashEscapes, BracketNames, LexerRules};

/// What a byte is part of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Class {
    Code,
    Quoted,
    Comment,
    /// A quote or comment that is not closed.
    Open,
}

/// The class of each byte.
pub(crate) fn classes(text: &str, rules: &LexerRules) -> Vec<Class> {
    let mut classes = Vec::with_capacity(text.len());
    while let Some(rest) = text.get(classes.len()..).filter(|rest| !rest.is_empty()) {
        let (length, class) = here(rest, rules);
        let length = length.unwrap_or(rest.len() + 1);
        let class = if length > rest.len() { Class::Open } else { class };
        classes.extend(std::iter::repeat_n(class, length.min(rest.len())));
    }
    classes
}

/// How long the piece at the beginning is, `None` when it has no end, and what it is.
fn here(rest: &str, rules: &LexerRules) -> (Option<usize>, Class) {
    let comment = |length| (length, Class::Comment);
    let quoted = |length| (length, Class::Quoted);
    if rest.starts_with("/*") {
        return comment(block(rest, rules));
    }
    if is_line_comment(rest, rules) {
        return comment(Some(line(rest, rules)));
    }
    let always = rules.backslash_escapes == BackslashEscapes::Always;
    match rest.chars().next().unwrap_or(' ') {
        '\'' => return quoted(enclosed(rest, '\'', always)),
        '"' => return quoted(enclosed(rest, '"', always && rules.double_quoted_text)),
        '`' if rules.backtick_names => return quoted(enclosed(rest, '`', false)),
        '[' if rules.bracket_names == BracketNames::Plain => return quoted(rest.find(']').map(|at| at + 1)),
        '[' if rules.bracket_names == BracketNames::Doubled => return quoted(enclosed(rest, ']', false)),
        'e' | 'E' if rules.backslash_escapes == BackslashEscapes::EString && rest[1..].starts_with('\'') => {
            return quoted(escaped(rest, rules));
        }
        '$' if rules.dollar_quotes => {
            let tag = rest[1..].find('$').map(|at| &rest[..at + 2]);
            let is_tag = |tag: &str| {
                let name = &tag[1..tag.len() - 1];
                name.chars().all(|c| is_name(c, rules)) && !name.starts_with(|c| is_inner(c, rules))
            };
            if let Some(tag) = tag.filter(|tag| is_tag(tag)) {
                let body = &rest[tag.len()..];
                return quoted(body.find(tag).map(|at| at + 2 * tag.len()));
            }
        }
        _ => {}
    }
    (Some(code(rest, rules)), Class::Code)
}

/// A whole name, or one character that is in none.
fn code(rest: &str, rules: &LexerRules) -> usize {
    let name = |text: &str| text.find(|c| c != '$' && !is_name(c, rules)).unwrap_or(text.len());
    let begins = |text: &str| text.starts_with(|c| is_name(c, rules) && !is_inner(c, rules));
    // Behind a sign it is part of the name.
    let is_space = rules.mark_is_space && rest.starts_with('\u{feff}');
    let first = rest.chars().next().unwrap_or(' ');
    // A sign in front of a name is part of it, as in `@name` and `$name`: a quote behind the name is no prefix then.
    let is_sign = rules.placeholders.contains(first) && first != '?';
    let sign = if is_sign && first == '@' && rest.starts_with("@@") { 2 } else { usize::from(is_sign) };
    match sign {
        0 if !is_space && begins(rest) => name(rest),
        1.. if begins(&rest[sign..]) => sign + name(&rest[sign..]),
        _ => first.len_utf8(),
    }
}

fn is_name(c: char, rules: &LexerRules) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || !c.is_ascii() || rules.word_signs.contains(c)
}

/// True for what a name may hold and not begin with.
fn is_inner(c: char, rules: &LexerRules) -> bool {
    rules.word_signs.contains(c) && rules.placeholders.contains(c)
}

/// Up to the last quote; two of them are one inside.
fn enclosed(rest: &str, quote: char, backslashes: bool) -> Option<usize> {
    let mut chars = rest.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        if c == '\\' && backslashes {
            chars.next()?;
        } else if c == quote && chars.next_if(|(_, next)| *next == quote).is_none() {
            return Some(at + c.len_utf8());
        }
    }
    None
}

/// `E'..'` with the parts that follow on later lines.
fn escaped(rest: &str, rules: &LexerRules) -> Option<usize> {
    let mut length = 1 + enclosed(&rest[1..], '\'', true)?;
    loop {
        let mut gap = 0;
        loop {
            let behind = &rest[length + gap..];
            match behind.chars().next() {
                Some(' ' | '\t' | '\n' | '\r' | '\x0b' | '\x0c') => gap += 1,
                Some('-') if is_line_comment(behind, rules) => gap += line(behind, rules),
                _ => break,
            }
        }
        let (between, behind) = rest[length..].split_at(gap);
        if !between.contains(['\n', '\r']) || !behind.starts_with('\'') {
            return Some(length);
        }
        length += gap + enclosed(behind, '\'', true)?;
    }
}

fn is_line_comment(rest: &str, rules: &LexerRules) -> bool {
    let spaced = |rest: &str| rest.chars().next().is_none_or(|c| c == ' ' || c.is_ascii_control());
    let dashes = rest.strip_prefix("--").is_some_and(|rest| !rules.dash_comment_needs_space || spaced(rest));
    dashes || rules.hash_comments && rest.starts_with('#')
}

fn line(rest: &str, rules: &LexerRules) -> usize {
    rest.find(|c| c == '\n' || c == '\r' && rules.carriage_return_ends_comment).unwrap_or(rest.len())
}

fn block(rest: &str, rules: &LexerRules) -> Option<usize> {
    let (mut depth, mut at) = (0, 0);
    loop {
        let here = rest.get(at..)?;
        let step = here.chars().next()?.len_utf8();
        if here.starts_with("/*") && (depth == 0 || rules.nested_comments) {
            depth += 1;
            at += 2;
        } else if here.starts_with("*/") {
            depth -= 1;
            at += 2;
        } else {
            at += step;
        }
        if depth == 0 {
            return Some(at);
        }
    }
}
