//! SQLite in memory: ours beside rusqlite with a cached statement, into the same structs, decoded by index.

use crate::goal::Goal;
use crate::harness::{Case, Side, Variant};
use crate::rows::{SQLITE_TABLE, User, hair, insert_sql, name, names};
use crate::{instructions, queries, runtime};
use kysera::prelude::*;
use kysera::sqlite::{Sqlite, SqliteOptions};
use rusqlite::{Connection, Row, params};
use std::hint::black_box;
use std::rc::Rc;
use std::time::Duration;
use tokio::runtime::Runtime;

/// Users in the table that single ones are read from.
const USERS: i64 = 1_000;

const BY_KEY: &str = "select id, name, hair_color from users where id = ?";
const ALL: &str = "select id, name, hair_color from users";

/// Every case.
pub fn cases() -> Vec<Case> {
    vec![
        Case::new("sqlite: select 1 by key", || vec![rival_by_key(), by_key()])
            .pure()
            .goal(Goal::Nanos(1_500.0)),
        Case::new("sqlite: select 100", || vec![rival_all(100), all(100)]).pure().goal(Goal::Ratio(1.15)),
        Case::new("sqlite: select 10 000", || vec![rival_all(10_000), all(10_000)]).goal(Goal::Ratio(1.15)),
        Case::new("sqlite: insert 1", || vec![rival_insert(1), insert(1)]).pure(),
        Case::new("sqlite: insert 100", || vec![rival_insert(100), insert(100)]).pure(),
    ]
}

fn rival_by_key() -> Variant {
    let connection = raw(USERS);
    Variant::new("rusqlite, cached", Side::Base, move |times| {
        for turn in 0..times as i64 {
            let mut statement = connection.prepare_cached(BY_KEY).expect("prepares");
            black_box(statement.query_row([1 + turn % USERS], user).expect("reads"));
        }
    })
}

fn by_key() -> Variant {
    let (runtime, db) = ours(USERS);
    Variant::new("kysera, built each time", Side::Ours, move |times| {
        runtime.block_on(async {
            for turn in 0..times as i64 {
                black_box(queries::by_key(1 + turn % USERS).fetch_one(&db).await.expect("reads"));
            }
        });
    })
}

fn rival_all(rows: i64) -> Variant {
    let connection = raw(rows);
    Variant::new("rusqlite, cached", Side::Base, move |times| {
        for _ in 0..times {
            let mut statement = connection.prepare_cached(ALL).expect("prepares");
            let rows = statement.query_map([], user).expect("runs");
            black_box(rows.collect::<Result<Vec<User>, _>>().expect("reads"));
        }
    })
}

fn all(rows: i64) -> Variant {
    let (runtime, db) = ours(rows);
    Variant::new("kysera, built each time", Side::Ours, move |times| {
        runtime.block_on(async {
            for _ in 0..times {
                black_box(queries::all().fetch_all(&db).await.expect("reads"));
            }
        });
    })
}

fn rival_insert(rows: usize) -> Variant {
    let connection = Rc::new(raw(0));
    let (sql, names) = (insert_sql(rows, |_| String::from("?")), names(rows));
    let table = Rc::clone(&connection);
    Variant::new("rusqlite, cached", Side::Base, move |times| {
        for _ in 0..times {
            let mut statement = connection.prepare_cached(&sql).expect("prepares");
            for (at, name) in names.iter().enumerate() {
                statement.raw_bind_parameter(2 * at + 1, name).expect("binds");
                statement.raw_bind_parameter(2 * at + 2, hair(at as i64)).expect("binds");
            }
            black_box(statement.raw_execute().expect("inserts"));
        }
    })
    .before(move || {
        table.execute("delete from users", []).expect("deletes");
    })
}

fn insert(rows: usize) -> Variant {
    let (runtime, db) = ours(0);
    let (runtime, names) = (Rc::new(runtime), names(rows));
    let (again, table) = (Rc::clone(&runtime), db.clone());
    Variant::new("kysera, built each time", Side::Ours, move |times| {
        runtime.block_on(async {
            for _ in 0..times {
                black_box(queries::insert(&names).execute(&db).await.expect("inserts"));
            }
        });
    })
    .before(move || empty(&again, &table))
}

/// A database in memory with so many users.
fn raw(rows: i64) -> Connection {
    let connection = Connection::open_in_memory().expect("opens");
    connection.set_prepared_statement_cache_capacity(128);
    connection.execute_batch(SQLITE_TABLE).expect("makes the table");
    fill(&connection, rows).expect("fills the table");
    connection
}

fn ours(rows: i64) -> (Runtime, Db) {
    let runtime = runtime();
    let db = Db::new(driver(&runtime, rows));
    (runtime, db)
}

/// Our driver, on a database in memory with so many users.
pub fn driver(runtime: &Runtime, rows: i64) -> Sqlite {
    let options = SqliteOptions::memory().on_connect(move |connection| {
        connection.execute_batch(SQLITE_TABLE)?;
        fill(connection, rows)
    });
    // Under valgrind everything takes fifty times longer and would outlast its budget.
    let options = if instructions::counting() { options.budget(Duration::from_secs(3600)) } else { options };
    runtime.block_on(options.open()).expect("opens")
}

fn empty(runtime: &Runtime, db: &Db) {
    runtime.block_on(async { kysera::raw("delete from users").execute(db).await.expect("deletes") });
}

fn fill(connection: &Connection, rows: i64) -> rusqlite::Result<()> {
    connection.execute_batch("begin")?;
    let mut insert = connection.prepare("insert into users (id, name, hair_color) values (?, ?, ?)")?;
    for id in 1..=rows {
        insert.execute(params![id, name(id), hair(id)])?;
    }
    connection.execute_batch("commit")
}

fn user(row: &Row<'_>) -> rusqlite::Result<User> {
    Ok(User { id: row.get(0)?, name: row.get(1)?, hair_color: row.get(2)? })
}
