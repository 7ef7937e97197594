//! A place for a value that comes with each execution.
//!
//! Stands in a tree where a bound value would, so that all that is true of values (where they may stand, which type
//! they have, how the text refers to them) is true of it. Who gives the value is known here; how, elsewhere.

use super::{SqlType, ValueError};
use crate::ident::Name;

/// A place for a value that comes with each execution of a prepared query.
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
    /// Whoever runs the prepared query.
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
    /// The place of an argument of a prepared query.
    pub fn argument(query: u64, index: usize, sql_type: SqlType) -> ParamSlot {
        ParamSlot { source: ParamSource::Argument { query, index }, sql_type }
    }

    /// The place of a value that a plugin gives.
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
