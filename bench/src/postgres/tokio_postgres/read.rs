//! Rows of one query.

use super::{COLLECTED, STREAMED, prepare};
use crate::rows::User;
use futures_util::{TryStreamExt, pin_mut};
use kysera_bench_stage::Variant;
use kysera_bench_stage::data::{USERS, key, postgres};
use tokio_postgres::Row;

const BY_KEY: &str = "select id, name, hair_color from users where id = $1";
const ALL: &str = "select id, name, hair_color from users";

/// One user, by key.
pub fn by_key() -> Variant {
    Variant::future(
        async || prepare(COLLECTED, &postgres::users(USERS), BY_KEY).await,
        async |(client, statement), turn| {
            user(&client.query_one(statement, &[&key(turn)]).await.expect("reads"))
        },
    )
}

/// The same, decoded as the row comes.
pub fn by_key_streamed() -> Variant {
    Variant::future(
        async || prepare(STREAMED, &postgres::users(USERS), BY_KEY).await,
        async |(client, statement), turn| {
            let rows = client.query_raw(&*statement, [key(turn)]).await.expect("runs");
            pin_mut!(rows);
            rows.try_next().await.expect("reads").map(|row| user(&row))
        },
    )
}

/// Every user.
pub fn all(rows: i64) -> Variant {
    Variant::future(
        async || prepare(COLLECTED, &postgres::users(rows), ALL).await,
        async |(client, statement), _| {
            let rows = client.query(statement, &[]).await.expect("reads");
            rows.iter().map(user).collect::<Vec<User>>()
        },
    )
}

/// The same, decoded as rows come.
pub fn all_streamed(rows: i64) -> Variant {
    Variant::future(
        async || prepare(STREAMED, &postgres::users(rows), ALL).await,
        async |(client, statement), _| {
            let rows = client.query_raw(&*statement, Vec::<i64>::new()).await.expect("runs");
            rows.map_ok(|row| user(&row)).try_collect::<Vec<User>>().await.expect("reads")
        },
    )
}

fn user(row: &Row) -> User {
    User { id: row.get(0), name: row.get(1), hair_color: row.get(2) }
}
