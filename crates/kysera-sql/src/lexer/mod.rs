//! Splits SQL text into tokens, and a script into statements, by the rules of a dialect.
//!
//! It knows what a database takes for a word, a quoted name, a text, a comment, a placeholder. It is no parser: whether the
//! tokens make a statement is for the database to say. It reads text only and knows nothing of trees.
//!
//! It takes any text, never fails, and needs time in proportion to the length. What is opened and not closed is a token of
//! a kind of its own ([`TokenKind::Unterminated`]), as is a character that begins nothing ([`TokenKind::Unknown`]): so
//! that a caller can refuse what is not understood.
//!
//! ```
//! use kysera_sql::lexer::{LexerRules, TokenKind, tokens};
//!
//! let kinds: Vec<_> = tokens("a = 'b; c' -- d", &LexerRules::POSTGRES).map(|token| token.kind).collect();
//! use TokenKind::*;
//! assert_eq!(kinds, [Word, Whitespace, Operator, Whitespace, Text, Whitespace, LineComment]);
//! ```

mod rules;
mod scan;
mod statements;
#[cfg(test)]
mod tests;
mod token;
mod transaction_control;

pub use rules::{BackslashEscapes, BracketNames, LexerRules};
pub use statements::{StatementText, Statements, statements};
pub use token::{Token, TokenKind};
pub use transaction_control::{is_savepoint_control, is_transaction_control};

use scan::Scan;

/// Returns the tokens of a text, in order. Put together again they are the text.
pub fn tokens<'a>(text: &'a str, rules: &LexerRules) -> Tokens<'a> {
    Tokens { scan: Scan::new(text, *rules) }
}

/// The tokens of a text: see [`tokens`].
#[derive(Clone, Debug)]
pub struct Tokens<'a> {
    scan: Scan<'a>,
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        let start = self.scan.at();
        let kind = self.scan.token()?;
        Some(Token { kind, text: self.scan.since(start), start })
    }
}
