//! Rows of one query.

use super::database::{hold, open};
use super::names::{HELD, MACROS, NAME};
use crate::tables::sqlx::{Post, User};
use kysera_bench_stage::data::{USERS, key, postgres};
use kysera_bench_stage::{Entries, Variant};
use sqlx::postgres::PgRow;
use sqlx::{PgExecutor, Row};

const ALL: &str = "select id, name, hair_color from users";
const LEFT_JOIN: &str = "\
    select users.id, users.name, users.hair_color, posts.id, posts.user_id, posts.title, posts.body \
    from users left join posts on posts.user_id = users.id where users.hair_color = $1";

/// Every variant.
pub fn entries() -> Entries {
    let mut entries = Entries::new().add("postgres: select 1 by key", NAME, by_key).add(
        "postgres: select 1 by key",
        HELD,
        by_key_held,
    );
    for (number, rows) in [("1", 1), ("10", 10), ("100", 100), ("1 000", 1_000), ("10 000", 10_000)] {
        entries = entries
            .add(format!("postgres: select {number}"), NAME, move || all(rows))
            .add(format!("postgres: select {number}"), HELD, move || all_held(rows))
            .add(format!("postgres: select {number}"), MACROS, move || all_as_macros_read(rows))
            .add(format!("postgres: left join {number}"), NAME, move || left_join(rows))
            .add(format!("postgres: left join {number}"), HELD, move || left_join_held(rows));
    }
    entries
}

fn by_key() -> Variant {
    Variant::future(
        async || open(NAME, postgres::users(USERS)).await,
        async |pool, turn| read_by_key(&*pool, key(turn)).await.expect("reads"),
    )
}

fn by_key_held() -> Variant {
    Variant::future(
        async || hold(HELD, postgres::users(USERS)).await,
        async |connection, turn| read_by_key(&mut *connection, key(turn)).await.expect("reads"),
    )
}

/// One user, by key.
pub async fn read_by_key(on: impl PgExecutor<'_>, id: i64) -> sqlx::Result<User> {
    sqlx::query_as("select id, name, hair_color from users where id = $1").bind(id).fetch_one(on).await
}

/// Every user.
fn all(rows: i64) -> Variant {
    Variant::future(
        async || open(NAME, postgres::users(rows)).await,
        async |pool, _| sqlx::query_as::<_, User>(ALL).fetch_all(&*pool).await.expect("reads"),
    )
}

fn all_held(rows: i64) -> Variant {
    Variant::future(
        async || hold(HELD, postgres::users(rows)).await,
        async |connection, _| {
            sqlx::query_as::<_, User>(ALL).fetch_all(&mut *connection).await.expect("reads")
        },
    )
}

/// What `query_as!` becomes: columns by position, their types checked when it was compiled.
fn all_as_macros_read(rows: i64) -> Variant {
    Variant::future(
        async || hold(MACROS, postgres::users(rows)).await,
        async |connection, _| {
            let user = |row: PgRow| {
                Ok(User {
                    id: row.try_get_unchecked(0)?,
                    name: row.try_get_unchecked(1)?,
                    hair_color: row.try_get_unchecked(2)?,
                })
            };
            sqlx::query(ALL).try_map(user).fetch_all(&mut *connection).await.expect("reads")
        },
    )
}

fn left_join(rows: i64) -> Variant {
    Variant::future(
        async || open(NAME, postgres::users(rows)).await,
        async |pool, _| read_left_join(&*pool).await.expect("reads"),
    )
}

fn left_join_held(rows: i64) -> Variant {
    Variant::future(
        async || hold(HELD, postgres::users(rows)).await,
        async |connection, _| read_left_join(&mut *connection).await.expect("reads"),
    )
}

/// Users with black hair and their posts, of which there are none. By position: two columns are called `id`.
async fn read_left_join(on: impl PgExecutor<'_>) -> sqlx::Result<Vec<(User, Option<Post>)>> {
    let joined = |row: PgRow| {
        let user = User { id: row.try_get(0)?, name: row.try_get(1)?, hair_color: row.try_get(2)? };
        let Some(id) = row.try_get(3)? else { return Ok((user, None)) };
        let post = Post { id, user_id: row.try_get(4)?, title: row.try_get(5)?, body: row.try_get(6)? };
        Ok((user, Some(post)))
    };
    sqlx::query(LEFT_JOIN).bind("black").try_map(joined).fetch_all(on).await
}
