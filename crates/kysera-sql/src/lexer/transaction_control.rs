//! Tells whether a statement begins or ends a transaction.

use super::{LexerRules, Token, tokens};

/// True for a statement that begins or ends a transaction, on any database: `begin`, `start transaction`, `commit`, `end`,
/// `rollback` and `abort`. Not so what is about savepoints (`rollback to a`) or about transactions that were handed over for
/// a commit in two phases (`prepare transaction 'a'`, `commit prepared 'a'`).
///
/// ```
/// use kysera_sql::lexer::{LexerRules, is_transaction_control};
///
/// assert!(is_transaction_control("/* so */ COMMIT and chain", &LexerRules::POSTGRES));
/// assert!(!is_transaction_control("rollback to savepoint a", &LexerRules::POSTGRES));
/// assert!(!is_transaction_control("begin select 1; end", &LexerRules::MSSQL));
/// ```
pub fn is_transaction_control(statement: &str, rules: &LexerRules) -> bool {
    let mut words = tokens(statement, rules).filter(|token| !token.is_blank());
    let Some(first) = words.next() else { return false };
    let is_alone = |next: Option<Token<'_>>| next.is_none_or(|next| next.is_one_of(&AFTER_BEGIN_OR_END));
    match first.text.to_ascii_lowercase().as_str() {
        "commit" => !words.next().is_some_and(|next| next.is_word("prepared")),
        // Elsewhere these two are the brackets of a block.
        "begin" | "end" => is_alone(words.next()),
        "start" => words.next().is_some_and(|next| next.is_word("transaction")),
        "rollback" | "abort" => !words
            .find(|word| !word.is_one_of(&["work", "transaction", "tran"]))
            .is_some_and(|word| word.is_word("to") || word.is_word("prepared")),
        _ => false,
    }
}

const AFTER_BEGIN_OR_END: [&str; 13] = [
    "transaction",
    "tran",
    "work",
    "deferred",
    "immediate",
    "exclusive",
    "concurrent",
    "isolation",
    "read",
    "not",
    "deferrable",
    "and",
    "distributed",
];
