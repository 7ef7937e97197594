//! Rows that come and change.

use super::database::{open, prepare};
use super::names::NAME;
use super::read::BY_KEY;
use super::rows::{UserRow, user};
use kysera_bench_stage::data::mysql;
use kysera_bench_stage::data::server::Server;
use kysera_bench_stage::data::{USERS, insert_sql, key, new_users};
use kysera_bench_stage::{Entries, Variant};
use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Params, Statement, TxOpts, Value};

/// Every variant.
pub fn entries(server: Server) -> Entries {
    let mut entries = Entries::new()
        .add(server.case("update 1 by key"), NAME, move || update(server))
        .add(server.case("upsert 100"), NAME, move || upsert(server, 100))
        .add(server.case("transaction of 5 statements"), NAME, move || transaction(server));
    for rows in [1, 10, 25, 50, 100] {
        entries = entries.add(server.case(format_args!("insert {rows}")), NAME, move || insert(server, rows));
    }
    entries
}

/// So many new users in one statement, whose text is made once.
fn insert(server: Server, rows: usize) -> Variant {
    let (sql, users) = (insert_sql(rows, |_| "?".to_owned()), new_users(rows));
    Variant::future_clearing(
        async || prepare(server, NAME, &mysql::users(0), &sql).await,
        async |(conn, _)| conn.query_drop(mysql::EMPTY).await.expect("empties"),
        async move |(conn, statement), _| {
            let values: Vec<Value> = users
                .iter()
                .flat_map(|(name, hair)| [Value::from(name), Value::from(hair.as_ref())])
                .collect();
            conn.exec_drop(&*statement, Params::Positional(values)).await.expect("inserts");
        },
    )
}

fn update(server: Server) -> Variant {
    Variant::future(
        async move || {
            let sql = "update users set name = ? where id = ?";
            prepare(server, NAME, &mysql::users(USERS), sql).await
        },
        async |(conn, statement), turn| {
            conn.exec_drop(&*statement, ("renamed", key(turn))).await.expect("updates");
        },
    )
}

/// So many users in one statement, all of which are there.
fn upsert(server: Server, rows: usize) -> Variant {
    let sql = format!(
        "insert into users (id, name, hair_color) values {} \
         on duplicate key update name = values(name), hair_color = values(hair_color)",
        vec!["(?, ?, ?)"; rows].join(", ")
    );
    let users: Vec<_> = (1_i64..).zip(new_users(rows)).collect();
    Variant::future(
        async || prepare(server, NAME, &mysql::users(USERS), &sql).await,
        async move |(conn, statement), _| {
            let row = |(id, (name, hair)): &(i64, (String, Option<String>))| {
                [Value::from(*id), Value::from(name), Value::from(hair.as_ref())]
            };
            let values: Vec<Value> = users.iter().flat_map(row).collect();
            conn.exec_drop(&*statement, Params::Positional(values)).await.expect("upserts");
        },
    )
}

/// A user who is read and changed, and a new post with a comment.
fn transaction(server: Server) -> Variant {
    Variant::future_clearing(
        async move || {
            let mut conn = open(server, NAME, &mysql::users(USERS)).await;
            let mut statements = Vec::new();
            for sql in [
                BY_KEY,
                "update users set name = ? where id = ?",
                "insert into posts (user_id, title, body) values (?, ?, ?)",
                "insert into comments (post_id, text) values (?, ?)",
                "update posts set title = ? where id = ?",
            ] {
                statements.push(conn.prep(sql).await.expect("prepares"));
            }
            (conn, statements)
        },
        async |(conn, _)| conn.query_drop(mysql::EMPTY_POSTS).await.expect("empties"),
        async |(conn, statements), turn| five(conn, statements, key(turn)).await.expect("commits"),
    )
}

async fn five(conn: &mut Conn, statements: &[Statement], id: i64) -> mysql_async::Result<()> {
    let [read, rename, post, comment, retitle] = statements else { unreachable!("five were prepared") };
    let mut tx = conn.start_transaction(TxOpts::default()).await?;
    let found: Option<UserRow> = tx.exec_first(read, (id,)).await?;
    let found = user(found.expect("is there"));
    tx.exec_drop(rename, (&found.name, id)).await?;
    tx.exec_drop(post, (id, "a title", None::<&str>)).await?;
    let post = tx.last_insert_id();
    tx.exec_drop(comment, (post, "a comment")).await?;
    tx.exec_drop(retitle, ("a better title", post)).await?;
    tx.commit().await
}
