//! A search with up to eight conditions: the text is pushed together, and its statement is looked up by it.

use super::database::open;
use super::names::COLLECTED;
use super::rows::user;
use crate::rows::User;
use kysera_bench_stage::data::{SEARCH_LIMIT, Search, USERS, postgres, search as form};
use kysera_bench_stage::{Entries, Variant};
use std::collections::HashMap;
use std::fmt::Write;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Statement};

/// Every variant.
pub fn entries() -> Entries {
    Entries::new().add("postgres: select with 0 to 8 filters", COLLECTED, search)
}

fn search() -> Variant {
    Variant::future(
        async || (open(COLLECTED, &postgres::users(USERS)).await, HashMap::new()),
        async |(client, statements), turn| find(client, statements, &form(turn)).await,
    )
}

async fn find(client: &Client, statements: &mut HashMap<String, Statement>, search: &Search) -> Vec<User> {
    let mut sql = String::from("select id, name, hair_color from users where true");
    let mut values: Vec<&(dyn ToSql + Sync)> = Vec::new();
    let ids = [("id >", &search.above), ("id <", &search.below), ("id <>", &search.id_not)];
    for (condition, id) in ids {
        if let Some(id) = id {
            values.push(id);
            let _ = write!(sql, " and {condition} ${}", values.len());
        }
    }
    let texts = [
        ("name <>", &search.name_not),
        ("name like", &search.name_like),
        ("name >", &search.name_after),
        ("hair_color =", &search.hair),
    ];
    for (condition, text) in texts {
        if let Some(text) = text {
            values.push(text);
            let _ = write!(sql, " and {condition} ${}", values.len());
        }
    }
    if search.has_hair == Some(true) {
        sql.push_str(" and hair_color is not null");
    }
    let limit = SEARCH_LIMIT as i64;
    values.push(&limit);
    let _ = write!(sql, " order by id limit ${}", values.len());
    let statement = match statements.get(&sql) {
        Some(statement) => statement.clone(),
        None => {
            let statement = client.prepare(&sql).await.expect("prepares");
            statements.entry(sql).or_insert(statement).clone()
        }
    };
    client.query(&statement, &values).await.expect("reads").iter().map(user).collect()
}
