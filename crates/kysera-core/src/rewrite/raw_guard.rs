//! Which raw fragments a guard lets pass: those that cannot read a table and cannot leave their place.
//!
//! This finds what was forgotten, not what was hidden: whoever writes raw SQL on purpose to get round a guard can.

use kysera_sql::ast::{Raw, RawPart};

/// Why a guard refuses a raw expression; `None` when it is harmless.
pub(super) fn refusal(raw: &Raw) -> Option<&'static str> {
    let mut text = Text::default();
    for part in &raw.parts {
        match part {
            RawPart::Sql(sql) => text.read(sql),
            // What stands between is one operand and cannot be half a word or half a pair of parentheses.
            _ => text.last = ' ',
        }
    }
    text.end()
}

/// A scan over text: words, parentheses, quotes.
#[derive(Default)]
struct Text {
    word: String,
    depth: i32,
    quote: Option<char>,
    last: char,
    refusal: Option<&'static str>,
}

impl Text {
    fn read(&mut self, sql: &str) {
        for c in sql.chars() {
            self.char(c);
        }
        self.end_word();
    }

    fn char(&mut self, c: char) {
        if let Some(quote) = self.quote {
            if c == quote {
                self.quote = None;
            }
            self.last = ' ';
            return;
        }
        if c.is_alphanumeric() || c == '_' {
            self.word.push(c.to_ascii_lowercase());
        } else {
            self.end_word();
        }
        match (self.last, c) {
            (_, '\'' | '"' | '`') => self.quote = Some(c),
            (_, '(') => self.depth += 1,
            (_, ')') => self.depth -= 1,
            (_, ';') | ('-', '-') | ('/', '*') => self.refuse("it holds a comment or a semicolon"),
            _ => {}
        }
        if self.depth < 0 {
            self.refuse("its parentheses do not match");
        }
        self.last = c;
    }

    fn end_word(&mut self) {
        if matches!(self.word.as_str(), "select" | "table") {
            self.refuse("it reads a table");
        }
        self.word.clear();
    }

    fn end(mut self) -> Option<&'static str> {
        self.end_word();
        if self.depth != 0 || self.quote.is_some() {
            self.refuse("its parentheses or quotes do not match");
        }
        self.refusal
    }

    fn refuse(&mut self, why: &'static str) {
        self.refusal.get_or_insert(why);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kysera_sql::ast::Expr;

    fn of(parts: &[&'static str]) -> Option<&'static str> {
        let mut raw = Raw::default();
        for (at, part) in parts.iter().enumerate() {
            if at > 0 {
                raw.parts.push(RawPart::Expr(Expr::Default));
            }
            raw.parts.push(RawPart::Sql((*part).into()));
        }
        refusal(&raw)
    }

    #[test]
    fn plain_expressions_pass() {
        for parts in
            [&["lower(", ")"][..], &["now()"], &["a = 1 or b = 2"], &["'select'"], &["selected + tables"]]
        {
            assert_eq!(of(parts), None, "{parts:?}");
        }
    }

    #[test]
    fn fragments_that_read_a_table_or_leave_their_place_do_not() {
        for parts in [
            &["(SELECT 1 from t)"][..],
            &["(table t)"],
            &["1) or (1"],
            &["1 --"],
            &["1; drop"],
            &["/* x */ 1"],
            &["'open"],
            &["exists(", "select 1)"],
        ] {
            assert!(of(parts).is_some(), "{parts:?}");
        }
    }
}
