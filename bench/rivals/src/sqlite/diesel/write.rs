//! Rows that come and change.

use super::open;
use super::read::one;
use super::schema::{KnownUser, new_users as to_insert, users};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::upsert::excluded;
use kysera_bench_stage::Variant;
use kysera_bench_stage::data::{USERS, key, new_users, sqlite};

/// So many new users in one statement.
pub fn insert(rows: usize) -> Variant {
    let users = new_users(rows);
    Variant::clearing(
        open(&sqlite::users(0)),
        |connection| connection.batch_execute(sqlite::EMPTY).expect("deletes"),
        move |connection, _| {
            let new = to_insert(&users);
            match new.as_slice() {
                // One row is a struct and not a list of them, as in its guide; that statement is cached.
                [one] => diesel::insert_into(users::table).values(one).execute(connection),
                _ => diesel::insert_into(users::table).values(&new).execute(connection),
            }
            .expect("inserts")
        },
    )
}

/// Another name for one user.
pub fn update() -> Variant {
    Variant::new(open(&sqlite::users(USERS)), |connection, turn| rename(connection, key(turn)))
}

/// Gives a user another name.
pub fn rename(connection: &mut SqliteConnection, id: i64) -> usize {
    diesel::update(users::table.find(id)).set(users::name.eq("renamed")).execute(connection).expect("updates")
}

/// A hundred users that are there already, in one statement.
pub fn upsert() -> Variant {
    let users = new_users(100);
    Variant::new(open(&sqlite::users(100)), move |connection, _| {
        let known: Vec<KnownUser<'_>> = (1..)
            .zip(&users)
            .map(|(id, (name, hair))| KnownUser { id, name, hair_color: hair.as_deref() })
            .collect();
        diesel::insert_into(users::table)
            .values(&known)
            .on_conflict(users::id)
            .do_update()
            .set((users::name.eq(excluded(users::name)), users::hair_color.eq(excluded(users::hair_color))))
            .execute(connection)
            .expect("upserts")
    })
}

/// A user comes, another is read, renamed and read again, and the first one goes.
pub fn transaction() -> Variant {
    Variant::new(open(&sqlite::users(USERS)), |connection, turn| {
        let user = connection.immediate_transaction(|connection| {
            let id: i64 = diesel::insert_into(users::table)
                .values(users::name.eq("new"))
                .returning(users::id)
                .get_result(connection)?;
            one(connection, key(turn));
            rename(connection, key(turn));
            let user = one(connection, key(turn));
            diesel::delete(users::table.find(id)).execute(connection)?;
            diesel::QueryResult::Ok(user)
        });
        user.expect("commits")
    })
}
