//! A query whose tables are forgotten: only its rows are known.

use super::{BuildError, Count, Filtered, Query, Select, order_by};
use crate::ast::{self, Statement};
use crate::expr::OrderKeys;
use crate::typed::{In, Nil, Output, RefsIn, Required, RowShape};
use std::fmt;
use std::marker::PhantomData;

/// A query with rows `Out` over tables that are no longer known, so that queries over different tables have one type:
/// what [`erase`](Select::erase) and the set operations return. It can be ordered by its output, paged, combined and
/// run; it cannot be filtered, because a filter behind a `union` would not mean what it says.
#[must_use = "a query does nothing until it is executed"]
pub struct Erased<Out, O = Nil> {
    ast: Box<ast::Select>,
    types: PhantomData<fn() -> (Out, O)>,
}

impl<S, O, Out> Select<S, O, Out> {
    /// Forgets which tables are in the query, so that two branches of a condition can return one type.
    ///
    /// # Examples
    /// ```
    /// # use kysera_sql::{doc::{Person, Pet, PetName}, prelude::*, query::{Erased, select_from}, row};
    /// fn names(of_pets: bool) -> Erased<PetName> {
    ///     if of_pets {
    ///         select_from(Pet).select(row!(PetName { id: Pet.id, name: Pet.name })).erase()
    ///     } else {
    ///         select_from(Person).select(row!(PetName { id: Person.id, name: Person.first_name })).erase()
    ///     }
    /// }
    /// # names(true);
    /// ```
    pub fn erase(self) -> Erased<Out, O> {
        Erased::from_ast(self.into_box())
    }
}

impl<Out, O> Erased<Out, O> {
    pub(crate) fn from_ast(ast: Box<ast::Select>) -> Self {
        Erased { ast, types: PhantomData }
    }

    /// The tree of the query.
    pub fn into_ast(self) -> ast::Select {
        *self.ast
    }

    pub(crate) fn ast_mut(&mut self) -> &mut ast::Select {
        &mut self.ast
    }

    /// Orders the rows by columns of the output. Called again, the new keys come behind.
    pub fn order_by_output<K: OrderKeys, I>(mut self, keys: impl FnOnce(Out::Columns<Output>) -> K) -> Self
    where
        Out: RowShape,
        K::Refs: RefsIn<In<Output, Required, Nil>, I>,
    {
        order_by::output::<Out, K>(&mut self.ast, keys);
        self
    }

    /// Returns at most `n` rows. Called again, the last call counts.
    pub fn limit(mut self, n: impl Count) -> Self {
        n.put(&mut self.ast.limit);
        self
    }

    /// Skips the first `n` rows.
    pub fn offset(mut self, n: impl Count) -> Self {
        n.put(&mut self.ast.offset);
        self
    }
}

/// Implemented by nothing: what a set operation or an erased query is asked for when it is filtered.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "a set operation cannot be filtered",
    note = "a filter would reach its first query alone: filter each query before `.union(..)`, or filter `derived(..)` of it"
)]
pub trait FilterEachOperand {}

impl<Out, O> Erased<Out, O> {
    /// Refused, with a sentence: without this, the compiler would speak of iterators.
    #[doc(hidden)]
    pub fn filter<E>(self, _: E) -> Self
    where
        Self: FilterEachOperand,
    {
        self
    }
}

impl<Out, O> Clone for Erased<Out, O> {
    fn clone(&self) -> Self {
        Erased::from_ast(self.ast.clone())
    }
}

impl<Out, O> fmt::Debug for Erased<Out, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Erased").field(&self.ast).finish()
    }
}

impl<Out, O> Query for Erased<Out, O> {
    type Row = Out;
    type Outer = O;
    type Readiness = Filtered;

    fn into_statement(self) -> Result<Statement, BuildError> {
        Ok(Statement::Select(self.ast))
    }
}
