//! Raw SQL: literal text with expressions between.

use super::{Expr, Numeric};
use std::borrow::Cow;

/// Raw SQL. Its text is trusted: values and names inside are expressions.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Raw {
    /// The parts, in order.
    pub parts: Vec<RawPart>,
    /// What kind of number it is, where the builder knows it.
    pub numeric: Numeric,
}

/// A part of raw SQL.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum RawPart {
    /// Text, written as it is.
    Sql(Cow<'static, str>),
    /// An expression: a bound value, a column, a subquery.
    Expr(Expr),
    /// A name, quoted by the dialect.
    Ident(Cow<'static, str>),
}

/// Raw SQL as it is read: all text up to the next operand is one.
#[derive(Clone, Debug, PartialEq)]
pub enum RawPiece<'a> {
    /// Text.
    Text(Cow<'a, str>),
    /// An expression or a name.
    Operand(&'a RawPart),
}

impl Raw {
    /// Raw SQL of these parts.
    pub fn new(parts: Vec<RawPart>) -> Raw {
        Raw { parts, numeric: Numeric::Unknown }
    }

    /// Text in which each `{}` stands for the next expression; `{{` and `}}` are braces, as in `format!`. Braces mean the
    /// same inside quotes: what a quote is depends on the database.
    ///
    /// # Errors
    /// A sentence that says what is wrong with the text: a single brace, or another number of `{}`.
    pub fn template(text: &str, expressions: impl IntoIterator<Item = Expr>) -> Result<Raw, &'static str> {
        let (mut parts, mut sql, mut expressions) = (Vec::new(), String::new(), expressions.into_iter());
        let mut rest = text;
        while !rest.is_empty() {
            let (plain, brace) = template_step(rest.as_bytes());
            sql.push_str(&rest[..plain]);
            rest = &rest[plain..];
            match brace {
                Brace::None => {}
                Brace::Doubled => {
                    sql.push_str(&rest[..1]);
                    rest = &rest[2..];
                }
                Brace::Value => {
                    let expression = expressions.next().ok_or("raw SQL has more `{}` than values")?;
                    parts.push(RawPart::Sql(std::mem::take(&mut sql).into()));
                    parts.push(RawPart::Expr(expression));
                    rest = &rest[2..];
                }
                Brace::Single => return Err("raw SQL has a single brace: write `{{` or `}}`"),
            }
        }
        if expressions.next().is_some() {
            return Err("raw SQL has fewer `{}` than values");
        }
        parts.push(RawPart::Sql(sql.into()));
        Ok(Raw::new(parts))
    }

    /// What it consists of, in order.
    pub fn pieces(&self) -> impl Iterator<Item = RawPiece<'_>> {
        let is_text = |part: &RawPart| matches!(part, RawPart::Sql(_));
        self.parts.chunk_by(move |a, b| is_text(a) && is_text(b)).map(piece)
    }
}

fn piece(parts: &[RawPart]) -> RawPiece<'_> {
    let text = |part: &RawPart| match part {
        RawPart::Sql(text) => text.to_string(),
        _ => String::new(),
    };
    match parts {
        [RawPart::Sql(text)] => RawPiece::Text(Cow::Borrowed(text)),
        [operand] => RawPiece::Operand(operand),
        several => RawPiece::Text(several.iter().map(text).collect()),
    }
}

/// How many `{}` a template has.
///
/// # Panics
/// When it has a single brace. The compiler calls this, so that is an error when the program is compiled.
pub(crate) const fn template_values(text: &str) -> usize {
    let (mut rest, mut values) = (text.as_bytes(), 0);
    while !rest.is_empty() {
        let (plain, brace) = template_step(rest);
        let length = match brace {
            Brace::None => plain,
            Brace::Doubled | Brace::Value => plain + 2,
            Brace::Single => panic!("the text has a single brace: write `{{{{` or `}}}}`"),
        };
        if matches!(brace, Brace::Value) {
            values += 1;
        }
        rest = rest.split_at(length).1;
    }
    values
}

/// The next brace of a template.
enum Brace {
    /// There is none.
    None,
    /// `{{` or `}}`
    Doubled,
    /// `{}`
    Value,
    /// `{` or `}`
    Single,
}

/// How many bytes come before the next brace, and what that is.
const fn template_step(text: &[u8]) -> (usize, Brace) {
    let mut at = 0;
    while at < text.len() {
        let next = if at + 1 < text.len() { text[at + 1] } else { 0 };
        match (text[at], next) {
            (b'{', b'{') | (b'}', b'}') => return (at, Brace::Doubled),
            (b'{', b'}') => return (at, Brace::Value),
            (b'{' | b'}', _) => return (at, Brace::Single),
            _ => at += 1,
        }
    }
    (at, Brace::None)
}
