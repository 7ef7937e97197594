//! What an execution must know of the rewriting of its statement.

use crate::error::{Error, ErrorKind};
use kysera_sql::dialect::Raise;
use kysera_sql::ident::Name;

/// What an execution must know of the rewriting of its statement.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Applied {
    /// How the statement fails on purpose, when it holds a check.
    pub(crate) check: Option<Check>,
}

/// A check inside the statement: an upsert must not update a hidden row.
#[derive(Debug)]
pub(crate) struct Check {
    pub(crate) raise: Raise,
    pub(crate) table: Name,
}

impl Applied {
    /// Says what an error of this execution means: the failure of our own check is `HiddenConflict`; any other error
    /// stays as it is.
    #[must_use = "returns the error"]
    pub fn explain(&self, error: Error) -> Error {
        let Some(check) = &self.check else { return error };
        if !check.raise.raised(error.code(), &texts(&error)) {
            return error;
        }
        // Neither code nor source: they tell of the trick, not of the conflict.
        Error::new(ErrorKind::HiddenConflict, "the row conflicts with one that is hidden")
            .with_hint("use another key, or revive the hidden row")
            .with_table(check.table.clone())
    }
}

/// The message of an error and of what caused it.
fn texts(error: &Error) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text.push('\n');
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
