//! The tables in a query's FROM, as a type-level list.

use super::{Agg, Neutral, Nullability, Nullable, Plain};
use std::marker::PhantomData;

/// Nothing: the end of a scope, an expression that mentions no table, a query that owes nothing to the one around it.
#[derive(Clone, Copy, Debug)]
pub struct Nil;

/// The table `T` is in FROM, after the tables of `Rest`; `N` says whether its columns are nullable.
#[derive(Debug)]
pub struct In<T, N, Rest>(PhantomData<fn() -> (T, N, Rest)>);

/// A scope after `group_by`: aggregates and keys may be selected side by side.
#[derive(Debug)]
pub struct Grouped<S>(PhantomData<fn() -> S>);

/// Where a table was found: at the head of the list.
#[derive(Debug)]
pub struct Here;

/// Where a table was found: further down.
#[derive(Debug)]
pub struct There<I>(PhantomData<fn() -> I>);

/// The table `T` is in this scope, at the position `I`, which is inferred.
#[diagnostic::on_unimplemented(
    message = "table `{T}` is not in this query's FROM clause",
    label = "this uses a column of `{T}`",
    note = "add it before, with `.inner_join(..)` or `.left_join(..)` (`.from(..)` in an update); if it belongs to an enclosing query, write `.outer()` on the column"
)]
pub trait InScope<T, I> {
    /// Whether a join makes its columns nullable.
    type Null: Nullability;
}

// None of these is advice: the message of the trait says it all, and a list of them would hide it.
#[diagnostic::do_not_recommend]
impl<T, N: Nullability, Rest> InScope<T, Here> for In<T, N, Rest> {
    type Null = N;
}

#[diagnostic::do_not_recommend]
impl<T, U, N, Rest: InScope<T, I>, I> InScope<T, There<I>> for In<U, N, Rest> {
    type Null = Rest::Null;
}

#[diagnostic::do_not_recommend]
impl<T, S: InScope<T, I>, I> InScope<T, I> for Grouped<S> {
    type Null = S::Null;
}

/// A selection of class `C` is allowed in this scope.
#[diagnostic::on_unimplemented(
    message = "this selects plain columns beside an aggregate",
    note = "call `.group_by(..)` before `.select(..)`"
)]
pub trait Allows<C> {}

impl<C> Allows<C> for Nil {}
impl<T, N, Rest> Allows<Neutral> for In<T, N, Rest> {}
impl<T, N, Rest> Allows<Plain> for In<T, N, Rest> {}
impl<T, N, Rest> Allows<Agg> for In<T, N, Rest> {}
impl<S, C> Allows<C> for Grouped<S> {}

/// A list of tables. What generic functions over queries ask of their scope.
pub trait Scope: Allows<Neutral> + Allows<Plain> + Allows<Agg> {
    /// The same tables behind a right or full join.
    type AllNullable: Scope;
}

impl Scope for Nil {
    type AllNullable = Nil;
}

impl<T, N, Rest: Scope> Scope for In<T, N, Rest> {
    type AllNullable = In<T, Nullable, Rest::AllNullable>;
}

impl<S: Scope> Scope for Grouped<S> {
    type AllNullable = Grouped<S::AllNullable>;
}

/// Names a scope in a signature: the tables in the order in which they were joined, `?` for nullable ones.
///
/// # Examples
/// ```
/// # use kysera_sql::doc::{Person, Pet};
/// # use kysera_sql::query::{Select, Unselected, select_from};
/// # use kysera_sql::prelude::*;
/// # use kysera_sql::{Tables, typed::Nil};
/// fn with_pets() -> Select<Tables![Person, Pet?], Nil, Unselected> {
///     select_from(Person).left_join(Pet, Pet.owner_id.eq(Person.id))
/// }
/// # with_pets();
/// ```
#[macro_export]
macro_rules! Tables {
    (@list ($scope:ty)) => { $scope };
    (@list ($scope:ty) $table:ty) => { $crate::typed::In<$table, $crate::typed::Required, $scope> };
    (@list ($scope:ty) $table:ident ?) => { $crate::typed::In<$table, $crate::typed::Nullable, $scope> };
    (@list ($scope:ty) $table:ident ? , $($rest:tt)*) => {
        $crate::Tables!(@list ($crate::typed::In<$table, $crate::typed::Nullable, $scope>) $($rest)*)
    };
    (@list ($scope:ty) $table:ident , $($rest:tt)*) => {
        $crate::Tables!(@list ($crate::typed::In<$table, $crate::typed::Required, $scope>) $($rest)*)
    };
    ($($tables:tt)*) => { $crate::Tables!(@list ($crate::typed::Nil) $($tables)*) };
}
