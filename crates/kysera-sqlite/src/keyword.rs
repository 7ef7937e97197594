//! What the first word of a statement tells about raw SQL, before SQLite prepares it.

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

/// A word of a statement.
#[derive(Clone, Copy)]
pub(crate) struct Word<'s>(&'s str);

impl<'s> Word<'s> {
    pub(crate) fn as_str(self) -> &'s str {
        self.0
    }

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
    let mut rest = sql;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '\u{feff}' || c == ';');
        rest = if let Some(comment) = rest.strip_prefix("--") {
            comment.split_once('\n').map_or("", |(_, after)| after)
        } else if let Some(comment) = rest.strip_prefix("/*") {
            comment.split_once("*/").map_or("", |(_, after)| after)
        } else {
            break;
        };
    }
    let end = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
    Word(&rest[..end])
}
