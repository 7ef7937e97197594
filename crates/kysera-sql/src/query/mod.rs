//! Queries as the executor sees them: something that becomes a statement, and the type of its rows.

use crate::ast::Statement;
use std::borrow::Cow;

/// A query that is complete enough to become a statement. Terminals (`fetch_all`, `execute`, ..) are an extension
/// trait over it in `kysera-core`.
pub trait Query: Sized {
    /// What one row is read as; a type that reads no row where nothing is selected.
    type Row;

    /// The statement.
    ///
    /// # Errors
    /// When a value that was given cannot be written: the first such error.
    fn into_statement(self) -> Result<Statement, BuildError>;
}

/// A query that could not be built.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{message}")]
pub struct BuildError {
    message: Cow<'static, str>,
}

impl BuildError {
    /// With a message that says what to do.
    pub fn new(message: impl Into<Cow<'static, str>>) -> BuildError {
        BuildError { message: message.into() }
    }
}
