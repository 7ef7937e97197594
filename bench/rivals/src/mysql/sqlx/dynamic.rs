//! A search with up to eight conditions: its query builder.

use super::database::{hold, open};
use super::names::{HELD, NAME};
use crate::tables::sqlx::User;
use kysera_bench_stage::data::mysql;
use kysera_bench_stage::data::server::Server;
use kysera_bench_stage::data::{SEARCH_LIMIT, Search, USERS, search as form};
use kysera_bench_stage::{Entries, Variant};
use sqlx::{MySql, MySqlExecutor, QueryBuilder};

/// Every variant.
pub fn entries(server: Server) -> Entries {
    Entries::new().add(server.case("select with 0 to 8 filters"), NAME, move || search(server)).add(
        server.case("select with 0 to 8 filters"),
        HELD,
        move || search_held(server),
    )
}

fn search(server: Server) -> Variant {
    Variant::future(
        async move || open(server, NAME, mysql::users(USERS)).await,
        async |pool, turn| find(&*pool, &form(turn)).await.expect("reads"),
    )
}

fn search_held(server: Server) -> Variant {
    Variant::future(
        async move || hold(server, HELD, mysql::users(USERS)).await,
        async |connection, turn| find(&mut *connection, &form(turn)).await.expect("reads"),
    )
}

async fn find(on: impl MySqlExecutor<'_>, search: &Search) -> sqlx::Result<Vec<User>> {
    let mut query = QueryBuilder::<MySql>::new("select id, name, hair_color from users where true");
    if let Some(id) = search.above {
        query.push(" and id > ").push_bind(id);
    }
    if let Some(id) = search.below {
        query.push(" and id < ").push_bind(id);
    }
    if let Some(name) = search.name_not {
        query.push(" and name <> ").push_bind(name);
    }
    if let Some(pattern) = search.name_like {
        query.push(" and name like ").push_bind(pattern);
    }
    if let Some(hair) = search.hair {
        query.push(" and hair_color = ").push_bind(hair);
    }
    if search.has_hair == Some(true) {
        query.push(" and hair_color is not null");
    }
    if let Some(id) = search.id_not {
        query.push(" and id <> ").push_bind(id);
    }
    if let Some(name) = search.name_after {
        query.push(" and name > ").push_bind(name);
    }
    query.push(" order by id limit ").push_bind(SEARCH_LIMIT as i64);
    query.build_query_as().fetch_all(on).await
}
