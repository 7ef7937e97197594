//! The tables that an expression mentions, as a type-level tree: `(A, B)` is both.
//!
//! A tree, not a list: putting two together needs no computation and so no bound, and long chains of `and` stay cheap.

use super::{InScope, Nil, Nullability, Nullable, OrNull, Required};
use std::marker::PhantomData;

/// A column of `T`: nullable where a join makes `T` nullable.
#[derive(Debug)]
pub struct Ref<T>(PhantomData<fn() -> T>);

/// Mentions the tables of `R`, but is never NULL because of them: `is null`, the tested part of `coalesce`.
#[derive(Debug)]
pub struct Quiet<R>(PhantomData<fn() -> R>);

/// Inside an aggregate.
#[derive(Debug)]
pub struct AggOf<R>(PhantomData<fn() -> R>);

/// An expression of the enclosing query, made by `.outer()`. Nullable unless `.not_null()` follows: a join out there may
/// make it so, and this query does not see that join.
#[derive(Debug)]
pub struct OuterRef<R>(PhantomData<fn() -> R>);

/// What a subquery takes from the query around it: checked there, to any depth.
#[derive(Debug)]
pub struct Captured<R>(PhantomData<fn() -> R>);

/// The references of a subquery that took one expression with references `R` from the query around it: the type of a
/// reusable relation.
///
/// ```
/// # use kysera_sql::doc::{Pet, PetName};
/// # use kysera_sql::prelude::*;
/// # use kysera_sql::{expr::{Expr, array_from}, query::select_from, row, typed::Correlated};
/// fn pets<R>(owner: impl Expression<Value = i64, Refs = R>) -> Expr<Vec<PetName>, Correlated<R>> {
///     array_from(
///         select_from(Pet)
///             .filter(Pet.owner_id.eq(owner.outer()))
///             .select(row!(PetName { id: Pet.id, name: Pet.name })),
///     )
/// }
/// ```
pub type Correlated<R> = (Captured<R>, Nil);

/// Every table of these references is in the scope `S`, at the positions `I`, which are inferred.
pub trait RefsIn<S, I> {
    /// Whether a join makes the expression nullable.
    type Null: Nullability;
    /// What it takes from the query around, put in front of `Acc`.
    type Outer<Acc>;
}

impl<S> RefsIn<S, Nil> for Nil {
    type Null = Required;
    type Outer<Acc> = Acc;
}

impl<S: InScope<T, I>, T, I> RefsIn<S, I> for Ref<T> {
    type Null = S::Null;
    type Outer<Acc> = Acc;
}

impl<S, R: RefsIn<S, I>, I> RefsIn<S, I> for Quiet<R> {
    type Null = Required;
    type Outer<Acc> = R::Outer<Acc>;
}

impl<S, R: RefsIn<S, I>, I> RefsIn<S, I> for AggOf<R> {
    type Null = Required;
    type Outer<Acc> = R::Outer<Acc>;
}

impl<S, R> RefsIn<S, Nil> for OuterRef<R> {
    type Null = Nullable;
    type Outer<Acc> = (Captured<R>, Acc);
}

impl<S, R: RefsIn<S, I>, I> RefsIn<S, I> for Captured<R> {
    type Null = Required;
    type Outer<Acc> = R::Outer<Acc>;
}

impl<S, A: RefsIn<S, I>, B: RefsIn<S, J>, I, J> RefsIn<S, (I, J)> for (A, B) {
    type Null = OrNull<A::Null, B::Null>;
    type Outer<Acc> = A::Outer<B::Outer<Acc>>;
}

/// No aggregate among these references.
#[diagnostic::on_unimplemented(
    message = "an aggregate cannot stand here",
    label = "aggregate here",
    note = "`filter` and `on` see single rows: use `.having(..)` after `.group_by(..)`"
)]
pub trait NoAgg {}

impl NoAgg for Nil {}
impl<T> NoAgg for Ref<T> {}
impl<R: NoAgg> NoAgg for Quiet<R> {}
// An aggregate of the enclosing query is a constant here; it is checked where it comes out, as `Captured<R>`.
impl<R> NoAgg for OuterRef<R> {}
impl<R: NoAgg> NoAgg for Captured<R> {}
impl<A: NoAgg, B: NoAgg> NoAgg for (A, B) {}

/// No table is mentioned: values, what is computed of them, and queries of their own. For what a new row holds, where no
/// table is in sight.
#[diagnostic::on_unimplemented(
    message = "a new row cannot use a column: there is no row yet",
    label = "this mentions a column",
    note = "select the value with `scalar(..)`, or insert from a query with `.columns(..).from_select(..)`"
)]
pub trait NoTables {}

impl NoTables for Nil {}
impl<R: NoTables> NoTables for Quiet<R> {}
impl<R: NoTables> NoTables for Captured<R> {}
impl<A: NoTables, B: NoTables> NoTables for (A, B) {}

/// A query that takes nothing from a query around it, and so can be run by itself.
#[diagnostic::on_unimplemented(
    message = "this query still refers to a query around it",
    note = "it uses `.outer()`: put it inside another query with `exists`, `scalar` or `array_from`",
    note = "a value of a context (`Auth.user_id`) stands in a policy only: give the query the value itself"
)]
pub trait Closed {}

impl Closed for Nil {}

/// The operand of a set operation takes no more from around than the first query, which takes `O`.
#[diagnostic::on_unimplemented(
    message = "the second query takes other columns from the query around it than the first",
    note = "both must use the same `.outer()` expressions, or the second none"
)]
pub trait WithinOuter<O> {}

impl<O> WithinOuter<O> for Nil {}
impl<R, Acc> WithinOuter<(Captured<R>, Acc)> for (Captured<R>, Acc) {}
