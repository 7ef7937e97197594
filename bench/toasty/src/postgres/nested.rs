//! Users with posts with comments: included.

use super::database::open_far;
use crate::model::User;
use crate::names::NAME;
use kysera_bench_stage::data::postgres;
use kysera_bench_stage::data::server::Server;
use kysera_bench_stage::{Entries, Variant, assert_nested};
use std::time::Duration;
use toasty::Db;

/// Every variant.
pub fn entries() -> Entries {
    let mut entries =
        Entries::new().add("postgres: associations of 100 users", NAME, || included(100, Duration::ZERO));
    for (case, users, round_trip) in Server::Postgres.nestings() {
        entries = entries.add(case, NAME, move || included(users, round_trip));
    }
    entries
}

fn included(users: i64, round_trip: Duration) -> Variant {
    Variant::future(
        async || {
            let mut db = open_far(postgres::nested(100, 10, 10), round_trip).await;
            let found = load(&mut db, users).await.expect("reads");
            let comments = |user: &User| -> Vec<usize> {
                user.posts.get().iter().map(|post| post.comments.get().len()).collect()
            };
            assert_nested(users, found.iter().map(comments));
            db
        },
        async move |db, _| load(db, users).await.expect("reads"),
    )
}

async fn load(db: &mut Db, users: i64) -> toasty::Result<Vec<User>> {
    let query = User::filter(User::fields().id().le(users)).order_by(User::fields().id().asc());
    query.include(User::fields().posts().comments()).exec(db).await
}
