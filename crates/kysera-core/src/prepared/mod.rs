//! Queries that are built once and run often: rewritten and compiled once for each database and mode, with values bound
//! at each call.
//!
//! `cache` holds the tree and what was made of it, `cache_entry` is one such result, `build` calls the user's closure,
//! `substitute` puts values into a tree.

mod build;
mod cache;
mod cache_entry;
mod substitute;

pub use build::Prepare;
pub(crate) use cache::{EntryRef, Lookup, PreparedQuery};

use kysera_sql::ast::Statement;
use kysera_sql::expr::Bind;
use kysera_sql::query::{BuildError, Filtered, Origin, Query, Ready, Unselected};
use kysera_sql::typed::{Closed, Nil};
use kysera_sql::value::Value;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

/// Builds a query once, to be run often with other values. No database is needed: what is returned can be kept in a
/// field or a `static` and run on any.
///
/// The closure states the types of its parameters, and uses each wherever a value of that type may be. The SQL, with the
/// changes of plugins, is written at the first call on each database; later calls only bind values.
///
/// ```
/// # use kysera_core::{Db, Prepared, Result, QueryExt, prepare};
/// # use kysera_sql::{doc::Person, expr::Param, prelude::*, query::select_from};
/// # async fn example(db: &Db) -> Result<()> {
/// let older: Prepared<(i32, u32), String> = prepare(|age: Param<i32>, page: Param<u32>| {
///     select_from(Person).filter(Person.age.gt(age)).select(Person.first_name).limit(page)
/// });
/// // select "person"."first_name" from "person" where "person"."age" > $1 limit $2
/// let names = older.bind((40, 10)).fetch_all(db).await?;
/// # Ok(())
/// # }
/// ```
///
/// A parameter that is used outside of its closure is refused when the query is run.
pub fn prepare<F: Prepare<M>, M>(build: F) -> Prepared<F::Parameters, <F::Query as Query>::Row>
where
    <F::Query as Query>::Outer: Closed,
    <F::Query as Query>::Readiness: Ready,
{
    let number = PreparedQuery::next_number();
    let statement = build.build(number).into_statement();
    Prepared { query: Arc::new(PreparedQuery::new(number, statement)), types: PhantomData }
}

/// A query that was built once, with parameters `P` and rows `Row`: what [`prepare`] returns. Cheap to clone.
///
/// `P` is the type of the parameter, or a tuple of several.
///
/// ```
/// # use kysera_core::{Db, Prepared, Result, QueryExt, prepare};
/// # use kysera_sql::{doc::Person, expr::Param, prelude::*, query::select_from};
/// use std::sync::LazyLock;
///
/// static BY_ID: LazyLock<Prepared<i64, Person>> = LazyLock::new(|| {
///     prepare(|id: Param<i64>| select_from(Person).filter(Person.id.eq(id)).select(Person.all()))
/// });
///
/// async fn find(db: &Db, id: i64) -> Result<Option<Person>> {
///     BY_ID.bind(id).fetch_optional(db).await
/// }
/// ```
pub struct Prepared<P, Row = Unselected> {
    query: Arc<PreparedQuery>,
    types: PhantomData<fn() -> (P, Row)>,
}

impl<P, Row> Prepared<P, Row> {
    /// The query with these values: one for one parameter, a tuple for several, `()` for none. Runs like any query.
    pub fn bind<B: Bind<P>>(&self, values: B) -> Bound<Row> {
        let mut arguments = Vec::with_capacity(B::COUNT);
        values.push_values(&mut arguments);
        Bound { query: Arc::clone(&self.query), arguments, row: PhantomData }
    }
}

impl<P, Row> Clone for Prepared<P, Row> {
    fn clone(&self) -> Self {
        Prepared { query: Arc::clone(&self.query), types: PhantomData }
    }
}

impl<P, Row> fmt::Debug for Prepared<P, Row> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prepared").field("query", &self.query).finish()
    }
}

/// A prepared query with its values: a query like any other, which the terminals run.
#[must_use = "a query does nothing until it is executed"]
pub struct Bound<Row> {
    query: Arc<PreparedQuery>,
    arguments: Vec<Value>,
    row: PhantomData<fn() -> Row>,
}

impl<Row> Query for Bound<Row> {
    type Row = Row;
    type Outer = Nil;
    type Readiness = Filtered;

    fn into_statement(self) -> Result<Statement, BuildError> {
        self.query.filled(&self.arguments)
    }

    fn into_origin(self) -> Origin {
        Origin::Prepared { query: self.query, arguments: self.arguments }
    }
}

impl<Row> Clone for Bound<Row> {
    fn clone(&self) -> Self {
        Bound { query: Arc::clone(&self.query), arguments: self.arguments.clone(), row: PhantomData }
    }
}

// Values do not belong into a log.
impl<Row> fmt::Debug for Bound<Row> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bound").field("query", &self.query).finish_non_exhaustive()
    }
}
