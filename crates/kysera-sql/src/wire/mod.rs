//! Forms in which values travel, apart from any Rust type: PostgreSQL's binary format, the text and integers that
//! SQLite stores, positional JSON, dates and decimals as text.
//!
//! Drivers encode with these; the readers in `types` decode with them. Nothing here talks to a database.

pub(crate) mod decimal;
pub(crate) mod hex;
pub(crate) mod json;
pub mod pg;
pub mod sqlite;
pub mod temporal;
