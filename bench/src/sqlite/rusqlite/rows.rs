//! Rows, decoded by position.

use crate::rows::User;
use rusqlite::Row;

/// `id`, `name` and `hair_color`, in this order.
pub fn user(row: &Row<'_>) -> rusqlite::Result<User> {
    Ok(User { id: row.get(0)?, name: row.get(1)?, hair_color: row.get(2)? })
}
