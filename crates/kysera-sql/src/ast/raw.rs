//! Raw SQL: literal text with expressions between.

use super::Expr;
use std::borrow::Cow;

/// Raw SQL. Its text is trusted: values and names inside are expressions.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Raw {
    /// The parts, in order.
    pub parts: Vec<RawPart>,
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

impl Raw {
    /// Text in which each `{}` stands for the next expression; `{{` and `}}` are braces, as in `format!`.
    ///
    /// # Errors
    /// A sentence that says what is wrong with the text: a single brace, or another number of `{}`.
    pub fn template(text: &str, expressions: impl IntoIterator<Item = Expr>) -> Result<Raw, &'static str> {
        let (mut parts, mut sql, mut expressions) = (Vec::new(), String::new(), expressions.into_iter());
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            match (c, chars.peek()) {
                ('{', Some('{')) | ('}', Some('}')) => {
                    chars.next();
                    sql.push(c);
                }
                ('{', Some('}')) => {
                    chars.next();
                    let expression = expressions.next().ok_or("raw SQL has more `{}` than values")?;
                    parts.push(RawPart::Sql(std::mem::take(&mut sql).into()));
                    parts.push(RawPart::Expr(expression));
                }
                ('{' | '}', _) => return Err("raw SQL has a single brace: write `{{` or `}}`"),
                _ => sql.push(c),
            }
        }
        if expressions.next().is_some() {
            return Err("raw SQL has fewer `{}` than values");
        }
        parts.push(RawPart::Sql(sql.into()));
        Ok(Raw { parts })
    }
}
