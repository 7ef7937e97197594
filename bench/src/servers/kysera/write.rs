//! Rows that come and change.

use super::database::open;
use crate::case::{OURS, PREPARED};
use crate::rows::{Comment, NewComment, NewPost, Post, User};
use crate::{prepared, queries};
use kysera::prelude::*;
use kysera_bench_stage::data::server::Server;
use kysera_bench_stage::data::{USERS, key, new_users};
use kysera_bench_stage::{Entries, Variant};

/// Every variant.
pub fn entries(server: Server) -> Entries {
    let mut entries = Entries::new()
        .add(server.case("update 1 by key"), OURS, move || update_by_key(server))
        .add(server.case("update 1 by key"), PREPARED, move || update_by_key_prepared(server))
        .add(server.case("upsert 100"), OURS, move || upsert(server, 100))
        .add(server.case("transaction of 5 statements"), OURS, move || transaction(server))
        .add(server.case("transaction of 5 statements"), PREPARED, move || transaction_prepared(server))
        .add(server.case("insert 1"), PREPARED, move || insert_prepared(server));
    for rows in [1, 10, 25, 50, 100] {
        entries = entries.add(server.case(format_args!("insert {rows}")), OURS, move || insert(server, rows));
    }
    entries
}

/// Empties the table of users before a turn.
async fn empty(server: Server, db: &Db) {
    match server {
        Server::Postgres => empty_raw(db, server.empty()).await,
        // No raw SQL, after which the session would be reset.
        _ => drop(delete_from(User).all_rows().execute(db).await.expect("empties")),
    }
}

/// Empties the tables of comments and posts.
async fn empty_posts(server: Server, db: &Db) {
    if server == Server::Postgres {
        return empty_raw(db, server.empty_posts()).await;
    }
    delete_from(Comment).all_rows().execute(db).await.expect("empties");
    delete_from(Post).all_rows().execute(db).await.expect("empties");
}

/// After raw SQL the session is reset before the connection is lent again; this waits for that, so that the turn does not.
async fn empty_raw(db: &Db, sql: &'static str) {
    kysera::raw(sql).execute(db).await.expect("empties");
    queries::by_key(1).fetch_optional(db).await.expect("reads");
}

/// So many new users in one statement.
fn insert(server: Server, rows: usize) -> Variant {
    let users = new_users(rows);
    Variant::future_clearing(
        async move || open(server, OURS, server.users(0)).await,
        async move |db| empty(server, db).await,
        async move |db, _| queries::insert(&users).execute(db).await.expect("inserts"),
    )
}

fn insert_prepared(server: Server) -> Variant {
    let user = new_users(1).remove(0);
    Variant::future_clearing(
        async move || open(server, PREPARED, server.users(0)).await,
        async move |db| empty(server, db).await,
        async move |db, _| prepared::INSERT.bind(user.clone()).execute(db).await.expect("inserts"),
    )
}

fn update_by_key(server: Server) -> Variant {
    Variant::future(
        async move || open(server, OURS, server.users(USERS)).await,
        async |db, turn| queries::rename(key(turn), "renamed").execute(db).await.expect("updates"),
    )
}

fn update_by_key_prepared(server: Server) -> Variant {
    Variant::future(
        async move || open(server, PREPARED, server.users(USERS)).await,
        async |db, turn| prepared::RENAME.bind((key(turn), "renamed")).execute(db).await.expect("updates"),
    )
}

/// So many users in one statement, all of which are there.
fn upsert(server: Server, rows: usize) -> Variant {
    let users = new_users(rows);
    Variant::future(
        async move || open(server, OURS, server.users(USERS)).await,
        async move |db, _| queries::upsert(&users).execute(db).await.expect("upserts"),
    )
}

/// A user who is read and changed, and a new post with a comment.
fn transaction(server: Server) -> Variant {
    Variant::future_clearing(
        async move || open(server, OURS, server.users(USERS)).await,
        async move |db| empty_posts(server, db).await,
        async |db, turn| five(db, key(turn)).await.expect("commits"),
    )
}

fn transaction_prepared(server: Server) -> Variant {
    Variant::future_clearing(
        async move || open(server, PREPARED, server.users(USERS)).await,
        async move |db| empty_posts(server, db).await,
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
