//! Rows of one query.

use super::database::open;
use super::names::NAME;
use crate::tables::sea_orm::{post, user};
use kysera_bench_stage::data::{USERS, key, postgres};
use kysera_bench_stage::{Entries, Variant};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

/// Every variant.
pub fn entries() -> Entries {
    let mut entries = Entries::new().add("postgres: select 1 by key", NAME, by_key);
    for (number, rows) in [("1", 1), ("10", 10), ("100", 100), ("1 000", 1_000), ("10 000", 10_000)] {
        entries = entries.add(format!("postgres: select {number}"), NAME, move || all(rows)).add(
            format!("postgres: left join {number}"),
            NAME,
            move || left_join(rows),
        );
    }
    entries
}

/// One user, by key.
fn by_key() -> Variant {
    Variant::future(
        async || open(NAME, postgres::users(USERS)).await,
        async |db, turn| {
            user::Entity::find_by_id(key(turn)).one(&*db).await.expect("reads").expect("is there")
        },
    )
}

/// Every user.
fn all(rows: i64) -> Variant {
    Variant::future(
        async || open(NAME, postgres::users(rows)).await,
        async |db, _| user::Entity::find().all(&*db).await.expect("reads"),
    )
}

/// Users with black hair and their posts, of which there are none.
fn left_join(rows: i64) -> Variant {
    Variant::future(
        async || open(NAME, postgres::users(rows)).await,
        async |db, _| {
            let query = user::Entity::find().find_also_related(post::Entity);
            query.filter(user::Column::HairColor.eq("black")).all(&*db).await.expect("reads")
        },
    )
}
