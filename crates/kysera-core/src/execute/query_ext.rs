//! What ends a query and runs it: `fetch_all`, `fetch_one`, `fetch_stream`, `execute`, ..; or only shows it.

use crate::error::Result;
use crate::execute::collect::{AllRows, FirstRow, NoRows, OneRow, OptionalRow, QueryPlan};
use crate::execute::executor::Executor;
use crate::execute::fetch::Fetch;
use crate::execute::run::StatementRun;
use crate::execute::stream::{RowsStream, StreamSource};
use kysera_sql::compile::compile;
use kysera_sql::compiled::Compiled;
use kysera_sql::dialect::Dialect;
use kysera_sql::query::{Query, Ready};
use kysera_sql::row::FromRow;
use kysera_sql::typed::Closed;

/// The methods that run a query. They take what it runs on by shared reference, return a future that can be named and
/// sent between threads, and do nothing until it is polled.
///
/// ```
/// # use kysera_core::{Db, Result, QueryExt};
/// # use kysera_sql::{doc::Person, prelude::*, query::select_from};
/// # async fn example(db: &Db) -> Result<()> {
/// let adults = select_from(Person).filter(Person.age.ge(18)).select(Person.first_name);
/// let names: Vec<String> = adults.clone().fetch_all(db).await?;
/// let first: Option<String> = adults.order_by(Person.id.asc()).fetch_first(db).await?;
/// # Ok(())
/// # }
/// ```
pub trait QueryExt: Query {
    /// Every row.
    ///
    /// # Errors
    /// When the statement cannot be written for the database, the database refuses it, or a row cannot be read.
    fn fetch_all<E: Executor>(self, on: &E) -> Fetch<'_, AllRows<Self::Row>>
    where
        Self::Row: FromRow + Send + 'static,
        Self::Outer: Closed,
        Self::Readiness: Ready,
    {
        Fetch::new(on.executor(), self)
    }

    /// The only row. No limit is added: the second row, if there is one, ends the reading.
    ///
    /// # Errors
    /// As [`fetch_all`](QueryExt::fetch_all); `NotFound` when there is no row, `TooManyRows` when there are two.
    fn fetch_one<E: Executor>(self, on: &E) -> Fetch<'_, OneRow<Self::Row>>
    where
        Self::Row: FromRow + Send + 'static,
        Self::Outer: Closed,
        Self::Readiness: Ready,
    {
        Fetch::new(on.executor(), self)
    }

    /// The only row, or `None`.
    ///
    /// # Errors
    /// As [`fetch_all`](QueryExt::fetch_all); `TooManyRows` when there are two.
    fn fetch_optional<E: Executor>(self, on: &E) -> Fetch<'_, OptionalRow<Self::Row>>
    where
        Self::Row: FromRow + Send + 'static,
        Self::Outer: Closed,
        Self::Readiness: Ready,
    {
        Fetch::new(on.executor(), self)
    }

    /// The first row, or `None`; further rows are not read.
    ///
    /// # Errors
    /// As [`fetch_all`](QueryExt::fetch_all).
    fn fetch_first<E: Executor>(self, on: &E) -> Fetch<'_, FirstRow<Self::Row>>
    where
        Self::Row: FromRow + Send + 'static,
        Self::Outer: Closed,
        Self::Readiness: Ready,
    {
        Fetch::new(on.executor(), self)
    }

    /// The rows one by one, while the statement runs: from `&db` on a connection of its own, from `&mut tx` on the
    /// transaction, which nothing else can use meanwhile.
    fn fetch_stream<'e, S: StreamSource<'e>>(self, on: S) -> RowsStream<'e, Self::Row>
    where
        Self::Row: FromRow + Send + 'static,
        Self::Outer: Closed,
        Self::Readiness: Ready,
    {
        RowsStream::new(on, self)
    }

    /// Runs it for what it does; rows that come back are dropped.
    ///
    /// # Errors
    /// When the statement cannot be written for the database, or the database refuses it.
    fn execute<E: Executor>(self, on: &E) -> Fetch<'_, NoRows>
    where
        Self::Outer: Closed,
        Self::Readiness: Ready,
    {
        Fetch::new(on.executor(), self)
    }

    /// How the database would run it, as text: one line for each row of its plan. The statement is not run.
    ///
    /// # Errors
    /// As [`fetch_all`](QueryExt::fetch_all).
    ///
    /// # Dialects
    /// `explain` on PostgreSQL, `explain query plan` on SQLite, `explain format=tree` on MySQL. SQL Server has no such
    /// prefix: `Unsupported`.
    fn explain<E: Executor>(self, on: &E) -> Fetch<'_, QueryPlan>
    where
        Self::Outer: Closed,
        Self::Readiness: Ready,
    {
        Fetch::of(StatementRun::plan(on.executor(), self))
    }

    /// The SQL and its parameters, without plugins.
    ///
    /// # Errors
    /// When the statement cannot be written for the database.
    fn to_sql(self, dialect: &dyn Dialect) -> Result<Compiled> {
        Ok(compile(&self.into_statement()?, dialect)?)
    }

    /// The SQL and its parameters as they would be sent, after the plugins.
    ///
    /// # Errors
    /// When the statement cannot be written for the database, or a plugin refuses it.
    ///
    /// # Dialects
    /// Where the rows of `returning` are read by their keys (MySQL, and MariaDB in updates), it is the first of the
    /// statements alone.
    fn compile<E: Executor>(self, on: &E) -> Result<Compiled>
    where
        Self::Outer: Closed,
        Self::Readiness: Ready,
    {
        Ok(StatementRun::new(on.executor(), self).lower()?.compiled)
    }
}

impl<Q: Query> QueryExt for Q {}
