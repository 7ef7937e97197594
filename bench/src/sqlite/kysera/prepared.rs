//! The same, with queries that were prepared once.

use super::open;
use crate::queries;
use crate::rows::User;
use kysera::prelude::*;
use kysera_bench_stage::Variant;
use kysera_bench_stage::data::{USERS, hair, key, name, sqlite};

/// One user, by key.
pub fn by_key() -> Variant {
    let by_key = prepare(|id: Param<i64>| queries::all().filter(User.id.eq(id)));
    Variant::future(
        async || open(sqlite::users(USERS)).await,
        async move |db, turn| by_key.bind(key(turn)).fetch_one(db).await.expect("reads"),
    )
}

/// Ten users, each by its key.
pub fn ten_by_key() -> Variant {
    let by_key = prepare(|id: Param<i64>| queries::all().filter(User.id.eq(id)));
    Variant::future(
        async || open(sqlite::users(USERS)).await,
        async move |db, turn| {
            let mut users = Vec::with_capacity(10);
            for one in 10 * turn..10 * turn + 10 {
                users.push(by_key.bind(key(one)).fetch_one(db).await.expect("reads"));
            }
            users
        },
    )
}

/// Every user.
pub fn all(rows: i64) -> Variant {
    let all = prepare(queries::all);
    Variant::future(
        async || open(sqlite::users(rows)).await,
        async move |db, _| all.bind(()).fetch_all(db).await.expect("reads"),
    )
}

/// One new user.
pub fn insert() -> Variant {
    let insert = prepare(|name: Param<String>, hair: Param<Option<String>>| {
        insert_into(User).values((User.name.set(name), User.hair_color.set(hair)))
    });
    Variant::future_clearing(
        async || open(sqlite::users(0)).await,
        async |db| {
            kysera::raw(sqlite::EMPTY).execute(db).await.expect("deletes");
        },
        async move |db, _| {
            insert.bind((name(0), hair(0).map(String::from))).execute(db).await.expect("inserts")
        },
    )
}

/// Another name for one user.
pub fn update() -> Variant {
    let rename = prepare(|id: Param<i64>, name: Param<String>| {
        kysera::prelude::update(User).set(User.name.set(name)).filter(User.id.eq(id))
    });
    Variant::future(
        async || open(sqlite::users(USERS)).await,
        async move |db, turn| rename.bind((key(turn), "renamed")).execute(db).await.expect("updates"),
    )
}

/// A user comes, another is read, renamed and read again, and the first one goes.
pub fn transaction() -> Variant {
    let insert =
        prepare(|name: Param<String>| insert_into(User).values(User.name.set(name)).returning(User.id));
    let by_key = prepare(|id: Param<i64>| queries::all().filter(User.id.eq(id)));
    let rename = prepare(|id: Param<i64>, name: Param<String>| {
        kysera::prelude::update(User).set(User.name.set(name)).filter(User.id.eq(id))
    });
    let delete = prepare(|id: Param<i64>| delete_from(User).filter(User.id.eq(id)));
    Variant::future(
        async || open(sqlite::users(USERS)).await,
        async move |db, turn| {
            let user = db.transaction(async |tx| {
                let id = insert.bind("new").fetch_one(tx).await?;
                by_key.bind(key(turn)).fetch_one(tx).await?;
                rename.bind((key(turn), "renamed")).execute(tx).await?;
                let user = by_key.bind(key(turn)).fetch_one(tx).await?;
                delete.bind(id).execute(tx).await?;
                Ok(user)
            });
            user.await.expect("commits")
        },
    )
}
