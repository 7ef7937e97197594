//! A repository of another shape: rows in pages, by their key, and rows that are taken away.
//!
//! It is a trait over all that queries run on, so that a request has it too: `db.shelf::<Book>()`.

use kysera::Result;
use kysera::expr::Column;
use kysera::extend::sql::ast;
use kysera::extend::sql::typed::{Keyed, SqlValue};
use kysera::extend::sql::value::ToValue;
use kysera::prelude::*;
use std::marker::PhantomData;

/// A table with a single key, in whose order it is read.
pub trait Shelved: Keyed<Key: SqlValue + ToValue> + FromRow + Send {
    /// The column of the key.
    fn key_column() -> Column<Self, Self::Key>;

    /// The key of a row.
    fn key(&self) -> Self::Key;
}

/// Gives all that queries run on a shelf for each table.
pub trait Shelves: Executor + Sized {
    /// The rows of a table.
    fn shelf<T: Shelved>(&self) -> Shelf<'_, Self, T> {
        Shelf { on: self, table: PhantomData }
    }
}

impl<E: Executor> Shelves for E {}

/// The rows of a table, by their key.
#[derive(Debug)]
pub struct Shelf<'e, E, T> {
    on: &'e E,
    table: PhantomData<fn() -> T>,
}

/// Some rows, and the key behind which the next ones are.
#[derive(Debug, PartialEq)]
pub struct Page<T, K> {
    /// The rows, in the order of their keys.
    pub rows: Vec<T>,
    /// The key of the last of them, unless there are no more.
    pub next: Option<K>,
}

impl<E: Executor, T: Shelved> Shelf<'_, E, T> {
    /// At most `size` rows, those behind `after` where that is given.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn page(&self, after: Option<T::Key>, size: usize) -> Result<Page<T, T::Key>> {
        let key = T::key_column();
        let mut query = select_from(T::COLUMNS).limit(size as u64 + 1);
        if let Some(after) = after {
            query = query.filter(is_behind(key, after));
        }
        let mut rows = query.order_by(key.asc()).select(T::ALL).fetch_all(self.on).await?;
        let has_more = rows.len() > size;
        rows.truncate(size);
        let next = rows.last().filter(|_| has_more).map(T::key);
        Ok(Page { rows, next })
    }

    /// Takes a row away and returns it, if it is there.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn take(&self, key: T::Key) -> Result<Option<T>> {
        let query = delete_from(T::COLUMNS).filter(T::has_key(key)).returning(T::ALL);
        query.fetch_optional(self.on).await
    }
}

/// `key > after`.
fn is_behind<T, K: ToValue>(key: Column<T, K>, after: K) -> Predicate<T> {
    let key = ast::Expr::column(key.table(), key.name());
    Expr::from_node(ast::Expr::binary(key, ast::BinaryOp::Gt, ast::Expr::Value(after.to_value())))
}
