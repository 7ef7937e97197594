//! The lexer: any text, by the rules of each dialect and by rules that no database has.

use crate::reference::{Class, classes};
use crate::text::text;
use arbitrary::{Result, Unstructured};
use kysera_sql::lexer::{BackslashEscapes, BracketNames, LexerRules, TokenKind, statements, tokens};
use rusqlite::fallible_iterator::FallibleIterator;

const KNOWN: [LexerRules; 5] =
    [LexerRules::ANSI, LexerRules::SQLITE, LexerRules::POSTGRES, LexerRules::MYSQL, LexerRules::MSSQL];

pub(crate) fn target(bytes: &mut Unstructured<'_>) -> Result<()> {
    let (first, second) = (text(bytes)?, text(bytes)?);
    for rules in KNOWN.into_iter().chain([any_rules(bytes)?]) {
        the_tokens_are_the_text(&first, &rules);
        statements_are_in_order(&first, &rules);
        scripts_are_cut_as_their_parts_are(&first, &second, &rules);
        quotes_end_where_the_reference_ends_them(&first, &rules);
    }
    sqlite_cuts_scripts_at_the_same_places(&script(bytes)?);
    Ok(())
}

fn any_rules(bytes: &mut Unstructured<'_>) -> Result<LexerRules> {
    use BackslashEscapes::{Always, EString, Never};
    let mut rules = *bytes.choose(&KNOWN)?;
    rules.backslash_escapes = *bytes.choose(&[Never, Always, EString])?;
    rules.double_quoted_text = bytes.arbitrary()?;
    rules.backtick_names = bytes.arbitrary()?;
    rules.bracket_names =
        *bytes.choose(&[BracketNames::Never, BracketNames::Plain, BracketNames::Doubled])?;
    rules.dollar_quotes = bytes.arbitrary()?;
    rules.nested_comments = bytes.arbitrary()?;
    rules.hash_comments = bytes.arbitrary()?;
    rules.dash_comment_needs_space = bytes.arbitrary()?;
    rules.carriage_return_ends_comment = bytes.arbitrary()?;
    rules.code_comments = bytes.arbitrary()?;
    Ok(rules)
}

fn the_tokens_are_the_text(text: &str, rules: &LexerRules) {
    let mut at = 0;
    for token in tokens(text, rules) {
        assert!(!token.text.is_empty() && token.start == at, "{text:?} by {rules:?}");
        at = token.end();
        assert_eq!(text.get(token.start..at), Some(token.text), "{text:?} by {rules:?}");
    }
    assert_eq!(at, text.len(), "{text:?} by {rules:?}");
}

/// Between two statements there are blanks, comments and semicolons, and each is one statement by itself.
fn statements_are_in_order(text: &str, rules: &LexerRules) {
    let mut at = 0;
    for statement in statements(text, rules) {
        let between = text.get(at..statement.start).expect("statements do not overlap");
        assert!(
            tokens(between, rules).all(|token| token.is_blank() || token.kind == TokenKind::Semicolon),
            "{between:?} is in no statement of {text:?} by {rules:?}"
        );
        at = statement.start + statement.text.len();
        assert_eq!(text.get(statement.start..at), Some(statement.text), "{text:?} by {rules:?}");
        // Two minus signs at the end are a mistake on every database, and on MySQL a comment by themselves.
        if statement.text.ends_with("--") {
            continue;
        }
        let alone: Vec<_> = statements(statement.text, rules).map(|it| it.text).collect();
        assert_eq!(alone, [statement.text], "in {text:?} by {rules:?}");
    }
}

fn scripts_are_cut_as_their_parts_are(first: &str, second: &str, rules: &LexerRules) {
    let parts = |text| statements(text, rules).map(|it| it.text.to_owned()).collect::<Vec<_>>();
    let is_open = tokens(first, rules).any(|token| token.kind == TokenKind::Unterminated);
    if is_open || statements(first, rules).any(|it| !it.is_complete) {
        return;
    }
    // On a line of its own, because a comment may be open.
    let script = format!("{first}\n;\n{second}");
    assert_eq!(parts(&script), [parts(first), parts(second)].concat(), "{script:?} by {rules:?}");
}

fn quotes_end_where_the_reference_ends_them(text: &str, rules: &LexerRules) {
    let text: String = text.chars().filter(|c| !c.is_ascii_digit()).collect();
    let class = |kind| match kind {
        TokenKind::Text | TokenKind::Name => Class::Quoted,
        TokenKind::LineComment | TokenKind::BlockComment | TokenKind::CodeComment => Class::Comment,
        TokenKind::Unterminated => Class::Open,
        _ => Class::Code,
    };
    let found: Vec<_> = tokens(&text, rules)
        .flat_map(|token| std::iter::repeat_n(class(token.kind), token.text.len()))
        .collect();
    assert_eq!(found, classes(&text, rules), "{text:?} by {rules:?}");
}

/// A script that SQLite may understand, with quotes and comments that hold semicolons.
fn script(bytes: &mut Unstructured<'_>) -> Result<String> {
    const SPACES: [&str; 6] = [" ", "\n", "/* ; */", "-- ;'\n", "\t", "/* ' */ "];
    const ITEMS: [&str; 8] = ["1", "';'", "'it''s;'", "\"a;b\"", "[c;d]", "`e;f`", "x'3b'", "'\\'"];
    const HEADS: [&str; 4] = [
        "create trigger tr after insert on t begin",
        "create temp trigger if not exists tr after insert on t when case 1 when 1 then 1 end begin",
        "create table \"begin\" (\"case\" text default ';') /* trigger begin */",
        "create index trigger_begin on t(id)",
    ];
    let mut script = String::new();
    for _ in 0..bytes.int_in_range(1..=4)? {
        let head = if bytes.ratio(1, 3)? { *bytes.choose(&HEADS)? } else { "" };
        let is_body = head.ends_with("begin");
        script.push_str(head);
        if head.is_empty() || is_body {
            for _ in 0..bytes.int_in_range(1..=2)? {
                script.push_str(bytes.choose(&SPACES)?);
                script.push_str("select");
                script.push_str(bytes.choose(&SPACES)?);
                script.push_str(bytes.choose(&ITEMS)?);
                let case = bytes.ratio(1, 4)?;
                script.push_str(if case { ", case when 1 then 2 end" } else { "" });
                script.push_str(bytes.choose(&SPACES)?);
                script.push_str(if bytes.ratio(1, 8)? { ";;" } else { ";" });
            }
        }
        if is_body {
            script.push_str(" end");
        }
        script.push_str(bytes.choose(&[";", ";", " ; ", ";\n"])?);
    }
    Ok(script)
}

/// Where SQLite understands all of it.
fn sqlite_cuts_scripts_at_the_same_places(script: &str) {
    thread_local! {
        static SQLITE: rusqlite::Connection = {
            let connection = rusqlite::Connection::open_in_memory().expect("memory is at hand");
            connection.execute_batch("create table t (id, a, b, c)").expect("it is a table");
            connection
        };
    }
    SQLITE.with(|connection| {
        let mut batch = rusqlite::Batch::new(connection, script);
        let mut count = 0;
        loop {
            match batch.next() {
                Ok(Some(_)) => count += 1,
                Ok(None) => break,
                Err(_) => return,
            }
        }
        let ours = statements(script, &LexerRules::SQLITE).count();
        assert_eq!(ours, count, "{script:?}");
    });
}
