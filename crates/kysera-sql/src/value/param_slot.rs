//! A parameter in a tree: its value comes with each execution.
//!
//! It is a kind of [`Value`](super::Value), so that it may be wherever a bound value may, has its type, and is written
//! as its placeholder. This file knows who gives the value, the caller or a plugin; filling it in is done elsewhere.

use super::{SqlType, ValueError};
use crate::ident::Name;

/// A parameter of a prepared query: its value comes with each execution.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ParamSlot {
    /// Who gives the value.
    pub source: ParamSource,
    /// The SQL type of the value.
    pub sql_type: SqlType,
}

/// Who gives the value of a slot.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ParamSource {
    /// The caller, who runs the prepared query.
    Argument {
        /// Which prepared query: its number is given to no other one.
        query: u64,
        /// Which of its arguments, from 0.
        index: usize,
    },
    /// A plugin.
    Plugin {
        /// Its name.
        plugin: &'static str,
        /// What it calls the value.
        name: Name,
        /// Which item of a list, from 0; 0 for a single value.
        item: usize,
    },
}

impl ParamSlot {
    /// An argument of a prepared query.
    pub fn argument(query: u64, index: usize, sql_type: SqlType) -> ParamSlot {
        ParamSlot { source: ParamSource::Argument { query, index }, sql_type }
    }

    /// A value that a plugin gives.
    pub fn plugin(plugin: &'static str, name: impl Into<Name>, item: usize, sql_type: SqlType) -> ParamSlot {
        ParamSlot { source: ParamSource::Plugin { plugin, name: name.into(), item }, sql_type }
    }

    /// Why a statement that holds it cannot be sent as it is.
    pub(crate) fn unfilled() -> ValueError {
        ValueError::query(
            "the query holds a parameter that has no value",
            "use a `Param` inside the `prepare(..)` that gave it, and run what `bind(..)` returns",
        )
    }
}
