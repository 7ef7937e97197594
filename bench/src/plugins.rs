//! What the executor and its plugins add: an empty list of plugins beside the driver called directly, and soft delete
//! beside none.

use crate::goal::Goal;
use crate::harness::{Case, Side, Variant};
use crate::rows::User;
use crate::{queries, runtime, sqlite};
use kysera::driver::{Attempt, Driver};
use kysera::plugins::SoftDelete;
use kysera::prelude::*;
use kysera_sql::compile::compile;
use kysera_sql::row::Rows;
use std::hint::black_box;

/// Every case.
pub fn cases() -> Vec<Case> {
    vec![
        Case::new("plugins: an empty list", || vec![driver(), executor()])
            .pure()
            .goal(Goal::MoreNanos(50.0))
            .goal(Goal::MoreAllocations(0.0)),
        Case::new("plugins: soft delete, one simple query", || {
            vec![text("without plugins", Side::Base, false), text("soft delete", Side::Ours, true)]
        })
        .pure()
        .goal(Goal::MoreNanos(500.0)),
    ]
}

fn driver() -> Variant {
    let runtime = runtime();
    let driver = sqlite::driver(&runtime, 10);
    Variant::new("compile and call the driver", Side::Base, move |times| {
        runtime.block_on(async {
            for turn in 0..times as i64 {
                black_box(run(&driver, 1 + turn % 10).await.expect("reads"));
            }
        });
    })
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
    let runtime = runtime();
    let db = Db::new(sqlite::driver(&runtime, 10));
    Variant::new("executor without plugins", Side::Ours, move |times| {
        runtime.block_on(async {
            for turn in 0..times as i64 {
                black_box(queries::by_key(1 + turn % 10).fetch_all(&db).await.expect("reads"));
            }
        });
    })
}

/// Building a query and making its text as the executor does, with what plugins make of it.
fn text(name: &'static str, side: Side, with_plugin: bool) -> Variant {
    let builder = Db::builder(sqlite::driver(&runtime(), 0));
    let builder = if with_plugin { builder.plugin(SoftDelete::new()) } else { builder };
    let db = builder.build().expect("builds");
    Variant::new(name, side, move |times| {
        for turn in 0..times as i64 {
            black_box(queries::note(turn).compile(&db).expect("compiles"));
        }
    })
}
