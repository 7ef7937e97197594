//! Raw SQL inside a statement.

use super::operator::Level;
use super::writer::Writer;
use crate::ast::{Raw, RawPart};

impl<'a> Writer<'a> {
    pub(super) fn raw(&mut self, raw: &'a Raw) {
        self.facts.raw |= !is_plain(raw);
        for part in &raw.parts {
            match part {
                RawPart::Sql(sql) => self.push(sql),
                RawPart::Expr(expr) => self.expr(expr),
                RawPart::Ident(name) => self.ident(name),
            }
        }
    }
}

/// Raw text beside an operator gets parentheses, because it may hold an `or`; a lone word or name does not.
pub(super) fn level(raw: &Raw) -> Level {
    match raw.parts.as_slice() {
        [RawPart::Ident(_)] => Level::Primary,
        [RawPart::Expr(expr)] => super::operator::level(expr),
        [RawPart::Sql(sql)]
            if sql.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.".contains(&byte)) =>
        {
            Level::Primary
        }
        _ => Level::Raw,
    }
}

/// True for text that can do no more than a typed expression: it calls nothing, reads no table and leaves nothing behind,
/// as `{} = any({})`. What is not known to be so is not plain.
fn is_plain(raw: &Raw) -> bool {
    raw.parts.iter().enumerate().all(|(at, part)| match part {
        // A parenthesis right behind another part may be a call of what stands there.
        RawPart::Sql(sql) => {
            let before = at.checked_sub(1).and_then(|at| raw.parts.get(at));
            let dotted = matches!(before, Some(RawPart::Sql(sql)) if sql.trim_end().ends_with('.'));
            is_plain_text(sql, at == 0, dotted)
        }
        RawPart::Expr(_) | RawPart::Ident(_) => true,
    })
}

/// `may_open`: a parenthesis at the beginning calls nothing. `dotted`: a dot stands before it, behind which every word is a
/// name, as in `s.any(1)`.
fn is_plain_text(sql: &str, mut may_open: bool, mut dotted: bool) -> bool {
    let mut rest = sql;
    while let Some(first) = rest.chars().next() {
        let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let length = rest.find(|c| !is_word(c)).unwrap_or(rest.len()).max(first.len_utf8());
        let (token, behind) = rest.split_at(length);
        let is_known = match first {
            _ if is_word(first) => {
                may_open = !dotted && is_one_of(token, &BEFORE_PARENTHESES);
                dotted = false;
                !is_one_of(token, &MORE_THAN_AN_EXPRESSION)
            }
            ' ' | '\n' | '\t' => true,
            '(' => may_open,
            ')' | '.' => {
                may_open = false;
                dotted = first == '.';
                true
            }
            // The operators of all databases; no quotes, comments, semicolons, colons.
            _ => {
                may_open = true;
                dotted = false;
                "<>=!+-*/%|&^~#?@,".contains(first)
                    && !(first == '-' && behind.starts_with('-'))
                    && !(first == '/' && behind.starts_with('*'))
            }
        };
        if !is_known {
            return false;
        }
        rest = behind;
    }
    true
}

/// Words in front of a parenthesis that calls nothing.
const BEFORE_PARENTHESES: [&str; 11] =
    ["all", "and", "any", "between", "else", "in", "not", "or", "some", "then", "when"];

/// Words of queries, writes and locks.
const MORE_THAN_AN_EXPRESSION: [&str; 12] = [
    "call", "delete", "exec", "execute", "for", "insert", "into", "merge", "select", "table", "update",
    "values",
];

fn is_one_of(word: &str, words: &[&str]) -> bool {
    words.iter().any(|one| one.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ast::Expr;

    fn of(parts: &[&'static str]) -> bool {
        let mut raw = Raw::default();
        for (at, part) in parts.iter().enumerate() {
            if at > 0 {
                raw.parts.push(RawPart::Expr(Expr::Default));
            }
            raw.parts.push(RawPart::Sql((*part).into()));
        }
        is_plain(&raw)
    }

    #[test]
    fn operators_and_names_are_plain() {
        for parts in [
            &["", " = any(", ")"][..],
            &["a.b + 1"],
            &["(a or b) and (", " @> ", ")"],
            &["a in (1, 2)"],
            &["case when (a > 1) then 1 else (2) end"],
            &["current_date - ", ""],
        ] {
            assert!(of(parts), "{parts:?}");
        }
    }

    #[test]
    fn calls_queries_and_what_is_not_looked_into_are_not() {
        for parts in [
            &["nextval(", ")"][..],
            &["set_config (", ")"],
            &["", "(1)"],
            &["f.g(1)"],
            &["s.any(1)"],
            &["s . in (1)"],
            &["", ".any(1)"],
            &["f)(1"],
            &["any(SELECT 1)"],
            &["any(table t)"],
            &["\"f\"(1)"],
            &["'text'"],
            &["1 -- f"],
            &["1 /* f */"],
            &["1; commit"],
            &["@a := 1"],
            &["a::text"],
            &["f\u{b5}(1)"],
        ] {
            assert!(!of(parts), "{parts:?}");
        }
    }
}
