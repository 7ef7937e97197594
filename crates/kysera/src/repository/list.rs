//! Listing and counting.

use super::{At, Repository};
use kysera_core::{QueryExt, Result};
use kysera_sql::expr::{Expression, OrderKey, count_all};
use kysera_sql::query::{Select, Unselected, select_from};
use kysera_sql::row::FromRow;
use kysera_sql::typed::{Condition, In, Keyed, Nil, NoAgg, RefsIn, Required};
use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;

/// The scope of a query over one table.
type Only<T> = In<T, Required, Nil>;

/// The rows of a table. Await it.
#[must_use = "await it"]
pub struct List<'e, T> {
    at: At<'e>,
    query: Select<Only<T>, Nil, Unselected>,
}

/// How many rows a table has. Await it.
#[must_use = "await it"]
pub struct Count<'e, T> {
    at: At<'e>,
    query: Select<Only<T>, Nil, Unselected>,
}

impl<'e, T: Keyed + FromRow + Send> Repository<'e, T> {
    /// The rows, to be filtered, ordered and limited; awaited when it is complete.
    ///
    /// ```
    /// # use kysera::{prelude::*, repository::Repository};
    /// # use kysera_sql::doc::*;
    /// # async fn example(db: &Db) -> kysera::Result<()> {
    /// let people = Repository::<Person>::new(db);
    /// let oldest = people.list().filter(Person.age.ge(18)).order_by(Person.age.desc()).limit(10).await?;
    /// // select .. from "person" where "person"."age" >= $1 order by "person"."age" desc limit $2
    /// # Ok(())
    /// # }
    /// ```
    pub fn list(&self) -> List<'e, T> {
        List::new(self.at)
    }

    /// How many rows there are, to be filtered; awaited when it is complete.
    pub fn count(&self) -> Count<'e, T> {
        Count::new(self.at)
    }
}

impl<'e, T: Keyed> List<'e, T> {
    fn new(at: At<'e>) -> Self {
        List { at, query: select_from(T::COLUMNS) }
    }

    /// Only rows for which this holds; repeated filters are combined with `and`.
    pub fn filter<E: Expression, I>(mut self, condition: E) -> Self
    where
        E::Value: Condition,
        E::Refs: RefsIn<Only<T>, I, Outer<Nil> = Nil> + NoAgg,
    {
        self.query = self.query.filter(condition);
        self
    }

    /// In this order; repeated keys follow one another.
    pub fn order_by<R, I>(mut self, key: OrderKey<R>) -> Self
    where
        R: RefsIn<Only<T>, I, Outer<Nil> = Nil> + NoAgg,
    {
        self.query = self.query.order_by(key);
        self
    }

    /// At most `n` rows.
    pub fn limit(mut self, n: u64) -> Self {
        self.query = self.query.limit(n);
        self
    }

    /// Without the first `n` rows.
    pub fn offset(mut self, n: u64) -> Self {
        self.query = self.query.offset(n);
        self
    }
}

impl<'e, T: Keyed> Count<'e, T> {
    fn new(at: At<'e>) -> Self {
        Count { at, query: select_from(T::COLUMNS) }
    }

    /// Only rows for which this holds; repeated filters are combined with `and`.
    pub fn filter<E: Expression, I>(mut self, condition: E) -> Self
    where
        E::Value: Condition,
        E::Refs: RefsIn<Only<T>, I, Outer<Nil> = Nil> + NoAgg,
    {
        self.query = self.query.filter(condition);
        self
    }
}

impl<'e, T: Keyed + FromRow + Send> IntoFuture for List<'e, T> {
    type Output = Result<Vec<T>>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'e>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { self.query.select(T::ALL).fetch_all(&self.at).await })
    }
}

impl<'e, T: Keyed> IntoFuture for Count<'e, T> {
    type Output = Result<i64>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'e>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { self.query.select(count_all()).fetch_one(&self.at).await })
    }
}

impl<T> fmt::Debug for List<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("List").finish_non_exhaustive()
    }
}

impl<T> fmt::Debug for Count<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Count").finish_non_exhaustive()
    }
}
