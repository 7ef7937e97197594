//! Rows that come and change. Many at once by its query builder, as its FAQ recommends for MySQL.

use super::database::{hold, open};
use super::names::{HELD, NAME};
use super::read::read_by_key;
use kysera_bench_stage::data::mysql;
use kysera_bench_stage::data::server::Server;
use kysera_bench_stage::data::{USERS, key, new_users};
use kysera_bench_stage::{Entries, Variant};
use sqlx::{Connection, MySql, MySqlConnection, MySqlExecutor, QueryBuilder};

/// Every variant.
pub fn entries(server: Server) -> Entries {
    let mut entries = Entries::new()
        .add(server.case("update 1 by key"), NAME, move || update(server))
        .add(server.case("update 1 by key"), HELD, move || update_held(server))
        .add(server.case("upsert 100"), NAME, move || upsert(server, 100))
        .add(server.case("upsert 100"), HELD, move || upsert_held(server, 100))
        .add(server.case("transaction of 5 statements"), NAME, move || transaction(server))
        .add(server.case("transaction of 5 statements"), HELD, move || transaction_held(server));
    for rows in [1, 10, 25, 50, 100] {
        entries = entries
            .add(server.case(format_args!("insert {rows}")), NAME, move || insert(server, rows))
            .add(server.case(format_args!("insert {rows}")), HELD, move || insert_held(server, rows));
    }
    entries
}

type Users = Vec<(String, Option<String>)>;

fn insert(server: Server, rows: usize) -> Variant {
    let users = new_users(rows);
    Variant::future_clearing(
        async move || open(server, NAME, mysql::users(0)).await,
        async |pool| empty(&*pool, mysql::EMPTY).await,
        async move |pool, _| insert_users(&*pool, &users).await.expect("inserts"),
    )
}

fn insert_held(server: Server, rows: usize) -> Variant {
    let users = new_users(rows);
    Variant::future_clearing(
        async move || hold(server, HELD, mysql::users(0)).await,
        async |connection| empty(&mut *connection, mysql::EMPTY).await,
        async move |connection, _| insert_users(&mut *connection, &users).await.expect("inserts"),
    )
}

async fn empty(on: impl MySqlExecutor<'_>, sql: &'static str) {
    sqlx::raw_sql(sql).execute(on).await.expect("empties");
}

async fn insert_users(on: impl MySqlExecutor<'_>, users: &Users) -> sqlx::Result<u64> {
    if let [(name, hair)] = users.as_slice() {
        let query = sqlx::query("insert into users (name, hair_color) values (?, ?)").bind(name).bind(hair);
        return Ok(query.execute(on).await?.rows_affected());
    }
    let mut query = QueryBuilder::<MySql>::new("insert into users (name, hair_color) ");
    query.push_values(users, |mut row, (name, hair)| {
        row.push_bind(name).push_bind(hair);
    });
    Ok(query.build().execute(on).await?.rows_affected())
}

fn update(server: Server) -> Variant {
    Variant::future(
        async move || open(server, NAME, mysql::users(USERS)).await,
        async |pool, turn| change(&*pool, key(turn)).await.expect("updates"),
    )
}

fn update_held(server: Server) -> Variant {
    Variant::future(
        async move || hold(server, HELD, mysql::users(USERS)).await,
        async |connection, turn| change(&mut *connection, key(turn)).await.expect("updates"),
    )
}

async fn change(on: impl MySqlExecutor<'_>, id: i64) -> sqlx::Result<u64> {
    let query = sqlx::query("update users set name = ? where id = ?");
    Ok(query.bind("renamed").bind(id).execute(on).await?.rows_affected())
}

fn upsert(server: Server, rows: usize) -> Variant {
    let users = new_users(rows);
    Variant::future(
        async move || open(server, NAME, mysql::users(USERS)).await,
        async move |pool, _| upsert_users(&*pool, &users).await.expect("upserts"),
    )
}

fn upsert_held(server: Server, rows: usize) -> Variant {
    let users = new_users(rows);
    Variant::future(
        async move || hold(server, HELD, mysql::users(USERS)).await,
        async move |connection, _| upsert_users(&mut *connection, &users).await.expect("upserts"),
    )
}

/// So many users in one statement, all of which are there.
async fn upsert_users(on: impl MySqlExecutor<'_>, users: &Users) -> sqlx::Result<u64> {
    let mut query = QueryBuilder::<MySql>::new("insert into users (id, name, hair_color) ");
    query.push_values((1_i64..).zip(users), |mut row, (id, (name, hair))| {
        row.push_bind(id).push_bind(name).push_bind(hair);
    });
    query.push(" on duplicate key update name = values(name), hair_color = values(hair_color)");
    Ok(query.build().execute(on).await?.rows_affected())
}

/// A user who is read and changed, and a new post with a comment.
fn transaction(server: Server) -> Variant {
    Variant::future_clearing(
        async move || open(server, NAME, mysql::users(USERS)).await,
        async |pool| empty(&*pool, mysql::EMPTY_POSTS).await,
        async |pool, turn| {
            let mut tx = pool.begin().await.expect("begins");
            five(&mut tx, key(turn)).await.expect("runs");
            tx.commit().await.expect("commits");
        },
    )
}

fn transaction_held(server: Server) -> Variant {
    Variant::future_clearing(
        async move || hold(server, HELD, mysql::users(USERS)).await,
        async |connection| empty(&mut *connection, mysql::EMPTY_POSTS).await,
        async |connection, turn| {
            let mut tx = Connection::begin(&mut *connection).await.expect("begins");
            five(&mut tx, key(turn)).await.expect("runs");
            tx.commit().await.expect("commits");
        },
    )
}

async fn five(tx: &mut MySqlConnection, id: i64) -> sqlx::Result<()> {
    let found = read_by_key(&mut *tx, id).await?;
    let rename = sqlx::query("update users set name = ? where id = ?").bind(&found.name).bind(id);
    rename.execute(&mut *tx).await?;
    let post = sqlx::query("insert into posts (user_id, title, body) values (?, ?, ?)");
    let post = post.bind(id).bind("a title").bind(None::<&str>).execute(&mut *tx).await?.last_insert_id();
    let comment =
        sqlx::query("insert into comments (post_id, text) values (?, ?)").bind(post).bind("a comment");
    comment.execute(&mut *tx).await?;
    let retitle = sqlx::query("update posts set title = ? where id = ?").bind("a better title").bind(post);
    retitle.execute(&mut *tx).await?;
    Ok(())
}
