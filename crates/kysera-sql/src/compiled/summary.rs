//! What a statement is called in logs, traces and metrics.

use crate::ident::Name;

/// What a statement is about, in two words. For people and for counting: nothing may depend on it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Summary {
    /// What it does: `select`, `insert`, `create table`; `None` where nobody knows, as of raw SQL.
    pub operation: Option<&'static str>,
    /// The table that it is about: the one that is written, or the first one of a query.
    pub table: Option<Name>,
}

impl Summary {
    /// Of an operation on a table, if there is one.
    pub fn new(operation: &'static str, table: Option<Name>) -> Summary {
        Summary { operation: Some(operation), table }
    }
}
