//! UPDATE.

use super::filtered::filtered;
use super::set::Set;
use super::target::table_of;
use super::value::value;
use crate::ast;
use crate::query::{Cte, Source, TableSource, Unfiltered, Unselected};
use crate::typed::{In, Nil, NoAgg, Patch, RefsIn, Required, RowShape};
use std::marker::PhantomData;

/// An update of table `T`. `S` is its scope, `O` what it takes from a query around it, `F` whether it was said which rows it
/// means, `Out` what it returns.
#[must_use = "an update does nothing until it is executed"]
pub struct Update<T, S, O, F, Out> {
    ast: Box<ast::Update>,
    types: PhantomData<fn() -> (T, S, O, F, Out)>,
}

/// Updates rows of a table.
///
/// ```
/// # use kysera_sql::doc::*;
/// let query = update(Person).set(Person.age.set(40)).filter(Person.id.eq(1));
/// # assert_sql(query, r#"update "person" set "age" = ? where "person"."id" = ?"#);
/// ```
pub fn update<Src: TableSource>(
    table: Src,
) -> Update<Src::Mark, In<Src::Mark, Required, Nil>, Nil, Unfiltered, Unselected> {
    Update::new(ast::Update::of(table_of(table.to_item())))
}

impl<T, S, O, F, Out> Update<T, S, O, F, Out> {
    /// Sets a column: `.set(Person.age.set(40))`.
    pub fn set<R: RefsIn<S, TableStandsTwiceUseAlias> + NoAgg, TableStandsTwiceUseAlias>(
        mut self,
        set: Set<T, R>,
    ) -> Update<T, S, R::Outer<O>, F, Out> {
        self.ast.set.push(set.into_assignment());
        self.retyped()
    }

    /// Sets every column that the patch gives.
    pub fn patch(mut self, patch: impl Patch<T>) -> Self {
        self.ast.set.extend(patch.into_assignments());
        self
    }

    /// Sets what is already a list of assignments, such as that of a patch.
    pub fn assign(mut self, assignments: Vec<ast::Assignment>) -> Self {
        self.ast.set.extend(assignments);
        self
    }

    /// Adds another table whose columns may be used: `update .. from`.
    ///
    /// # Dialects
    /// On MySQL it is an update of both tables, `update t, source set ..`.
    pub fn from<Src: Source>(mut self, source: Src) -> Update<T, In<Src::Mark, Required, S>, O, F, Out> {
        self.ast.from.push(source.to_item());
        self.retyped()
    }

    /// Puts a CTE in front of the statement. Called again, the next one comes behind and may read this one.
    ///
    /// ```
    /// # use kysera_sql::{doc::*, expr::count_all, query::cte, row};
    /// let rich = cte(
    ///     "rich",
    ///     select_from(Pet).group_by(Pet.owner_id).select(row! { owner: Pet.owner_id, pets: count_all() }),
    /// );
    /// let query = update(Person)
    ///     .with(&rich)
    ///     .from(&rich)
    ///     .set(Person.age.set(40))
    ///     .filter(rich.owner.eq(Person.id).and(rich.pets.gt(3)));
    /// # assert_sql(query, concat!(
    /// #     r#"with "rich" as (select "pet"."owner_id" as "owner", count(*) as "pets" from "pet" "#,
    /// #     r#"group by "pet"."owner_id") update "person" set "age" = ? from "rich" "#,
    /// #     r#"where "rich"."owner" = "person"."id" and "rich"."pets" > ?"#,
    /// # ));
    /// ```
    ///
    /// # Dialects
    /// Not on MariaDB.
    pub fn with<Row: RowShape, M>(mut self, cte: &Cte<Row, M>) -> Self {
        cte.add_to(&mut self.ast.with);
        self
    }
}

filtered!(Update, "Updates", "updated", returning: "MySQL and MariaDB have none: the rows are locked by their keys before, and read behind it.");
value!(Update < T, S, O, F, Out > { ast });
