//! Rows that come and change.

use super::database::open;
use crate::queries;
use crate::rows::{NewUser, User};
use kysera::prelude::*;
use kysera_bench_stage::Variant;
use kysera_bench_stage::data::{USERS, key, new_users, sqlite};

/// So many new users in one statement.
pub fn insert(rows: usize) -> Variant {
    let users = new_users(rows);
    Variant::future_clearing(
        async || open(sqlite::users(0)).await,
        async |db| {
            kysera::raw(sqlite::EMPTY).execute(db).await.expect("deletes");
        },
        async move |db, _| queries::insert(&users).execute(db).await.expect("inserts"),
    )
}

/// Another name for one user.
pub fn update() -> Variant {
    Variant::future(
        async || open(sqlite::users(USERS)).await,
        async |db, turn| queries::rename(key(turn), "renamed").execute(db).await.expect("updates"),
    )
}

/// A hundred users that are there already, in one statement.
pub fn upsert() -> Variant {
    let users = new_users(100);
    Variant::future(
        async || open(sqlite::users(100)).await,
        async move |db, _| queries::upsert(&users).execute(db).await.expect("upserts"),
    )
}

/// A user comes, another is read, renamed and read again, and the first one goes.
pub fn transaction() -> Variant {
    Variant::future(
        async || open(sqlite::users(USERS)).await,
        async |db, turn| {
            let user = db.transaction(async |tx| {
                let new = NewUser { name: String::from("new") };
                let id = insert_into(User).values(new).returning(User.id).fetch_one(tx).await?;
                queries::by_key(key(turn)).fetch_one(tx).await?;
                queries::rename(key(turn), "renamed").execute(tx).await?;
                let user = queries::by_key(key(turn)).fetch_one(tx).await?;
                delete_from(User).filter(User.id.eq(id)).execute(tx).await?;
                Ok(user)
            });
            user.await.expect("commits")
        },
    )
}
