//! Loads: a long stream, and many tasks, whose calls go to tokio's blocking threads.

use super::database::{open, open_file};
use super::read::{ALL, one};
use super::rows::user;
use super::write::rename;
use kysera_bench_stage::data::{self, CONNECTIONS, MANY, USERS, key, sqlite};
use kysera_bench_stage::{Variant, data_folder, tasks};
use rusqlite::Connection;
use std::sync::{Arc, Mutex};
use tokio::sync::Semaphore;

/// A pool of connections, each call on a blocking thread.
pub const BLOCKING: &str = "rusqlite, spawn_blocking";

/// A million rows, looked at one by one.
pub fn stream() -> Variant {
    Variant::new(open(&sqlite::users(MANY)), |connection, _| {
        let mut statement = connection.prepare_cached(ALL).expect("prepares");
        let rows = statement.query_map([], user).expect("runs");
        rows.map(|user| user.expect("reads").name.len()).sum::<usize>()
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

struct Pool {
    free: Semaphore,
    connections: Mutex<Vec<Connection>>,
}

fn on_file(once: fn(&Connection, u64)) -> Variant {
    tasks(
        async || {
            let folder = Arc::new(data_folder());
            let path = folder.path().join("tasks.db");
            open_file(&path).execute_batch(&sqlite::users(USERS)).expect("runs");
            let connections = (0..CONNECTIONS).map(|_| open_file(&path)).collect();
            (
                Arc::new(Pool { free: Semaphore::new(CONNECTIONS), connections: Mutex::new(connections) }),
                folder,
            )
        },
        move |(pool, _folder), turn| async move {
            let _permit = pool.free.acquire().await.expect("it is never closed");
            let pool = Arc::clone(&pool);
            let work = tokio::task::spawn_blocking(move || {
                let taken = pool.connections.lock().expect("nobody panics with it").pop();
                let connection = taken.expect("there are as many as permits");
                once(&connection, turn);
                pool.connections.lock().expect("nobody panics with it").push(connection);
            });
            work.await.expect("it ends");
        },
    )
}
