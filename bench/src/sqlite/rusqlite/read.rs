//! Rows of one query.

use super::database::open;
use super::rows::user;
use crate::rows::{Post, User};
use kysera_bench_stage::Variant;
use kysera_bench_stage::data::{SEARCH_LIMIT, Search, USERS, key, search as form, sqlite};
use rusqlite::{Connection, Row, ToSql};

/// One user, by key.
pub const BY_KEY: &str = "select id, name, hair_color from users where id = ?";

/// Every user.
pub const ALL: &str = "select id, name, hair_color from users";

const LEFT_JOIN: &str = "select users.id, users.name, users.hair_color, posts.id, posts.user_id, posts.title, posts.body \
    from users left join posts on posts.user_id = users.id where users.hair_color = ?";

/// One user, by key.
pub fn by_key() -> Variant {
    Variant::new(open(&sqlite::users(USERS)), |connection, turn| one(connection, key(turn)))
}

/// Ten users, each by its key.
pub fn ten_by_key() -> Variant {
    Variant::new(open(&sqlite::users(USERS)), |connection, turn| {
        (10 * turn..10 * turn + 10).map(|turn| one(connection, key(turn))).collect::<Vec<User>>()
    })
}

/// One user.
pub fn one(connection: &Connection, id: i64) -> User {
    let mut statement = connection.prepare_cached(BY_KEY).expect("prepares");
    statement.query_row([id], user).expect("reads")
}

/// Every user.
pub fn all(rows: i64) -> Variant {
    Variant::new(open(&sqlite::users(rows)), |connection, _| {
        let mut statement = connection.prepare_cached(ALL).expect("prepares");
        let rows = statement.query_map([], user).expect("runs");
        rows.collect::<Result<Vec<User>, _>>().expect("reads")
    })
}

/// Users with black hair and their posts, of which there are none.
pub fn left_join(rows: i64) -> Variant {
    Variant::new(open(&sqlite::users(rows)), |connection, _| {
        let mut statement = connection.prepare_cached(LEFT_JOIN).expect("prepares");
        let rows = statement.query_map(["black"], |row| Ok((user(row)?, optional_post(row)?))).expect("runs");
        rows.collect::<Result<Vec<(User, Option<Post>)>, _>>().expect("reads")
    })
}

fn optional_post(row: &Row<'_>) -> rusqlite::Result<Option<Post>> {
    let Some(id) = row.get(3)? else { return Ok(None) };
    Ok(Some(Post { id, user_id: row.get(4)?, title: row.get(5)?, body: row.get(6)? }))
}

/// What a search form asks for.
pub fn search() -> Variant {
    Variant::new(open(&sqlite::users(USERS)), |connection, turn| filtered(connection, &form(turn)))
}

fn filtered(connection: &Connection, form: &Search) -> Vec<User> {
    let (mut sql, mut values) = (String::from(ALL), Vec::<&dyn ToSql>::new());
    let mut texts: Vec<&str> = Vec::new();
    if let Some(id) = &form.above {
        texts.push("id > ?");
        values.push(id);
    }
    if let Some(id) = &form.below {
        texts.push("id < ?");
        values.push(id);
    }
    if let Some(name) = &form.name_not {
        texts.push("name <> ?");
        values.push(name);
    }
    if let Some(pattern) = &form.name_like {
        texts.push("name like ?");
        values.push(pattern);
    }
    if let Some(id) = &form.id_not {
        texts.push("id <> ?");
        values.push(id);
    }
    if let Some(name) = &form.name_after {
        texts.push("name > ?");
        values.push(name);
    }
    if form.has_hair == Some(true) {
        texts.push("hair_color is not null");
    }
    if let Some(hair) = &form.hair {
        texts.push("hair_color = ?");
        values.push(hair);
    }
    for (at, text) in texts.iter().enumerate() {
        sql.push_str(if at == 0 { " where " } else { " and " });
        sql.push_str(text);
    }
    sql.push_str(" order by id limit ?");
    let limit = SEARCH_LIMIT as i64;
    values.push(&limit);
    let mut statement = connection.prepare_cached(&sql).expect("prepares");
    let rows = statement.query_map(values.as_slice(), user).expect("runs");
    rows.collect::<Result<Vec<User>, _>>().expect("reads")
}
