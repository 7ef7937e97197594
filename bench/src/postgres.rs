//! PostgreSQL: ours through its pool of one connection, beside tokio-postgres with a held connection and a held prepared
//! statement, both collected (`query`) and streamed (`query_raw`), into the same structs, decoded by index.

use crate::goal::Goal;
use crate::harness::{Case, Side, Variant};
use crate::rows::{POSTGRES_TABLE, User, hair, insert_sql, names};
use crate::{queries, runtime};
use futures_util::{TryStreamExt, pin_mut};
use kysera::postgres::{Postgres, PostgresOptions, SslMode};
use kysera::prelude::*;
use std::hint::black_box;
use std::rc::Rc;
use tokio::runtime::Runtime;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, NoTls, Row, Statement};

const URL: &str = "KYSERA_TEST_POSTGRES_URL";

/// Users in the table that single ones are read from.
const USERS: i64 = 1_000;

const BY_KEY: &str = "select id, name, hair_color from users where id = $1";
const ALL: &str = "select id, name, hair_color from users";

/// Every case, or why there is none.
pub fn cases() -> Result<Vec<Case>, String> {
    if url().is_none() {
        return Err(format!("postgres: {URL} is not set; run this under `cargo xtask postgres -- ..`"));
    }
    let select = |rows| vec![all(rows), rival_all(rows), rival_streamed(rows)];
    Ok(vec![
        Case::new("postgres: select 1 by key", || vec![by_key(), rival_by_key(), rival_by_key_streamed()])
            .goal(Goal::Ratio(1.05)),
        Case::new("postgres: select 100", move || select(100)).goal(Goal::Ratio(1.05)),
        Case::new("postgres: select 10 000", move || select(10_000)).goal(Goal::Ratio(1.05)),
        Case::new("postgres: insert 1", || vec![insert(1), rival_insert(1)]).goal(Goal::Ratio(1.05)),
        Case::new("postgres: insert 100", || vec![insert(100), rival_insert(100)]).goal(Goal::Ratio(1.05)),
    ])
}

/// The server's version.
pub fn server() -> Option<String> {
    url()?;
    let (runtime, client) = raw("version", 0);
    let row = runtime.block_on(client.query_one("show server_version", &[])).ok()?;
    Some(format!("PostgreSQL {}", row.get::<_, String>(0)))
}

fn rival_by_key() -> Variant {
    let (runtime, client, statement) = prepared("by_key", USERS, BY_KEY);
    Variant::new("tokio-postgres, query", Side::Base, move |times| {
        runtime.block_on(async {
            for turn in 0..times as i64 {
                let row = client.query_one(&statement, &[&(1 + turn % USERS)]).await.expect("reads");
                black_box(user(&row));
            }
        });
    })
}

fn rival_by_key_streamed() -> Variant {
    let (runtime, client, statement) = prepared("by_key", USERS, BY_KEY);
    Variant::new("tokio-postgres, query_raw", Side::Base, move |times| {
        runtime.block_on(async {
            for turn in 0..times as i64 {
                let rows = client.query_raw(&statement, [1 + turn % USERS]).await.expect("runs");
                pin_mut!(rows);
                while let Some(row) = rows.try_next().await.expect("reads") {
                    black_box(user(&row));
                }
            }
        });
    })
}

fn by_key() -> Variant {
    let (runtime, db) = ours("by_key", USERS);
    Variant::new("kysera, built each time", Side::Ours, move |times| {
        runtime.block_on(async {
            for turn in 0..times as i64 {
                black_box(queries::by_key(1 + turn % USERS).fetch_one(&db).await.expect("reads"));
            }
        });
    })
}

fn rival_all(rows: i64) -> Variant {
    let (runtime, client, statement) = prepared(&format!("all_{rows}"), rows, ALL);
    Variant::new("tokio-postgres, query", Side::Base, move |times| {
        runtime.block_on(async {
            for _ in 0..times {
                let rows = client.query(&statement, &[]).await.expect("reads");
                black_box(rows.iter().map(user).collect::<Vec<User>>());
            }
        });
    })
}

fn rival_streamed(rows: i64) -> Variant {
    let (runtime, client, statement) = prepared(&format!("all_{rows}"), rows, ALL);
    Variant::new("tokio-postgres, query_raw", Side::Base, move |times| {
        runtime.block_on(async {
            for _ in 0..times {
                let rows = client.query_raw(&statement, Vec::<i64>::new()).await.expect("runs");
                let users: Vec<User> = rows.map_ok(|row| user(&row)).try_collect().await.expect("reads");
                black_box(users);
            }
        });
    })
}

fn all(rows: i64) -> Variant {
    let (runtime, db) = ours(&format!("all_{rows}"), rows);
    Variant::new("kysera, built each time", Side::Ours, move |times| {
        runtime.block_on(async {
            for _ in 0..times {
                black_box(queries::all().fetch_all(&db).await.expect("reads"));
            }
        });
    })
}

fn rival_insert(rows: usize) -> Variant {
    let sql = insert_sql(rows, |place| format!("${place}"));
    let (runtime, client, statement) = prepared(&format!("insert_{rows}"), 0, &sql);
    let (client, runtime, names) = (Rc::new(client), Rc::new(runtime), names(rows));
    let (table, again) = (Rc::clone(&client), Rc::clone(&runtime));
    Variant::new("tokio-postgres, execute", Side::Base, move |times| {
        runtime.block_on(async {
            for _ in 0..times {
                let hairs: Vec<Option<&str>> = (0..names.len()).map(|at| hair(at as i64)).collect();
                let rows = names.iter().zip(&hairs);
                let values: Vec<&(dyn ToSql + Sync)> =
                    rows.flat_map(|(name, hair)| [name as &(dyn ToSql + Sync), hair]).collect();
                black_box(client.execute(&statement, &values).await.expect("inserts"));
            }
        });
    })
    .before(move || again.block_on(table.batch_execute("truncate users")).expect("empties"))
}

fn insert(rows: usize) -> Variant {
    let schema = format!("insert_{rows}");
    let (runtime, db) = ours(&schema, 0);
    let names = names(rows);
    // By another connection: raw SQL would make our pool reset the session, which no case is about.
    let (again, table) = connect(&schema);
    Variant::new("kysera, built each time", Side::Ours, move |times| {
        runtime.block_on(async {
            for _ in 0..times {
                black_box(queries::insert(&names).execute(&db).await.expect("inserts"));
            }
        });
    })
    .before(move || again.block_on(table.batch_execute("truncate users")).expect("empties"))
}

fn url() -> Option<String> {
    std::env::var(URL).ok().filter(|url| !url.is_empty())
}

/// The settings that put a session into a schema of ours.
fn settings(schema: &str) -> String {
    format!("-c search_path=kysera_bench_{schema}")
}

/// A connection to a schema that may not be there yet.
fn connect(schema: &str) -> (Runtime, Client) {
    let runtime = runtime();
    let mut config: tokio_postgres::Config = url().unwrap_or_default().parse().expect("the address is one");
    config.options(settings(schema));
    let (client, connection) = runtime.block_on(config.connect(NoTls)).expect("connects");
    runtime.spawn(connection);
    (runtime, client)
}

/// A connection to a schema with so many users, made anew.
fn raw(schema: &str, rows: i64) -> (Runtime, Client) {
    let (runtime, client) = connect(schema);
    let script = format!(
        "drop schema if exists kysera_bench_{schema} cascade; create schema kysera_bench_{schema}; {POSTGRES_TABLE}; \
         insert into users (name, hair_color) select 'user ' || id, case when id % 2 = 0 then 'black' end \
         from generate_series(1, {rows}) id; analyze users"
    );
    runtime.block_on(client.batch_execute(&script)).expect("makes the table");
    (runtime, client)
}

fn prepared(schema: &str, rows: i64, sql: &str) -> (Runtime, Client, Statement) {
    let (runtime, client) = raw_if_missing(schema, rows);
    let statement = runtime.block_on(client.prepare(sql)).expect("prepares");
    (runtime, client, statement)
}

/// A connection to a schema that another variant of the case may have made.
fn raw_if_missing(schema: &str, rows: i64) -> (Runtime, Client) {
    let (runtime, client) = connect(schema);
    let found = runtime.block_on(client.query_one("select count(*) from users", &[]));
    match found.map(|row| row.get::<_, i64>(0)) {
        Ok(count) if count == rows => (runtime, client),
        _ => raw(schema, rows),
    }
}

fn ours(schema: &str, rows: i64) -> (Runtime, Db) {
    drop(raw(schema, rows));
    let runtime = runtime();
    let options: PostgresOptions = url().unwrap_or_default().parse().expect("the address is one");
    let options = options.options(settings(schema)).pool_size(1).ssl_mode(SslMode::Disable);
    let driver = runtime.block_on(Postgres::connect(options)).expect("connects");
    (runtime, Db::new(driver))
}

fn user(row: &Row) -> User {
    User { id: row.get(0), name: row.get(1), hair_color: row.get(2) }
}
