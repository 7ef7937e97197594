//! What a plugin does with the rows of a statement on their way to the caller.

use crate::error::Result;
use kysera_sql::cell::Cell;
use std::any::Any;

/// Sees the rows of a statement before the caller does.
pub trait RowObserver: Any + Send {
    /// Takes one row, with the columns that the caller will not see.
    ///
    /// # Errors
    /// Its own: the statement then fails with it. No further row is shown.
    fn row(&mut self, cells: &[Cell<'_>]) -> Result<()>;

    /// Forgets the rows seen so far: the driver runs a read again from its beginning.
    fn clear(&mut self);
}
