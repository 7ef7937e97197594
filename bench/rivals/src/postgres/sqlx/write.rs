//! Rows that come and change. Many at once go as arrays, as its FAQ recommends.

use super::database::{hold, open};
use super::names::{HELD, NAME};
use super::read::read_by_key;
use kysera_bench_stage::data::{USERS, key, new_users, postgres};
use kysera_bench_stage::{Entries, Variant};
use sqlx::{Connection, PgConnection, PgExecutor};

/// Every variant.
pub fn entries() -> Entries {
    let mut entries = Entries::new()
        .add("postgres: update 1 by key", NAME, update)
        .add("postgres: update 1 by key", HELD, update_held)
        .add("postgres: upsert 100", NAME, || upsert(100))
        .add("postgres: upsert 100", HELD, || upsert_held(100))
        .add("postgres: transaction of 5 statements", NAME, transaction)
        .add("postgres: transaction of 5 statements", HELD, transaction_held);
    for rows in [1, 10, 25, 50, 100] {
        entries = entries.add(format!("postgres: insert {rows}"), NAME, move || insert(rows)).add(
            format!("postgres: insert {rows}"),
            HELD,
            move || insert_held(rows),
        );
    }
    entries
}

type Users = Vec<(String, Option<String>)>;

fn insert(rows: usize) -> Variant {
    let users = new_users(rows);
    Variant::future_clearing(
        async || open(NAME, postgres::users(0)).await,
        async |pool| empty(&*pool, postgres::EMPTY).await,
        async move |pool, _| insert_users(&*pool, &users).await.expect("inserts"),
    )
}

fn insert_held(rows: usize) -> Variant {
    let users = new_users(rows);
    Variant::future_clearing(
        async || hold(HELD, postgres::users(0)).await,
        async |connection| empty(&mut *connection, postgres::EMPTY).await,
        async move |connection, _| insert_users(&mut *connection, &users).await.expect("inserts"),
    )
}

async fn empty(on: impl PgExecutor<'_>, sql: &'static str) {
    sqlx::raw_sql(sql).execute(on).await.expect("empties");
}

async fn insert_users(on: impl PgExecutor<'_>, users: &Users) -> sqlx::Result<u64> {
    if let [(name, hair)] = users.as_slice() {
        let query = sqlx::query("insert into users (name, hair_color) values ($1, $2)").bind(name).bind(hair);
        return Ok(query.execute(on).await?.rows_affected());
    }
    let query =
        sqlx::query("insert into users (name, hair_color) select * from unnest($1::text[], $2::text[])");
    let (names, hairs): (Vec<_>, Vec<_>) =
        users.iter().map(|(name, hair)| (name.as_str(), hair.as_deref())).unzip();
    Ok(query.bind(names).bind(hairs).execute(on).await?.rows_affected())
}

fn update() -> Variant {
    Variant::future(
        async || open(NAME, postgres::users(USERS)).await,
        async |pool, turn| change(&*pool, key(turn)).await.expect("updates"),
    )
}

fn update_held() -> Variant {
    Variant::future(
        async || hold(HELD, postgres::users(USERS)).await,
        async |connection, turn| change(&mut *connection, key(turn)).await.expect("updates"),
    )
}

async fn change(on: impl PgExecutor<'_>, id: i64) -> sqlx::Result<u64> {
    let query = sqlx::query("update users set name = $1 where id = $2");
    Ok(query.bind("renamed").bind(id).execute(on).await?.rows_affected())
}

fn upsert(rows: usize) -> Variant {
    let users = new_users(rows);
    Variant::future(
        async || open(NAME, postgres::users(USERS)).await,
        async move |pool, _| upsert_users(&*pool, &users).await.expect("upserts"),
    )
}

fn upsert_held(rows: usize) -> Variant {
    let users = new_users(rows);
    Variant::future(
        async || hold(HELD, postgres::users(USERS)).await,
        async move |connection, _| upsert_users(&mut *connection, &users).await.expect("upserts"),
    )
}

/// So many users in one statement, all of which are there.
async fn upsert_users(on: impl PgExecutor<'_>, users: &Users) -> sqlx::Result<u64> {
    let query = sqlx::query(
        "insert into users (id, name, hair_color) select * from unnest($1::bigint[], $2::text[], $3::text[]) \
         on conflict (id) do update set name = excluded.name, hair_color = excluded.hair_color",
    );
    let ids: Vec<i64> = (1..).take(users.len()).collect();
    let (names, hairs): (Vec<_>, Vec<_>) =
        users.iter().map(|(name, hair)| (name.as_str(), hair.as_deref())).unzip();
    Ok(query.bind(ids).bind(names).bind(hairs).execute(on).await?.rows_affected())
}

/// A user who is read and changed, and a new post with a comment.
fn transaction() -> Variant {
    Variant::future_clearing(
        async || open(NAME, postgres::users(USERS)).await,
        async |pool| empty(&*pool, postgres::EMPTY_POSTS).await,
        async |pool, turn| {
            let mut tx = pool.begin().await.expect("begins");
            five(&mut tx, key(turn)).await.expect("runs");
            tx.commit().await.expect("commits");
        },
    )
}

fn transaction_held() -> Variant {
    Variant::future_clearing(
        async || hold(HELD, postgres::users(USERS)).await,
        async |connection| empty(&mut *connection, postgres::EMPTY_POSTS).await,
        async |connection, turn| {
            let mut tx = Connection::begin(&mut *connection).await.expect("begins");
            five(&mut tx, key(turn)).await.expect("runs");
            tx.commit().await.expect("commits");
        },
    )
}

async fn five(tx: &mut PgConnection, id: i64) -> sqlx::Result<()> {
    let found = read_by_key(&mut *tx, id).await?;
    let rename = sqlx::query("update users set name = $1 where id = $2").bind(&found.name).bind(id);
    rename.execute(&mut *tx).await?;
    let post =
        sqlx::query_scalar("insert into posts (user_id, title, body) values ($1, $2, $3) returning id");
    let post: i64 = post.bind(id).bind("a title").bind(None::<&str>).fetch_one(&mut *tx).await?;
    let comment =
        sqlx::query("insert into comments (post_id, text) values ($1, $2)").bind(post).bind("a comment");
    comment.execute(&mut *tx).await?;
    let retitle = sqlx::query("update posts set title = $1 where id = $2").bind("a better title").bind(post);
    retitle.execute(&mut *tx).await?;
    Ok(())
}
