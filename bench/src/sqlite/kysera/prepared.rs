//! The same, with queries that were prepared once.

use super::database::open;
use crate::prepared::{ALL, BY_KEY, INSERT, LEFT_JOIN, RENAME};
use crate::rows::User;
use kysera::prelude::*;
use kysera_bench_stage::Variant;
use kysera_bench_stage::data::{USERS, hair, key, name, sqlite};

/// One user, by key.
pub fn by_key() -> Variant {
    Variant::future(
        async || open(sqlite::users(USERS)).await,
        async |db, turn| BY_KEY.bind(key(turn)).fetch_one(db).await.expect("reads"),
    )
}

/// Ten users, each by its key.
pub fn ten_by_key() -> Variant {
    Variant::future(
        async || open(sqlite::users(USERS)).await,
        async |db, turn| {
            let mut users = Vec::with_capacity(10);
            for one in 10 * turn..10 * turn + 10 {
                users.push(BY_KEY.bind(key(one)).fetch_one(db).await.expect("reads"));
            }
            users
        },
    )
}

/// Every user.
pub fn all(rows: i64) -> Variant {
    Variant::future(
        async || open(sqlite::users(rows)).await,
        async |db, _| ALL.bind(()).fetch_all(db).await.expect("reads"),
    )
}

/// Users with black hair and their posts, of which there are none.
pub fn left_join(rows: i64) -> Variant {
    Variant::future(
        async || open(sqlite::users(rows)).await,
        async |db, _| LEFT_JOIN.bind("black").fetch_all(db).await.expect("reads"),
    )
}

/// One new user.
pub fn insert() -> Variant {
    Variant::future_clearing(
        async || open(sqlite::users(0)).await,
        async |db| {
            kysera::raw(sqlite::EMPTY).execute(db).await.expect("deletes");
        },
        async |db, _| INSERT.bind((name(0), hair(0).map(String::from))).execute(db).await.expect("inserts"),
    )
}

/// Another name for one user.
pub fn update() -> Variant {
    Variant::future(
        async || open(sqlite::users(USERS)).await,
        async |db, turn| RENAME.bind((key(turn), "renamed")).execute(db).await.expect("updates"),
    )
}

/// A user comes, another is read, renamed and read again, and the first one goes.
pub fn transaction() -> Variant {
    let insert =
        prepare(|name: Param<String>| insert_into(User).values(User.name.set(name)).returning(User.id));
    let delete = prepare(|id: Param<i64>| delete_from(User).filter(User.id.eq(id)));
    Variant::future(
        async || open(sqlite::users(USERS)).await,
        async move |db, turn| {
            let user = db.transaction(async |tx| {
                let id = insert.bind("new").fetch_one(tx).await?;
                BY_KEY.bind(key(turn)).fetch_one(tx).await?;
                RENAME.bind((key(turn), "renamed")).execute(tx).await?;
                let user = BY_KEY.bind(key(turn)).fetch_one(tx).await?;
                delete.bind(id).execute(tx).await?;
                Ok(user)
            });
            user.await.expect("commits")
        },
    )
}
