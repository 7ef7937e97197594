//! A search with up to eight conditions: a boxed query.

use super::database::open;
use super::names::NAME;
use crate::tables::diesel::{User, users};
use diesel::prelude::*;
use diesel_async::{AsyncMysqlConnection, RunQueryDsl};
use kysera_bench_stage::data::mysql;
use kysera_bench_stage::data::server::Server;
use kysera_bench_stage::data::{SEARCH_LIMIT, Search, USERS, search as form};
use kysera_bench_stage::{Entries, Variant};

/// Every variant.
pub fn entries(server: Server) -> Entries {
    Entries::new().add(server.case("select with 0 to 8 filters"), NAME, move || search(server))
}

fn search(server: Server) -> Variant {
    Variant::future(
        async move || open(server, NAME, mysql::users(USERS)).await,
        async |connection, turn| find(connection, &form(turn)).await.expect("reads"),
    )
}

async fn find(connection: &mut AsyncMysqlConnection, search: &Search) -> QueryResult<Vec<User>> {
    let mut query =
        users::table.select(User::as_select()).order(users::id.asc()).limit(SEARCH_LIMIT as i64).into_boxed();
    if let Some(id) = search.above {
        query = query.filter(users::id.gt(id));
    }
    if let Some(id) = search.below {
        query = query.filter(users::id.lt(id));
    }
    if let Some(name) = search.name_not {
        query = query.filter(users::name.ne(name));
    }
    if let Some(pattern) = search.name_like {
        query = query.filter(users::name.like(pattern));
    }
    if let Some(hair) = search.hair {
        query = query.filter(users::hair_color.eq(hair));
    }
    if search.has_hair == Some(true) {
        query = query.filter(users::hair_color.is_not_null());
    }
    if let Some(id) = search.id_not {
        query = query.filter(users::id.ne(id));
    }
    if let Some(name) = search.name_after {
        query = query.filter(users::name.gt(name));
    }
    query.load(connection).await
}
