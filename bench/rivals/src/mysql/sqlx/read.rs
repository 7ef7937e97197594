//! Rows of one query.

use super::database::{hold, open};
use super::names::{HELD, MACROS, NAME};
use crate::tables::sqlx::{Post, User};
use kysera_bench_stage::data::mysql;
use kysera_bench_stage::data::server::Server;
use kysera_bench_stage::data::{USERS, key};
use kysera_bench_stage::{Entries, Variant};
use sqlx::mysql::MySqlRow;
use sqlx::{MySqlExecutor, Row};

const ALL: &str = "select id, name, hair_color from users";
const LEFT_JOIN: &str = "\
    select users.id, users.name, users.hair_color, posts.id, posts.user_id, posts.title, posts.body \
    from users left join posts on posts.user_id = users.id where users.hair_color = ?";

/// Every variant.
pub fn entries(server: Server) -> Entries {
    let mut entries = Entries::new().add(server.case("select 1 by key"), NAME, move || by_key(server)).add(
        server.case("select 1 by key"),
        HELD,
        move || by_key_held(server),
    );
    for (number, rows) in server.sizes() {
        entries = entries
            .add(server.case(format_args!("select {number}")), NAME, move || all(server, rows))
            .add(server.case(format_args!("select {number}")), HELD, move || all_held(server, rows))
            .add(server.case(format_args!("select {number}")), MACROS, move || {
                all_as_macros_read(server, rows)
            })
            .add(server.case(format_args!("left join {number}")), NAME, move || left_join(server, rows))
            .add(server.case(format_args!("left join {number}")), HELD, move || left_join_held(server, rows));
    }
    entries
}

fn by_key(server: Server) -> Variant {
    Variant::future(
        async move || open(server, NAME, mysql::users(USERS)).await,
        async |pool, turn| read_by_key(&*pool, key(turn)).await.expect("reads"),
    )
}

fn by_key_held(server: Server) -> Variant {
    Variant::future(
        async move || hold(server, HELD, mysql::users(USERS)).await,
        async |connection, turn| read_by_key(&mut *connection, key(turn)).await.expect("reads"),
    )
}

/// One user, by key.
pub async fn read_by_key(on: impl MySqlExecutor<'_>, id: i64) -> sqlx::Result<User> {
    sqlx::query_as("select id, name, hair_color from users where id = ?").bind(id).fetch_one(on).await
}

/// Every user.
fn all(server: Server, rows: i64) -> Variant {
    Variant::future(
        async move || open(server, NAME, mysql::users(rows)).await,
        async |pool, _| sqlx::query_as::<_, User>(ALL).fetch_all(&*pool).await.expect("reads"),
    )
}

fn all_held(server: Server, rows: i64) -> Variant {
    Variant::future(
        async move || hold(server, HELD, mysql::users(rows)).await,
        async |connection, _| {
            sqlx::query_as::<_, User>(ALL).fetch_all(&mut *connection).await.expect("reads")
        },
    )
}

/// What `query_as!` becomes: columns by position, their types checked when it was compiled.
fn all_as_macros_read(server: Server, rows: i64) -> Variant {
    Variant::future(
        async move || hold(server, MACROS, mysql::users(rows)).await,
        async |connection, _| {
            let user = |row: MySqlRow| {
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

fn left_join(server: Server, rows: i64) -> Variant {
    Variant::future(
        async move || open(server, NAME, mysql::users(rows)).await,
        async |pool, _| read_left_join(&*pool).await.expect("reads"),
    )
}

fn left_join_held(server: Server, rows: i64) -> Variant {
    Variant::future(
        async move || hold(server, HELD, mysql::users(rows)).await,
        async |connection, _| read_left_join(&mut *connection).await.expect("reads"),
    )
}

/// Users with black hair and their posts, of which there are none. By position: two columns are called `id`.
async fn read_left_join(on: impl MySqlExecutor<'_>) -> sqlx::Result<Vec<(User, Option<Post>)>> {
    let joined = |row: MySqlRow| {
        let user = User { id: row.try_get(0)?, name: row.try_get(1)?, hair_color: row.try_get(2)? };
        let Some(id) = row.try_get(3)? else { return Ok((user, None)) };
        let post = Post { id, user_id: row.try_get(4)?, title: row.try_get(5)?, body: row.try_get(6)? };
        Ok((user, Some(post)))
    };
    sqlx::query(LEFT_JOIN).bind("black").try_map(joined).fetch_all(on).await
}
