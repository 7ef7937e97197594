//! Rows of one query.

use super::database::open;
use crate::tables::sqlx::{Post, User};
use kysera_bench_stage::Variant;
use kysera_bench_stage::data::{SEARCH_LIMIT, Search, USERS, key, search as form, sqlite};
use sqlx::{QueryBuilder, Sqlite, SqliteExecutor, SqlitePool};

/// Every user.
pub const ALL: &str = "select id, name, hair_color from users";

const LEFT_JOIN: &str = "select users.id, users.name, users.hair_color, posts.id, posts.user_id, posts.title, posts.body \
    from users left join posts on posts.user_id = users.id where users.hair_color = ?";

/// One user, by key.
pub fn by_key() -> Variant {
    Variant::future(
        async || open(sqlite::users(USERS)).await,
        async |pool, turn| one(&*pool, key(turn)).await.expect("reads"),
    )
}

/// The same on a connection that is held.
pub fn by_key_held() -> Variant {
    Variant::future(
        async || open(sqlite::users(USERS)).await.acquire().await.expect("there is one"),
        async |connection, turn| one(&mut **connection, key(turn)).await.expect("reads"),
    )
}

/// Ten users, each by its key.
pub fn ten_by_key() -> Variant {
    Variant::future(
        async || open(sqlite::users(USERS)).await,
        async |pool, turn| {
            let mut users = Vec::with_capacity(10);
            for turn in 10 * turn..10 * turn + 10 {
                users.push(one(&*pool, key(turn)).await.expect("reads"));
            }
            users
        },
    )
}

/// One user.
pub async fn one<'e>(on: impl SqliteExecutor<'e>, id: i64) -> sqlx::Result<User> {
    sqlx::query_as("select id, name, hair_color from users where id = ?").bind(id).fetch_one(on).await
}

/// Every user.
pub fn all(rows: i64) -> Variant {
    Variant::future(
        async || open(sqlite::users(rows)).await,
        async |pool, _| sqlx::query_as::<_, User>(ALL).fetch_all(&*pool).await.expect("reads"),
    )
}

type Joined = (i64, String, Option<String>, Option<i64>, Option<i64>, Option<String>, Option<String>);

/// Users with black hair and their posts, of which there are none.
pub fn left_join(rows: i64) -> Variant {
    Variant::future(
        async || open(sqlite::users(rows)).await,
        async |pool, _| {
            let rows: Vec<Joined> =
                sqlx::query_as(LEFT_JOIN).bind("black").fetch_all(&*pool).await.expect("reads");
            rows.into_iter().map(split).collect::<Vec<(User, Option<Post>)>>()
        },
    )
}

fn split((id, name, hair_color, post, user_id, title, body): Joined) -> (User, Option<Post>) {
    let post = post.zip(user_id).zip(title);
    (User { id, name, hair_color }, post.map(|((id, user_id), title)| Post { id, user_id, title, body }))
}

/// What a search form asks for.
pub fn search() -> Variant {
    Variant::future(
        async || open(sqlite::users(USERS)).await,
        async |pool, turn| filtered(pool, &form(turn)).await.expect("reads"),
    )
}

async fn filtered(pool: &SqlitePool, form: &Search) -> sqlx::Result<Vec<User>> {
    let mut query = QueryBuilder::<Sqlite>::new(ALL);
    query.push(" where 1 = 1");
    if let Some(id) = form.above {
        query.push(" and id > ").push_bind(id);
    }
    if let Some(id) = form.below {
        query.push(" and id < ").push_bind(id);
    }
    if let Some(name) = form.name_not {
        query.push(" and name <> ").push_bind(name);
    }
    if let Some(pattern) = form.name_like {
        query.push(" and name like ").push_bind(pattern);
    }
    if let Some(id) = form.id_not {
        query.push(" and id <> ").push_bind(id);
    }
    if let Some(name) = form.name_after {
        query.push(" and name > ").push_bind(name);
    }
    if form.has_hair == Some(true) {
        query.push(" and hair_color is not null");
    }
    if let Some(hair) = form.hair {
        query.push(" and hair_color = ").push_bind(hair);
    }
    query.push(" order by id limit ").push_bind(SEARCH_LIMIT as i64);
    query.build_query_as().fetch_all(pool).await
}
