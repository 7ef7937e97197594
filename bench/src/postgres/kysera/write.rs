//! Rows that come and change.

use super::database::open;
use crate::case::{OURS, PREPARED};
use crate::rows::{Comment, NewComment, NewPost, Post};
use crate::{prepared, queries};
use kysera::prelude::*;
use kysera_bench_stage::data::{USERS, key, new_users, postgres};
use kysera_bench_stage::{Entries, Variant};

/// Every variant.
pub fn entries() -> Entries {
    let mut entries = Entries::new()
        .add("postgres: update 1 by key", OURS, update_by_key)
        .add("postgres: update 1 by key", PREPARED, update_by_key_prepared)
        .add("postgres: upsert 100", OURS, || upsert(100))
        .add("postgres: transaction of 5 statements", OURS, transaction)
        .add("postgres: transaction of 5 statements", PREPARED, transaction_prepared)
        .add("postgres: insert 1", PREPARED, insert_prepared);
    for rows in [1, 10, 25, 50, 100] {
        entries = entries.add(format!("postgres: insert {rows}"), OURS, move || insert(rows));
    }
    entries
}

/// Empties tables before a turn. After raw SQL the session is reset before the connection is lent again; this waits for
/// that, so that the turn does not.
async fn empty(db: &Db, sql: &'static str) {
    kysera::raw(sql).execute(db).await.expect("empties");
    queries::by_key(1).fetch_optional(db).await.expect("reads");
}

/// So many new users in one statement.
fn insert(rows: usize) -> Variant {
    let users = new_users(rows);
    Variant::future_clearing(
        async || open(OURS, postgres::users(0)).await,
        async |db| empty(db, postgres::EMPTY).await,
        async move |db, _| queries::insert(&users).execute(db).await.expect("inserts"),
    )
}

fn insert_prepared() -> Variant {
    let user = new_users(1).remove(0);
    Variant::future_clearing(
        async || open(PREPARED, postgres::users(0)).await,
        async |db| empty(db, postgres::EMPTY).await,
        async move |db, _| prepared::INSERT.bind(user.clone()).execute(db).await.expect("inserts"),
    )
}

fn update_by_key() -> Variant {
    Variant::future(
        async || open(OURS, postgres::users(USERS)).await,
        async |db, turn| queries::rename(key(turn), "renamed").execute(db).await.expect("updates"),
    )
}

fn update_by_key_prepared() -> Variant {
    Variant::future(
        async || open(PREPARED, postgres::users(USERS)).await,
        async |db, turn| prepared::RENAME.bind((key(turn), "renamed")).execute(db).await.expect("updates"),
    )
}

/// So many users in one statement, all of which are there.
fn upsert(rows: usize) -> Variant {
    let users = new_users(rows);
    Variant::future(
        async || open(OURS, postgres::users(USERS)).await,
        async move |db, _| queries::upsert(&users).execute(db).await.expect("upserts"),
    )
}

/// A user who is read and changed, and a new post with a comment.
fn transaction() -> Variant {
    Variant::future_clearing(
        async || open(OURS, postgres::users(USERS)).await,
        async |db| empty(db, postgres::EMPTY_POSTS).await,
        async |db, turn| five(db, key(turn)).await.expect("commits"),
    )
}

fn transaction_prepared() -> Variant {
    Variant::future_clearing(
        async || open(PREPARED, postgres::users(USERS)).await,
        async |db| empty(db, postgres::EMPTY_POSTS).await,
        async |db, turn| five_prepared(db, key(turn)).await.expect("commits"),
    )
}

async fn five_prepared(db: &Db, id: i64) -> kysera::Result<()> {
    db.transaction(async |tx| {
        let found = prepared::BY_KEY.bind(id).fetch_one(tx).await?;
        prepared::RENAME.bind((id, found.name)).execute(tx).await?;
        let post = prepared::POST.bind((id, "a title", None)).fetch_one(tx).await?;
        prepared::COMMENT.bind((post, "a comment")).execute(tx).await?;
        prepared::RETITLE.bind((post, "a better title")).execute(tx).await?;
        Ok(())
    })
    .await
}

async fn five(db: &Db, id: i64) -> kysera::Result<()> {
    db.transaction(async |tx| {
        let found = queries::by_key(id).fetch_one(tx).await?;
        queries::rename(id, &found.name).execute(tx).await?;
        let post = NewPost { user_id: id, title: "a title".into() };
        let post: i64 =
            insert_into(Post).values(post.body(None::<String>)).returning(Post.id).fetch_one(tx).await?;
        let comment = NewComment { post_id: post, text: "a comment".into() };
        insert_into(Comment).values(comment).execute(tx).await?;
        update(Post).set(Post.title.set("a better title")).filter(Post.id.eq(post)).execute(tx).await?;
        Ok(())
    })
    .await
}
