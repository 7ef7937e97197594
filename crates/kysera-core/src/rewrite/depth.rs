//! How deep a statement may be nested.

use crate::error::{Error, ErrorKind, Result};
use kysera_sql::compile::MAX_DEPTH;

/// Refuses what the compiler would refuse after the rewriting, before any work is done for it.
#[inline]
pub(super) fn within_limits(level: usize) -> Result<()> {
    if level <= MAX_DEPTH { Ok(()) } else { Err(too_deep()) }
}

#[cold]
fn too_deep() -> Error {
    Error::new(ErrorKind::InvalidQuery, format!("the statement is nested deeper than {MAX_DEPTH} levels"))
        .with_hint("give long lists of conditions one operator")
}
