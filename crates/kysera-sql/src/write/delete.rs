//! DELETE.

use super::target::{items, table_of};
use super::value::value;
use crate::ast::{self, Statement};
use crate::expr::Expression;
use crate::query::{
    BuildError, Cte, Filtered, Query, Selection, Source, TableSource, Unfiltered, Unselected,
};
use crate::typed::{Allows, Condition, In, Nil, NoAgg, RefsIn, Required, RowShape};
use std::marker::PhantomData;

/// A delete from table `T`. `S` is its scope, `O` what it owes a query around it, `F` whether it says which rows it
/// means, `Out` what it returns.
#[must_use = "a delete does nothing until it is executed"]
pub struct Delete<T, S, O, F, Out> {
    ast: Box<ast::Delete>,
    types: PhantomData<fn() -> (T, S, O, F, Out)>,
}

/// Deletes rows of a table.
///
/// ```
/// # use kysera_sql::doc::*;
/// let query = delete_from(Person).filter(Person.id.eq(1));
/// # assert_sql(query, r#"delete from "person" where "person"."id" = ?"#);
/// ```
pub fn delete_from<Src: TableSource>(
    table: Src,
) -> Delete<Src::Mark, In<Src::Mark, Required, Nil>, Nil, Unfiltered, Unselected> {
    Delete { ast: Box::new(ast::Delete::from(table_of(table.to_item()))), types: PhantomData }
}

impl<T, S, O, F, Out> Delete<T, S, O, F, Out> {
    fn retyped<S2, O2, F2, Out2>(self) -> Delete<T, S2, O2, F2, Out2> {
        Delete { ast: self.ast, types: PhantomData }
    }

    /// Adds another table whose columns may be used: `delete .. using`.
    ///
    /// # Dialects
    /// Not on SQLite; write `exists(..)` in the filter there.
    pub fn using<Src: Source>(mut self, source: Src) -> Delete<T, In<Src::Mark, Required, S>, O, F, Out> {
        self.ast.using.push(source.to_item());
        self.retyped()
    }

    /// Puts a CTE in front of the statement. Called again, the next one comes behind and may read this one.
    ///
    /// # Dialects
    /// Not on MariaDB.
    pub fn with<Row: RowShape, M>(mut self, cte: &Cte<Row, M>) -> Self {
        cte.add_to(&mut self.ast.with);
        self
    }

    /// Deletes only rows for which this holds; repeated filters are combined with `and`.
    pub fn filter<E: Expression, I>(
        mut self,
        condition: E,
    ) -> Delete<T, S, <E::Refs as RefsIn<S, I>>::Outer<O>, Filtered, Out>
    where
        E::Value: Condition,
        E::Refs: RefsIn<S, I> + NoAgg,
    {
        self.ast.and_filter(condition.into_node());
        self.retyped()
    }

    /// Says that every row is meant. Filters may still follow, also conditional ones.
    pub fn all_rows(self) -> Delete<T, S, O, Filtered, Out> {
        self.retyped()
    }

    /// Returns something of each deleted row.
    ///
    /// # Dialects
    /// Not on MySQL.
    pub fn returning<X, I>(mut self, selection: X) -> Delete<T, S, X::Outer<O>, F, X::Out>
    where
        X: Selection<S, I>,
        S: Allows<X::Class>,
    {
        self.ast.returning = items(selection);
        self.retyped()
    }

    /// The tree, to change it in place.
    pub(crate) fn ast_mut(&mut self) -> &mut ast::Delete {
        &mut self.ast
    }

    /// The tree, to rewrite it or to run it through `run_ast`.
    pub fn into_ast(self) -> ast::Delete {
        *self.ast
    }
}

impl<T, S, O, F, Out> Query for Delete<T, S, O, F, Out> {
    type Row = Out;
    type Outer = O;
    type Readiness = F;

    fn into_statement(self) -> Result<Statement, BuildError> {
        Ok(Statement::Delete(self.ast))
    }
}

value!(Delete < T, S, O, F, Out > { ast });
