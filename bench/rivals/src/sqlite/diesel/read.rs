//! Rows of one query.

use super::database::open;
use crate::tables::diesel::{Post, User, posts, users};
use diesel::prelude::*;
use kysera_bench_stage::Variant;
use kysera_bench_stage::data::{SEARCH_LIMIT, Search, USERS, key, search as form, sqlite};

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
pub fn one(connection: &mut SqliteConnection, id: i64) -> User {
    // `first` would add a limit, which a read by key does not need.
    users::table.find(id).select(User::as_select()).get_result(connection).expect("reads")
}

/// Every user.
pub fn all(rows: i64) -> Variant {
    Variant::new(open(&sqlite::users(rows)), |connection, _| {
        users::table.select(User::as_select()).load(connection).expect("reads")
    })
}

/// Users with black hair and their posts, of which there are none.
pub fn left_join(rows: i64) -> Variant {
    Variant::new(open(&sqlite::users(rows)), |connection, _| {
        users::table
            .left_join(posts::table)
            .filter(users::hair_color.eq("black"))
            .select((User::as_select(), Option::<Post>::as_select()))
            .load::<(User, Option<Post>)>(connection)
            .expect("reads")
    })
}

/// What a search form asks for.
pub fn search() -> Variant {
    Variant::new(open(&sqlite::users(USERS)), |connection, turn| filtered(connection, &form(turn)))
}

fn filtered(connection: &mut SqliteConnection, form: &Search) -> Vec<User> {
    let mut query =
        users::table.select(User::as_select()).order(users::id.asc()).limit(SEARCH_LIMIT as i64).into_boxed();
    if let Some(id) = form.above {
        query = query.filter(users::id.gt(id));
    }
    if let Some(id) = form.below {
        query = query.filter(users::id.lt(id));
    }
    if let Some(name) = form.name_not {
        query = query.filter(users::name.ne(name));
    }
    if let Some(pattern) = form.name_like {
        query = query.filter(users::name.like(pattern));
    }
    if let Some(id) = form.id_not {
        query = query.filter(users::id.ne(id));
    }
    if let Some(name) = form.name_after {
        query = query.filter(users::name.gt(name));
    }
    if form.has_hair == Some(true) {
        query = query.filter(users::hair_color.is_not_null());
    }
    if let Some(hair) = form.hair {
        query = query.filter(users::hair_color.eq(hair));
    }
    query.load(connection).expect("reads")
}
