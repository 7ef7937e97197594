//! Rows that come and change.

use super::database::{open, prepare};
use super::names::COLLECTED;
use super::read::BY_KEY;
use super::rows::user;
use kysera_bench_stage::data::{USERS, insert_sql, key, new_users, postgres};
use kysera_bench_stage::{Entries, Variant};
use tokio_postgres::Client;
use tokio_postgres::types::ToSql;

/// Every variant.
pub fn entries() -> Entries {
    let mut entries = Entries::new()
        .add("postgres: update 1 by key", COLLECTED, update)
        .add("postgres: upsert 100", COLLECTED, || upsert(100))
        .add("postgres: transaction of 5 statements", COLLECTED, transaction);
    for rows in [1, 10, 25, 50, 100] {
        entries = entries.add(format!("postgres: insert {rows}"), COLLECTED, move || insert(rows));
    }
    entries
}

/// So many new users in one statement, whose text is made once.
fn insert(rows: usize) -> Variant {
    let (sql, users) = (insert_sql(rows, |place| format!("${place}")), new_users(rows));
    Variant::future_clearing(
        async || prepare(COLLECTED, &postgres::users(0), &sql).await,
        async |(client, _)| client.batch_execute(postgres::EMPTY).await.expect("empties"),
        async move |(client, statement), _| {
            let values: Vec<&(dyn ToSql + Sync)> =
                users.iter().flat_map(|(name, hair)| [name as &(dyn ToSql + Sync), hair]).collect();
            client.execute(&*statement, &values).await.expect("inserts")
        },
    )
}

fn update() -> Variant {
    Variant::future(
        async || {
            let sql = "update users set name = $1 where id = $2";
            prepare(COLLECTED, &postgres::users(USERS), sql).await
        },
        async |(client, statement), turn| {
            client.execute(&*statement, &[&"renamed", &key(turn)]).await.expect("updates")
        },
    )
}

/// So many users in one statement, all of which are there.
fn upsert(rows: usize) -> Variant {
    let row = |row: usize| format!("(${}, ${}, ${})", 3 * row + 1, 3 * row + 2, 3 * row + 3);
    let sql = format!(
        "insert into users (id, name, hair_color) values {} \
         on conflict (id) do update set name = excluded.name, hair_color = excluded.hair_color",
        (0..rows).map(row).collect::<Vec<_>>().join(", ")
    );
    let users: Vec<_> = (1_i64..).zip(new_users(rows)).collect();
    Variant::future(
        async || prepare(COLLECTED, &postgres::users(USERS), &sql).await,
        async move |(client, statement), _| {
            let values: Vec<&(dyn ToSql + Sync)> =
                users.iter().flat_map(|(id, (name, hair))| [id as &(dyn ToSql + Sync), name, hair]).collect();
            client.execute(&*statement, &values).await.expect("upserts")
        },
    )
}

/// A user who is read and changed, and a new post with a comment.
fn transaction() -> Variant {
    Variant::future_clearing(
        async || {
            let client = open(COLLECTED, &postgres::users(USERS)).await;
            let mut statements = Vec::new();
            for sql in [
                BY_KEY,
                "update users set name = $1 where id = $2",
                "insert into posts (user_id, title, body) values ($1, $2, $3) returning id",
                "insert into comments (post_id, text) values ($1, $2)",
                "update posts set title = $1 where id = $2",
            ] {
                statements.push(client.prepare(sql).await.expect("prepares"));
            }
            (client, statements)
        },
        async |(client, _)| client.batch_execute(postgres::EMPTY_POSTS).await.expect("empties"),
        async |(client, statements), turn| {
            five(client, statements, key(turn)).await.expect("commits");
        },
    )
}

async fn five(
    client: &mut Client,
    statements: &[tokio_postgres::Statement],
    id: i64,
) -> Result<(), tokio_postgres::Error> {
    let [read, rename, post, comment, retitle] = statements else { unreachable!("five were prepared") };
    let tx = client.transaction().await?;
    let found = user(&tx.query_one(read, &[&id]).await?);
    tx.execute(rename, &[&found.name, &id]).await?;
    let post: i64 = tx.query_one(post, &[&id, &"a title", &None::<&str>]).await?.get(0);
    tx.execute(comment, &[&post, &"a comment"]).await?;
    tx.execute(retitle, &[&"a better title", &post]).await?;
    tx.commit().await
}
