//! ON CONFLICT: upsert.

use super::insert::Insert;
use super::set::Set;
use super::target::columns as names;
use super::value::value;
use crate::ast::{Assignment, ConflictAction, ConflictTarget, Expr, OnConflict};
use crate::expr::Expression;
use crate::ident::Name;
use crate::query::Selection;
use crate::typed::{Condition, In, Nil, NoAgg, RefsIn, Required, Table};
use crate::visit::{VisitMut, walk_mut};
use std::convert::Infallible;
use std::marker::PhantomData;

/// Marks the row that an upsert proposed: its columns are those that the insert gives.
#[derive(Debug)]
pub struct Excluded<T>(PhantomData<fn() -> T>);

/// The alias under which the proposed row's columns are built; they become `Expr::Excluded` in the tree.
const EXCLUDED: &str = "excluded";

/// An insert whose action on a conflict is still to be given.
#[must_use = "call `.do_nothing()` or `.do_update(..)`"]
pub struct Conflict<T, O, Out> {
    insert: Insert<T, O, Out>,
    target: ConflictTarget,
    index_filter: Option<Expr>,
    types: PhantomData<fn() -> T>,
}

impl<T, O, Out> Insert<T, O, Out> {
    /// What to do when a row meets a unique constraint over these columns.
    pub fn on_conflict<X: Selection<In<T, Required, Nil>, I>, I>(self, columns: X) -> Conflict<T, O, Out> {
        let target = ConflictTarget::Columns(names(columns));
        Conflict::new(self, target)
    }

    /// What to do when a row meets a constraint of this name.
    ///
    /// # Dialects
    /// PostgreSQL only.
    pub fn on_conflict_constraint(self, name: impl Into<Name>) -> Conflict<T, O, Out> {
        Conflict::new(self, ConflictTarget::Constraint(name.into()))
    }
}

/// The scope of an upsert's update: the existing row, and the row proposed.
type Both<T> = In<T, Required, In<Excluded<T>, Required, Nil>>;

impl<T, O, Out> Conflict<T, O, Out> {
    fn new(insert: Insert<T, O, Out>, target: ConflictTarget) -> Self {
        Conflict { insert, target, index_filter: None, types: PhantomData }
    }

    /// The predicate of the partial unique index that is meant, as `create_index(..).filter(..)` has it. Its values are
    /// written as literals, because a database knows the index by its predicate. A value that has no literal form (bytes,
    /// UUIDs, JSON, arrays) and a parameter of a prepared query are refused.
    ///
    /// ```
    /// # use kysera_sql::doc::*;
    /// let query = insert_into(Pet)
    ///     .values(NewPet { name: "Rex".into(), owner_id: 1 })
    ///     .on_conflict((Pet.owner_id,))
    ///     .index_filter(Pet.name.eq("Rex"))
    ///     .do_nothing();
    /// # use kysera_sql::prelude::*;
    /// # assert_sql(query, concat!(
    /// #     r#"insert into "pet" ("name", "owner_id") values (?, ?) on conflict ("owner_id") "#,
    /// #     r#"where "pet"."name" = 'Rex' do nothing"#,
    /// # ));
    /// ```
    /// ```sql
    /// insert into "pet" ("name", "owner_id") values (?, ?)
    /// on conflict ("owner_id") where "pet"."name" = 'Rex' do nothing
    /// ```
    ///
    /// # Dialects
    /// PostgreSQL and SQLite.
    pub fn index_filter<E: Expression, I>(mut self, predicate: E) -> Self
    where
        E::Value: Condition,
        E::Refs: RefsIn<In<T, Required, Nil>, I, Outer<Nil> = Nil> + NoAgg,
    {
        self.index_filter = Some(predicate.into_node());
        self
    }

    /// Leaves the row out.
    pub fn do_nothing(self) -> Insert<T, O, Out> {
        self.act(ConflictAction::DoNothing)
    }

    /// Updates the existing row. The closure gets the update and the columns of the row proposed.
    ///
    /// ```
    /// # use kysera_sql::doc::*;
    /// let query = insert_into(Pet)
    ///     .values(NewPet { name: "Rex".into(), owner_id: 1 })
    ///     .on_conflict((Pet.name,))
    ///     .do_update(|update, excluded| update.set(Pet.owner_id.set(excluded.owner_id)));
    /// # assert_sql(query, concat!(
    /// #     r#"insert into "pet" ("name", "owner_id") values (?, ?) "#,
    /// #     r#"on conflict ("name") do update set "owner_id" = "excluded"."owner_id""#,
    /// # ));
    /// ```
    ///
    /// # Dialects
    /// `on duplicate key update` on MySQL and MariaDB, for a conflict with any constraint; not on SQL Server.
    pub fn do_update(
        self,
        update: impl FnOnce(DoUpdate<T>, T::Columns<Excluded<T>>) -> DoUpdate<T>,
    ) -> Insert<T, O, Out>
    where
        T: Table,
    {
        let start = DoUpdate { set: Vec::new(), filter: None, types: PhantomData };
        let DoUpdate { set, filter, .. } = update(start, T::columns(&EXCLUDED));
        self.act(ConflictAction::DoUpdate { set, filter })
    }

    fn act(self, action: ConflictAction) -> Insert<T, O, Out> {
        let Conflict { insert, target, index_filter, .. } = self;
        insert.with_conflict(OnConflict { target, index_filter, action })
    }
}

/// The update branch of an upsert.
#[must_use = "return it from the closure"]
pub struct DoUpdate<T> {
    set: Vec<Assignment>,
    filter: Option<Expr>,
    types: PhantomData<fn() -> T>,
}

impl<T> DoUpdate<T> {
    /// Sets a column of the existing row.
    pub fn set<R, I>(mut self, set: Set<T, R>) -> Self
    where
        R: RefsIn<Both<T>, I, Outer<Nil> = Nil> + NoAgg,
    {
        let mut assignment = set.into_assignment();
        propose(&mut assignment.value);
        self.set.push(assignment);
        self
    }

    /// Updates only where this holds; else the row stays as it is.
    ///
    /// # Dialects
    /// PostgreSQL and SQLite. For all: a `case` in the value of each column.
    pub fn filter<E: Expression, I>(mut self, condition: E) -> Self
    where
        E::Value: Condition,
        E::Refs: RefsIn<Both<T>, I, Outer<Nil> = Nil> + NoAgg,
    {
        let mut condition = condition.into_node();
        propose(&mut condition);
        crate::ast::and_into(&mut self.filter, condition);
        self
    }
}

/// Turns columns of the proposed row into what each dialect spells in its own way.
fn propose(expr: &mut Expr) {
    let Ok(()) = Propose.expr(expr);
}

struct Propose;

impl VisitMut for Propose {
    type Error = Infallible;

    fn expr(&mut self, node: &mut Expr) -> Result<(), Infallible> {
        match node {
            Expr::Column(column) if column.table.as_deref() == Some(EXCLUDED) => {
                *node = Expr::Excluded(std::mem::take(&mut column.name));
                Ok(())
            }
            _ => walk_mut::expr(self, node),
        }
    }
}

value!(Conflict<T, O, Out> { insert, target, index_filter });
value!(DoUpdate<T> { set, filter });
