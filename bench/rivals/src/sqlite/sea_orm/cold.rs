//! From the start of a process to its first row.

use super::database::open_file;
use super::read::one;
use kysera_bench_stage::current_thread;
use kysera_bench_stage::data::{USERS, key, sqlite};
use sea_orm::ConnectionTrait;
use std::path::Path;

/// Makes the database.
pub fn make(file: &Path) {
    current_thread().block_on(async {
        let db = open_file(file, 1).await;
        db.execute_unprepared(&sqlite::users(USERS)).await.expect("runs");
        db.close().await.expect("closes");
    });
}

/// Opens it and reads one row.
pub fn first_row(file: &Path) {
    current_thread().block_on(async { one(&open_file(file, 1).await, key(7)).await.expect("reads") });
}
