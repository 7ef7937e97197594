//! SQLite's extended result codes as error kinds, in one function.
//!
//! Codes decide. SQLite has no structured field for the table, column or constraint, and one code (`SQLITE_ERROR`) for
//! everything from a missing table to a syntax error; there, and only there, the message is read. It is SQLite's own
//! English text, which is not localised. Bound values are never part of it.

use kysera_core::{Error, ErrorKind};
use rusqlite::ffi;

/// An error of the client. `sql` is the statement, for what the client itself refused.
pub(crate) fn from_client(error: rusqlite::Error, sql: &str) -> Error {
    use rusqlite::Error as Client;
    match error {
        Client::SqliteFailure(code, message) => {
            from_code(code.extended_code, message.as_deref()).with_source(code)
        }
        // The client's own text would repeat the whole statement.
        Client::SqlInputError { error, msg, offset, .. } => {
            at_offset(from_code(error.extended_code, Some(&msg)).with_source(error), sql, offset)
        }
        Client::MultipleStatement => invalid("more than one statement").with_hint("run them as a script"),
        Client::UnwindingPanic => panicked(),
        Client::InvalidPath(path) => Error::new(
            ErrorKind::Configuration,
            format!("the path {} cannot be given to sqlite", path.display()),
        ),
        other => {
            Error::new(ErrorKind::Database, "the sqlite client refused the statement").with_source(other)
        }
    }
}

/// True when a lock was held by another connection and nothing was done: the statement may simply run again.
/// A snapshot that grew old cannot get better by waiting (rescode.html#busy_snapshot).
pub(crate) fn is_busy(error: &Error) -> bool {
    error.kind() == ErrorKind::LockNotAvailable
        && error.code().is_some_and(|code| primary(code) == ffi::SQLITE_BUSY)
}

fn primary(code: &str) -> i32 {
    code.parse::<i32>().map_or(0, |code| code & 0xff)
}

/// The one place where codes become kinds (rescode.html).
pub(crate) fn from_code(code: i32, message: Option<&str>) -> Error {
    let message = message.unwrap_or_default();
    let error = match code {
        ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY | ffi::SQLITE_CONSTRAINT_ROWID => {
            constraint(ErrorKind::UniqueViolation, "a row with this key is already there", message)
        }
        ffi::SQLITE_CONSTRAINT_FOREIGNKEY => Error::new(
            ErrorKind::ForeignKeyViolation,
            "a foreign key refers to no row, or a row that is still referred to would go",
        ),
        ffi::SQLITE_CONSTRAINT_NOTNULL => {
            constraint(ErrorKind::NotNullViolation, "null in a column that must not be null", message)
        }
        ffi::SQLITE_CONSTRAINT_CHECK => {
            constraint(ErrorKind::CheckViolation, "a check constraint failed", message)
        }
        ffi::SQLITE_CONSTRAINT_DATATYPE => {
            Error::new(ErrorKind::InvalidValue, format!("a value does not fit its column: {message}"))
        }
        ffi::SQLITE_BUSY_SNAPSHOT => Error::new(
            ErrorKind::SerializationFailure,
            "the database changed since this transaction first read it",
        )
        .with_hint("run the transaction again"),
        ffi::SQLITE_READONLY_DBMOVED => {
            Error::new(ErrorKind::Storage, "the database file was moved or deleted while it was open")
        }
        _ => return by_primary(code, message).with_code(code.to_string()),
    };
    error.with_code(code.to_string())
}

fn by_primary(code: i32, message: &str) -> Error {
    let with = |kind, what: &str| Error::new(kind, format!("{what}: {message}"));
    match code & 0xff {
        ffi::SQLITE_ERROR => by_message(message),
        ffi::SQLITE_CONSTRAINT => with(ErrorKind::Database, "a constraint or trigger refused the change"),
        ffi::SQLITE_BUSY | ffi::SQLITE_PROTOCOL => {
            Error::new(ErrorKind::LockNotAvailable, "another connection holds the database's lock")
                .with_hint("raise the busy timeout, or shorten the transaction of the other process")
        }
        ffi::SQLITE_LOCKED => Error::new(
            ErrorKind::LockNotAvailable,
            "the table is in use by another statement of this connection or cache",
        ),
        ffi::SQLITE_INTERRUPT => Error::new(ErrorKind::Canceled, "the statement was interrupted"),
        ffi::SQLITE_READONLY => Error::new(ErrorKind::ReadOnly, "the database or transaction is read-only"),
        ffi::SQLITE_PERM | ffi::SQLITE_AUTH => with(ErrorKind::PermissionDenied, "not permitted"),
        ffi::SQLITE_CANTOPEN => Error::new(ErrorKind::ConnectionFailed, "the database file cannot be opened")
            .with_hint("check that its directory exists and may be written to"),
        ffi::SQLITE_NOTADB => {
            Error::new(ErrorKind::Storage, "the file is not an sqlite database, or it is encrypted")
        }
        ffi::SQLITE_CORRUPT => with(ErrorKind::Storage, "the database file is damaged"),
        ffi::SQLITE_FULL => {
            Error::new(ErrorKind::Storage, "the disk is full, or the database has its largest size")
        }
        ffi::SQLITE_IOERR => with(ErrorKind::Storage, "the disk failed"),
        ffi::SQLITE_NOMEM => Error::new(ErrorKind::Storage, "sqlite ran out of memory"),
        ffi::SQLITE_TOOBIG => {
            Error::new(ErrorKind::InvalidValue, "a text or blob is larger than sqlite allows")
        }
        // From safe code the one way to get this is a text without a statement.
        ffi::SQLITE_MISUSE => invalid("the text holds no statement"),
        ffi::SQLITE_MISMATCH => Error::new(ErrorKind::InvalidValue, "a value does not fit its column")
            .with_hint("a rowid and an integer primary key hold integers only"),
        _ => with(ErrorKind::Database, "sqlite failed"),
    }
}

// SQLITE_ERROR is "a generic error code" (rescode.html#error): the message is all there is.
fn by_message(message: &str) -> Error {
    let named = |prefix: &str| message.strip_prefix(prefix).map(str::trim);
    let undefined = || Error::new(ErrorKind::Undefined, message.to_owned());
    if let Some(table) = named("no such table:").or_else(|| named("no such view:")) {
        return undefined().with_table(unqualified(table)).with_hint(CHECK_NAME);
    }
    if let Some(column) = named("no such column:") {
        // A name in double quotes is followed by advice about string literals, which is not the trouble here.
        let column =
            column.split_once(" - should this be").map_or(column, |(name, _)| name.trim_matches('"'));
        return Error::new(ErrorKind::Undefined, format!("no such column: {column}"))
            .with_columns([unqualified(column)])
            .with_hint(CHECK_NAME);
    }
    if let Some((table, column)) = named("table").and_then(|rest| rest.split_once(" has no column named ")) {
        return undefined().with_table(table).with_columns([column]).with_hint(CHECK_NAME);
    }
    if [
        "no such function:",
        "no such collation sequence:",
        "no such module:",
        "no such index:",
        "no such savepoint:",
    ]
    .iter()
    .any(|prefix| message.starts_with(prefix))
    {
        return undefined();
    }
    // The client catches it on SQLite's side of the call and gives its own name for it as the message.
    if message == rusqlite::Error::UnwindingPanic.to_string() {
        return panicked();
    }
    // What a function of `exact` refuses: a function's own error has no code but SQLITE_ERROR.
    let is_ours =
        ["decimal: ", "integer: ", "float: ", "text: "].iter().any(|prefix| message.starts_with(prefix));
    // The two that functions of SQLite's own say of a value: `sum`, `abs` and `json`.
    if is_ours || message == "integer overflow" || message == "malformed JSON" {
        return Error::new(ErrorKind::InvalidValue, message.to_owned());
    }
    if let Some(message) = message.strip_prefix(crate::exact::SEVERAL) {
        return Error::new(ErrorKind::TooManyRows, message.to_owned())
            .with_hint("narrow its filter, or limit it to one row");
    }
    // What a function of `forms` refuses.
    if let Some(message) = message.strip_prefix("form: ") {
        let reads = message.starts_with("cannot read");
        let kind = if reads { ErrorKind::Decode } else { ErrorKind::InvalidValue };
        return Error::new(kind, message.to_owned());
    }
    if message.ends_with("syntax error")
        || message.starts_with("incomplete input")
        || message.contains("unrecognized token")
    {
        return Error::new(ErrorKind::Syntax, message.to_owned());
    }
    Error::new(
        ErrorKind::Database,
        if message.is_empty() { "sqlite failed".to_owned() } else { message.to_owned() },
    )
}

fn panicked() -> Error {
    Error::new(ErrorKind::Internal, "a registered function panicked")
}

/// `UNIQUE constraint failed: t.a, t.b`, `... failed: index 'i'`, `CHECK constraint failed: name`.
fn constraint(kind: ErrorKind, what: &'static str, message: &str) -> Error {
    let error = Error::new(kind, format!("{what}: {message}"));
    let Some((_, subject)) = message.split_once(" constraint failed: ") else { return error };
    if kind == ErrorKind::CheckViolation {
        return error.with_constraint(subject);
    }
    if let Some(index) = subject.strip_prefix("index '").and_then(|rest| rest.strip_suffix('\'')) {
        return error.with_constraint(index);
    }
    let Some((table, _)) = subject.split(", ").next().and_then(|first| first.rsplit_once('.')) else {
        return error;
    };
    let columns =
        subject.split(", ").map(|part| part.strip_prefix(table).map_or(part, |c| c.trim_start_matches('.')));
    error.with_table(table).with_columns(columns)
}

fn unqualified(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

/// What to do about a name that is not there.
const CHECK_NAME: &str = "check its name; has the schema been migrated";

/// Adds the line and column; an undefined name already says what to look for.
fn at_offset(error: Error, sql: &str, offset: i32) -> Error {
    if error.kind() == ErrorKind::Undefined {
        return error;
    }
    let Some(before) = usize::try_from(offset).ok().and_then(|at| sql.get(..at)) else { return error };
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().map_or(0, |text| text.chars().count()) + 1;
    error.with_hint(format!("at line {line}, column {column} of the statement"))
}

pub(crate) fn invalid(message: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(ErrorKind::InvalidQuery, message)
}

#[cold]
pub(crate) fn closed() -> Error {
    Error::new(ErrorKind::ConnectionClosed, "the database is closed")
}

/// The runtime shut down before a blocking task began.
#[cold]
pub(crate) fn gone() -> Error {
    Error::new(ErrorKind::ConnectionClosed, "the runtime shut down before the statement ran")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constraints_name_their_columns() {
        let e = from_code(2067, Some("UNIQUE constraint failed: person.name, person.email"));
        assert!(e.is_unique_violation());
        assert_eq!((e.table(), e.columns()), (Some("person"), &["name".to_owned(), "email".to_owned()][..]));
        assert_eq!(e.code(), Some("2067"));
        let e = from_code(2067, Some("UNIQUE constraint failed: index 'lower_email'"));
        assert_eq!((e.table(), e.constraint()), (None, Some("lower_email")));
        let e = from_code(1299, Some("NOT NULL constraint failed: a b.c"));
        assert_eq!(
            (e.kind(), e.table(), e.columns()),
            (ErrorKind::NotNullViolation, Some("a b"), &["c".to_owned()][..])
        );
        let e = from_code(275, Some("CHECK constraint failed: age_is_sane"));
        assert_eq!((e.kind(), e.constraint()), (ErrorKind::CheckViolation, Some("age_is_sane")));
    }

    #[test]
    fn codes_decide() {
        let kind = |code| from_code(code, Some("whatever")).kind();
        assert_eq!(kind(1555), ErrorKind::UniqueViolation);
        assert_eq!(kind(2579), ErrorKind::UniqueViolation);
        assert_eq!(kind(787), ErrorKind::ForeignKeyViolation);
        assert_eq!(kind(3091), ErrorKind::InvalidValue);
        assert_eq!(kind(5), ErrorKind::LockNotAvailable);
        assert_eq!(kind(261), ErrorKind::LockNotAvailable);
        assert_eq!(kind(517), ErrorKind::SerializationFailure);
        assert_eq!(kind(6), ErrorKind::LockNotAvailable);
        assert_eq!(kind(8), ErrorKind::ReadOnly);
        assert_eq!(kind(1544), ErrorKind::ReadOnly);
        assert_eq!(kind(1032), ErrorKind::Storage);
        assert_eq!(kind(9), ErrorKind::Canceled);
        assert_eq!(kind(11), ErrorKind::Storage);
        assert_eq!(kind(13), ErrorKind::Storage);
        assert_eq!(kind(14), ErrorKind::ConnectionFailed);
        assert_eq!(kind(26), ErrorKind::Storage);
        assert_eq!(kind(266), ErrorKind::Storage);
    }

    #[test]
    fn only_a_plain_lock_is_worth_waiting_for() {
        assert!(is_busy(&from_code(5, None)) && is_busy(&from_code(261, None)));
        assert!(!is_busy(&from_code(517, None)) && !is_busy(&from_code(6, None)));
    }

    #[test]
    fn one_code_for_everything_else() {
        let e = from_code(1, Some("no such table: main.pet"));
        assert_eq!((e.kind(), e.table()), (ErrorKind::Undefined, Some("pet")));
        let e = from_code(1, Some("no such column: p.nmae"));
        assert_eq!((e.kind(), e.columns()), (ErrorKind::Undefined, &["nmae".to_owned()][..]));
        let e = from_code(
            1,
            Some("no such column: \"nmae\" - should this be a string literal in single-quotes?"),
        );
        assert_eq!(
            (e.to_string(), e.columns()),
            (
                "no such column: nmae; check its name; has the schema been migrated".to_owned(),
                &["nmae".to_owned()][..]
            )
        );
        let e = from_code(1, Some("table pet has no column named nmae"));
        assert_eq!(
            (e.kind(), e.table(), e.columns()),
            (ErrorKind::Undefined, Some("pet"), &["nmae".to_owned()][..])
        );
        assert_eq!(from_code(1, Some("near \"selct\": syntax error")).kind(), ErrorKind::Syntax);
        for of_a_value in ["malformed JSON", "integer overflow", "text: a part of a number is asked for"] {
            assert_eq!(from_code(1, Some(of_a_value)).kind(), ErrorKind::InvalidValue);
        }
        assert_eq!(from_code(1, Some("no query solution")).kind(), ErrorKind::Database);
        assert_eq!(from_code(1, None).to_string(), "sqlite failed");
    }

    #[test]
    fn a_syntax_error_says_where() {
        let e = at_offset(from_code(1, Some("near \"x\": syntax error")), "select\n  x x", 11);
        assert_eq!(e.to_string(), "near \"x\": syntax error; at line 2, column 5 of the statement");
    }
}
