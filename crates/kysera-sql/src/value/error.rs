//! Why a value cannot be bound.

use std::borrow::Cow;

/// Why a Rust value cannot be bound. Says the type and the reason, never the value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{action}{what}: {reason}")]
pub struct ValueError {
    /// `cannot bind `, or nothing.
    action: &'static str,
    what: Cow<'static, str>,
    reason: Cow<'static, str>,
}

impl ValueError {
    /// What stands for `all_of` of no conditions.
    pub(crate) const ALL_OF_NOTHING: &'static str = "all_of";

    /// True for what stands for it.
    #[cold]
    pub(crate) fn is_all_of_nothing(&self) -> bool {
        self.action.is_empty() && self.what == ValueError::ALL_OF_NOTHING
    }

    /// An error about a value of the Rust or SQL type `what`.
    pub fn new(what: impl Into<Cow<'static, str>>, reason: impl Into<Cow<'static, str>>) -> Self {
        ValueError { action: "cannot bind ", what: what.into(), reason: reason.into() }
    }

    /// True for an error about a value, which may have come from outside; else the query makes no sense.
    pub fn is_of_value(&self) -> bool {
        !self.action.is_empty()
    }

    /// An error about a part of a query that makes no sense: what it is, and what to do. It takes the position in the tree that a
    /// value would, so that building stays infallible and nothing is sent.
    pub fn query(what: impl Into<Cow<'static, str>>, hint: impl Into<Cow<'static, str>>) -> Self {
        ValueError { action: "", what: what.into(), reason: hint.into() }
    }
}
