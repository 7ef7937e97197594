//! Rows that come and change.

use super::database::open;
use super::read::one;
use crate::tables::diesel::{KnownUser, NewUser, users};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::upsert::excluded;
use kysera_bench_stage::Variant;
use kysera_bench_stage::data::{USERS, key, new_users, sqlite};

/// So many new users in one statement.
pub fn insert(rows: usize) -> Variant {
    match rows {
        1 => array::<1>(),
        10 => array::<10>(),
        25 => array::<25>(),
        50 => array::<50>(),
        100 => array::<100>(),
        _ => vec(rows),
    }
}

/// Rows in an array, whose statement can be cached because its length is in its type. They are lent and not copied.
fn array<const ROWS: usize>() -> Variant {
    let users: [NewUser; ROWS] = as_array(new_users(ROWS).into_iter().map(to_insert));
    Variant::clearing(
        open(&sqlite::users(0)),
        |connection| connection.batch_execute(sqlite::EMPTY).expect("deletes"),
        move |connection, _| {
            diesel::insert_into(users::table).values(&users).execute(connection).expect("inserts")
        },
    )
}

/// Rows in a `Vec`, whose statement Diesel prepares anew each time.
pub fn vec(rows: usize) -> Variant {
    let users: Vec<NewUser> = new_users(rows).into_iter().map(to_insert).collect();
    Variant::clearing(
        open(&sqlite::users(0)),
        |connection| connection.batch_execute(sqlite::EMPTY).expect("deletes"),
        move |connection, _| {
            diesel::insert_into(users::table).values(&users).execute(connection).expect("inserts")
        },
    )
}

fn to_insert((name, hair_color): (String, Option<String>)) -> NewUser {
    NewUser { name, hair_color }
}

fn as_array<T, const ROWS: usize>(rows: impl Iterator<Item = T>) -> [T; ROWS] {
    let rows: Result<[T; ROWS], _> = rows.collect::<Vec<_>>().try_into();
    rows.unwrap_or_else(|_| unreachable!("there are as many rows as were asked for"))
}

/// Another name for one user.
pub fn update() -> Variant {
    Variant::new(open(&sqlite::users(USERS)), |connection, turn| rename(connection, key(turn)))
}

/// Gives a user another name.
pub fn rename(connection: &mut SqliteConnection, id: i64) -> usize {
    diesel::update(users::table.find(id)).set(users::name.eq("renamed")).execute(connection).expect("updates")
}

/// A hundred users that are there already, in one statement, cached like that of an insert.
pub fn upsert() -> Variant {
    let known = |(id, (name, hair_color))| KnownUser { id, name, hair_color };
    let users: [KnownUser; 100] = as_array((1..).zip(new_users(100)).map(known));
    Variant::new(open(&sqlite::users(100)), move |connection, _| {
        diesel::insert_into(users::table)
            .values(&users)
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
