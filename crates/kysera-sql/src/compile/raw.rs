//! Raw SQL inside a statement.

use super::operator::Level;
use super::writer::Writer;
use crate::ast::{Raw, RawPart};

impl<'a> Writer<'a> {
    pub(super) fn raw(&mut self, raw: &'a Raw) {
        self.facts.raw = true;
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
