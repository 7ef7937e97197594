//! Rows of one query.

use super::{User, open};
use kysera_bench_stage::Variant;
use kysera_bench_stage::data::{USERS, key, sqlite};

/// One user, by key.
pub fn by_key() -> Variant {
    Variant::future(
        async || open(sqlite::users(USERS)).await,
        async |pool, turn| {
            let query = sqlx::query_as::<_, User>("select id, name, hair_color from users where id = ?");
            query.bind(key(turn)).fetch_one(&*pool).await.expect("reads")
        },
    )
}
