//! From the start of a process to its first row.

use super::database::{open_file, open_many};
use super::read::one;
use kysera_bench_stage::current_thread;
use kysera_bench_stage::data::{USERS, key, sqlite};
use std::path::Path;

/// Makes the database.
pub fn make(file: &Path) {
    current_thread().block_on(async { open_many(file, sqlite::users(USERS), true).await.close().await });
}

/// Opens it and reads one row.
pub fn first_row(file: &Path) {
    current_thread().block_on(async { one(&open_file(file, 1, true).await, key(7)).await.expect("reads") });
}
