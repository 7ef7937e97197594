//! Columns.

use super::Expression;
use crate::ast;
use crate::typed::{Ref, SqlValue};
use std::fmt;
use std::marker::PhantomData;

/// A column of type `V` of the table reference marked `T`. `derive(Table)` makes one for each field.
pub struct Column<T, V> {
    table: &'static str,
    name: &'static str,
    types: PhantomData<fn() -> (T, V)>,
}

impl<T, V> Column<T, V> {
    /// The column `name` of the table that stands in FROM as `table`; of the query's own output where that is empty.
    pub const fn new(table: &'static str, name: &'static str) -> Self {
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
        node(self.table, self.name)
    }
}

/// Not generic, so that there is one for all columns of a program.
pub(crate) fn node(table: &'static str, name: &'static str) -> ast::Expr {
    let table = (!table.is_empty()).then_some(table.into());
    ast::Expr::Column(ast::ColumnRef { table, name: name.into(), outer: 0 })
}
