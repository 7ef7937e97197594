//! Rows that come and change.

use super::database::open;
use crate::model::User;
use kysera_bench_stage::Variant;
use kysera_bench_stage::data::{USERS, key, new_users, sqlite};
use toasty::Db;

/// So many new users in one statement, which returns them: there is no other way.
pub fn insert(rows: usize) -> Variant {
    let users = new_users(rows);
    Variant::future_clearing(
        async || open(sqlite::users(0)).await,
        async |db| {
            toasty::sql::statement(sqlite::EMPTY).exec(db).await.expect("deletes");
        },
        async move |db, _| {
            let user =
                |(name, hair): &(String, Option<String>)| User::create().name(name).hair_color(hair.clone());
            let query = users.iter().fold(User::create_many(), |query, row| query.item(user(row)));
            query.exec(db).await.expect("inserts")
        },
    )
}

/// Another name for one user.
pub fn update() -> Variant {
    Variant::future(
        async || open(sqlite::users(USERS)).await,
        async |db, turn| {
            User::filter_by_id(key(turn)).update().name("renamed").exec(db).await.expect("updates")
        },
    )
}

/// A user comes, another is read, renamed and read again, and the first one goes.
pub fn transaction() -> Variant {
    Variant::future(
        async || open(sqlite::users(USERS)).await,
        async |db, turn| five(db, key(turn)).await.expect("commits"),
    )
}

async fn five(db: &mut Db, id: i64) -> toasty::Result<User> {
    let mut tx = db.transaction().await?;
    let new = User::create().name("new").exec(&mut tx).await?;
    User::get_by_id(&mut tx, id).await?;
    User::filter_by_id(id).update().name("renamed").exec(&mut tx).await?;
    let user = User::get_by_id(&mut tx, id).await?;
    new.delete().exec(&mut tx).await?;
    tx.commit().await?;
    Ok(user)
}
