//! SELECT: the typed query and its clauses.
//!
//! Adding a filter, an order or a limit does not change the type of a query, so `if wanted { q = q.filter(..) }`
//! works; the first `.outer()` does, because the query then needs another one around it.

use super::{BuildError, Count, Items, Path, Query, Selection, Source};
use crate::ast::grow::{self, moved};
use crate::ast::{self, Statement};
use crate::expr::{Expr, Expression, OrderKeys, any_of};
use crate::typed::{
    Agg, Allows, Class, Classed, Condition, In, Nil, NoAgg, Output, RefsIn, Required, RowShape, SqlValue,
};
use std::fmt;
use std::marker::PhantomData;

/// A query over the tables of `S`, taking `O` from the query around it, whose rows are `Out`.
#[must_use = "a query does nothing until it is executed"]
pub struct Select<S, O, Out> {
    ast: Box<ast::Select>,
    types: PhantomData<fn() -> (S, O, Out)>,
}

/// The rows of a query that selects nothing yet.
#[derive(Clone, Copy, Debug)]
pub struct Unselected(());

/// A query that selects nothing yet.
#[diagnostic::on_unimplemented(
    message = "this clause must stand before `.select(..)`",
    label = "the query selects already",
    note = "the order of clauses: from, joins, filter, group_by, having, select, order_by, limit"
)]
pub trait BeforeSelect {}

impl BeforeSelect for Unselected {}

/// Begins a query: `select .. from source`.
///
/// # Examples
/// ```
/// # use kysera_sql::doc::assert_sql;
/// # use kysera_sql::{doc::Person, prelude::*, query::select_from};
/// let names = select_from(Person).filter(Person.age.ge(18)).select((Person.id, Person.first_name)).limit(10);
/// assert_sql(
///     names,
///     r#"select "person"."id", "person"."first_name" from "person" where "person"."age" >= ? limit ?"#,
/// );
/// ```
#[inline]
pub fn select_from<T: Source>(source: T) -> Select<In<T::Mark, Required, Nil>, Nil, Unselected> {
    Select::from_ast(source.begin())
}

/// The outer references of a query after a clause with the references `R`.
type After<R, S, I, O> = <R as RefsIn<S, I>>::Outer<O>;

impl<S, O, Out> Select<S, O, Out> {
    #[inline]
    pub(crate) fn from_ast(ast: Box<ast::Select>) -> Self {
        Select { ast, types: PhantomData }
    }

    /// The tree of the query.
    pub fn into_ast(self) -> ast::Select {
        *self.ast
    }

    pub(crate) fn into_box(self) -> Box<ast::Select> {
        self.ast
    }

    #[inline]
    pub(crate) fn retype<S2, O2, Out2>(self) -> Select<S2, O2, Out2> {
        Select { ast: self.ast, types: PhantomData }
    }

    #[inline]
    pub(crate) fn ast_mut(&mut self) -> &mut ast::Select {
        &mut self.ast
    }

    /// Keeps rows for which the condition is true. Called again, all conditions must be.
    #[inline]
    pub fn filter<E: Expression, TableStandsTwiceUseAlias>(
        mut self,
        condition: E,
    ) -> Select<S, After<E::Refs, S, TableStandsTwiceUseAlias, O>, Out>
    where
        E::Value: Condition,
        E::Refs: RefsIn<S, TableStandsTwiceUseAlias> + NoAgg,
    {
        grow::and_filter(&mut self.ast, &mut moved(condition.into_node()));
        self.retype()
    }

    /// Keeps rows for which any of the conditions is true. Of no conditions it is an error, never every row.
    pub fn filter_any_of<V, R, TableStandsTwiceUseAlias>(
        self,
        conditions: impl IntoIterator<Item = Expr<V, R>>,
    ) -> Select<S, After<R, S, TableStandsTwiceUseAlias, O>, Out>
    where
        V: Condition + SqlValue,
        R: RefsIn<S, TableStandsTwiceUseAlias> + NoAgg,
    {
        self.filter(any_of(conditions))
    }

    /// Keeps groups for which the condition is true.
    pub fn having<E: Expression, TableStandsTwiceUseAlias>(
        mut self,
        condition: E,
    ) -> Select<S, After<E::Refs, S, TableStandsTwiceUseAlias, O>, Out>
    where
        E::Value: Condition,
        E::Refs: RefsIn<S, TableStandsTwiceUseAlias> + Classed,
        S: Allows<<<E::Refs as Classed>::Class as Class>::Join<Agg>>,
    {
        self.ast.and_having(condition.into_node());
        self.retype()
    }

    /// Says what a row is. Called again, it replaces the first selection.
    #[inline]
    pub fn select<X: Selection<S, TableStandsTwiceUseAlias>, TableStandsTwiceUseAlias>(
        mut self,
        selection: X,
    ) -> Select<S, X::Outer<O>, X::Out>
    where
        S: Allows<X::Class>,
    {
        selection.push(&Path::ROW, &mut Items::new(grow::items(&mut self.ast)));
        self.retype()
    }

    /// Leaves out rows that are equal to an earlier one.
    pub fn distinct(mut self) -> Self {
        self.ast.distinct = ast::Distinct::Yes;
        self
    }

    /// Orders the rows. Called again, the new keys come behind.
    #[inline]
    pub fn order_by<K: OrderKeys, TableStandsTwiceUseAlias>(
        mut self,
        keys: K,
    ) -> Select<S, After<K::Refs, S, TableStandsTwiceUseAlias, O>, Out>
    where
        K::Refs: RefsIn<S, TableStandsTwiceUseAlias>,
    {
        keys.push_keys(&mut self.ast.order_by);
        self.retype()
    }

    /// Orders the rows by columns of what is selected: `.order_by_output(|row| row.pets.desc())`.
    pub fn order_by_output<K: OrderKeys, I>(mut self, keys: impl FnOnce(Out::Columns<Output>) -> K) -> Self
    where
        Out: RowShape,
        K::Refs: RefsIn<In<Output, Required, Nil>, I>,
    {
        super::order_by::output::<Out, K>(&mut self.ast, keys);
        self
    }

    /// Returns at most `n` rows. Called again, the last call counts.
    #[inline]
    pub fn limit(mut self, n: impl Count) -> Self {
        n.put(&mut self.ast.limit);
        self
    }

    /// Skips the first `n` rows.
    #[inline]
    pub fn offset(mut self, n: impl Count) -> Self {
        n.put(&mut self.ast.offset);
        self
    }
}

impl<S, O, Out> Clone for Select<S, O, Out> {
    fn clone(&self) -> Self {
        Select::from_ast(self.ast.clone())
    }
}

impl<S, O, Out> fmt::Debug for Select<S, O, Out> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Select").field(&self.ast).finish()
    }
}

impl<S, O, Out> Query for Select<S, O, Out> {
    type Row = Out;
    type Outer = O;
    type Readiness = super::Filtered;

    #[inline]
    fn into_statement(self) -> Result<Statement, BuildError> {
        Ok(Statement::Select(self.ast))
    }
}
