//! The one error of Kysera: a kind that does not depend on the database, what it is about, and its source.
//!
//! A driver maps its database's codes to kinds in one function. Messages never hold bound values or passwords.

use kysera_sql::compile::CompileError;
use kysera_sql::query::BuildError;
use kysera_sql::row::DecodeError;
use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

/// A result with Kysera's error.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong.
///
/// Decide by [`kind`](Error::kind), or by one of the `is_` methods; both mean the same on every database. `Display` is
/// for people: it says what happened and what to do, and holds no values.
///
/// ```
/// use kysera_core::{Error, ErrorKind};
///
/// fn status(error: &Error) -> u16 {
///     match error.kind() {
///         ErrorKind::NotFound => 404,
///         ErrorKind::Refused => 403,
///         _ if error.is_constraint_violation() => 409,
///         _ if error.is_transient() || error.is_pool_timeout() || error.is_connection_error() => 503,
///         _ => 500,
///     }
/// }
/// # assert_eq!(status(&Error::new(ErrorKind::HiddenConflict, "a row has this key already")), 409);
/// # assert_eq!(status(&Error::new(ErrorKind::PoolTimeout, "no connection became free")), 503);
/// # assert_eq!(status(&Error::new(ErrorKind::Decode, "cannot read column age")), 500);
/// ```
///
/// # Design
///
/// *One type for everything.* Building, compiling, running and decoding a query are one call to its user, so they have
/// one error. An error per stage would have to be converted at every call, and would show which stage does a check.
///
/// *Opaque.* The fields are private, so a new one (a column, a code) breaks nobody. What a caller decides on is
/// [`ErrorKind`]: a plain enum that may grow, and therefore needs a `_` arm in a `match`.
///
/// *One pointer.* A `Result<(), Error>` is as large as a pointer, because results are moved through every layer of every
/// query, and almost all of them are `Ok`. The parts are on the heap, where they cost only those who fail.
///
/// *`Clone`.* One failure often has several readers: callers that wait for the same result, a log and a response. The
/// parts are shared, so a clone allocates nothing.
///
/// *No values.* A message may end in a log that others read. What could hold a row's values is only in
/// [`source`](std::error::Error::source), for code that asks for it by type.
#[derive(Clone)]
pub struct Error(Arc<Inner>);

#[derive(Clone)]
struct Inner {
    kind: ErrorKind,
    message: Cow<'static, str>,
    hint: Option<Cow<'static, str>>,
    table: Option<String>,
    columns: Vec<String>,
    constraint: Option<String>,
    code: Option<String>,
    source: Option<Arc<dyn std::error::Error + Send + Sync>>,
    /// The error of the rollback that followed, when that failed too.
    rollback: Option<Error>,
}

/// What went wrong, in terms that do not depend on the database.
///
/// | to do | kinds |
/// |---|---|
/// | answer that it is not there | `NotFound` |
/// | answer that the input conflicts with what is stored | `UniqueViolation`, `HiddenConflict`, `ForeignKeyViolation`, `ExclusionViolation` |
/// | answer that the input is not valid | `NotNullViolation`, `CheckViolation`, `InvalidValue` |
/// | answer that it is not allowed | `Refused`; `PermissionDenied` and `ReadOnly` when the login is the user's |
/// | run the whole transaction again | `SerializationFailure`, `Deadlock`, `SchemaChanged`, `LockNotAvailable`: see [`retry_on_conflict`](crate::retry_on_conflict) |
/// | try again later, or answer that the service is busy | `PoolTimeout`, `ConnectionFailed`, `ConnectionClosed` |
/// | look whether the change was made, then decide | `CommitUnknown`; `ConnectionClosed` after a write outside a transaction |
/// | stop: the caller cancelled, or the time was over | `Canceled` |
/// | correct the program | `TooManyRows`, `InvalidQuery`, `Unsupported`, `Undefined`, `Syntax`, `Decode`, `SelfDeadlock`, `TransactionAborted`, `Plugin` |
/// | correct the settings or the server | `Configuration`, `AuthenticationFailed`, `Tls`, `DatabaseNotFound`, `Storage` |
/// | read the message and [`source`](std::error::Error::source) | `RolledBack`, `Internal`, `Database` |
/// | what you decided when you made it | `Application` |
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A query that asks for one row found none. `fetch_optional` returns `None` instead.
    NotFound,
    /// A query that asks for one row found more: narrow the filter, or use `fetch_first`. Or a subquery that stands for one
    /// value did; limit it to one row. PostgreSQL says it also of an upsert or merge that meets one row twice.
    TooManyRows,
    /// Another row has the same value in a unique or primary key.
    UniqueViolation,
    /// Another row has the same unique value, and a plugin hides that row from the query.
    HiddenConflict,
    /// A foreign key refers to no row, or a row that others refer to was to be deleted or changed.
    ForeignKeyViolation,
    /// NULL for a column that must not be NULL.
    NotNullViolation,
    /// A check constraint does not hold.
    CheckViolation,
    /// An exclusion constraint does not hold.
    ExclusionViolation,
    /// The database, or the encoding of a bound value, refused a value: out of range, too long, malformed.
    InvalidValue,
    /// A result column cannot be read as its Rust type. The message names the column and both types.
    Decode,
    /// This database, or this version of it, has no such statement or clause.
    Unsupported,
    /// The statement makes no sense on any database: no rows to insert, nothing to set, too few bound values.
    InvalidQuery,
    /// A table, column, function or type that the statement names does not exist.
    Undefined,
    /// The database cannot parse the statement. Only SQL written by hand can cause it.
    Syntax,
    /// The login may not do this.
    PermissionDenied,
    /// A write to a database, connection or transaction that is read-only.
    ReadOnly,
    /// Another transaction changed the same rows. Run the transaction again.
    SerializationFailure,
    /// A table changed under a prepared statement, inside a transaction. Run the transaction again.
    SchemaChanged,
    /// Transactions waited for each other, and the database chose this one to fail. Run the transaction again.
    Deadlock,
    /// A lock was not granted in time, or not at once where the statement asked for that. Run the transaction again.
    LockNotAvailable,
    /// The statement was cancelled, or it or its transaction took longer than it may. Not transient: it would take as long
    /// again.
    Canceled,
    /// No connection of the pool became free in time. Nothing was sent.
    PoolTimeout,
    /// The task would wait for itself for ever, such as for the only connection while its own transaction holds it.
    SelfDeadlock,
    /// The server or file cannot be reached or opened, or the server takes no connection now. Nothing was sent.
    ConnectionFailed,
    /// The connection was lost. A statement that was under way may or may not have taken effect.
    ConnectionClosed,
    /// The server refused the user or the password.
    AuthenticationFailed,
    /// The settings ask for TLS and the server has none, or a certificate was refused.
    Tls,
    /// The database, schema or file does not exist.
    DatabaseNotFound,
    /// The transaction can only be rolled back: a statement in it failed, or its future was dropped before the end.
    TransactionAborted,
    /// The database rolled the transaction back when it was told to commit. Also of a statement of a pipeline that was not run,
    /// because one before it failed.
    RolledBack,
    /// The connection was lost, or the time over, while it committed: the transaction may or may not have been committed. Also
    /// of a write outside a transaction that took longer than its time limit.
    CommitUnknown,
    /// A plugin that guards rows or statements refused this one.
    Refused,
    /// A plugin failed, or plugins do not go together.
    Plugin,
    /// A setting makes no sense, or contradicts another.
    Configuration,
    /// Made by the application itself, for example to have a transaction rolled back. Kysera never makes one.
    Application,
    /// The disk is full, or the file is damaged or is not a database.
    Storage,
    /// A panic of a function that the database called, or a broken promise inside Kysera or a driver.
    Internal,
    /// Any other error of the database. [`code`](Error::code) is its own.
    Database,
}

impl Error {
    /// An error of a kind. The message says what happened: lower case, no full stop, no values.
    pub fn new(kind: ErrorKind, message: impl Into<Cow<'static, str>>) -> Error {
        Error(Arc::new(Inner {
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

    /// Adds a hint: what to do about it.
    #[must_use = "returns the error"]
    pub fn with_hint(mut self, hint: impl Into<Cow<'static, str>>) -> Error {
        self.inner_mut().hint = Some(hint.into());
        self
    }

    /// Adds the table that it is about.
    #[must_use = "returns the error"]
    pub fn with_table(mut self, table: impl Into<String>) -> Error {
        self.inner_mut().table = Some(table.into());
        self
    }

    /// Adds the columns that it is about.
    #[must_use = "returns the error"]
    pub fn with_columns<C: Into<String>>(mut self, columns: impl IntoIterator<Item = C>) -> Error {
        self.inner_mut().columns = columns.into_iter().map(Into::into).collect();
        self
    }

    /// Adds the constraint that it is about.
    #[must_use = "returns the error"]
    pub fn with_constraint(mut self, constraint: impl Into<String>) -> Error {
        self.inner_mut().constraint = Some(constraint.into());
        self
    }

    /// Adds the database's own code: an SQLSTATE, an errno, an extended result code.
    #[must_use = "returns the error"]
    pub fn with_code(mut self, code: impl Into<String>) -> Error {
        self.inner_mut().code = Some(code.into());
        self
    }

    /// Adds the error that caused it.
    #[must_use = "returns the error"]
    pub fn with_source(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
        self.inner_mut().source = Some(Arc::from(source.into()));
        self
    }

    /// Adds the error of the rollback that followed, so that neither hides the other.
    #[must_use = "returns the error"]
    pub fn with_rollback(mut self, rollback: Error) -> Error {
        self.inner_mut().rollback = Some(rollback);
        self
    }

    /// The parts, copied first when a clone of this error shares them.
    fn inner_mut(&mut self) -> &mut Inner {
        Arc::make_mut(&mut self.0)
    }

    /// What went wrong, in terms that do not depend on the database.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// What happened, without the hint. `Display` has both.
    ///
    /// ```
    /// use kysera_core::{Error, ErrorKind};
    ///
    /// let error = Error::new(ErrorKind::NotFound, "no row was found").with_hint("check the key");
    /// assert_eq!(error.message(), "no row was found");
    /// assert_eq!(error.hint(), Some("check the key"));
    /// assert_eq!(error.to_string(), "no row was found; check the key");
    /// ```
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// What to do about it, when there is something to say.
    pub fn hint(&self) -> Option<&str> {
        self.0.hint.as_deref()
    }

    /// The table that it is about, when known.
    pub fn table(&self) -> Option<&str> {
        self.0.table.as_deref()
    }

    /// The columns that it is about, as far as known.
    pub fn columns(&self) -> &[String] {
        &self.0.columns
    }

    /// The constraint that it is about, when the database named it.
    pub fn constraint(&self) -> Option<&str> {
        self.0.constraint.as_deref()
    }

    /// The database's own code, when the database reported the error.
    pub fn code(&self) -> Option<&str> {
        self.0.code.as_deref()
    }

    /// The error of the rollback that followed, when that failed too.
    pub fn rollback_error(&self) -> Option<&Error> {
        self.0.rollback.as_ref()
    }

    /// True when a query that asks for one row found none.
    ///
    /// ```
    /// use kysera_core::{Error, ErrorKind};
    ///
    /// fn or_none<T>(result: Result<T, Error>) -> Result<Option<T>, Error> {
    ///     match result {
    ///         Ok(row) => Ok(Some(row)),
    ///         Err(error) if error.is_not_found() => Ok(None),
    ///         Err(error) => Err(error),
    ///     }
    /// }
    /// # assert!(matches!(or_none::<()>(Err(Error::new(ErrorKind::NotFound, "no row was found"))), Ok(None)));
    /// # assert!(or_none::<()>(Err(Error::new(ErrorKind::TooManyRows, "two rows"))).is_err());
    /// ```
    pub fn is_not_found(&self) -> bool {
        self.kind() == ErrorKind::NotFound
    }

    /// True when another row has the same unique value, also one that a plugin hides.
    ///
    /// ```
    /// use kysera_core::{Error, ErrorKind};
    ///
    /// fn message(error: &Error) -> Option<String> {
    ///     let is_email = error.columns().iter().any(|column| column == "email");
    ///     (error.is_unique_violation() && is_email).then(|| "this address has an account already".to_owned())
    /// }
    ///
    /// let taken = Error::new(ErrorKind::UniqueViolation, "a key is taken").with_columns(["email"]);
    /// assert!(message(&taken).is_some());
    /// let hidden = Error::new(ErrorKind::HiddenConflict, "a deleted row has this key");
    /// assert!(hidden.is_unique_violation());
    /// assert!(!Error::new(ErrorKind::ForeignKeyViolation, "no such owner").is_unique_violation());
    /// ```
    pub fn is_unique_violation(&self) -> bool {
        matches!(self.kind(), ErrorKind::UniqueViolation | ErrorKind::HiddenConflict)
    }

    /// True when a foreign key refers to no row, or a row that others refer to was to be deleted or changed.
    ///
    /// ```
    /// use kysera_core::{Error, ErrorKind};
    ///
    /// let error = Error::new(ErrorKind::ForeignKeyViolation, "pets refer to this person").with_table("pet");
    /// if error.is_foreign_key_violation() {
    ///     println!("delete the rows of {} first", error.table().unwrap_or("the other table"));
    /// }
    /// # assert!(error.is_foreign_key_violation());
    /// # assert!(!Error::new(ErrorKind::UniqueViolation, "taken").is_foreign_key_violation());
    /// ```
    pub fn is_foreign_key_violation(&self) -> bool {
        self.kind() == ErrorKind::ForeignKeyViolation
    }

    /// True when a constraint of the database refused the change: unique, foreign key, not null, check, exclusion.
    ///
    /// ```
    /// use kysera_core::{Error, ErrorKind};
    ///
    /// let error = Error::new(ErrorKind::CheckViolation, "a check failed").with_constraint("age_is_positive");
    /// assert!(error.is_constraint_violation());
    /// assert_eq!(error.constraint(), Some("age_is_positive"));
    /// assert!(!Error::new(ErrorKind::InvalidValue, "too large").is_constraint_violation());
    /// ```
    pub fn is_constraint_violation(&self) -> bool {
        use ErrorKind::{CheckViolation, ExclusionViolation, ForeignKeyViolation, NotNullViolation};
        self.is_unique_violation()
            || matches!(
                self.kind(),
                CheckViolation | ExclusionViolation | ForeignKeyViolation | NotNullViolation
            )
    }

    /// True when another transaction was in the way, and running the whole transaction again may succeed.
    /// [`retry_on_conflict`](crate::retry_on_conflict) does that.
    ///
    /// ```
    /// use kysera_core::{Error, ErrorKind};
    ///
    /// assert!(Error::new(ErrorKind::SerializationFailure, "another transaction was first").is_transient());
    /// assert!(Error::new(ErrorKind::Deadlock, "transactions waited for each other").is_transient());
    /// // Whether this one took effect is not known, so it is not to be run again blindly.
    /// assert!(!Error::new(ErrorKind::CommitUnknown, "the answer was lost").is_transient());
    /// ```
    pub fn is_transient(&self) -> bool {
        // What raw SQL had committed by then would be there twice.
        let may_be_committed =
            self.rollback_error().is_some_and(|rollback| rollback.kind() == ErrorKind::TransactionAborted);
        let is_conflict = matches!(
            self.kind(),
            ErrorKind::SerializationFailure
                | ErrorKind::SchemaChanged
                | ErrorKind::Deadlock
                | ErrorKind::LockNotAvailable
        );
        is_conflict && !may_be_committed
    }

    /// True when no connection of the pool became free in time: the program asks for more than the pool or the
    /// database gives. Nothing was sent.
    ///
    /// ```
    /// use kysera_core::{Error, ErrorKind};
    ///
    /// let error = Error::new(ErrorKind::PoolTimeout, "no connection became free within 5 s");
    /// let status = if error.is_pool_timeout() { 503 } else { 500 };
    /// assert_eq!(status, 503);
    /// ```
    pub fn is_pool_timeout(&self) -> bool {
        self.kind() == ErrorKind::PoolTimeout
    }

    /// True when no connection could be made, or the connection was lost. The next query opens a new one.
    ///
    /// When the connection was lost during a write, that may or may not have taken effect; a read may be run again.
    ///
    /// ```
    /// use kysera_core::{Error, ErrorKind};
    ///
    /// fn is_healthy(ping: Result<(), Error>) -> bool {
    ///     !ping.is_err_and(|error| error.is_connection_error() || error.is_pool_timeout())
    /// }
    /// assert!(!is_healthy(Err(Error::new(ErrorKind::ConnectionFailed, "the server cannot be reached"))));
    /// assert!(!is_healthy(Err(Error::new(ErrorKind::ConnectionClosed, "the connection was lost"))));
    /// assert!(is_healthy(Err(Error::new(ErrorKind::PermissionDenied, "not permitted"))));
    /// ```
    pub fn is_connection_error(&self) -> bool {
        matches!(self.kind(), ErrorKind::ConnectionFailed | ErrorKind::ConnectionClosed)
    }

    /// True when the connection was lost while the transaction committed: it may or may not have been committed.
    ///
    /// ```
    /// use kysera_core::{Error, ErrorKind};
    ///
    /// fn next_step(error: &Error) -> &'static str {
    ///     if error.is_transient() {
    ///         "run it again"
    ///     } else if error.is_commit_unknown() {
    ///         "look whether the order exists, then decide"
    ///     } else {
    ///         "report it"
    ///     }
    /// }
    /// let lost = Error::new(ErrorKind::CommitUnknown, "the connection was lost during commit");
    /// assert_eq!(next_step(&lost), "look whether the order exists, then decide");
    /// ```
    pub fn is_commit_unknown(&self) -> bool {
        self.kind() == ErrorKind::CommitUnknown
    }

    /// True when the statement was cancelled, or took longer than it may.
    ///
    /// ```
    /// use kysera_core::{Error, ErrorKind};
    ///
    /// let error = Error::new(ErrorKind::Canceled, "the statement took longer than 2 s");
    /// let status = if error.is_canceled() { 504 } else { 500 };
    /// assert_eq!(status, 504);
    /// ```
    pub fn is_canceled(&self) -> bool {
        self.kind() == ErrorKind::Canceled
    }

    /// True when a plugin that guards rows or statements refused this one.
    ///
    /// ```
    /// use kysera_core::{Error, ErrorKind};
    ///
    /// let error = Error::new(ErrorKind::Refused, "this tenant may not write to table invoice");
    /// let status = if error.is_refused() { 403 } else { 500 };
    /// assert_eq!(status, 403);
    /// ```
    pub fn is_refused(&self) -> bool {
        self.kind() == ErrorKind::Refused
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
        let kind = match &source {
            CompileError::Unsupported { .. } => ErrorKind::Unsupported,
            CompileError::NoPlugin { .. } => ErrorKind::Plugin,
            CompileError::NoPattern { .. } => ErrorKind::InvalidValue,
            CompileError::Value(error) if error.is_of_value() => ErrorKind::InvalidValue,
            _ => ErrorKind::InvalidQuery,
        };
        Error::new(kind, source.to_string()).with_source(source)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kysera_sql::value::ValueError;

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
        // A leap second from a request was the program's fault.
        let value = CompileError::Value(Box::new(ValueError::new("time", "it is in a leap second")));
        assert_eq!(Error::from(value).kind(), ErrorKind::InvalidValue);
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

    #[test]
    fn a_clone_has_the_same_source_and_does_not_change_with_the_original() {
        let error =
            Error::new(ErrorKind::InvalidQuery, "empty").with_source(CompileError::Empty { clause: "set" });
        let clone = error.clone();
        let error = error.with_hint("give it something to set").with_table("person");
        assert_eq!((clone.hint(), clone.table()), (None, None));
        assert_eq!((error.hint(), error.table()), (Some("give it something to set"), Some("person")));
        let source = |error: &Error| {
            let source =
                std::error::Error::source(error).and_then(|source| source.downcast_ref::<CompileError>());
            source.map(std::ptr::from_ref)
        };
        assert!(source(&error).is_some());
        assert_eq!(source(&error), source(&clone));
    }
}
