//! Tells whether a statement begins or ends a transaction, or is about a savepoint.

use super::{LexerRules, Token, TokenKind, tokens};

/// True for a statement that begins or ends a transaction, on any database: `begin`, `start transaction`, `commit`, `end`,
/// `rollback` and `abort`, and `prepare transaction 'a'`, which hands the open one over for a commit in two phases. Not so
/// what is about savepoints (`rollback to a`) or about transactions that were handed over (`commit prepared 'a'`).
///
/// ```
/// use kysera_sql::lexer::{LexerRules, is_transaction_control};
///
/// assert!(is_transaction_control("/* so */ COMMIT and chain", &LexerRules::POSTGRES));
/// assert!(!is_transaction_control("rollback to savepoint a", &LexerRules::POSTGRES));
/// assert!(!is_transaction_control("begin select 1; end", &LexerRules::MSSQL));
/// ```
pub fn is_transaction_control(statement: &str, rules: &LexerRules) -> bool {
    let mut words = words(statement, rules);
    let Some(first) = words.next() else { return false };
    let is_alone = |next: Option<Token<'_>>| next.is_none_or(|next| next.is_one_of(&AFTER_BEGIN_OR_END));
    match first.text.to_ascii_lowercase().as_str() {
        "commit" => !words.next().is_some_and(|next| next.is_word("prepared")),
        // Elsewhere these two are the brackets of a block.
        "begin" | "end" => is_alone(words.next()),
        "start" | "prepare" => words.next().is_some_and(|next| next.is_word("transaction")),
        "rollback" | "abort" => !words
            .find(|word| !word.is_one_of(&["work", "transaction", "tran"]))
            .is_some_and(|word| word.is_word("to") || word.is_word("prepared")),
        _ => false,
    }
}

/// True for a statement that sets, releases or rolls back to a savepoint: `savepoint a`, `save transaction a`, `release a`,
/// `rollback to a`.
///
/// ```
/// use kysera_sql::lexer::{LexerRules, is_savepoint_control};
///
/// assert!(is_savepoint_control("rollback work to savepoint a", &LexerRules::POSTGRES));
/// assert!(!is_savepoint_control("rollback", &LexerRules::POSTGRES));
/// ```
pub fn is_savepoint_control(statement: &str, rules: &LexerRules) -> bool {
    let mut words = words(statement, rules);
    let Some(first) = words.next() else { return false };
    match first.text.to_ascii_lowercase().as_str() {
        "savepoint" | "release" => true,
        "save" => words.next().is_some_and(|next| next.is_one_of(&["transaction", "tran"])),
        "rollback" | "abort" => words
            .find(|word| !word.is_one_of(&["work", "transaction", "tran"]))
            .is_some_and(|word| word.is_word("to")),
        _ => false,
    }
}

/// The words of a statement. Semicolons in front of it are empty statements.
fn words<'s>(statement: &'s str, rules: &'s LexerRules) -> impl Iterator<Item = Token<'s>> {
    let is_empty = |token: &Token<'_>| token.is_blank() || token.kind == TokenKind::Semicolon;
    tokens(statement, rules).skip_while(is_empty).filter(|token| !token.is_blank())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_word_that_begins_or_ends_a_transaction_is_known() {
        for statement in [
            "begin",
            "begin deferrable",
            "begin not deferrable read only",
            "start transaction",
            "commit and chain",
            "end",
            "rollback",
            "abort",
            "ABORT work",
            "; ;abort",
            "prepare transaction 'a'",
        ] {
            assert!(is_transaction_control(statement, &LexerRules::POSTGRES), "{statement}");
            assert!(!is_savepoint_control(statement, &LexerRules::POSTGRES), "{statement}");
        }
    }

    #[test]
    fn what_is_about_savepoints_or_about_transactions_that_were_handed_over_ends_none() {
        for statement in
            ["commit prepared 'a'", "rollback prepared 'a'", "prepare a as select 1", "end select"]
        {
            assert!(!is_transaction_control(statement, &LexerRules::POSTGRES), "{statement}");
            assert!(!is_savepoint_control(statement, &LexerRules::POSTGRES), "{statement}");
        }
        for statement in ["savepoint a", "release a", "rollback to a", "abort work to savepoint a"] {
            assert!(!is_transaction_control(statement, &LexerRules::POSTGRES), "{statement}");
            assert!(is_savepoint_control(statement, &LexerRules::POSTGRES), "{statement}");
        }
    }
}
