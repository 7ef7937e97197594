//! PostgreSQL's errors as Kysera's: one function from SQLSTATE to kind.
//!
//! Nothing that the server says is decided by its text; what the client says of itself (a closed connection, a wrong
//! number of values) has no code, and is. What a server adds that holds values (DETAIL, the end of class 22 messages)
//! is kept apart from everything that prints.

use kysera_core::error::{Error, ErrorKind};
use std::fmt;
use tokio_postgres::error::DbError;

/// An error of the PostgreSQL server: the source of Kysera's error.
///
/// `Display` and `Debug` hold no row's values; [`detail`](ServerError::detail) may.
pub struct ServerError(Box<DbError>);

impl ServerError {
    /// The SQLSTATE.
    pub fn code(&self) -> &str {
        self.0.code().code()
    }

    /// The server's `DETAIL`, which may hold values of the row. Do not log it without thought.
    pub fn detail(&self) -> Option<&str> {
        self.0.detail()
    }

    /// The server's `HINT`. [`Error::hint`] is Kysera's own advice where it has some, and this otherwise.
    pub fn hint(&self) -> Option<&str> {
        self.0.hint()
    }

    /// The function of the server's source that raised the error.
    pub fn routine(&self) -> Option<&str> {
        self.0.routine()
    }

    /// The schema it is about, when known.
    pub fn schema(&self) -> Option<&str> {
        self.0.schema()
    }

    /// Where in the statement's text the error is, counted in characters from 1.
    pub fn position(&self) -> Option<u32> {
        match self.0.position()? {
            tokio_postgres::error::ErrorPosition::Original(at) => Some(*at),
            tokio_postgres::error::ErrorPosition::Internal { .. } => None,
        }
    }
}

impl fmt::Display for ServerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (SQLSTATE {})", message(&self.0), self.code())
    }
}

impl fmt::Debug for ServerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerError")
            .field("severity", &self.0.severity())
            .field("code", &self.code())
            .field("message", &message(&self.0))
            .field("routine", &self.routine())
            .finish_non_exhaustive()
    }
}

impl std::error::Error for ServerError {}

/// What Kysera's error is about, for an SQLSTATE (manual, appendix A).
pub(crate) fn kind_of(code: &str) -> ErrorKind {
    match code {
        "23505" => ErrorKind::UniqueViolation,
        "23503" | "23001" => ErrorKind::ForeignKeyViolation,
        "23502" => ErrorKind::NotNullViolation,
        "23514" | "44000" => ErrorKind::CheckViolation,
        "23P01" => ErrorKind::ExclusionViolation,
        "40001" => ErrorKind::SerializationFailure,
        "40P01" => ErrorKind::Deadlock,
        "40003" => ErrorKind::CommitUnknown,
        "55P03" => ErrorKind::LockNotAvailable,
        "57014" => ErrorKind::Canceled,
        "25006" => ErrorKind::ReadOnly,
        "25P02" => ErrorKind::TransactionAborted,
        "42501" => ErrorKind::PermissionDenied,
        "42601" => ErrorKind::Syntax,
        "42P01" | "42703" | "42883" | "42704" | "42P02" | "3F000" => ErrorKind::Undefined,
        "3D000" => ErrorKind::DatabaseNotFound,
        // Of a subquery that stands for one value; also of an upsert or merge that meets one row twice.
        "21000" => ErrorKind::TooManyRows,
        "0A000" => ErrorKind::Unsupported,
        // Too many connections, starting up or shutting down: a login that may work later.
        "53300" | "57P03" => ErrorKind::ConnectionFailed,
        "57P01" | "57P02" | "57P05" | "25P03" | "25P04" => ErrorKind::ConnectionClosed,
        "53100" | "58030" | "XX001" | "XX002" => ErrorKind::Storage,
        _ => match code.get(..2) {
            Some("08") => ErrorKind::ConnectionClosed,
            Some("22") => ErrorKind::InvalidValue,
            Some("28") => ErrorKind::AuthenticationFailed,
            Some("40") => ErrorKind::RolledBack,
            _ => ErrorKind::Database,
        },
    }
}

/// What an error of the server is about.
fn kind(db: &DbError) -> ErrorKind {
    use tokio_postgres::error::Severity;
    // `protocol_violation` ends a connection only as FATAL. As ERROR it is about one statement: a value too few or too
    // many for its placeholders.
    match (db.code().code(), db.parsed_severity()) {
        ("08P01", Some(Severity::Error)) => ErrorKind::InvalidQuery,
        (code, _) => kind_of(code),
    }
}

/// Kysera's error for one of an established connection.
pub(crate) fn from_postgres(error: tokio_postgres::Error) -> Error {
    let kind_text = error.to_string();
    match error.into_source() {
        Some(source) => match source.downcast::<DbError>() {
            Ok(db) => from_server(db),
            Err(source) if source.is::<std::io::Error>() => closed().with_source(source),
            Err(source) => Error::new(ErrorKind::Database, kind_text).with_source(source),
        },
        None if kind_text == "connection closed" => closed(),
        None if kind_text.starts_with("expected ") => {
            Error::new(ErrorKind::InvalidQuery, kind_text).with_hint("bind one value for each placeholder")
        }
        None => Error::new(ErrorKind::Database, kind_text),
    }
}

/// The error of a connection that is gone.
pub(crate) fn closed() -> Error {
    Error::new(ErrorKind::ConnectionClosed, "the connection to the server was lost")
        .with_hint("a read can be run again on a new connection; a write may have been done before the connection was lost")
}

/// Kysera's error for one that the server sent.
pub(crate) fn from_server(db: Box<DbError>) -> Error {
    let code = db.code().code().to_owned();
    let kind = kind(&db);
    let columns = match db.column() {
        Some(column) => vec![column.to_owned()],
        None if code.starts_with("23") && !is_referred_to(&code, &db) => {
            db.detail().map(key_columns).unwrap_or_default()
        }
        None => Vec::new(),
    };
    let mut error = Error::new(kind, message(&db)).with_columns(columns);
    let own = advice(&code, kind).map(str::to_owned);
    let hint = own.or_else(|| db.hint().map(str::to_owned)).or_else(|| last_advice(&code).map(str::to_owned));
    if let Some(hint) = hint {
        error = error.with_hint(hint);
    }
    if let Some(table) = db.table() {
        error = error.with_table(table);
    }
    if let Some(constraint) = db.constraint() {
        error = error.with_constraint(constraint);
    }
    error.with_code(code).with_source(ServerError(db))
}

/// True when the server ends the connection with this error.
pub(crate) fn is_fatal(error: &tokio_postgres::Error) -> bool {
    match error.as_db_error() {
        Some(db) => {
            use tokio_postgres::error::Severity;
            matches!(db.parsed_severity(), Some(Severity::Fatal | Severity::Panic))
                || kind(db) == ErrorKind::ConnectionClosed
        }
        None => error.is_closed() || is_io(error),
    }
}

fn is_io(error: &tokio_postgres::Error) -> bool {
    std::error::Error::source(error).is_some_and(|source| source.is::<std::io::Error>())
}

/// The server's message, without the value that class 22 quotes at its end
/// (`invalid input syntax for type integer: "4x"`).
fn message(db: &DbError) -> String {
    let text = db.message();
    if db.code().code().starts_with("22")
        && let Some((before, _)) = text.split_once(": \"")
    {
        return before.to_owned();
    }
    text.to_owned()
}

/// True when a row could not go because rows of another table refer to it. The error's table is that other one, and the
/// key in its DETAIL is this one's, so the two do not belong together.
fn is_referred_to(code: &str, db: &DbError) -> bool {
    match code {
        "23001" => true,
        "23503" => names_three(db.message()),
        _ => false,
    }
}

/// True when a message names the changed table, the constraint and the table that refers to it, and not the first two
/// alone: by the quotation marks, which each language has its own of.
fn names_three(message: &str) -> bool {
    message.matches(['"', '\u{ab}', '\u{bb}', '\u{201c}', '\u{201d}', '\u{201e}']).count() >= 6
}

/// The columns in a DETAIL such as `Key (a, b)=(1, 2) already exists.`: what stands between the first `(` and `)=(`,
/// which no translation of the server's messages changes. The values behind it are not looked at.
fn key_columns(detail: &str) -> Vec<String> {
    let Some(start) = detail.find('(') else { return Vec::new() };
    let Some(length) = detail[start..].find(")=(") else { return Vec::new() };
    let list = &detail[start + 1..start + length];
    let (mut columns, mut depth, mut from) = (Vec::new(), 0_usize, 0);
    for (at, byte) in list.bytes().enumerate() {
        match byte {
            b'(' => depth += 1,
            b')' => depth = depth.saturating_sub(1),
            b',' if depth == 0 => {
                columns.push(list[from..at].trim());
                from = at + 1;
            }
            _ => {}
        }
    }
    columns.push(list[from..].trim());
    columns.into_iter().map(|column| column.trim_matches('"').to_owned()).collect()
}

/// What to do, where the server does not say it.
fn advice(code: &str, kind: ErrorKind) -> Option<&'static str> {
    Some(match code {
        "25P02" => "a statement before it failed: roll back, or use savepoints",
        "28P01" => "check the user and the password",
        "28000" => "check the user, and the server's pg_hba.conf",
        "3D000" => "create the database, or name another one",
        "53300" => "lower the pool's size, or raise the server's max_connections",
        "57P03" => "the server is starting or stopping: try again",
        "26000" | "42P05" => {
            "behind a proxy that does not follow prepared statements, connect with prepare(false)"
        }
        "40001" | "40P01" => "run the transaction again",
        "25P03" => {
            "the transaction did nothing for longer than idle_in_transaction_session_timeout; run it again"
        }
        "08P01" if kind == ErrorKind::InvalidQuery => "bind one value for each placeholder",
        _ => return None,
    })
}

/// What to do, where the server often knows better: a name much like the one that it did not find.
fn last_advice(code: &str) -> Option<&'static str> {
    Some(match code {
        "42P01" | "3F000" => "check its name and the search_path; has the schema been migrated",
        "42703" => "check its name; has the schema been migrated",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn key_columns_are_read_from_the_shape_of_the_detail_in_any_language() {
        assert_eq!(key_columns("Key (a, b)=(1, 2) already exists."), ["a", "b"]);
        assert_eq!(key_columns("Schlüssel »(email)=(x)=(y)« existiert bereits."), ["email"]);
        assert_eq!(key_columns("Key (lower(email), tenant)=(a, 1)"), ["lower(email)", "tenant"]);
        assert_eq!(key_columns("Key (\"Odd Name\")=(1)"), ["Odd Name"]);
        assert!(key_columns("Failing row contains (1, null).").is_empty());
    }

    #[test]
    fn a_row_that_is_referred_to_is_told_from_one_that_refers_to_nothing() {
        assert!(names_three(
            "update or delete on table \"item\" violates foreign key constraint \"sub_item_id_fkey\" on table \"sub\""
        ));
        assert!(names_three(
            "Aktualisieren oder Löschen in Tabelle »item« verletzt Fremdschlüssel »f« von Tabelle »sub«"
        ));
        assert!(!names_three(
            "insert or update on table \"sub\" violates foreign key constraint \"sub_item_id_fkey\""
        ));
    }

    #[test]
    fn classes_stand_in_for_codes_that_are_not_listed() {
        assert_eq!(kind_of("22P02"), ErrorKind::InvalidValue);
        assert_eq!(kind_of("08006"), ErrorKind::ConnectionClosed);
        assert_eq!(kind_of("28000"), ErrorKind::AuthenticationFailed);
        assert_eq!(kind_of("P0001"), ErrorKind::Database);
    }

    #[test]
    fn a_full_or_starting_server_is_a_matter_of_the_connection_and_no_reason_to_run_a_transaction_again() {
        for code in ["53300", "57P03"] {
            let error = Error::new(kind_of(code), "sorry, too many clients already");
            assert!(error.is_connection_error() && !error.is_transient(), "{code}");
        }
    }
}
