//! Rows of one query.

use super::database::prepare;
use super::names::{COLLECTED, STREAMED};
use super::rows::user;
use crate::rows::{Post, User};
use futures_util::{TryStreamExt, pin_mut};
use kysera_bench_stage::data::{USERS, key, postgres};
use kysera_bench_stage::{Entries, Variant};
use tokio_postgres::Row;

/// One user, by key.
pub const BY_KEY: &str = "select id, name, hair_color from users where id = $1";

const ALL: &str = "select id, name, hair_color from users";
const LEFT_JOIN: &str = "\
    select users.id, users.name, users.hair_color, posts.id, posts.user_id, posts.title, posts.body \
    from users left join posts on posts.user_id = users.id where users.hair_color = $1";

/// Every variant.
pub fn entries() -> Entries {
    let mut entries = Entries::new().add("postgres: select 1 by key", COLLECTED, by_key).add(
        "postgres: select 1 by key",
        STREAMED,
        by_key_streamed,
    );
    for (number, rows) in [("1", 1), ("10", 10), ("100", 100), ("1 000", 1_000), ("10 000", 10_000)] {
        entries = entries
            .add(format!("postgres: select {number}"), COLLECTED, move || all(rows))
            .add(format!("postgres: select {number}"), STREAMED, move || all_streamed(rows))
            .add(format!("postgres: left join {number}"), COLLECTED, move || left_join(rows))
            .add(format!("postgres: left join {number}"), STREAMED, move || left_join_streamed(rows));
    }
    entries
}

/// One user, by key.
fn by_key() -> Variant {
    Variant::future(
        async || prepare(COLLECTED, &postgres::users(USERS), BY_KEY).await,
        async |(client, statement), turn| {
            user(&client.query_one(statement, &[&key(turn)]).await.expect("reads"))
        },
    )
}

/// The same, decoded as the row comes.
fn by_key_streamed() -> Variant {
    Variant::future(
        async || prepare(STREAMED, &postgres::users(USERS), BY_KEY).await,
        async |(client, statement), turn| {
            let rows = client.query_raw(&*statement, [key(turn)]).await.expect("runs");
            pin_mut!(rows);
            rows.try_next().await.expect("reads").map(|row| user(&row))
        },
    )
}

/// Every user.
fn all(rows: i64) -> Variant {
    Variant::future(
        async || prepare(COLLECTED, &postgres::users(rows), ALL).await,
        async |(client, statement), _| {
            let rows = client.query(statement, &[]).await.expect("reads");
            rows.iter().map(user).collect::<Vec<User>>()
        },
    )
}

/// The same, decoded as rows come.
fn all_streamed(rows: i64) -> Variant {
    Variant::future(
        async || prepare(STREAMED, &postgres::users(rows), ALL).await,
        async |(client, statement), _| {
            let rows = client.query_raw(&*statement, Vec::<i64>::new()).await.expect("runs");
            rows.map_ok(|row| user(&row)).try_collect::<Vec<User>>().await.expect("reads")
        },
    )
}

/// Users with black hair and their posts, of which there are none.
fn left_join(rows: i64) -> Variant {
    Variant::future(
        async || prepare(COLLECTED, &postgres::users(rows), LEFT_JOIN).await,
        async |(client, statement), _| {
            let rows = client.query(statement, &[&"black"]).await.expect("reads");
            rows.iter().map(joined).collect::<Vec<(User, Option<Post>)>>()
        },
    )
}

/// The same, decoded as rows come.
fn left_join_streamed(rows: i64) -> Variant {
    Variant::future(
        async || prepare(STREAMED, &postgres::users(rows), LEFT_JOIN).await,
        async |(client, statement), _| {
            let rows = client.query_raw(&*statement, ["black"]).await.expect("runs");
            rows.map_ok(|row| joined(&row)).try_collect::<Vec<_>>().await.expect("reads")
        },
    )
}

fn joined(row: &Row) -> (User, Option<Post>) {
    let post = row.get::<_, Option<i64>>(3).map(|id| Post {
        id,
        user_id: row.get(4),
        title: row.get(5),
        body: row.get(6),
    });
    (user(row), post)
}
