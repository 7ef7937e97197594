//! From the start of a process to its first row.

use super::database::open_file;
use super::read::one;
use kysera_bench_stage::data::{USERS, key, sqlite};
use std::path::Path;

/// Makes the database.
pub fn make(file: &Path) {
    open_file(file).execute_batch(&sqlite::users(USERS)).expect("runs");
}

/// Opens it and reads one row.
pub fn first_row(file: &Path) {
    one(&open_file(file), key(7));
}
