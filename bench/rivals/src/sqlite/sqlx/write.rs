//! Rows that come and change.

use super::database::open;
use super::read::one;
use crate::tables::sqlx::User;
use kysera_bench_stage::Variant;
use kysera_bench_stage::data::{USERS, key, new_users, sqlite};
use sqlx::{QueryBuilder, Sqlite, SqliteExecutor, SqlitePool};

/// So many new users in one statement.
pub fn insert(rows: usize) -> Variant {
    let users = new_users(rows);
    Variant::future_clearing(
        async || open(sqlite::users(0)).await,
        async |pool| {
            sqlx::query(sqlite::EMPTY).execute(&*pool).await.expect("deletes");
        },
        async move |pool, _| insert_users(pool, &users).await.expect("inserts"),
    )
}

/// Inserts users by a list of values, as in its documentation; one by a plain statement.
pub async fn insert_users(pool: &SqlitePool, users: &[(String, Option<String>)]) -> sqlx::Result<u64> {
    if let [(name, hair)] = users {
        let query = sqlx::query("insert into users (name, hair_color) values (?, ?)").bind(name).bind(hair);
        return Ok(query.execute(pool).await?.rows_affected());
    }
    let mut query = QueryBuilder::<Sqlite>::new("insert into users (name, hair_color) ");
    query.push_values(users, |mut row, (name, hair)| {
        row.push_bind(name).push_bind(hair);
    });
    Ok(query.build().execute(pool).await?.rows_affected())
}

/// Another name for one user.
pub fn update() -> Variant {
    Variant::future(
        async || open(sqlite::users(USERS)).await,
        async |pool, turn| rename(&*pool, key(turn)).await.expect("updates"),
    )
}

/// Gives a user another name.
pub async fn rename<'e>(on: impl SqliteExecutor<'e>, id: i64) -> sqlx::Result<u64> {
    let query = sqlx::query("update users set name = ? where id = ?").bind("renamed").bind(id);
    Ok(query.execute(on).await?.rows_affected())
}

/// A hundred users that are there already, in one statement.
pub fn upsert() -> Variant {
    let users = new_users(100);
    Variant::future(
        async || open(sqlite::users(100)).await,
        async move |pool, _| {
            let mut query = QueryBuilder::<Sqlite>::new("insert into users (id, name, hair_color) ");
            query.push_values((1_i64..).zip(&users), |mut row, (id, (name, hair))| {
                row.push_bind(id).push_bind(name).push_bind(hair);
            });
            query.push(
                " on conflict (id) do update set name = excluded.name, hair_color = excluded.hair_color",
            );
            query.build().execute(&*pool).await.expect("upserts").rows_affected()
        },
    )
}

/// A user comes, another is read, renamed and read again, and the first one goes.
pub fn transaction() -> Variant {
    Variant::future(
        async || open(sqlite::users(USERS)).await,
        async |pool, turn| five(pool, key(turn)).await.expect("commits"),
    )
}

async fn five(pool: &SqlitePool, key: i64) -> sqlx::Result<User> {
    let mut tx = pool.begin_with("begin immediate").await?;
    let id: i64 = sqlx::query_scalar("insert into users (name) values (?) returning id")
        .bind("new")
        .fetch_one(&mut *tx)
        .await?;
    one(&mut *tx, key).await?;
    rename(&mut *tx, key).await?;
    let user = one(&mut *tx, key).await?;
    sqlx::query("delete from users where id = ?").bind(id).execute(&mut *tx).await?;
    tx.commit().await?;
    Ok(user)
}
