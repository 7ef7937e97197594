//! Rows that come and change.

use super::{COLLECTED, prepare};
use kysera_bench_stage::Variant;
use kysera_bench_stage::data::{insert_sql, new_users, postgres};
use tokio_postgres::types::ToSql;

/// So many new users in one statement, whose text is made once.
pub fn insert(rows: usize) -> Variant {
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
