//! Loads: a long stream, and many tasks.

use super::database::{open, open_file};
use super::read::one;
use super::write::rename;
use crate::tables::diesel::{User, users};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::r2d2::{ConnectionManager, CustomizeConnection, Pool};
use kysera_bench_stage::data::{self, CONNECTIONS, MANY, USERS, key, sqlite};
use kysera_bench_stage::{Variant, data_folder, tasks};
use std::sync::Arc;

/// A million rows, looked at one by one.
pub fn stream() -> Variant {
    Variant::new(open(&sqlite::users(MANY)), |connection, _| {
        let rows = users::table.select(User::as_select()).load_iter(connection).expect("runs");
        rows.map(|user: QueryResult<User>| user.expect("reads").name.len()).sum::<usize>()
    })
}

/// Point reads of many tasks.
pub fn reads() -> Variant {
    on_file(|connection, turn| drop(one(connection, key(turn))))
}

/// Point reads of many tasks, and writes among them.
pub fn writes() -> Variant {
    on_file(|connection, turn| {
        if data::writes(turn) {
            rename(connection, key(turn));
        } else {
            one(connection, key(turn));
        }
    })
}

/// Gives each connection of the pool its settings.
#[derive(Debug)]
struct Settings;

impl CustomizeConnection<SqliteConnection, diesel::r2d2::Error> for Settings {
    fn on_acquire(&self, connection: &mut SqliteConnection) -> Result<(), diesel::r2d2::Error> {
        connection.batch_execute(sqlite::FILE).map_err(diesel::r2d2::Error::QueryError)
    }
}

fn on_file(once: fn(&mut SqliteConnection, u64)) -> Variant {
    tasks(
        async || {
            let folder = Arc::new(data_folder());
            let path = folder.path().join("tasks.db");
            open_file(&path).batch_execute(&sqlite::users(USERS)).expect("runs");
            let manager = ConnectionManager::<SqliteConnection>::new(path.to_str().expect("a plain path"));
            let pool = Pool::builder().max_size(CONNECTIONS as u32).connection_customizer(Box::new(Settings));
            // A connection to a file does not get lost, so none has to be tested.
            let pool = pool.test_on_check_out(false);
            (pool.build(manager).expect("opens"), folder)
        },
        move |(pool, _folder), turn| async move {
            let work = tokio::task::spawn_blocking(move || {
                once(&mut pool.get().expect("there is one soon"), turn);
            });
            work.await.expect("it ends");
        },
    )
}
