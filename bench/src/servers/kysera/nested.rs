//! Users with posts with comments: as rows in rows, and by hand.

use super::database::open_far;
use crate::case::OURS;
use crate::queries;
use crate::rows::{Nested, User, UserWithPosts};
use kysera::prelude::*;
use kysera_bench_stage::data::server::Server;
use kysera_bench_stage::{Entries, Variant, assert_nested, nest};
use std::time::Duration;

/// A query for each level, by the keys of the level above.
const BY_LEVEL: &str = "kysera, a query for each level";

/// The same three, sent at once: each finds the level above by a subquery.
const PIPELINED: &str = "kysera, three queries in a pipeline";

/// Every variant.
pub fn entries(server: Server) -> Entries {
    let mut entries = Entries::new().add(server.case("associations of 100 users"), OURS, move || {
        by_level(server, OURS, 100, Duration::ZERO)
    });
    for (case, users, round_trip) in server.nestings() {
        entries = entries
            .add(case.clone(), OURS, move || rows_in_rows(server, users, round_trip))
            .add(case.clone(), BY_LEVEL, move || by_level(server, BY_LEVEL, users, round_trip))
            .add(case, PIPELINED, move || pipelined(server, users, round_trip));
    }
    entries
}

fn rows_in_rows(server: Server, users: i64, round_trip: Duration) -> Variant {
    Variant::future(
        async move || {
            let db = open_far(server, OURS, server.nested(100, 10, 10), round_trip).await;
            let found = rows(&db, users).await.expect("reads");
            assert_nested(users, found.iter().map(|user| user.posts.iter().map(|post| post.comments.len())));
            db
        },
        async move |db, _| rows(db, users).await.expect("reads"),
    )
}

async fn rows(db: &Db, users: i64) -> kysera::Result<Vec<UserWithPosts>> {
    queries::nested().filter(User.id.le(users)).order_by(User.id.asc()).fetch_all(db).await
}

fn by_level(server: Server, variant: &'static str, users: i64, round_trip: Duration) -> Variant {
    loaded(server, variant, users, round_trip, async move |db: &Db, users| {
        load_by_level(server, db, users).await
    })
}

fn pipelined(server: Server, users: i64, round_trip: Duration) -> Variant {
    loaded(server, PIPELINED, users, round_trip, load_pipelined)
}

fn loaded(
    server: Server,
    variant: &str,
    users: i64,
    round_trip: Duration,
    load: impl AsyncFn(&Db, i64) -> kysera::Result<Nested> + 'static,
) -> Variant {
    Variant::future(
        async move || {
            let db = open_far(server, variant, server.nested(100, 10, 10), round_trip).await;
            let found = load(&db, users).await.expect("reads");
            assert_nested(
                users,
                found.iter().map(|(_, posts)| posts.iter().map(|(_, comments)| comments.len())),
            );
            (db, load)
        },
        async move |(db, load), _| load(db, users).await.expect("reads"),
    )
}

async fn load_by_level(server: Server, db: &Db, users: i64) -> kysera::Result<Nested> {
    let users = queries::first(users).fetch_all(db).await?;
    let keys = users.iter().map(|user| user.id).collect();
    let posts = match server {
        Server::Postgres => queries::posts_of(keys).fetch_all(db).await?,
        Server::MySql | Server::MariaDb => queries::posts_in(keys).fetch_all(db).await?,
    };
    let keys = posts.iter().map(|post| post.id).collect();
    let comments = match server {
        Server::Postgres => queries::comments_on(keys).fetch_all(db).await?,
        Server::MySql | Server::MariaDb => queries::comments_in(keys).fetch_all(db).await?,
    };
    let posts = nest(posts, |post| post.id, comments, |comment| comment.post_id);
    Ok(nest(users, |user| user.id, posts, |(post, _)| post.user_id))
}

async fn load_pipelined(db: &Db, users: i64) -> kysera::Result<Nested> {
    let (users, posts, comments) = db
        .pipeline()
        .fetch_all(queries::first(users))
        .fetch_all(queries::posts_of_first(users))
        .fetch_all(queries::comments_on_first(users))
        .run()
        .await?;
    let posts = nest(posts, |post| post.id, comments, |comment| comment.post_id);
    Ok(nest(users, |user| user.id, posts, |(post, _)| post.user_id))
}
