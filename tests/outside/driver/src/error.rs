//! SQLite's codes as kinds of errors: those that the contract of drivers asks for.

use kysera_core::{Error, ErrorKind};
use rusqlite::ffi;

pub(crate) fn from_client(error: rusqlite::Error) -> Error {
    let (code, message) = match error {
        rusqlite::Error::SqliteFailure(error, message) => (error.extended_code, message),
        rusqlite::Error::SqlInputError { error, msg, .. } => (error.extended_code, Some(msg)),
        other => {
            return Error::new(ErrorKind::Database, "the client refused the statement").with_source(other);
        }
    };
    from_code(code, message.as_deref().unwrap_or("SQLite failed")).with_code(code.to_string())
}

fn from_code(code: i32, message: &str) -> Error {
    let kind = match code {
        ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY => ErrorKind::UniqueViolation,
        ffi::SQLITE_CONSTRAINT_FOREIGNKEY => ErrorKind::ForeignKeyViolation,
        ffi::SQLITE_CONSTRAINT_NOTNULL => ErrorKind::NotNullViolation,
        ffi::SQLITE_CONSTRAINT_CHECK => ErrorKind::CheckViolation,
        _ => match code & 0xff {
            ffi::SQLITE_READONLY => ErrorKind::ReadOnly,
            ffi::SQLITE_MISMATCH | ffi::SQLITE_TOOBIG => ErrorKind::InvalidValue,
            // One code for all that SQLite finds wrong with a text.
            ffi::SQLITE_ERROR if message.starts_with("no such") || message.contains("has no column") => {
                ErrorKind::Undefined
            }
            ffi::SQLITE_ERROR if message.contains("syntax error") || message.contains("incomplete") => {
                ErrorKind::Syntax
            }
            _ => ErrorKind::Database,
        },
    };
    let error = Error::new(kind, message.to_owned());
    let Some((_, subject)) = message.split_once(" constraint failed: ") else { return error };
    match (kind, subject.split_once('.')) {
        (ErrorKind::CheckViolation, _) => error.with_constraint(subject),
        (_, Some((table, column))) => error.with_table(table).with_columns([column]),
        _ => error,
    }
}
