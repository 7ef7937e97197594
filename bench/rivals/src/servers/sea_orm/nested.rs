//! Users with posts with comments: the entity loader, which asks once for each level.

use super::database::open_far;
use super::names::NAME;
use crate::tables::sea_orm::{comment, post, user};
use kysera_bench_stage::data::server::Server;
use kysera_bench_stage::{Entries, Variant, assert_nested};
use sea_orm::{ColumnTrait, DatabaseConnection, DbErr, QueryFilter, QueryOrder};
use std::time::Duration;

/// Every variant.
pub fn entries(server: Server) -> Entries {
    let mut entries = Entries::new()
        .add(server.case("associations of 100 users"), NAME, move || loader(server, 100, Duration::ZERO));
    for (case, users, round_trip) in server.nestings() {
        entries = entries.add(case, NAME, move || loader(server, users, round_trip));
    }
    entries
}

fn loader(server: Server, users: i64, round_trip: Duration) -> Variant {
    Variant::future(
        async move || {
            let db = open_far(server, NAME, server.nested(100, 10, 10), 1, round_trip).await;
            let found = load(&db, users).await.expect("reads");
            let comments = |user: &user::ModelEx| -> Vec<usize> {
                user.posts.iter().map(|post| post.comments.iter().count()).collect()
            };
            assert_nested(users, found.iter().map(comments));
            db
        },
        async move |db, _| load(db, users).await.expect("reads"),
    )
}

async fn load(db: &DatabaseConnection, users: i64) -> Result<Vec<user::ModelEx>, DbErr> {
    let query = user::Entity::load().filter(user::Column::Id.lte(users)).order_by_asc(user::Column::Id);
    query.with((post::Entity, comment::Entity)).all(db).await
}
