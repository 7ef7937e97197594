//! The functions that a connection needs for what SQLite lacks.

use crate::{exact, forms};
use rusqlite::{Connection, Result};

/// Gives a connection of the client the functions and the collation that exact decimals, checked numbers and columns with a
/// declared form need on SQLite. The driver's own connections have them; a program that opens the file by itself calls this
/// first, or it cannot write a table that has an index over decimals. Nothing of the database is read.
///
/// # Errors
/// When SQLite runs out of memory, or a statement is running.
pub fn register_functions(conn: &Connection) -> Result<()> {
    exact::register(conn)?;
    forms::register(conn)
}
