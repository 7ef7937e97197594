//! Rows that come and change.

use super::database::open;
use super::names::NAME;
use crate::tables::diesel::{KnownUser, NewComment, NewPost, NewUser, User, comments, posts, users};
use diesel::dsl::DuplicatedKeys;
use diesel::prelude::*;
use diesel::sql_types::SingleValue;
use diesel_async::{AsyncConnection, AsyncMysqlConnection, RunQueryDsl, SimpleAsyncConnection};
use kysera_bench_stage::data::mysql;
use kysera_bench_stage::data::server::Server;
use kysera_bench_stage::data::{USERS, key, new_users};
use kysera_bench_stage::{Entries, Variant};

/// Rows in a `Vec`, whose statement Diesel prepares anew each time.
const VEC: &str = "diesel-async, rows in a Vec";

diesel::define_sql_function! {
    /// What the row that stands in the way would have had in a column: Diesel has no `excluded` on MySQL.
    fn values<T: SingleValue>(column: T) -> T;
}

diesel::define_sql_function! {
    /// The key of the last row: nothing is returned on MySQL.
    fn last_insert_id() -> Unsigned<BigInt>;
}

/// Every variant.
pub fn entries(server: Server) -> Entries {
    let mut entries = Entries::new()
        .add(server.case("insert 1"), NAME, move || insert::<1>(server))
        .add(server.case("insert 10"), NAME, move || insert::<10>(server))
        .add(server.case("insert 25"), NAME, move || insert::<25>(server))
        .add(server.case("insert 50"), NAME, move || insert::<50>(server))
        .add(server.case("insert 100"), NAME, move || insert::<100>(server))
        .add(server.case("update 1 by key"), NAME, move || update(server))
        .add(server.case("upsert 100"), NAME, move || upsert::<100>(server))
        .add(server.case("transaction of 5 statements"), NAME, move || transaction(server));
    for rows in [10, 25, 50, 100] {
        entries =
            entries.add(server.case(format_args!("insert {rows}")), VEC, move || insert_vec(server, rows));
    }
    entries
}

/// So many new users in one statement: an array, whose statement can be cached because its length is in its type.
fn insert<const ROWS: usize>(server: Server) -> Variant {
    let rows: [NewUser; ROWS] = array(new_users(ROWS).into_iter().map(user));
    Variant::future_clearing(
        async move || open(server, NAME, mysql::users(0)).await,
        async |connection| connection.batch_execute(mysql::EMPTY).await.expect("empties"),
        async move |connection, _| {
            diesel::insert_into(users::table).values(&rows).execute(connection).await.expect("inserts")
        },
    )
}

fn insert_vec(server: Server, rows: usize) -> Variant {
    let rows: Vec<NewUser> = new_users(rows).into_iter().map(user).collect();
    Variant::future_clearing(
        async move || open(server, VEC, mysql::users(0)).await,
        async |connection| connection.batch_execute(mysql::EMPTY).await.expect("empties"),
        async move |connection, _| {
            diesel::insert_into(users::table).values(&rows).execute(connection).await.expect("inserts")
        },
    )
}

fn user((name, hair_color): (String, Option<String>)) -> NewUser {
    NewUser { name, hair_color }
}

fn array<T, const ROWS: usize>(rows: impl Iterator<Item = T>) -> [T; ROWS] {
    let rows: Result<[T; ROWS], _> = rows.collect::<Vec<_>>().try_into();
    rows.unwrap_or_else(|_| unreachable!("there are as many rows as were asked for"))
}

fn update(server: Server) -> Variant {
    Variant::future(
        async move || open(server, NAME, mysql::users(USERS)).await,
        async |connection, turn| {
            let rename = diesel::update(users::table.find(key(turn))).set(users::name.eq("renamed"));
            rename.execute(connection).await.expect("updates")
        },
    )
}

/// So many users in one statement, all of which are there.
fn upsert<const ROWS: usize>(server: Server) -> Variant {
    let rows = (1..).zip(new_users(ROWS));
    let rows: [KnownUser; ROWS] =
        array(rows.map(|(id, (name, hair_color))| KnownUser { id, name, hair_color }));
    Variant::future(
        async move || open(server, NAME, mysql::users(USERS)).await,
        async move |connection, _| {
            let change =
                (users::name.eq(values(users::name)), users::hair_color.eq(values(users::hair_color)));
            let query = diesel::insert_into(users::table).values(&rows).on_conflict(DuplicatedKeys);
            query.do_update().set(change).execute(connection).await.expect("upserts")
        },
    )
}

/// A user who is read and changed, and a new post with a comment.
fn transaction(server: Server) -> Variant {
    Variant::future_clearing(
        async move || open(server, NAME, mysql::users(USERS)).await,
        async |connection| connection.batch_execute(mysql::EMPTY_POSTS).await.expect("empties"),
        async |connection, turn| five(connection, key(turn)).await.expect("commits"),
    )
}

async fn five(connection: &mut AsyncMysqlConnection, id: i64) -> QueryResult<()> {
    connection
        .transaction(async |connection| {
            let found: User = users::table.find(id).select(User::as_select()).get_result(connection).await?;
            let renamed = diesel::update(users::table.find(id)).set(users::name.eq(&found.name));
            renamed.execute(connection).await?;
            let post = NewPost { user_id: id, title: "a title", body: None };
            diesel::insert_into(posts::table).values(post).execute(connection).await?;
            let post: u64 = diesel::select(last_insert_id()).get_result(connection).await?;
            let post = post as i64;
            let comment = NewComment { post_id: post, text: "a comment" };
            diesel::insert_into(comments::table).values(comment).execute(connection).await?;
            let retitled = diesel::update(posts::table.find(post)).set(posts::title.eq("a better title"));
            retitled.execute(connection).await?;
            Ok(())
        })
        .await
}
