//! What goes wrong, what is meant to do harm, and what is too much: through the facade, on SQLite and PostgreSQL.
//!
//! One program, so that SQLite is linked once.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod bad_input;
mod big;
mod database;
mod hostile;
