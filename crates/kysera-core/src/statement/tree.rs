//! Statements whose tree was made at run time, run through the same pipeline as typed ones.

use kysera_sql::ast::Statement;
use kysera_sql::query::{BuildError, Filtered, Query};
use kysera_sql::typed::Nil;
use std::fmt;
use std::marker::PhantomData;

/// A statement made at run time, with the type that its rows are read as. Plugins rewrite it like any other.
#[must_use = "a statement does nothing until it is executed"]
pub struct Tree<T = ()> {
    statement: Statement,
    row: PhantomData<fn() -> T>,
}

/// A statement made at run time. Run it with `execute`, or say what its rows are with [`rows`](Tree::rows).
pub fn tree(statement: impl Into<Statement>) -> Tree {
    Tree { statement: statement.into(), row: PhantomData }
}

impl<T> Tree<T> {
    /// The same statement, whose rows are read as `R`.
    pub fn rows<R>(self) -> Tree<R> {
        Tree { statement: self.statement, row: PhantomData }
    }
}

impl<T> Query for Tree<T> {
    type Row = T;
    type Outer = Nil;
    type Readiness = Filtered;

    fn into_statement(self) -> Result<Statement, BuildError> {
        Ok(self.statement)
    }
}

impl<T> Clone for Tree<T> {
    fn clone(&self) -> Self {
        Tree { statement: self.statement.clone(), row: PhantomData }
    }
}

impl<T> fmt::Debug for Tree<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tree").field("statement", &self.statement.kind()).finish_non_exhaustive()
    }
}
