//! A process that has just begun.

use super::names::{HELD, NAME};
use super::read::read_by_key;
use crate::postgres::schema::make;
use kysera_bench_stage::data::postgres;
use kysera_bench_stage::data::server::{Server, database};
use kysera_bench_stage::{Entries, current_thread};
use sqlx::postgres::PgPoolOptions;
use sqlx::{Connection, PgConnection};
use std::hint::black_box;

/// Every variant.
pub fn entries() -> Entries {
    let case = "postgres: a fresh process to its first row";
    Entries::new()
        .add_cold(case, NAME, |_| schema(NAME), |_| current_thread().block_on(first_row()))
        .add_cold(case, HELD, |_| schema(HELD), |_| current_thread().block_on(first_row_held()))
}

fn schema(variant: &str) {
    current_thread().block_on(make(variant, &postgres::users(10)));
}

async fn first_row() {
    let url = Server::Postgres.url_in(&database(NAME));
    let pool = PgPoolOptions::new().max_connections(1).connect(&url).await.expect("connects");
    black_box(read_by_key(&pool, 1).await.expect("reads"));
}

async fn first_row_held() {
    let url = Server::Postgres.url_in(&database(HELD));
    let mut connection = PgConnection::connect(&url).await.expect("connects");
    black_box(read_by_key(&mut connection, 1).await.expect("reads"));
}
