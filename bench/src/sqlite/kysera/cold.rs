//! From the start of a process to its first row.

use super::database::open_file;
use crate::queries;
use kysera::prelude::*;
use kysera::sqlite::{Sqlite, SqliteOptions};
use kysera_bench_stage::current_thread;
use kysera_bench_stage::data::{USERS, key, sqlite};
use std::path::Path;

/// Makes the database.
pub fn make(file: &Path) {
    current_thread().block_on(open_file(file, sqlite::users(USERS)));
}

/// Opens it and reads one row.
pub fn first_row(file: &Path) {
    current_thread().block_on(async {
        let db = Db::new(Sqlite::connect(SqliteOptions::file(file)).await.expect("opens"));
        queries::by_key(key(7)).fetch_one(&db).await.expect("reads");
    });
}
