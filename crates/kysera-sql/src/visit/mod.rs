//! Walking a tree ([`Visit`]) and changing it in place ([`VisitMut`]): every node kind, and one list of what it contains.
//!
//! Both traits have a method per node whose default goes into the node's children; an implementation overrides the
//! few that it needs and calls the function of the same name in [`walk`] or [`walk_mut`] to go on. What is
//! known here is the shape of the tree and nothing of its meaning: scopes and row filters are the business of others.

mod walker;

pub use walker::{Visit, VisitMut, walk, walk_mut};
