//! `like` and `starts_with`.

use super::CompileError;
use super::writer::Writer;
use crate::ast::{Call, Expr, Like, Literal};
use crate::dialect::{Concat, PrefixForm, glob_of_like, text_after};
use crate::value::Value;

impl<'a> Writer<'a> {
    pub(super) fn like(&mut self, like: &'a Like) {
        let fold = like.case_insensitive && !self.syntax.ilike;
        if let Some(open) = self.syntax.like_as_glob {
            return self.glob(like, fold, open);
        }
        self.compared_beside(&like.pattern, &like.operand);
        self.like_side(&like.operand, fold);
        self.push(if like.negated { " not" } else { "" });
        self.push(if like.case_insensitive && !fold { " ilike " } else { " like " });
        self.compared_beside(&like.operand, &like.pattern);
        if self.syntax.like_takes_lone_escape {
            self.checked_pattern(like, fold);
        } else {
            self.like_side(&like.pattern, fold);
        }
        let Some(escape) = like.escape.or_else(|| self.escape_of(&like.pattern)) else { return };
        self.check_escape(escape, fold);
        if self.syntax.like_takes_lone_escape && matches!(escape, '%' | '_') {
            // MariaDB looks for wildcards first, in some collations.
            self.unsupported("a wildcard as the escape character", "use another, such as `!`");
        }
        self.push(" escape ");
        self.text(escape.encode_utf8(&mut [0; 4]));
    }

    fn check_escape(&mut self, escape: char, fold: bool) {
        if fold && escape.is_alphabetic() {
            self.invalid("the escape character of a match without case is a letter", "use another");
        }
    }

    /// The backslash, where the database takes it for nothing unless it is told.
    fn escape_of(&self, pattern: &Expr) -> Option<char> {
        let may_escape = match pattern {
            Expr::Literal(Literal::Text(text)) => text.contains('\\'),
            _ => true,
        };
        (may_escape && !self.syntax.backslash_escapes_like).then_some('\\')
    }

    fn like_side(&mut self, side: &'a Expr, fold: bool) {
        if fold {
            self.push("lower(");
            self.expr(side);
            self.push(")");
        } else {
            self.tested(side);
        }
    }

    /// A pattern that ends with a lone escape, or has a NUL character, is an error as elsewhere: of a value before it is sent.
    fn checked_pattern(&mut self, like: &'a Like, fold: bool) {
        let escape = like.escape.unwrap_or('\\');
        let text = match &like.pattern {
            Expr::Literal(Literal::Text(text)) => Some(*text),
            Expr::Value(Value::Text(text)) => Some(&**text),
            _ => None,
        };
        if let Some(text) = text {
            if text.contains('\0') || ends_with_lone(text, escape) {
                self.refuse(CompileError::NoPattern { escape });
            }
            return self.like_side(&like.pattern, fold);
        }
        self.push(if fold { "lower(" } else { "" });
        self.twice(|w| w.pattern_or_error(&like.pattern, escape));
        self.push(if fold { ")" } else { "" });
    }

    /// `left(p, char_length(p) + ~0 * is_none)`, which is out of range where it is none; a condition around the error would not
    /// keep the database from finding it beforehand.
    fn pattern_or_error(&mut self, pattern: &'a Expr, escape: char) {
        self.push("left(");
        self.expr(pattern);
        self.push(", char_length(");
        self.expr(pattern);
        self.push(") + ~0 * (ord(right(replace(");
        self.expr(pattern);
        self.push(", ");
        self.text(&format!("{escape}{escape}"));
        self.push(", ''), 1)) = ord(");
        self.text(escape.encode_utf8(&mut [0; 4]));
        self.push(") or locate(x'00', cast(");
        self.expr(pattern);
        self.push(" as binary)) > 0))");
    }

    /// `x glob like_pattern(p)`: a `like` that looks at case. What is there in the text is put in as it will be.
    fn glob(&mut self, like: &'a Like, fold: bool, open: &str) {
        let escape = like.escape.unwrap_or('\\');
        self.check_escape(escape, fold);
        self.like_side(&like.operand, fold);
        self.push(if like.negated { " not glob " } else { " glob " });
        match self.text_in_place(&like.pattern) {
            Some(pattern) if !fold => match glob_of_like(pattern, escape) {
                Some(glob) => self.text(&glob),
                None => self.invalid("a pattern that ends with its escape character", "write it twice"),
            },
            _ => {
                self.push(open);
                self.like_side(&like.pattern, fold);
                if escape != '\\' {
                    self.push(", ");
                    self.text(escape.encode_utf8(&mut [0; 4]));
                }
                self.push(")");
            }
        }
    }

    /// The text of what is written as a literal.
    fn text_in_place(&self, expr: &'a Expr) -> Option<&'a str> {
        match expr {
            Expr::Literal(Literal::Text(text)) => Some(text),
            Expr::Value(Value::Text(text)) if self.inline => Some(text),
            _ => None,
        }
    }

    /// `starts_with(x, p)`; false where the database has that function, and for other calls.
    pub(super) fn starts_with(&mut self, call: &'a Call) -> bool {
        let [operand, prefix] = call.args.as_slice() else { return false };
        match self.syntax.prefix {
            _ if !is_starts_with(call) => return false,
            PrefixForm::Function => return false,
            PrefixForm::Range { collate, after } => {
                self.parens(|w| w.twice(|w| w.prefix_range(operand, prefix, collate, after)));
            }
            PrefixForm::Like => self.parens(|w| w.prefix_like(operand, prefix)),
        }
        true
    }

    /// `x >= 'ab' and x < 'ac'`, which an index serves, with a bound value too.
    fn prefix_range(&mut self, operand: &'a Expr, prefix: &'a Expr, collate: &str, after: &str) {
        self.tested(operand);
        self.push(collate);
        self.push(" >= ");
        self.tested(prefix);
        self.push(" and ");
        self.tested(operand);
        self.push(collate);
        self.push(" < ");
        match self.text_in_place(prefix).and_then(text_after) {
            Some(end) => self.text(&end),
            None => {
                self.push(after);
                self.expr(prefix);
                self.push(")");
            }
        }
    }

    fn prefix_like(&mut self, operand: &'a Expr, prefix: &'a Expr) {
        let text = match prefix {
            Expr::Value(Value::Text(text)) => &**text,
            Expr::Literal(Literal::Text(text)) => text,
            _ if self.syntax.concat == Concat::Function => return self.prefix_like_escaped(operand, prefix),
            _ => return self.unsupported("a prefix that is no value", "write it with `like`"),
        };
        let mut pattern = String::with_capacity(text.len() + 1);
        for c in text.chars() {
            if "!%_[".contains(c) {
                pattern.push('!');
            }
            pattern.push(c);
        }
        pattern.push('%');
        self.beside(true, prefix);
        self.tested(operand);
        self.push(" like ");
        self.bind(&Value::Text(pattern.into()));
        self.push(" escape '!'");
    }

    /// The same of what is computed: what is special in a pattern is escaped there.
    fn prefix_like_escaped(&mut self, operand: &'a Expr, prefix: &'a Expr) {
        self.tested(operand);
        self.push(" like concat(replace(replace(replace(");
        self.expr(prefix);
        self.push(", '!', '!!'), '%', '!%'), '_', '!_'), '%') escape '!'");
    }
}

/// True for a pattern that ends with its escape character, which stands for nothing there.
fn ends_with_lone(pattern: &str, escape: char) -> bool {
    pattern.chars().rev().take_while(|c| *c == escape).count() % 2 == 1
}

/// True for the call that asks for a prefix.
pub(super) fn is_starts_with(call: &Call) -> bool {
    call.args.len() == 2 && call.name.eq_ignore_ascii_case("starts_with")
}
