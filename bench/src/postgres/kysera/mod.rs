//! Ours on PostgreSQL, through its pool of one connection. `kysera` builds its query each time, as an application does.

mod read;
mod write;

use crate::case::OURS;
use kysera::postgres::{Postgres, PostgresOptions, SslMode};
use kysera::prelude::*;
use kysera_bench_stage::Entries;
use kysera_bench_stage::data::postgres;

/// Every variant.
pub fn entries() -> Entries {
    Entries::new()
        .add("postgres: select 1 by key", OURS, read::by_key)
        .add("postgres: select 100", OURS, || read::all(100))
        .add("postgres: select 10 000", OURS, || read::all(10_000))
        .add("postgres: insert 1", OURS, || write::insert(1))
        .add("postgres: insert 100", OURS, || write::insert(100))
}

/// A pool of one connection to a schema made by this script.
async fn open(variant: &str, script: String) -> Db {
    let schema = postgres::schema(variant);
    super::tokio_postgres::make(&schema, &script).await;
    let options: PostgresOptions = postgres::url().unwrap_or_default().parse().expect("the address is one");
    let options = options.options(postgres::settings(&schema)).pool_size(1).ssl_mode(SslMode::Disable);
    Db::new(Postgres::connect(options).await.expect("connects"))
}
