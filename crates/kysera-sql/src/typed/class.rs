//! Plain columns and aggregates: whether they may be selected side by side.
//!
//! A cheap class per expression, joined over what is selected. It finds a plain column beside an aggregate without
//! `group_by`; it does not compare columns with the grouping keys, which would need a type for each column: that is
//! checked when the query is compiled.

/// Mentions no column of this query: values, subqueries.
#[derive(Debug)]
pub struct Neutral;
/// Mentions columns outside aggregates.
#[derive(Debug)]
pub struct Plain;
/// Mentions columns inside aggregates only.
#[derive(Debug)]
pub struct Agg;
/// Both.
#[derive(Debug)]
pub struct Mixed;

/// One of [`Neutral`], [`Plain`], [`Agg`] and [`Mixed`].
pub trait Class {
    /// The class of two expressions together.
    type Join<C: Class>: Class;
    /// With a plain one.
    type WithPlain: Class;
    /// With an aggregate.
    type WithAgg: Class;
}

impl Class for Neutral {
    type Join<C: Class> = C;
    type WithPlain = Plain;
    type WithAgg = Agg;
}

impl Class for Plain {
    type Join<C: Class> = C::WithPlain;
    type WithPlain = Plain;
    type WithAgg = Mixed;
}

impl Class for Agg {
    type Join<C: Class> = C::WithAgg;
    type WithPlain = Mixed;
    type WithAgg = Agg;
}

impl Class for Mixed {
    type Join<C: Class> = Mixed;
    type WithPlain = Mixed;
    type WithAgg = Mixed;
}

/// An expression of this class may be a key of `group_by`.
#[diagnostic::on_unimplemented(
    message = "an aggregate cannot stand in `group_by`",
    note = "group by columns; compare aggregates in `.having(..)`"
)]
pub trait GroupKey {}

impl GroupKey for Neutral {}
impl GroupKey for Plain {}
