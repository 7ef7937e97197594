//! A part of a JSON document, by keys and positions.

use super::Expr;
use crate::ident::Name;

/// `operand -> 'key' -> 0`.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct JsonPath {
    /// The document.
    pub operand: Expr,
    /// The way into it; at least one step.
    pub steps: Vec<JsonStep>,
    /// True for the part as a SQL value (`->>`), false for the part as JSON.
    pub text: bool,
}

/// One step into a JSON document.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum JsonStep {
    /// The value under a key. Any text: the compiler quotes it.
    Key(Name),
    /// The item at a position, from 0; negative ones count from the end.
    Index(i64),
}

impl JsonPath {
    /// The part as JSON: `operand -> step -> step`.
    pub fn new(operand: Expr, steps: Vec<JsonStep>) -> JsonPath {
        JsonPath { operand, steps, text: false }
    }
}
