//! What the text of raw SQL tells before SQLite prepares it: its first word, and the few others that matter.

use kysera_sql::compiled::{Compiled, StatementKind};

/// True when a statement may be a query, as far as its kind or its first word tells.
pub(crate) fn may_read(statement: &Compiled) -> bool {
    match statement.kind {
        StatementKind::Read => true,
        StatementKind::Raw => first_word(&statement.sql).reads(),
        _ => false,
    }
}

/// True when a statement inserts, so that SQLite's last rowid comes from it. An upsert that updated a row leaves the
/// rowid of an earlier insert, and so does an insert into a table `without rowid`, which cannot be told from the text:
/// `returning` is exact for both.
pub(crate) fn inserts(statement: &Compiled) -> bool {
    let inserts = match statement.kind {
        StatementKind::InsertValues(_) => true,
        StatementKind::Write | StatementKind::Raw => {
            first_word(&statement.sql).is_any(&["insert", "replace"])
        }
        _ => false,
    };
    inserts && !statement.sql.contains("do update")
}

/// True when a statement asks for what its connection did last: only the one that did it can answer.
pub(crate) fn asks_its_connection(sql: &str) -> bool {
    sql.match_indices('(').any(|(at, _)| {
        let before = sql[..at].trim_end();
        let start = before.rfind(|c: char| !c.is_ascii_alphanumeric() && c != '_').map_or(0, |i| i + 1);
        let name = Word(before.get(start..).unwrap_or_default());
        name.is_any(&["changes", "total_changes", "last_insert_rowid"])
    })
}

/// True when a statement of a text gives its connection what others do not have: an attached database, a temporary
/// table, a setting. A semicolon inside a literal may make this true for no reason, which costs no more than time.
pub(crate) fn changes_its_connection(sql: &str) -> bool {
    sql.split(';').any(|statement| {
        let (word, rest) = split_word(statement);
        if word.is_any(&["create"]) {
            let (second, _) = split_word(rest);
            return second.is_any(&["temp", "temporary"]) || rest.to_ascii_lowercase().contains("temp.");
        }
        word.is_any(&["attach", "detach"]) || word.is_any(&["pragma"]) && is_setting(rest)
    })
}

/// True when a pragma sets something of its connection (pragma.html), as opposed to asking, or to setting something of
/// the file.
fn is_setting(pragma: &str) -> bool {
    let Some(end) = pragma.find(['=', '(']) else { return false };
    let name = pragma[..end].trim().rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    let asks = ["_info", "_xinfo", "_list", "_check"].iter().any(|suffix| name.ends_with(suffix));
    let of_the_file = ["wal_checkpoint", "optimize", "user_version", "application_id", "incremental_vacuum"];
    !asks && !of_the_file.contains(&&*name)
}

/// A word of a statement.
#[derive(Clone, Copy)]
pub(crate) struct Word<'s>(&'s str);

impl Word<'_> {
    /// True for a word that a query begins with. A statement that begins with `with` may also write.
    pub(crate) fn reads(self) -> bool {
        self.is_any(&["select", "values", "with"])
    }

    /// True when it is one of some words in lower case.
    pub(crate) fn is_any(self, words: &[&str]) -> bool {
        words.iter().any(|word| self.0.eq_ignore_ascii_case(word))
    }
}

/// The first word after blanks and comments (lang_comment.html).
pub(crate) fn first_word(sql: &str) -> Word<'_> {
    split_word(sql).0
}

/// The first word, and what follows it.
fn split_word(sql: &str) -> (Word<'_>, &str) {
    let rest = without_blanks(sql);
    let end = rest.bytes().position(|byte| !byte.is_ascii_alphabetic()).unwrap_or(rest.len());
    let (word, rest) = rest.split_at(end);
    (Word(word), rest)
}

/// What follows blanks and comments.
fn without_blanks(sql: &str) -> &str {
    let mut rest = sql;
    while !rest.starts_with(|c: char| c.is_ascii_alphabetic()) {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '\u{feff}' || c == ';');
        rest = if let Some(comment) = rest.strip_prefix("--") {
            comment.split_once('\n').map_or("", |(_, after)| after)
        } else if let Some(comment) = rest.strip_prefix("/*") {
            comment.split_once("*/").map_or("", |(_, after)| after)
        } else {
            break;
        };
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_one_connection_knows() {
        for sql in ["select changes()", "select 1, Last_Insert_Rowid ()", "values (total_changes())"] {
            assert!(asks_its_connection(sql), "{sql}");
        }
        for sql in
            ["select count(*) from changes", "select (changes)", "select my_changes()", "select 'é'(1)", "("]
        {
            assert!(!asks_its_connection(sql), "{sql}");
        }
    }

    #[test]
    fn what_changes_a_connection() {
        for sql in [
            "attach 'x' as y",
            "DETACH y",
            "create temp table t (a)",
            "create table a (b); /* */ create temporary view v as select 1",
            "create table Temp.t (a)",
            "pragma case_sensitive_like = on",
            "pragma main.cache_size(10)",
        ] {
            assert!(changes_its_connection(sql), "{sql}");
        }
        for sql in [
            "create table attachment (temp)",
            "insert into t values ('attach')",
            "pragma table_info(t)",
            "pragma cache_size",
            "pragma main.user_version = 7",
            "pragma wal_checkpoint(truncate)",
            "",
        ] {
            assert!(!changes_its_connection(sql), "{sql}");
        }
    }
}
