//! Rows that come and change.

use super::database::open;
use super::names::NAME;
use crate::tables::diesel::{KnownUser, NewComment, NewPost, NewUser, User, comments, posts, users};
use diesel::prelude::*;
use diesel::upsert::excluded;
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use kysera_bench_stage::data::{USERS, key, new_users, postgres};
use kysera_bench_stage::{Entries, Variant};

/// Rows in a `Vec`, whose statement Diesel prepares anew each time.
const VEC: &str = "diesel-async, rows in a Vec";

/// Every variant.
pub fn entries() -> Entries {
    let mut entries = Entries::new()
        .add("postgres: insert 1", NAME, insert::<1>)
        .add("postgres: insert 10", NAME, insert::<10>)
        .add("postgres: insert 25", NAME, insert::<25>)
        .add("postgres: insert 50", NAME, insert::<50>)
        .add("postgres: insert 100", NAME, insert::<100>)
        .add("postgres: update 1 by key", NAME, update)
        .add("postgres: upsert 100", NAME, upsert::<100>)
        .add("postgres: transaction of 5 statements", NAME, transaction);
    for rows in [10, 25, 50, 100] {
        entries = entries.add(format!("postgres: insert {rows}"), VEC, move || insert_vec(rows));
    }
    entries
}

/// So many new users in one statement: an array, whose statement can be cached because its length is in its type.
fn insert<const ROWS: usize>() -> Variant {
    let rows: [NewUser; ROWS] = array(new_users(ROWS).into_iter().map(user));
    Variant::future_clearing(
        async || open(NAME, postgres::users(0)).await,
        async |connection| connection.batch_execute(postgres::EMPTY).await.expect("empties"),
        async move |connection, _| {
            diesel::insert_into(users::table).values(&rows).execute(connection).await.expect("inserts")
        },
    )
}

fn insert_vec(rows: usize) -> Variant {
    let rows: Vec<NewUser> = new_users(rows).into_iter().map(user).collect();
    Variant::future_clearing(
        async || open(VEC, postgres::users(0)).await,
        async |connection| connection.batch_execute(postgres::EMPTY).await.expect("empties"),
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

fn update() -> Variant {
    Variant::future(
        async || open(NAME, postgres::users(USERS)).await,
        async |connection, turn| {
            let rename = diesel::update(users::table.find(key(turn))).set(users::name.eq("renamed"));
            rename.execute(connection).await.expect("updates")
        },
    )
}

/// So many users in one statement, all of which are there.
fn upsert<const ROWS: usize>() -> Variant {
    let rows = (1..).zip(new_users(ROWS));
    let rows: [KnownUser; ROWS] =
        array(rows.map(|(id, (name, hair_color))| KnownUser { id, name, hair_color }));
    Variant::future(
        async || open(NAME, postgres::users(USERS)).await,
        async move |connection, _| {
            let change =
                (users::name.eq(excluded(users::name)), users::hair_color.eq(excluded(users::hair_color)));
            let query = diesel::insert_into(users::table).values(&rows).on_conflict(users::id);
            query.do_update().set(change).execute(connection).await.expect("upserts")
        },
    )
}

/// A user who is read and changed, and a new post with a comment.
fn transaction() -> Variant {
    Variant::future_clearing(
        async || open(NAME, postgres::users(USERS)).await,
        async |connection| connection.batch_execute(postgres::EMPTY_POSTS).await.expect("empties"),
        async |connection, turn| five(connection, key(turn)).await.expect("commits"),
    )
}

async fn five(connection: &mut AsyncPgConnection, id: i64) -> QueryResult<()> {
    connection
        .transaction(async |connection| {
            let found: User = users::table.find(id).select(User::as_select()).get_result(connection).await?;
            let renamed = diesel::update(users::table.find(id)).set(users::name.eq(&found.name));
            renamed.execute(connection).await?;
            let post = NewPost { user_id: id, title: "a title", body: None };
            let post = diesel::insert_into(posts::table).values(post).returning(posts::id);
            let post: i64 = post.get_result(connection).await?;
            let comment = NewComment { post_id: post, text: "a comment" };
            diesel::insert_into(comments::table).values(comment).execute(connection).await?;
            let retitled = diesel::update(posts::table.find(post)).set(posts::title.eq("a better title"));
            retitled.execute(connection).await?;
            Ok(())
        })
        .await
}
