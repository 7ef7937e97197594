//! Joins.
//!
//! The item of FROM stays one tree that grows to the left. An inner or left join may come at any time; a right or full
//! join makes the tables before it nullable and so has to come before `select`.

use super::select::{BeforeSelect, Select};
use super::{Source, Unselected};
use crate::ast::{JoinKind, grow};
use crate::expr::Expression;
use crate::typed::{Condition, In, NoAgg, Nullable, RefsIn, Required, Scope};

/// The outer references of a query after a clause with the references `R`.
type After<R, S, I, O> = <R as RefsIn<S, I>>::Outer<O>;

/// The scope after joining a source to `S`.
type Joined<T, N, S> = In<<T as Source>::Mark, N, S>;

impl<S, O, Out> Select<S, O, Out> {
    /// `inner join source on condition`.
    #[inline]
    pub fn inner_join<T: Source, E: Expression, TableStandsTwiceUseAlias>(
        mut self,
        source: T,
        on: E,
    ) -> Select<
        Joined<T, Required, S>,
        After<E::Refs, Joined<T, Required, S>, TableStandsTwiceUseAlias, O>,
        Out,
    >
    where
        E::Value: Condition,
        E::Refs: RefsIn<Joined<T, Required, S>, TableStandsTwiceUseAlias> + NoAgg,
    {
        source.join_to(self.ast_mut(), JoinKind::Inner, on.into_node());
        self.retype()
    }

    /// `left join source on condition`: the columns of `source` may be NULL.
    ///
    /// ```
    /// # use kysera_sql::doc::*;
    /// let query = select_from(Person)
    ///     .left_join(Pet, Pet.owner_id.eq(Person.id))
    ///     .select((Person.first_name, Pet.name)); // rows are (String, Option<String>)
    /// # assert_sql(query, concat!(
    /// #     r#"select "person"."first_name", "pet"."name" from "person" "#,
    /// #     r#"left join "pet" on "pet"."owner_id" = "person"."id""#,
    /// # ));
    /// ```
    #[inline]
    pub fn left_join<T: Source, E: Expression, TableStandsTwiceUseAlias>(
        mut self,
        source: T,
        on: E,
    ) -> Select<
        Joined<T, Nullable, S>,
        After<E::Refs, Joined<T, Nullable, S>, TableStandsTwiceUseAlias, O>,
        Out,
    >
    where
        E::Value: Condition,
        E::Refs: RefsIn<Joined<T, Nullable, S>, TableStandsTwiceUseAlias> + NoAgg,
    {
        source.join_to(self.ast_mut(), JoinKind::Left, on.into_node());
        self.retype()
    }

    /// `cross join source`: every row with every row.
    pub fn cross_join<T: Source>(mut self, source: T) -> Select<Joined<T, Required, S>, O, Out> {
        grow::join(self.ast_mut(), JoinKind::Cross, source.to_item(), None);
        self.retype()
    }
}

impl<S: Scope, O, Out> Select<S, O, Out> {
    /// `right join source on condition`: the columns of every table before it may be NULL.
    #[inline]
    pub fn right_join<T: Source, E: Expression, TableStandsTwiceUseAlias>(
        mut self,
        source: T,
        on: E,
    ) -> Select<
        Joined<T, Required, S::AllNullable>,
        After<E::Refs, Joined<T, Required, S::AllNullable>, TableStandsTwiceUseAlias, O>,
        Unselected,
    >
    where
        Out: BeforeSelect,
        E::Value: Condition,
        E::Refs: RefsIn<Joined<T, Required, S::AllNullable>, TableStandsTwiceUseAlias> + NoAgg,
    {
        source.join_to(self.ast_mut(), JoinKind::Right, on.into_node());
        self.retype()
    }

    /// `full join source on condition`: the columns of every table may be NULL.
    #[inline]
    pub fn full_join<T: Source, E: Expression, TableStandsTwiceUseAlias>(
        mut self,
        source: T,
        on: E,
    ) -> Select<
        Joined<T, Nullable, S::AllNullable>,
        After<E::Refs, Joined<T, Nullable, S::AllNullable>, TableStandsTwiceUseAlias, O>,
        Unselected,
    >
    where
        Out: BeforeSelect,
        E::Value: Condition,
        E::Refs: RefsIn<Joined<T, Nullable, S::AllNullable>, TableStandsTwiceUseAlias> + NoAgg,
    {
        source.join_to(self.ast_mut(), JoinKind::Full, on.into_node());
        self.retype()
    }
}
