//! A search with up to eight conditions: the text is pushed together, and the connection knows its statement.

use super::database::open;
use super::names::NAME;
use super::rows::user;
use crate::rows::User;
use kysera_bench_stage::data::mysql;
use kysera_bench_stage::data::server::Server;
use kysera_bench_stage::data::{SEARCH_LIMIT, Search, USERS, search as form};
use kysera_bench_stage::{Entries, Variant};
use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Value};

/// Every variant.
pub fn entries(server: Server) -> Entries {
    Entries::new().add(server.case("select with 0 to 8 filters"), NAME, move || search(server))
}

fn search(server: Server) -> Variant {
    Variant::future(
        async move || open(server, NAME, &mysql::users(USERS)).await,
        async |conn, turn| find(conn, &form(turn)).await,
    )
}

async fn find(conn: &mut Conn, search: &Search) -> Vec<User> {
    let mut sql = String::from("select id, name, hair_color from users where true");
    let mut values: Vec<Value> = Vec::new();
    let mut push = |condition: &str, value: Option<Value>| {
        if let Some(value) = value {
            sql.push_str(condition);
            values.push(value);
        }
    };
    push(" and id > ?", search.above.map(Value::from));
    push(" and id < ?", search.below.map(Value::from));
    push(" and id <> ?", search.id_not.map(Value::from));
    push(" and name <> ?", search.name_not.map(Value::from));
    push(" and name like ?", search.name_like.map(Value::from));
    push(" and name > ?", search.name_after.map(Value::from));
    push(" and hair_color = ?", search.hair.map(Value::from));
    if search.has_hair == Some(true) {
        sql.push_str(" and hair_color is not null");
    }
    sql.push_str(" order by id limit ?");
    values.push(SEARCH_LIMIT.into());
    conn.exec_map(sql, values, user).await.expect("reads")
}
