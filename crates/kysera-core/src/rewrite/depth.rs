//! How deep a statement may be nested.

use crate::error::{Error, ErrorKind, Result};

/// Expressions nested deeper than this are refused by the compiler as well, which counts more than expressions.
const DEEPEST_LEVEL: usize = 200;

/// Refuses an expression nested so deep that a walk over it could end in a stack overflow.
pub(super) fn within_limits(level: usize) -> Result<()> {
    if level <= DEEPEST_LEVEL {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::InvalidQuery,
        format!("the statement is nested deeper than {DEEPEST_LEVEL} levels"),
    )
    .with_hint("give long lists of conditions one operator"))
}
