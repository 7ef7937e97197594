//! Raw SQL inside a statement.

use super::CompileError;
use super::expr::is_condition;
use super::operator::{Level, level};
use super::raw_operand::Surroundings;
use super::writer::Writer;
use crate::ast::{Expr, Raw, RawPart, RawPiece};
use crate::lexer::{LexerRules, Token, TokenKind, is_savepoint_control, is_transaction_control, tokens};

impl<'a> Writer<'a> {
    /// Raw SQL that is a whole statement.
    pub(super) fn raw_statement(&mut self, raw: &'a Raw) {
        let start = self.sql.len();
        self.raw(raw);
        // What is written tells, whatever the parts that it was made of.
        let (text, rules) = (&self.sql[start..], &self.syntax.lexer);
        if is_transaction_control(text, rules) {
            self.refuse(CompileError::TransactionControl(text.trim().to_owned()));
        } else if is_savepoint_control(text, rules) {
            self.refuse(CompileError::SavepointControl(text.trim().to_owned()));
        }
    }

    pub(super) fn raw(&mut self, raw: &'a Raw) {
        self.contents.raw |= !is_plain(raw, &self.syntax.lexer);
        self.contents.may_warn = true;
        let rules = &self.syntax.lexer;
        let mut around = if self.syntax.infers_params { Surroundings::of(&raw.parts) } else { None };
        for (at, part) in raw.parts.iter().enumerate() {
            match part {
                RawPart::Sql(sql) => {
                    if let Some(around) = &mut around {
                        around.text(sql, rules);
                    }
                    self.push(sql);
                }
                RawPart::Expr(expr) => {
                    if let Some(around) = &mut around {
                        let beside = around.operand(raw.parts.get(at + 1).and_then(text_of), rules);
                        self.beside(beside, expr);
                    }
                    self.operand_of_raw(expr, stands_alone(&raw.parts, at));
                }
                RawPart::Ident(name) => {
                    if let Some(around) = &mut around {
                        around.name();
                    }
                    self.ident(name);
                }
            }
        }
    }

    /// The text around an operand was written for one value, which is never taken apart by an operator beside it; and a
    /// minus never makes a comment of the one in front.
    fn operand_of_raw(&mut self, expr: &'a Expr, alone: bool) {
        if !self.syntax.boolean_values && is_condition(expr) {
            self.unsupported(
                "conditions as values, and raw SQL does not say which one an argument of it is to be",
                "write the condition in the text, or make a number of it with `case`",
            );
        }
        if let Expr::Subquery(query) = expr {
            // The text around says whether it stands for one value: `{} = 1`, or for many: `1 in {}`.
            return self.subquery(query);
        }
        if alone {
            return self.expr(expr);
        }
        if level(expr) < Level::Primary {
            return self.parens(|w| w.expr(expr));
        }
        let start = self.sql.len();
        self.expr(expr);
        if self.sql[start..].starts_with('-') {
            self.sql.insert(start, '(');
            self.push(")");
        }
    }
}

/// True for an operand with nothing beside it but parentheses, commas and the ends of the text.
fn stands_alone(parts: &[RawPart], at: usize) -> bool {
    let (before, behind) = (&parts[..at], &parts[at + 1..]);
    let is_free = match before {
        [] => true,
        [first] if text_of(first).is_some_and(str::is_empty) => true,
        [.., last] => text_of(last).is_some_and(|text| text.ends_with(['(', ','])),
    };
    is_free
        && match behind {
            [] => true,
            [last] if text_of(last).is_some_and(str::is_empty) => true,
            [next, ..] => text_of(next).is_some_and(|text| text.starts_with([')', ','])),
        }
}

/// The text of a part, without the space around it.
fn text_of(part: &RawPart) -> Option<&str> {
    match part {
        RawPart::Sql(text) => Some(text.trim_ascii()),
        RawPart::Expr(_) | RawPart::Ident(_) => None,
    }
}

/// True for text that can do no more than a typed expression: it calls nothing, reads no table and leaves nothing behind,
/// as `{} = any({})`. What is not known to be so is not plain.
fn is_plain(raw: &Raw, rules: &LexerRules) -> bool {
    let mut scan = Plain { may_open: true, after_dot: false };
    raw.pieces().all(|piece| match piece {
        RawPiece::Text(text) => tokens(&text, rules).all(|token| scan.is_plain(token)),
        RawPiece::Operand(_) => {
            scan = Plain { may_open: false, after_dot: false };
            true
        }
    })
}

/// What decides whether the next token is plain.
struct Plain {
    /// A parenthesis here calls nothing.
    may_open: bool,
    /// A word here is a name, as in `s.any(1)`.
    after_dot: bool,
}

impl Plain {
    fn is_plain(&mut self, token: Token<'_>) -> bool {
        let (may_open, is_plain) = match token.kind {
            TokenKind::Whitespace => return true,
            TokenKind::Word => {
                let is_known = token.text.is_ascii() && !token.is_one_of(&MORE_THAN_AN_EXPRESSION);
                (!self.after_dot && token.is_one_of(&BEFORE_PARENTHESES), is_known)
            }
            TokenKind::Number | TokenKind::Close | TokenKind::Dot => (false, true),
            TokenKind::Open => (self.may_open, self.may_open),
            TokenKind::Comma => (true, true),
            TokenKind::Operator => (true, !token.text.contains([':', '[', ']'])),
            _ => (false, false),
        };
        *self = Plain { may_open, after_dot: token.kind == TokenKind::Dot };
        is_plain
    }
}

/// Words in front of a parenthesis that calls nothing.
const BEFORE_PARENTHESES: [&str; 11] =
    ["all", "and", "any", "between", "else", "in", "not", "or", "some", "then", "when"];

/// Words of queries, writes and locks.
const MORE_THAN_AN_EXPRESSION: [&str; 12] = [
    "call", "delete", "exec", "execute", "for", "insert", "into", "merge", "select", "table", "update",
    "values",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn of(parts: &[&'static str]) -> bool {
        let mut raw = Raw::default();
        for (at, part) in parts.iter().enumerate() {
            if at > 0 {
                raw.parts.push(RawPart::Expr(Expr::Default));
            }
            raw.parts.push(RawPart::Sql((*part).into()));
        }
        is_plain(&raw, &LexerRules::POSTGRES)
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
