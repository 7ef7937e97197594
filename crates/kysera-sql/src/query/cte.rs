//! Common table expressions and derived tables: queries in FROM.

use super::order_by::{name_item, optional_row};
use super::{Erased, Select, Source, Subquery, set_op};
use crate::ast::{self, CteBody, CteRef, FromItem, SelectItem, SetOpKind, With};
use crate::expr::invalid;
use crate::ident::{Name, StaticName, static_name};
use crate::typed::{Aliased, Closed, Names, Nil, RowShape, SameShape};
use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;

/// The mark of a CTE's columns.
#[derive(Debug)]
pub struct CteOf<Out>(PhantomData<fn() -> Out>);

/// The mark of a derived table's columns.
#[derive(Debug)]
pub struct DerivedOf<Out>(PhantomData<fn() -> Out>);

/// A common table expression: its columns are fields, `adults.name`. Put it in front of the statement with `.with(..)`
/// and in FROM by reference. Where the query selects a single column without a name, `*cte` is that column, and of a
/// tuple they are `cte.0`, `cte.1`, ..
///
/// Two CTEs made by the same code (a function called twice, or rows of one struct) have the same type: give
/// one an `alias!`.
pub struct Cte<Out: RowShape, M = CteOf<Out>> {
    columns: Out::Columns<M>,
    alias: &'static str,
    cte: ast::Cte,
    recursive: bool,
}

/// A query in FROM, with an alias: its columns are fields. FROM takes it by reference.
pub struct Derived<Out: RowShape, M = DerivedOf<Out>> {
    columns: Out::Columns<M>,
    alias: &'static str,
    query: ast::Select,
}

/// What a CTE can contain.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot stand in a CTE",
    note = "pass a query that selects, or an insert, update or delete that returns rows"
)]
pub trait IntoCte {
    /// What a row is.
    type Out;
    /// What it takes from the query around it.
    type Outer;
    /// The body, its columns called `names`.
    fn into_body(self, names: &[&'static str]) -> CteBody;
}

macro_rules! into_cte {
    ($([$($generics:tt)+] $ty:ty),+) => {$(
        impl<$($generics)+> IntoCte for $ty {
            type Out = Out;
            type Outer = O;
            fn into_body(self, names: &[&'static str]) -> CteBody {
                CteBody::Select(Box::new(named(self.into_ast(), names)))
            }
        }
    )+};
}

into_cte!([S, O, Out] Select<S, O, Out>, [Out, O] Erased<Out, O>);

/// `name as (query)`, to be put in front of a statement with `.with(..)`.
///
/// # Dialects
/// An insert, update or delete that returns rows may be in a CTE on PostgreSQL, in front of a `select`.
///
/// # Examples
/// ```
/// # use kysera_sql::doc::assert_sql;
/// # use kysera_sql::{doc::{Person, Pet}, prelude::*, query::{cte, select_from}, row};
/// let adults = cte(
///     "adults",
///     select_from(Person).filter(Person.age.ge(18)).select(row! { id: Person.id, name: Person.first_name }),
/// );
/// let pets = select_from(Pet)
///     .inner_join(&adults, adults.id.eq(Pet.owner_id))
///     .with(&adults)
///     .select(row! { pet: Pet.name, owner: adults.name });
/// assert_sql(pets, concat!(
///     r#"with "adults" as (select "person"."id", "person"."first_name" as "name" from "person" "#,
///     r#"where "person"."age" >= ?) "#,
///     r#"select "pet"."name" as "pet", "adults"."name" as "owner" from "pet" "#,
///     r#"inner join "adults" on "adults"."id" = "pet"."owner_id""#,
/// ));
/// ```
pub fn cte<Q: IntoCte<Out: RowShape, Outer: Closed>>(name: &'static str, query: Q) -> Cte<Q::Out> {
    let (columns, names) = Names::of::<Q::Out, CteOf<Q::Out>>(static_name(name));
    Cte { columns, alias: name, cte: body(name, query.into_body(&names)), recursive: false }
}

/// `name as (base union all step)`, where `step` may read the CTE itself.
///
/// # Examples
/// ```
/// # use kysera_sql::{doc::Person, prelude::*, query::{recursive, select_from}, row};
/// let line = recursive(
///     "line",
///     select_from(Person).filter(Person.id.eq(1)).select(row! { id: Person.id, mother: Person.mother_id }),
///     |line| {
///         select_from(Person)
///             .inner_join(line, line.mother.eq(Person.id))
///             .select((Person.id, Person.mother_id))
///     },
/// );
/// let ancestors = select_from(&line).with(&line).select(line.id);
/// ```
pub fn recursive<Q, Step>(name: &'static str, base: Q, step: impl FnOnce(&Cte<Q::Out>) -> Step) -> Cte<Q::Out>
where
    Q: Subquery<Out: RowShape, Outer: Closed>,
    Step: Subquery<Out: RowShape, Outer: Closed>,
    <Step::Out as RowShape>::List<Nil>: SameShape<<Q::Out as RowShape>::List<Nil>>,
{
    recurse(name, base, step, true)
}

/// As [`recursive`], with `union`: a row that was seen before is left out, so that cycles end.
pub fn recursive_distinct<Q, Step>(
    name: &'static str,
    base: Q,
    step: impl FnOnce(&Cte<Q::Out>) -> Step,
) -> Cte<Q::Out>
where
    Q: Subquery<Out: RowShape, Outer: Closed>,
    Step: Subquery<Out: RowShape, Outer: Closed>,
    <Step::Out as RowShape>::List<Nil>: SameShape<<Q::Out as RowShape>::List<Nil>>,
{
    recurse(name, base, step, false)
}

fn recurse<Q: Subquery<Out: RowShape>, Step: Subquery>(
    name: &'static str,
    base: Q,
    step: impl FnOnce(&Cte<Q::Out>) -> Step,
    all: bool,
) -> Cte<Q::Out> {
    let (columns, names) = Names::of::<Q::Out, CteOf<Q::Out>>(static_name(name));
    let base = CteBody::Select(Box::new(named(base.into_select(), &names)));
    let mut cte = Cte { columns, alias: name, cte: body(name, base), recursive: true };
    let step = step(&cte).into_select();
    if let CteBody::Select(base) = &mut cte.cte.body {
        set_op::push(base, SetOpKind::Union, all, step);
    }
    cte
}

/// `(query) as "alias"`: a query in FROM.
///
/// # Examples
/// ```
/// # use kysera_sql::doc::assert_sql;
/// # use kysera_sql::{doc::Pet, expr::{count_all, max}, prelude::*, query::{derived, select_from}, row};
/// let counts = derived(
///     "counts",
///     select_from(Pet).group_by(Pet.owner_id).select(row! { owner: Pet.owner_id, pets: count_all() }),
/// );
/// let most = select_from(&counts).select(max(counts.pets));
/// assert_sql(most, concat!(
///     r#"select max("counts"."pets") from "#,
///     r#"(select "pet"."owner_id" as "owner", count(*) as "pets" from "pet" group by "pet"."owner_id") as "counts""#,
/// ));
/// ```
pub fn derived<Q: Subquery<Out: RowShape, Outer: Closed>>(alias: &'static str, query: Q) -> Derived<Q::Out> {
    let (columns, names) = Names::of::<Q::Out, DerivedOf<Q::Out>>(static_name(alias));
    Derived { columns, alias, query: named(query.into_select(), &names) }
}

fn body(name: &'static str, body: CteBody) -> ast::Cte {
    ast::Cte { name: name.into(), columns: Vec::new(), materialized: None, body }
}

fn named(mut query: ast::Select, names: &[&'static str]) -> ast::Select {
    name_all(&mut query.items, names);
    query
}

/// Gives the columns of a query in FROM the names by which they are referred to from outside.
pub(crate) fn name_all(items: &mut Vec<SelectItem>, names: &[&'static str]) {
    if items.len() != names.len() {
        *items = vec![SelectItem::expr(invalid(optional_row("a query in FROM")))];
        return;
    }
    for (item, name) in items.iter_mut().zip(names) {
        name_item(item, name);
    }
}

impl<Out: RowShape, M> Cte<Out, M> {
    /// `as materialized` or `as not materialized`.
    ///
    /// # Dialects
    /// PostgreSQL and SQLite.
    #[must_use = "returns the CTE"]
    pub fn materialized(mut self, materialized: bool) -> Self {
        self.cte.materialized = Some(materialized);
        self
    }

    /// Puts it in front of a statement.
    pub fn add_to(&self, with: &mut Option<Box<With>>) {
        let with = with.get_or_insert_default();
        with.recursive |= self.recursive;
        with.ctes.push(self.cte.clone());
    }
}

impl<S, O, Out> Select<S, O, Out> {
    /// Puts a CTE in front of the query. Called again, the next one comes behind and may read this one.
    pub fn with<Row: RowShape, M>(mut self, cte: &Cte<Row, M>) -> Self {
        cte.add_to(&mut self.ast_mut().with);
        self
    }
}

impl<Out, O> Erased<Out, O> {
    /// Puts a CTE in front of the query. Called again, the next one comes behind and may read this one.
    pub fn with<Row: RowShape, M>(mut self, cte: &Cte<Row, M>) -> Self {
        cte.add_to(&mut self.ast_mut().with);
        self
    }
}

macro_rules! source {
    ($($ty:ident)+) => {$(
        impl<Out: RowShape, M> Deref for $ty<Out, M> {
            type Target = Out::Columns<M>;
            fn deref(&self) -> &Self::Target {
                &self.columns
            }
        }

        impl<Out: RowShape, M> fmt::Debug for $ty<Out, M> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_tuple(stringify!($ty)).field(&self.alias).finish()
            }
        }
    )+};
}

source!(Cte Derived);

impl<Out: RowShape, M> Source for Cte<Out, M> {
    type Mark = M;
    fn to_item(&self) -> FromItem {
        let name = self.cte.name.clone();
        let alias = (name != self.alias).then_some(Name::Borrowed(self.alias));
        FromItem::Cte(CteRef { name, alias })
    }
}

impl<Out: RowShape, M> Source for Derived<Out, M> {
    type Mark = M;
    fn to_item(&self) -> FromItem {
        FromItem::Derived(Box::new(ast::Derived {
            query: self.query.clone(),
            alias: self.alias.into(),
            columns: Vec::new(),
            lateral: false,
        }))
    }
}

impl<Out: RowShape, M> Aliased for Cte<Out, M> {
    type As<Other> = Cte<Out, Other>;
    fn aliased<Other>(&self, alias: StaticName) -> Cte<Out, Other> {
        let columns = Names::of::<Out, Other>(alias).0;
        Cte { columns, alias, cte: self.cte.clone(), recursive: self.recursive }
    }
}

impl<Out: RowShape, M> Aliased for Derived<Out, M> {
    type As<Other> = Derived<Out, Other>;
    fn aliased<Other>(&self, alias: StaticName) -> Derived<Out, Other> {
        Derived { columns: Names::of::<Out, Other>(alias).0, alias, query: self.query.clone() }
    }
}
