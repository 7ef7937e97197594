//! What users do, through the facade alone, on SQLite in memory and, where there are servers,
//! on PostgreSQL, MySQL and MariaDB.
#![expect(clippy::unwrap_used, reason = "a scenario that fails panics")]

mod dal;
mod database;
mod limits;
mod meaning;
mod nested;
mod plugins;
mod prepared;
mod queries;
mod raw_rows;
mod repository;
mod typed_oracle;
