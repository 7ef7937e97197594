//! Rows of one query.

use super::entity::user;
use super::open;
use kysera_bench_stage::Variant;
use kysera_bench_stage::data::{USERS, key, sqlite};
use sea_orm::EntityTrait;

/// One user, by key.
pub fn by_key() -> Variant {
    Variant::future(
        async || open(sqlite::users(USERS)).await,
        async |db, turn| {
            user::Entity::find_by_id(key(turn)).one(&*db).await.expect("reads").expect("is there")
        },
    )
}
