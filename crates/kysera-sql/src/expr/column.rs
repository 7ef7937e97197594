//! Columns.

use super::{AsExpr, Expression};
use crate::ast::grow::{self, Compare};
use crate::ast::{self, Direction, OrderBy};
use crate::ident::StaticName;
use crate::typed::{Ref, SqlValue};
use std::fmt;
use std::marker::PhantomData;

/// A column of type `V` of the table reference marked `T`. `derive(Table)` makes one for each field.
pub struct Column<T, V> {
    table: StaticName,
    name: StaticName,
    types: PhantomData<fn() -> (T, V)>,
}

impl<T, V> Column<T, V> {
    /// The column `name` of the table that is called `table` in FROM; of the query's own output where that is empty.
    ///
    /// Names come by reference, `&"person"`, so that a column is two words.
    pub const fn new(table: StaticName, name: StaticName) -> Self {
        Column { table, name, types: PhantomData }
    }

    /// Its name in the database.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The alias of its table, or the table's name.
    pub const fn table(&self) -> &'static str {
        self.table
    }

    /// Its table and its name, as they travel.
    pub(crate) const fn labels(&self) -> (StaticName, StaticName) {
        (self.table, self.name)
    }
}

impl<T, V> Copy for Column<T, V> {}

impl<T, V> Clone for Column<T, V> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T, V> fmt::Debug for Column<T, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.table, self.name)
    }
}

impl<T, V: SqlValue> Expression for Column<T, V> {
    type Value = V;
    type Refs = Ref<T>;

    #[inline]
    fn into_node(self) -> ast::Expr {
        grow::column(self.table, self.name)
    }

    #[inline]
    fn compare<B, E: AsExpr<B>>(self, op: Compare, other: E) -> ast::Expr {
        other.compare_with(self.table, self.name, op)
    }

    #[inline]
    fn into_key(self, direction: Direction) -> OrderBy {
        grow::column_key(self.table, self.name, direction)
    }
}
