//! The class of an expression, by the tables that it mentions.

use super::{Agg, AggOf, Captured, Class, Neutral, Nil, OuterRef, Plain, Quiet, Ref};

/// The class of an expression, by the tables it mentions.
pub trait Classed {
    /// The class.
    type Class: Class;
}

impl Classed for Nil {
    type Class = Neutral;
}

impl<T> Classed for Ref<T> {
    type Class = Plain;
}

impl<R: Classed> Classed for Quiet<R> {
    type Class = R::Class;
}

impl<R> Classed for AggOf<R> {
    type Class = Agg;
}

// A column of an enclosing query is a constant here ..
impl<R> Classed for OuterRef<R> {
    type Class = Neutral;
}

// .. and a plain column in the query around.
impl<R: Classed> Classed for Captured<R> {
    type Class = R::Class;
}

impl<A: Classed, B: Classed> Classed for (A, B) {
    type Class = <A::Class as Class>::Join<B::Class>;
}
