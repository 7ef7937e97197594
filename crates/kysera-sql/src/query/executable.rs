//! Queries as the executor sees them: something that becomes a statement, and the type of its rows.

use crate::ast::Statement;
use crate::value::Value;
use std::any::Any;
use std::borrow::Cow;
use std::sync::Arc;

/// A query that can become a statement. What runs it (`fetch_all`, `execute`, ..) is `QueryExt`, an extension trait over
/// this one in `kysera-core`, which asks of these types whether it may be run.
pub trait Query: Sized {
    /// What one row is read as; a type that reads no row where nothing is selected.
    type Row;

    /// What it takes from a query around it. Only what is [`Closed`](crate::typed::Closed) can be run.
    type Outer;

    /// [`Filtered`], or [`Unfiltered`] for an update or delete that would reach every row. Only what is [`Ready`]
    /// can be run.
    type Readiness;

    /// The statement.
    ///
    /// # Errors
    /// When a value that was given cannot be written: the first such error.
    fn into_statement(self) -> Result<Statement, BuildError>;

    /// The statement, or where an executor finds what it made of it before.
    #[doc(hidden)]
    fn into_origin(self) -> Origin {
        Origin::Built(self.into_statement())
    }
}

/// Where a statement comes from: built for this call, or prepared. Only an executor knows what its prepared queries are.
#[doc(hidden)]
#[derive(Debug)]
pub enum Origin {
    /// The query's own.
    Built(Result<Statement, BuildError>),
    /// Prepared, and what to bind.
    Prepared {
        /// The executor's.
        query: Arc<dyn Any + Send + Sync>,
        /// The values of its parameters.
        arguments: Vec<Value>,
    },
}

/// A statement that says which rows it is about, or is about none.
#[derive(Clone, Copy, Debug)]
pub struct Filtered(());

/// An update or delete without a filter.
#[derive(Clone, Copy, Debug)]
pub struct Unfiltered(());

/// A statement that says which rows it is about.
#[diagnostic::on_unimplemented(
    message = "this `update` or `delete` has no filter",
    note = "call `.filter(..)`, or `.all_rows()` if every row is meant"
)]
pub trait Ready {}

impl Ready for Filtered {}

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
