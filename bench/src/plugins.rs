//! What the executor and its plugins add: an empty list of plugins beside the driver called directly, and each plugin
//! beside none.

use crate::queries;
use crate::rows::{Event, NewEvent, User};
use crate::sqlite::kysera::driver;
use kysera::executor::DbBuilder;
use kysera::extend::driver::{Attempt, Driver};
use kysera::plugins::{SoftDelete, Timestamps};
use kysera::prelude::*;
use kysera_bench_stage::data::{USERS, key, sqlite};
use kysera_bench_stage::{Entries, Variant, current_thread};
use kysera_sql::compile::compile;
use kysera_sql::row::Rows;

/// Every variant.
pub fn entries() -> Entries {
    Entries::new()
        .add("plugins: an empty list", "kysera, the driver called directly", directly)
        .add("plugins: an empty list", "kysera", executor)
        .add("plugins: soft delete, one simple query", "kysera, without plugins", || select(plain))
        .add("plugins: soft delete, one simple query", "kysera, soft delete", || select(soft_delete))
        .add("plugins: timestamps, one simple insert", "kysera, without plugins", || insert(plain))
        .add("plugins: timestamps, one simple insert", "kysera, timestamps", || insert(timestamps))
        .add("plugins: timestamps, one simple update", "kysera, without plugins", || change(plain))
        .add("plugins: timestamps, one simple update", "kysera, timestamps", || change(timestamps))
}

fn directly() -> Variant {
    Variant::future(
        async || driver(sqlite::users(USERS)).await,
        async |driver, turn| run(driver, key(turn)).await.expect("reads"),
    )
}

async fn run(driver: &impl Driver, id: i64) -> kysera::Result<Vec<User>> {
    let statement = queries::by_key(id).into_statement()?;
    let compiled = compile(&statement, driver.dialect())?;
    let mut rows = Rows::<User>::default();
    match driver.try_run(&compiled, &mut rows) {
        Attempt::Done(done) => done.map(|_| rows.into_vec()),
        // Other tasks are owed a turn; the executor does the same.
        Attempt::WouldBlock => {
            let mut connection = driver.acquire(driver.access(&compiled)).await?;
            let (_, sink) = connection.run(compiled, Box::new(rows)).await?;
            Ok(sink.into_any().downcast::<Rows<User>>().expect("it is the sink that was given").into_vec())
        }
    }
}

fn executor() -> Variant {
    Variant::future(
        async || Db::new(driver(sqlite::users(USERS)).await),
        async |db, turn| queries::by_key(key(turn)).fetch_all(db).await.expect("reads"),
    )
}

fn plain(builder: DbBuilder) -> DbBuilder {
    builder
}

fn soft_delete(builder: DbBuilder) -> DbBuilder {
    builder.plugin(SoftDelete::new())
}

fn timestamps(builder: DbBuilder) -> DbBuilder {
    builder.plugin(Timestamps::new())
}

/// A database with these plugins; what they make of a query is made without it.
fn with(plugins: fn(DbBuilder) -> DbBuilder) -> Db {
    let builder = Db::builder(current_thread().block_on(driver(sqlite::users(0))));
    plugins(builder).build().expect("builds")
}

/// Building a query and making its text as the executor does, with what plugins make of it.
fn select(plugins: fn(DbBuilder) -> DbBuilder) -> Variant {
    Variant::new(with(plugins), |db, turn| queries::note(key(turn)).compile(db).expect("compiles"))
}

fn insert(plugins: fn(DbBuilder) -> DbBuilder) -> Variant {
    Variant::new(with(plugins), |db, turn| {
        let new = NewEvent { what: String::from("seen"), of: key(turn) };
        insert_into(Event).values(new).compile(db).expect("compiles")
    })
}

fn change(plugins: fn(DbBuilder) -> DbBuilder) -> Variant {
    Variant::new(with(plugins), |db, turn| {
        update(Event)
            .set(Event.what.set("read"))
            .filter(Event.id.eq(key(turn)))
            .compile(db)
            .expect("compiles")
    })
}
