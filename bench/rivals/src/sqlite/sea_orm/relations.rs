//! Users with ten posts each, with ten comments each, by the Entity Loader.

use super::database::open;
use crate::tables::sea_orm::{comment, post, user};
use kysera_bench_stage::Variant;
use kysera_bench_stage::data::sqlite;

/// Three levels; the loader makes a query for each.
pub fn nested(users: i64) -> Variant {
    Variant::future(
        async || open(sqlite::nested(users, 10, 10)).await,
        async |db, _| {
            user::Entity::load().with((post::Entity, comment::Entity)).all(&*db).await.expect("reads")
        },
    )
}
