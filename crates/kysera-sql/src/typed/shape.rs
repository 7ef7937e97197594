//! The shape of a row: its columns by position, for set operations, and by name, for FROM and ORDER BY.

use super::Nil;
use crate::expr::Column;
use crate::ident::{StaticName, interned};
use crate::row::FromRow;
use std::marker::PhantomData;

/// A column of type `V`, and those behind it.
#[derive(Debug)]
pub struct Col<V, Rest>(PhantomData<fn() -> (V, Rest)>);

/// The mark of a query's own output, in `order_by_output`.
#[derive(Debug)]
pub struct Output;

/// A row whose columns are known: made by `row!`, `derive(FromRow)`, `derive(Table)` and tuples.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither a SQL type nor a row",
    note = "a column needs a type that is listed in the guide (some need a feature), or `derive(SqlType)`, `derive(SqlEnum)`",
    note = "a row needs `row! {{ .. }}`, a tuple, or `derive(FromRow)`"
)]
pub trait RowShape {
    /// The types of its columns, in front of `Rest`.
    type List<Rest>;
    /// The same row with columns instead of their values; `M` marks the table that they belong to.
    type Columns<M>;
    /// What `object_from` makes of it: an `Option`, never nested.
    type Object;
    /// The columns, under the names that `names` gives.
    fn columns<M>(names: &mut Names<'_>) -> Self::Columns<M>;
}

/// Names the columns of a row and remembers them, in order.
#[derive(Debug)]
pub struct Names<'a> {
    table: StaticName,
    name: StaticName,
    given: &'a mut Vec<&'static str>,
}

impl Names<'_> {
    /// The columns of `R`, as they are called when `R` is in FROM under the alias `table`, and their names.
    pub(crate) fn of<R: RowShape, M>(table: StaticName) -> (R::Columns<M>, Vec<&'static str>) {
        let mut given = Vec::new();
        let columns = R::columns(&mut Names { table, name: &"", given: &mut given });
        (columns, given)
    }

    /// The names for the columns of a field.
    pub fn at(&mut self, field: StaticName) -> Names<'_> {
        Names { table: self.table, name: join(self.name, field), given: self.given }
    }

    /// The column of this name.
    pub fn column<M, V>(&mut self) -> Column<M, V> {
        let name = self.take();
        Column::new(self.table, name)
    }

    fn take(&mut self) -> StaticName {
        // The single column of a row without fields, such as `select(Pet.id)`.
        let name = if self.name.is_empty() { &"c0" } else { self.name };
        self.given.push(name);
        name
    }
}

/// `outer.inner`, the name of a field in a nested row.
fn join(outer: StaticName, inner: StaticName) -> StaticName {
    if outer.is_empty() { inner } else { interned(format!("{outer}.{inner}")) }
}

impl<T: FromRow> RowShape for Option<T> {
    type List<Rest> = Col<Option<T>, Rest>;
    type Columns<M> = Column<M, Option<T>>;
    type Object = Option<T>;
    fn columns<M>(names: &mut Names<'_>) -> Self::Columns<M> {
        names.column()
    }
}

impl<T> RowShape for Vec<T> {
    type List<Rest> = Col<Vec<T>, Rest>;
    type Columns<M> = Column<M, Vec<T>>;
    type Object = Option<Vec<T>>;
    fn columns<M>(names: &mut Names<'_>) -> Self::Columns<M> {
        names.column()
    }
}

/// These columns may follow the columns `B` in a set operation.
#[diagnostic::on_unimplemented(
    message = "the rows of the two queries have different numbers of columns",
    note = "a set operation needs the same column types in the same order"
)]
pub trait SameShape<B> {}

impl SameShape<Nil> for Nil {}

impl<V: super::FitsColumn<W>, W, A: SameShape<B>, B> SameShape<Col<W, B>> for Col<V, A> {}
