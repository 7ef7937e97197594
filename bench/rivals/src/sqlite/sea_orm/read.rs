//! Rows of one query.

use super::database::open;
use crate::tables::sea_orm::{find, post, user};
use kysera_bench_stage::Variant;
use kysera_bench_stage::data::{USERS, key, search as form, sqlite};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};

/// One user, by key.
pub fn by_key() -> Variant {
    Variant::future(
        async || open(sqlite::users(USERS)).await,
        async |db, turn| one(&*db, key(turn)).await.expect("reads"),
    )
}

/// Ten users, each by its key.
pub fn ten_by_key() -> Variant {
    Variant::future(
        async || open(sqlite::users(USERS)).await,
        async |db, turn| {
            let mut users = Vec::with_capacity(10);
            for turn in 10 * turn..10 * turn + 10 {
                users.push(one(&*db, key(turn)).await.expect("reads"));
            }
            users
        },
    )
}

/// One user.
pub async fn one(on: &impl ConnectionTrait, id: i64) -> Result<user::Model, DbErr> {
    Ok(user::Entity::find_by_id(id).one(on).await?.expect("it is there"))
}

/// Every user.
pub fn all(rows: i64) -> Variant {
    Variant::future(
        async || open(sqlite::users(rows)).await,
        async |db, _| user::Entity::find().all(&*db).await.expect("reads"),
    )
}

/// Users with black hair and their posts, of which there are none.
pub fn left_join(rows: i64) -> Variant {
    Variant::future(
        async || open(sqlite::users(rows)).await,
        async |db, _| {
            let query = user::Entity::find().find_also_related(post::Entity);
            query.filter(user::Column::HairColor.eq("black")).all(&*db).await.expect("reads")
        },
    )
}

/// What a search form asks for.
pub fn search() -> Variant {
    Variant::future(
        async || open(sqlite::users(USERS)).await,
        async |db, turn| find(&*db, &form(turn)).await.expect("reads"),
    )
}
