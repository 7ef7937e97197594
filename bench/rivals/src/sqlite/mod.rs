//! SQLite by the rivals: one folder for each library, in it one file for each topic, with the same names everywhere.

mod diesel;
mod diesel_async;
mod rusqlite;
mod sea_orm;
mod sqlx;

use kysera_bench_stage::Entries;

/// Every variant.
pub fn entries() -> Entries {
    rusqlite::entries()
        .and(diesel::entries())
        .and(diesel_async::entries())
        .and(sqlx::entries())
        .and(sea_orm::entries())
}
