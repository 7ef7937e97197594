//! The columns of a unique key that another row has: the server names the key alone, so it is asked for the columns.
//!
//! MariaDB does not name the table either. It is taken for the one that the statement writes to, where no trigger may have
//! written to another.

use crate::cells::TextRow;
use crate::exchange::Event;
use crate::raw_connection::{Failure, RawConnection};
use kysera_core::error::{Error, ErrorKind};
use kysera_sql::cell::Cell;
use kysera_sql::compiled::{Compiled, StatementKind};
use kysera_sql::dialect::Dialect;
use kysera_sql::lexer::{LexerRules, Token, TokenKind, tokens};

impl RawConnection {
    /// The error, with the table and the columns of the key if it is about one.
    pub(crate) async fn with_key_columns(&mut self, error: Error, statement: &Compiled) -> Error {
        if error.kind() != ErrorKind::UniqueViolation || !self.exchange.is_answered() {
            return error;
        }
        let target = target(statement, &self.rules());
        let (Some(key), Some(table)) = (error.constraint(), table(&error, target)) else { return error };
        // The error itself matters more than one of the question.
        match self.key_columns(key, &table).await {
            Ok(columns) if !columns.is_empty() => error.with_table(table.name).with_columns(columns),
            _ => error,
        }
    }

    fn rules(&self) -> LexerRules {
        self.flavour.dialect().syntax().lexer
    }

    /// The columns of a key; none where they are not to be told.
    async fn key_columns(&mut self, key: &str, table: &Table) -> Result<Vec<String>, Failure> {
        self.close_unwanted();
        if !table.is_named && self.text_of(&triggers_of(table), 0).await?.is_some() {
            return Ok(Vec::new());
        }
        // A query of `information_schema` would take the snapshot of a transaction on MySQL, and what the caller reads
        // behind the error would be older than that.
        let definition = self.text_of(&format!("show create table {}", table.path()), 1).await?;
        Ok(definition.and_then(|text| columns_in(&text, key, &self.rules())).unwrap_or_default())
    }

    /// The text in that column of the last row.
    async fn text_of(&mut self, sql: &str, at: usize) -> Result<Option<String>, Failure> {
        self.exchange.send_text(sql);
        let mut found = None;
        loop {
            match self.exchange.next().await? {
                Event::Row(row) => {
                    let (bytes, columns) = self.exchange.row_and_columns(row);
                    let mut cells = TextRow::new(bytes, columns.kinds());
                    let cell = (0..=at).map(|column| cells.cell(column)).last();
                    if let Some(Ok(Cell::Text(text))) = cell {
                        found = Some(text.to_owned());
                    }
                }
                Event::Done(_) => return Ok(found),
                Event::Failed(error) => return Err(Failure::Server(error)),
                Event::Columns | Event::Prepared(_) => {}
            }
        }
    }
}

#[derive(Debug, PartialEq)]
struct Table {
    schema: Option<String>,
    name: String,
    /// True when the server has named it.
    is_named: bool,
}

impl Table {
    fn path(&self) -> String {
        let quoted = |name: &str| format!("`{}`", name.replace('`', "``"));
        let name = quoted(&self.name);
        self.schema.as_deref().map_or_else(|| name.clone(), |schema| format!("{}.{name}", quoted(schema)))
    }
}

/// The table of the key: the one that the server names, else the one that the statement writes to.
fn table(error: &Error, target: Option<Table>) -> Option<Table> {
    let Some(named) = error.table() else { return target };
    let schema = target.filter(|target| target.name == named).and_then(|target| target.schema);
    Some(Table { schema, name: named.to_owned(), is_named: true })
}

/// The query for a trigger of a table. Names are bytes in it, which no mode of the session reads otherwise.
fn triggers_of(table: &Table) -> String {
    let bytes = |name: &str| {
        let digits: String = name.bytes().map(|byte| format!("{byte:02x}")).collect();
        format!("convert(x'{digits}' using utf8mb4)")
    };
    let schema = table.schema.as_deref().map_or_else(|| "database()".to_owned(), bytes);
    let name = bytes(&table.name);
    format!(
        "select trigger_name from information_schema.triggers where event_object_schema = {schema} \
         and event_object_table = {name} limit 1"
    )
}

/// The columns of a key in the definition of a table; `None` for a key of expressions.
fn columns_in(definition: &str, key: &str, rules: &LexerRules) -> Option<Vec<String>> {
    let mut rest = tokens(definition, rules).filter(|token| !token.is_blank());
    loop {
        let kind = rest.find(|token| token.is_one_of(&["primary", "unique"]))?;
        if !rest.next()?.is_word("key") {
            continue;
        }
        let is_wanted = match kind.is_word("primary") {
            true => key == "PRIMARY",
            false => name(rest.next()?)? == key,
        };
        if is_wanted {
            return listed(rest);
        }
    }
}

/// The names in ``(`a`,`b`(10) DESC)``.
fn listed<'t>(mut rest: impl Iterator<Item = Token<'t>>) -> Option<Vec<String>> {
    let mut names = Vec::new();
    if rest.next()?.kind != TokenKind::Open {
        return None;
    }
    loop {
        names.push(name(rest.next()?)?);
        let mut depth = 0_usize;
        loop {
            match rest.next()?.kind {
                TokenKind::Open => depth += 1,
                TokenKind::Close if depth == 0 => return Some(names),
                TokenKind::Close => depth -= 1,
                TokenKind::Comma if depth == 0 => break,
                _ => {}
            }
        }
    }
}

/// The table that a statement writes to. An update by raw SQL may write to several.
fn target(statement: &Compiled, rules: &LexerRules) -> Option<Table> {
    const BETWEEN: [&str; 5] = ["low_priority", "high_priority", "delayed", "ignore", "into"];
    let mut rest = tokens(&statement.sql, rules).filter(|token| !token.is_blank());
    let verb = rest.next()?;
    let is_raw = statement.kind == StatementKind::Raw;
    if !verb.is_one_of(&["insert", "replace"]) && (is_raw || !verb.is_word("update")) {
        return None;
    }
    let first = name(rest.find(|token| !token.is_one_of(&BETWEEN))?)?;
    let (schema, name) = match rest.next() {
        Some(dot) if dot.kind == TokenKind::Dot => (Some(first), name(rest.next()?)?),
        _ => (None, first),
    };
    Some(Table { schema, name, is_named: false })
}

fn name(token: Token<'_>) -> Option<String> {
    match token.kind {
        TokenKind::Word => Some(token.text.to_owned()),
        TokenKind::Name => {
            let quote = token.text.get(..1)?;
            let inner = token.text.strip_prefix(quote)?.strip_suffix(quote)?;
            Some(inner.replace(&quote.repeat(2), quote))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kysera_sql::compiled::Facts;

    #[test]
    fn the_table_that_is_written_to_is_read_off_the_statement() {
        let found = |sql: &str, kind| {
            let statement = Compiled::new(sql, Vec::new(), kind, Facts::default());
            target(&statement, &LexerRules::MYSQL).map(|table| (table.schema, table.name))
        };
        let write = StatementKind::Write;
        assert_eq!(found("insert into `a``b` (`c`) values (?)", write), Some((None, "a`b".into())));
        assert_eq!(
            found("insert ignore into `s`.`t` values (1)", write),
            Some((Some("s".into()), "t".into()))
        );
        assert_eq!(found("update `t` as `x` set `x`.`a` = ?", write), Some((None, "t".into())));
        assert_eq!(found("/* why */ REPLACE t values (1)", StatementKind::Raw), Some((None, "t".into())));
        assert_eq!(found("update t, u set t.a = 1", StatementKind::Raw), None);
        assert_eq!(found("call p()", StatementKind::Raw), None);
    }

    #[test]
    fn the_columns_of_a_key_are_read_off_the_definition() {
        let definition = "CREATE TABLE `s` (\n  `UNIQUE KEY` int DEFAULT NULL COMMENT 'UNIQUE KEY `k` (`no`)',\n  \
             PRIMARY KEY (`id`),\n  UNIQUE KEY `lower` ((lower(`e`))),\n  UNIQUE KEY `k``)( x` (`e`,`f`(10) DESC)\n)";
        let found = |key| columns_in(definition, key, &LexerRules::MYSQL);
        assert_eq!(found("PRIMARY"), Some(vec!["id".to_owned()]));
        assert_eq!(found("k`)( x"), Some(vec!["e".to_owned(), "f".to_owned()]));
        assert_eq!(found("lower"), None);
        assert_eq!(found("missing"), None);
    }
}
