//! The compiler: any tree, for each database, by versions old and new.

use crate::guard::World;
use crate::tree::{MARK, statement};
use arbitrary::{Result, Unstructured};
use kysera_sql::ast::Statement;
use kysera_sql::compile::{compile, compile_once, compile_prepared, compile_without_plugins};
use kysera_sql::compiled::Compiled;
use kysera_sql::dialect::{Dialect, MySql, Placeholder, Postgres, SqlServer, Sqlite};
use kysera_sql::lexer::{LexerRules, TokenKind, tokens};
use std::collections::BTreeSet;

thread_local! {
    static GUARDED: World = World::new(true);
    static UNGUARDED: World = World::new(false);
    static DIALECTS: Vec<Box<dyn Dialect>> = vec![
        Box::new(Sqlite::default()),
        Box::new(Sqlite::version((3, 8, 0))),
        Box::new(Postgres::default()),
        Box::new(Postgres::version((9, 0, 0))),
        Box::new(Postgres::default().without_records()),
        Box::new(MySql::default()),
        Box::new(MySql::version((5, 7, 0))),
        Box::new(MySql::default().no_backslash_escapes()),
        Box::new(MySql::mariadb()),
        Box::new(SqlServer::default()),
        Box::new(SqlServer::version((11, 0, 0))),
    ];
}

pub(crate) fn target(bytes: &mut Unstructured<'_>) -> Result<()> {
    let tame = bytes.ratio(1, 3)?;
    let statement = statement(bytes, tame)?;
    a_copy_is_the_same(&statement);
    // Not all of them each time: there are more trees than dialects.
    let first = bytes.int_in_range(0..=10)?;
    DIALECTS.with(|dialects| {
        dialects
            .iter()
            .cycle()
            .skip(first)
            .step_by(4)
            .take(3)
            .for_each(|it| is_well_written(&statement, &**it));
    });
    sqlite_reads_it(&statement);
    if tame {
        filters_hold(&statement);
    }
    Ok(())
}

fn a_copy_is_the_same(statement: &Statement) {
    let copy = statement.clone();
    // Printed, because a float may be no number, which equals nothing.
    let (text, other) = (format!("{statement:?}"), format!("{copy:?}"));
    assert_eq!(text, other);
    assert!(copy == *statement || text.contains("NaN"), "{text}");
}

fn is_well_written(statement: &Statement, dialect: &dyn Dialect) {
    let Ok(compiled) = compile(statement, dialect) else {
        // What is refused is refused each time, in words.
        let error = compile(statement, dialect).expect_err("it was refused before");
        assert!(!error.to_string().is_empty());
        let _ = compile_prepared(statement, dialect, true);
        return;
    };
    let name = dialect.name();
    let again = compile(statement, dialect).expect("it was compiled before");
    assert_eq!(compiled.sql, again.sql, "{name}");
    same(&compiled, compile_once(&mut statement.clone(), dialect, true), name);
    same(&compiled, compile_prepared(statement, dialect, true), name);
    if !format!("{statement:?}").contains("Directive {") {
        same(&compiled, compile_without_plugins(statement, dialect), name);
    }
    nothing_is_outside_of_quotes(&compiled.sql, &dialect.syntax().lexer, name);
    each_value_has_its_placeholder(&compiled, dialect);
}

fn same(compiled: &Compiled, other: std::result::Result<Compiled, impl std::fmt::Display>, name: &str) {
    match other {
        Ok(other) => {
            assert_eq!(compiled.sql, other.sql, "{name}");
            assert_eq!(
                format!("{:?}", compiled.params),
                format!("{:?}", other.params),
                "{name}: {}",
                compiled.sql
            );
        }
        Err(error) => panic!("{name}: {error}: {}", compiled.sql),
    }
}

/// No name and no text of a user is anything but a quoted name or a text.
fn nothing_is_outside_of_quotes(sql: &str, rules: &LexerRules, name: &str) {
    let mut depth = 0_i64;
    for token in tokens(sql, rules) {
        let is_fine = match token.kind {
            TokenKind::Name | TokenKind::Text => true,
            // MySQL is told how to run a query inside a row filter.
            TokenKind::BlockComment => token.text == "/*+ no_semijoin() */",
            TokenKind::LineComment
            | TokenKind::CodeComment
            | TokenKind::Unterminated
            | TokenKind::Unknown => false,
            // SQL Server wants one behind a merge.
            TokenKind::Semicolon => token.end() == sql.len() && sql.contains("merge into "),
            _ => !token.text.contains(MARK),
        };
        assert!(is_fine, "{name}: {:?} {:?} in {sql}", token.kind, token.text);
        depth += i64::from(token.kind == TokenKind::Open) - i64::from(token.kind == TokenKind::Close);
        assert!(depth >= 0, "{name}: {sql}");
    }
    assert_eq!(depth, 0, "{name}: {sql}");
}

fn each_value_has_its_placeholder(compiled: &Compiled, dialect: &dyn Dialect) {
    let syntax = dialect.syntax();
    let found: Vec<_> =
        tokens(&compiled.sql, &syntax.lexer).filter(|token| token.kind == TokenKind::Placeholder).collect();
    let count = match syntax.placeholder {
        Placeholder::Numbered(prefix) => {
            let number =
                |text: &str| text.strip_prefix(prefix).and_then(|number| number.parse::<usize>().ok());
            let numbers: BTreeSet<_> = found.iter().filter_map(|token| number(token.text)).collect();
            let most = numbers.last().copied().unwrap_or_default();
            assert_eq!(numbers.len(), most, "a value has no placeholder: {}", compiled.sql);
            most
        }
        // `?` is the next value, `?1` the first once more.
        _ => found.iter().filter(|token| token.text == "?").count(),
    };
    assert_eq!(count, compiled.params.len(), "{}: {}", dialect.name(), compiled.sql);
}

/// What SQLite says of what is well written: the names and functions are not there, or do not belong there.
fn sqlite_reads_it(statement: &Statement) {
    let dialect = Sqlite::default();
    let Ok(compiled) = compile(statement, &dialect) else { return };
    // Operators of other databases are written as they are.
    if format!("{statement:?}").contains("Other(") {
        return;
    }
    UNGUARDED.with(|world| {
        if let Err(error) = world.foreign_reads(&compiled.sql) {
            let error = error.to_string();
            let is_syntax = ["syntax error", "unrecognized token", "incomplete input"];
            assert!(!is_syntax.iter().any(|words| error.contains(words)), "{error}: {}", compiled.sql);
        }
    });
}

/// With row filters it shows and changes no hidden row.
fn filters_hold(statement: &Statement) {
    GUARDED.with(|world| {
        let Some((sql, params)) = world.rewritten(statement.clone()) else { return };
        world.run(&sql, params);
    });
}
