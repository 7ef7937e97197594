//! `case when .. then .. else .. end`.

use super::{Alternative, Expr, Expression};
use crate::ast::{self, CaseWhen};
use crate::typed::{BaseOf, Condition, MaybeNull, NullOf, Nullability, OrNull, Quiet, SqlValue};
use std::fmt;
use std::marker::PhantomData;

/// A `case` without branches.
#[derive(Clone, Copy, Debug)]
#[must_use = "a `case` needs a branch"]
pub struct CaseStart(());

/// A `case` whose branches have the type `V`, nullable as `N` says, and mention the tables `Refs`.
#[must_use = "a `case` ends with `.otherwise(..)` or `.end()`"]
pub struct Case<V, N, Refs> {
    branches: Vec<CaseWhen>,
    types: PhantomData<fn() -> (V, N, Refs)>,
}

/// Begins a `case`.
///
/// # Examples
/// ```
/// # use kysera_sql::doc::assert_sql;
/// # use kysera_sql::{doc::Person, expr::{case, val}, prelude::*, query::select_from};
/// let stages = select_from(Person)
///     .select(case().when(Person.age.ge(18), val("adult")).when(Person.age.ge(13), "teen").otherwise("child"));
/// assert_sql(
///     stages,
///     r#"select case when "person"."age" >= ? then ? when "person"."age" >= ? then ? else ? end from "person""#,
/// );
/// ```
pub fn case() -> CaseStart {
    CaseStart(())
}

impl CaseStart {
    /// The first branch: it decides the type. A plain value needs `val(..)` here.
    pub fn when<C: Expression, E: Expression>(
        self,
        condition: C,
        result: E,
    ) -> Case<BaseOf<E::Value>, NullOf<E::Value>, (Quiet<C::Refs>, E::Refs)>
    where
        C::Value: Condition,
    {
        Case { branches: vec![branch(condition.into_node(), result.into_node())], types: PhantomData }
    }
}

impl<V, N, R> Case<V, N, R> {
    /// Another branch, of the same type.
    pub fn when<C: Expression, E: Alternative<V>>(
        mut self,
        condition: C,
        result: E,
    ) -> Case<V, OrNull<N, E::Null>, (R, (Quiet<C::Refs>, E::Refs))>
    where
        N: Nullability,
        C::Value: Condition,
    {
        self.branches.push(branch(condition.into_node(), result.into_result()));
        Case { branches: self.branches, types: PhantomData }
    }

    /// The value where no condition is true.
    pub fn otherwise<E: Alternative<V>>(
        self,
        result: E,
    ) -> Expr<MaybeNull<OrNull<N, E::Null>, V>, (R, E::Refs)>
    where
        V: SqlValue,
        N: Nullability,
    {
        Expr::from_node(node(self.branches, Some(result.into_result())))
    }

    /// NULL where no condition is true.
    pub fn end(self) -> Expr<V::Nullable, R>
    where
        V: SqlValue,
    {
        Expr::from_node(node(self.branches, None))
    }
}

impl<V, N, R> fmt::Debug for Case<V, N, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Case").field("branches", &self.branches).finish()
    }
}

fn branch(condition: ast::Expr, result: ast::Expr) -> CaseWhen {
    CaseWhen { condition, result }
}

fn node(branches: Vec<CaseWhen>, otherwise: Option<ast::Expr>) -> ast::Expr {
    ast::Expr::Case(Box::new(ast::Case { operand: None, branches, otherwise }))
}
