//! Columns.

use super::ordered::{is_enum, ordered, unsaid};
use super::{AsExpr, Expression};
use crate::ast::grow::{self, Compare, moved};
use crate::ast::{self, Direction, Numeric, OrderBy};
use crate::ident::StaticName;
use crate::typed::{Ref, SqlValue};
use crate::value::SqlType;
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
        let mut node = grow::column(self.table, self.name);
        if says_kind::<V>() {
            node.note(Numeric::of(V::TYPE));
        }
        node
    }

    #[inline]
    fn compare<B, E: AsExpr<B>>(self, op: Compare, other: E) -> ast::Expr {
        if says_kind::<V>() || (is_enum::<V>() && op.orders()) {
            let left = if op.orders() { ordered::<V>(self.into_node()) } else { self.into_node() };
            return grow::compare_nodes(&mut moved(left), op, &mut moved(other.into_operand()));
        }
        other.compare_with(self.table, self.name, op)
    }

    #[inline]
    fn into_key(self, direction: Direction) -> OrderBy {
        if says_kind::<V>() || is_enum::<V>() {
            let mut key = OrderBy::new(ordered::<V>(self.into_node()), direction);
            key.unsaid = unsaid::<V>();
            return key;
        }
        let mut key = grow::column_key(self.table, self.name, direction);
        key.unsaid = unsaid::<V>();
        key
    }
}

/// True for the columns that say in the tree what they are: some databases have no exact decimals and no JSON. Known when the
/// program is compiled, so that all others take the short way.
#[inline]
const fn says_kind<V: SqlValue>() -> bool {
    matches!(V::TYPE, SqlType::Decimal | SqlType::Json)
}
