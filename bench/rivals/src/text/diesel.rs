//! Diesel: `debug_query` as text, which is what it has for looking at SQL; it prints the values as well.

use crate::tables::diesel::{NewUser, users};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sqlite::Sqlite;
use kysera_bench_stage::data::new_users;
use kysera_bench_stage::{Entries, Variant};
use std::hint::black_box;

const NAME: &str = "diesel, debug_query";

diesel::table! {
    orders { id -> BigInt, user_id -> BigInt, status -> Text, }
}

diesel::table! {
    order_lines { id -> BigInt, order_id -> BigInt, product_id -> BigInt, quantity -> Integer, }
}

diesel::table! {
    products { id -> BigInt, name -> Text, price -> Double, maker_id -> Nullable<BigInt>, }
}

diesel::table! {
    makers { id -> BigInt, name -> Text, }
}

diesel::allow_tables_to_appear_in_same_query!(orders, order_lines, products, makers, users);

/// One user, by key.
macro_rules! simple {
    ($backend:ty) => {{
        let query = users::table.find(black_box(7_i64));
        diesel::debug_query::<$backend, _>(&query).to_string()
    }};
}

/// Five tables, ten conditions, six columns.
macro_rules! five {
    ($backend:ty) => {{
        let query = orders::table
            .inner_join(users::table.on(users::id.eq(orders::user_id)))
            .inner_join(order_lines::table.on(order_lines::order_id.eq(orders::id)))
            .inner_join(products::table.on(products::id.eq(order_lines::product_id)))
            .left_join(makers::table.on(makers::id.nullable().eq(products::maker_id)))
            .filter(users::id.gt(black_box(7_i64)))
            .filter(users::name.ne(black_box("ann")))
            .filter(orders::status.eq_any(["paid", "sent"]))
            .filter(order_lines::quantity.ge(1))
            .filter(products::price.lt(99.5))
            .filter(users::hair_color.is_not_null().or(users::name.like("a%")))
            .order((orders::id.desc(), order_lines::id.asc()))
            .limit(20)
            .select((
                orders::id,
                users::name,
                products::name,
                products::price,
                order_lines::quantity,
                makers::name.nullable(),
            ));
        diesel::debug_query::<$backend, _>(&query).to_string()
    }};
}

/// Every variant.
pub fn entries() -> Entries {
    Entries::new()
        .add("text: simple query, SQLite", NAME, || Variant::new((), |(), _| simple!(Sqlite)))
        .add("text: simple query, PostgreSQL", NAME, || Variant::new((), |(), _| simple!(Pg)))
        .add("text: five tables, SQLite", NAME, || Variant::new((), |(), _| five!(Sqlite)))
        .add("text: five tables, PostgreSQL", NAME, || Variant::new((), |(), _| five!(Pg)))
        .add("text: insert 100, SQLite", NAME, insert)
}

fn insert() -> Variant {
    let new = |(name, hair_color)| NewUser { name, hair_color };
    let users: Vec<NewUser> = new_users(100).into_iter().map(new).collect();
    Variant::new(users, |users, _| {
        let query = diesel::insert_into(users::table).values(&*users);
        diesel::debug_query::<Sqlite, _>(&query).to_string()
    })
}
