//! From the start of a process to its first row.

use super::database::open_file;
use super::read::one;
use diesel::connection::SimpleConnection;
use kysera_bench_stage::data::{USERS, key, sqlite};
use std::path::Path;

/// Makes the database.
pub fn make(file: &Path) {
    open_file(file).batch_execute(&sqlite::users(USERS)).expect("runs");
}

/// Opens it and reads one row.
pub fn first_row(file: &Path) {
    one(&mut open_file(file), key(7));
}
