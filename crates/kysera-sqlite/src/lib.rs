//! The SQLite driver of Kysera, on rusqlite.
