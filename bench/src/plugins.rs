//! What the executor and its plugins add: an empty list of plugins beside the driver called directly, and each plugin
//! beside none.

use crate::queries;
use crate::rows::User;
use crate::sqlite::kysera::driver;
use kysera::driver::{Attempt, Driver};
use kysera::plugins::SoftDelete;
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
        .add("plugins: soft delete, one simple query", "kysera, without plugins", || text(false))
        .add("plugins: soft delete, one simple query", "kysera, soft delete", || text(true))
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
        Attempt::NotNow => {
            let mut connection = driver.acquire(compiled.shape.access()).await?;
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

/// Building a query and making its text as the executor does, with what plugins make of it.
fn text(with_plugin: bool) -> Variant {
    let builder = Db::builder(current_thread().block_on(driver(sqlite::users(0))));
    let builder = if with_plugin { builder.plugin(SoftDelete::new()) } else { builder };
    let db = builder.build().expect("builds");
    Variant::new(db, |db, turn| queries::note(key(turn)).compile(db).expect("compiles"))
}
