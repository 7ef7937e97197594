//! Rows that come and change.

use super::database::open;
use super::schema::empty;
use crate::model::{Comment, Post, User};
use crate::names::NAME;
use kysera_bench_stage::data::{USERS, key, new_users, postgres};
use kysera_bench_stage::{Entries, Variant};
use toasty::Db;

/// Every variant.
pub fn entries() -> Entries {
    let mut entries = Entries::new().add("postgres: update 1 by key", NAME, update).add(
        "postgres: transaction of 5 statements",
        NAME,
        transaction,
    );
    for rows in [1, 10, 25, 50, 100] {
        entries = entries.add(format!("postgres: insert {rows}"), NAME, move || insert(rows));
    }
    entries
}

/// So many new users in one statement, which returns them: there is no other way.
fn insert(rows: usize) -> Variant {
    let users = new_users(rows);
    Variant::future_clearing(
        async || open(postgres::users(0)).await,
        async |_| empty(postgres::EMPTY).await,
        async move |db, _| {
            let user =
                |(name, hair): &(String, Option<String>)| User::create().name(name).hair_color(hair.clone());
            let query = users.iter().fold(User::create_many(), |query, row| query.item(user(row)));
            query.exec(db).await.expect("inserts")
        },
    )
}

fn update() -> Variant {
    Variant::future(
        async || open(postgres::users(USERS)).await,
        async |db, turn| {
            let query = User::filter_by_id(key(turn)).update().name("renamed");
            query.exec(db).await.expect("updates")
        },
    )
}

/// A user who is read and changed, and a new post with a comment.
fn transaction() -> Variant {
    Variant::future_clearing(
        async || open(postgres::users(USERS)).await,
        async |_| empty(postgres::EMPTY_POSTS).await,
        async |db, turn| five(db, key(turn)).await.expect("commits"),
    )
}

async fn five(db: &mut Db, id: i64) -> toasty::Result<()> {
    let mut tx = db.transaction().await?;
    let found = User::get_by_id(&mut tx, id).await?;
    User::filter_by_id(id).update().name(found.name).exec(&mut tx).await?;
    let post = Post::create().user_id(id).title("a title").exec(&mut tx).await?;
    Comment::create().post_id(post.id).text("a comment").exec(&mut tx).await?;
    Post::filter_by_id(post.id).update().title("a better title").exec(&mut tx).await?;
    tx.commit().await
}
