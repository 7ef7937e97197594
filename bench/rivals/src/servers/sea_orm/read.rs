//! Rows of one query.

use super::database::open;
use super::names::NAME;
use crate::tables::sea_orm::{post, user};
use kysera_bench_stage::data::server::Server;
use kysera_bench_stage::data::{USERS, key};
use kysera_bench_stage::{Entries, Variant};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

/// Every variant.
pub fn entries(server: Server) -> Entries {
    let mut entries = Entries::new().add(server.case("select 1 by key"), NAME, move || by_key(server));
    for (number, rows) in server.sizes() {
        entries = entries
            .add(server.case(format_args!("select {number}")), NAME, move || all(server, rows))
            .add(server.case(format_args!("left join {number}")), NAME, move || left_join(server, rows));
    }
    entries
}

/// One user, by key.
fn by_key(server: Server) -> Variant {
    Variant::future(
        async move || open(server, NAME, server.users(USERS)).await,
        async |db, turn| {
            user::Entity::find_by_id(key(turn)).one(&*db).await.expect("reads").expect("is there")
        },
    )
}

/// Every user.
fn all(server: Server, rows: i64) -> Variant {
    Variant::future(
        async move || open(server, NAME, server.users(rows)).await,
        async |db, _| user::Entity::find().all(&*db).await.expect("reads"),
    )
}

/// Users with black hair and their posts, of which there are none.
fn left_join(server: Server, rows: i64) -> Variant {
    Variant::future(
        async move || open(server, NAME, server.users(rows)).await,
        async |db, _| {
            let query = user::Entity::find().find_also_related(post::Entity);
            query.filter(user::Column::HairColor.eq("black")).all(&*db).await.expect("reads")
        },
    )
}
