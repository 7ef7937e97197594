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
