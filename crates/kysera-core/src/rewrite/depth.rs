//! How deep a statement may be nested.

use crate::error::{Error, ErrorKind, Result};
use kysera_sql::compile::MAX_DEPTH;

/// Refuses what the compiler would refuse after the rewriting, before any work is done for it.
pub(super) fn within_limits(level: usize) -> Result<()> {
    if level <= MAX_DEPTH {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::InvalidQuery,
        format!("the statement is nested deeper than {MAX_DEPTH} levels"),
    )
    .with_hint("give long lists of conditions one operator"))
}
