//! The one error of Kysera: a kind that does not depend on the database, what it is about, and its source.
//!
//! Drivers map their codes to kinds in one function each. Messages never hold bound values or passwords.

use kysera_sql::compile::CompileError;
use kysera_sql::query::BuildError;
use kysera_sql::row::DecodeError;
use std::borrow::Cow;
use std::fmt;

/// A result with Kysera's error.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong. Cheap to pass on: one pointer.
///
/// Match on [`kind`](Error::kind), which does not depend on the database; `Display` says what to do, and holds no
/// values.
///
/// ```
/// use kysera_core::{Error, ErrorKind};
///
/// fn status(error: &Error) -> u16 {
///     match error.kind() {
///         ErrorKind::NotFound => 404,
///         _ if error.is_unique_violation() => 409,
///         _ if error.is_transient() => 503,
///         _ => 500,
///     }
/// }
/// # assert_eq!(status(&Error::new(ErrorKind::HiddenConflict, "a row has this key already")), 409);
/// ```
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    message: Cow<'static, str>,
    hint: Option<Cow<'static, str>>,
    table: Option<String>,
    columns: Vec<String>,
    constraint: Option<String>,
    code: Option<String>,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
    /// The error of the rollback that followed, when that failed too.
    rollback: Option<Error>,
}

/// What went wrong, in terms that do not depend on the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// No row, where one was asked for.
    NotFound,
    /// More than one row, where one was asked for.
    TooManyRows,
    /// A unique or primary key constraint.
    UniqueViolation,
    /// A unique conflict with a row that a plugin hides.
    HiddenConflict,
    /// A foreign key constraint.
    ForeignKeyViolation,
    /// NULL in a column that must not be.
    NotNullViolation,
    /// A check constraint.
    CheckViolation,
    /// An exclusion constraint.
    ExclusionViolation,
    /// A value that does not fit its column or type.
    InvalidValue,
    /// A result column that cannot be read as the Rust type.
    Decode,
    /// A statement that this database cannot express.
    Unsupported,
    /// A statement that makes no sense: empty `values`, empty `set`.
    InvalidQuery,
    /// A table, column, function or type that does not exist.
    Undefined,
    /// The database could not parse the statement.
    Syntax,
    /// The login lacks a right.
    PermissionDenied,
    /// A write to a database or transaction that is read-only.
    ReadOnly,
    /// Another transaction changed the same rows: run the transaction again.
    SerializationFailure,
    /// The schema changed under a prepared statement inside a transaction: run the transaction again.
    SchemaChanged,
    /// A deadlock, of which this transaction was the victim.
    Deadlock,
    /// A lock was not granted in time, or at once where that was asked.
    LockNotAvailable,
    /// A statement took too long, or was cancelled.
    Canceled,
    /// No connection became free in time.
    PoolTimeout,
    /// The wait could only end in a deadlock with oneself, such as using the database inside one's own transaction
    /// when it has a single connection.
    SelfDeadlock,
    /// The server or file cannot be reached or opened.
    ConnectionFailed,
    /// The connection was lost.
    ConnectionClosed,
    /// The server refused the user or password.
    AuthenticationFailed,
    /// TLS was asked for and could not be had, or a certificate was refused.
    Tls,
    /// The database, schema or file does not exist.
    DatabaseNotFound,
    /// The transaction is over or broken: a statement in it failed, or was dropped half way.
    TransactionAborted,
    /// The database rolled back where a commit was asked.
    RolledBack,
    /// The answer to a commit was lost: it may or may not have happened.
    CommitUnknown,
    /// A guard refused the statement.
    Refused,
    /// A plugin failed, or plugins do not go together.
    Plugin,
    /// A setting makes no sense.
    Configuration,
    /// The input to a repository or function was not valid.
    BadRequest,
    /// The disk is full, or the file is damaged or not a database.
    Storage,
    /// A panic in a sink or registered function, turned into an error where it cannot surface.
    Internal,
    /// Anything else that the database said.
    Database,
}

impl Error {
    /// An error of a kind.
    pub fn new(kind: ErrorKind, message: impl Into<Cow<'static, str>>) -> Error {
        Error(Box::new(Inner {
            kind,
            message: message.into(),
            hint: None,
            table: None,
            columns: Vec::new(),
            constraint: None,
            code: None,
            source: None,
            rollback: None,
        }))
    }

    /// With a hint: what to do about it.
    #[must_use = "returns the error"]
    pub fn with_hint(mut self, hint: impl Into<Cow<'static, str>>) -> Error {
        self.0.hint = Some(hint.into());
        self
    }

    /// With the table it is about.
    #[must_use = "returns the error"]
    pub fn with_table(mut self, table: impl Into<String>) -> Error {
        self.0.table = Some(table.into());
        self
    }

    /// With the columns it is about.
    #[must_use = "returns the error"]
    pub fn with_columns<C: Into<String>>(mut self, columns: impl IntoIterator<Item = C>) -> Error {
        self.0.columns = columns.into_iter().map(Into::into).collect();
        self
    }

    /// With the constraint it is about.
    #[must_use = "returns the error"]
    pub fn with_constraint(mut self, constraint: impl Into<String>) -> Error {
        self.0.constraint = Some(constraint.into());
        self
    }

    /// With the database's own code: an SQLSTATE, an errno, an extended result code.
    #[must_use = "returns the error"]
    pub fn with_code(mut self, code: impl Into<String>) -> Error {
        self.0.code = Some(code.into());
        self
    }

    /// With the error that caused it.
    #[must_use = "returns the error"]
    pub fn with_source(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
        self.0.source = Some(source.into());
        self
    }

    /// With the error of the rollback that followed, so that neither hides the other.
    #[must_use = "returns the error"]
    pub fn with_rollback(mut self, rollback: Error) -> Error {
        self.0.rollback = Some(rollback);
        self
    }

    /// What went wrong, in terms that do not depend on the database.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The table it is about, when known.
    pub fn table(&self) -> Option<&str> {
        self.0.table.as_deref()
    }

    /// The columns it is about, as far as known.
    pub fn columns(&self) -> &[String] {
        &self.0.columns
    }

    /// The constraint it is about, when the database named it.
    pub fn constraint(&self) -> Option<&str> {
        self.0.constraint.as_deref()
    }

    /// The database's own code, when it is a database's error.
    pub fn code(&self) -> Option<&str> {
        self.0.code.as_deref()
    }

    /// The error of the rollback that followed, when that failed too.
    pub fn rollback_error(&self) -> Option<&Error> {
        self.0.rollback.as_ref()
    }

    /// True when no row was found where one was asked for.
    pub fn is_not_found(&self) -> bool {
        self.kind() == ErrorKind::NotFound
    }

    /// True for a unique conflict, also with a row that a plugin hides.
    pub fn is_unique_violation(&self) -> bool {
        matches!(self.kind(), ErrorKind::UniqueViolation | ErrorKind::HiddenConflict)
    }

    /// True for a foreign key conflict.
    pub fn is_foreign_key_violation(&self) -> bool {
        self.kind() == ErrorKind::ForeignKeyViolation
    }

    /// True when a constraint of the database refused the change: unique, foreign key, not null, check, exclusion.
    pub fn is_constraint_violation(&self) -> bool {
        use ErrorKind::{CheckViolation, ExclusionViolation, ForeignKeyViolation, NotNullViolation};
        self.is_unique_violation()
            || matches!(
                self.kind(),
                CheckViolation | ExclusionViolation | ForeignKeyViolation | NotNullViolation
            )
    }

    /// True when running the same transaction again may succeed.
    pub fn is_transient(&self) -> bool {
        matches!(
            self.kind(),
            ErrorKind::SerializationFailure
                | ErrorKind::SchemaChanged
                | ErrorKind::Deadlock
                | ErrorKind::LockNotAvailable
        )
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)?;
        if let Some(hint) = &self.0.hint {
            write!(f, "; {hint}")?;
        }
        if let Some(rollback) = &self.0.rollback {
            write!(f, " (and the rollback failed: {rollback})")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("Error");
        out.field("kind", &self.0.kind).field("message", &self.0.message);
        if let Some(hint) = &self.0.hint {
            out.field("hint", hint);
        }
        if let Some(table) = &self.0.table {
            out.field("table", table);
        }
        if !self.0.columns.is_empty() {
            out.field("columns", &self.0.columns);
        }
        if let Some(constraint) = &self.0.constraint {
            out.field("constraint", constraint);
        }
        if let Some(code) = &self.0.code {
            out.field("code", code);
        }
        if let Some(source) = &self.0.source {
            out.field("source", source);
        }
        if let Some(rollback) = &self.0.rollback {
            out.field("rollback", rollback);
        }
        out.finish()
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

impl From<DecodeError> for Error {
    fn from(source: DecodeError) -> Error {
        Error::new(ErrorKind::Decode, format!("cannot read {source}")).with_source(source)
    }
}

impl From<BuildError> for Error {
    fn from(source: BuildError) -> Error {
        Error::new(ErrorKind::InvalidQuery, source.to_string()).with_source(source)
    }
}

impl From<CompileError> for Error {
    fn from(source: CompileError) -> Error {
        let kind = match source {
            CompileError::Unsupported { .. } => ErrorKind::Unsupported,
            CompileError::NoPlugin { .. } => ErrorKind::Plugin,
            _ => ErrorKind::InvalidQuery,
        };
        Error::new(kind, source.to_string()).with_source(source)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_says_what_to_do_and_what_else_failed() {
        let error = Error::new(ErrorKind::NotFound, "no row was found").with_hint("look elsewhere");
        assert_eq!(error.to_string(), "no row was found; look elsewhere");
        let error = error.with_rollback(Error::new(ErrorKind::ConnectionClosed, "the connection was lost"));
        assert_eq!(
            error.to_string(),
            "no row was found; look elsewhere (and the rollback failed: the connection was lost)"
        );
    }

    #[test]
    fn what_the_database_lacks_is_told_from_what_makes_no_sense() {
        let lacking = CompileError::Unsupported { dialect: "SQLite", feature: "lateral", hint: "join" };
        assert_eq!(Error::from(lacking).kind(), ErrorKind::Unsupported);
        assert_eq!(Error::from(CompileError::Empty { clause: "set" }).kind(), ErrorKind::InvalidQuery);
    }

    #[test]
    fn a_hidden_conflict_is_a_unique_violation() {
        let error = Error::new(ErrorKind::HiddenConflict, "hidden");
        assert!(error.is_unique_violation() && error.is_constraint_violation());
        assert!(!error.is_transient());
    }

    #[test]
    fn an_error_is_one_pointer() {
        assert_eq!(size_of::<Result<(), Error>>(), size_of::<usize>());
    }
}
