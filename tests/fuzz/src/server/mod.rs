//! The PostgreSQL driver against a server that lies: messages damaged, out of place, cut off, of any length.
//!
//! Every statement ends, with an answer or an error, nothing panics, and when the server is honest again so is the pool.

mod fake;
mod messages;

use arbitrary::{Result, Unstructured};
use fake::FakeServer;
use kysera_core::{Db, QueryExt, raw, script};
use kysera_postgres::{Postgres, PostgresOptions, SslMode};
use std::cell::RefCell;
use std::time::{Duration, Instant};

/// Far more than all limits of the driver together.
const LONGEST: Duration = Duration::from_secs(240);
/// The driver waits ten seconds for a connection to come to rest, and ten more for it to be cleaned, before it is closed.
const RECOVERY: Duration = Duration::from_secs(120);
/// The limits of the driver: a server that is silent is given up.
const LIMIT: Duration = Duration::from_millis(200);
/// Longer: an honest server on a busy machine must be in time.
const CONNECT_LIMIT: Duration = Duration::from_secs(2);
const HONEST_LIMIT: Duration = Duration::from_secs(30);

thread_local! {
    static RUNTIME: tokio::runtime::Runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime can be built");
    static SERVER: RefCell<Option<FakeServer>> = const { RefCell::new(None) };
}

pub(crate) fn target(bytes: &mut Unstructured<'_>) -> Result<()> {
    let (seed, rate, steps) = (bytes.arbitrary()?, bytes.int_in_range(1..=6)?, bytes.int_in_range(1..=5)?);
    let steps: Vec<u8> = (0..steps).map(|_| bytes.int_in_range(0..=5)).collect::<Result<_>>()?;
    RUNTIME.with(|runtime| {
        SERVER.with_borrow_mut(|server| {
            let server = server.get_or_insert_with(|| runtime.block_on(FakeServer::start()));
            runtime.block_on(async {
                tokio::time::timeout(LONGEST, against(server, seed, rate, &steps)).await.expect("it hangs");
            });
        });
    });
    Ok(())
}

async fn against(server: &FakeServer, seed: u64, rate: u8, steps: &[u8]) {
    // Half of the time the login is honest, so that the rest is reached.
    if seed.is_multiple_of(2) {
        server.lie(seed, rate);
    }
    let options = PostgresOptions::new()
        .host("127.0.0.1")
        .port(server.port)
        .user("fuzz")
        .ssl_mode(SslMode::Disable)
        .max_connections(1)
        .connect_timeout(CONNECT_LIMIT)
        .acquire_timeout(2 * CONNECT_LIMIT)
        .cancel_grace(Duration::from_millis(20))
        .resolve_commits(seed.is_multiple_of(3));
    let Ok(driver) = Postgres::connect(options.clone()).await else { return honest(server, options).await };
    let db = Db::new(driver);
    server.lie(seed, rate);
    let limited = db.statement_limit(LIMIT);
    for step in steps {
        // What comes back may be wrong, as the server is; it has to come.
        let _ = attempt(&limited, *step).await;
    }
    server.be_honest();
    survives(&db).await;
    db.close().await;
}

/// A new pool on the server.
async fn honest(server: &FakeServer, options: PostgresOptions) {
    server.be_honest();
    let options = options.connect_timeout(HONEST_LIMIT).acquire_timeout(HONEST_LIMIT);
    let driver = Postgres::connect(options).await.expect("an honest server is connected to");
    survives(&Db::new(driver)).await;
}

/// Connections that were lied to are closed, and then there is a good one.
///
/// With a limit, as in production: a lie may have left the beginning of a long message, and what is answered then, honestly,
/// is taken for the rest of it, so that a statement without a limit waits for ever.
async fn survives(db: &Db) {
    let (start, db) = (Instant::now(), &db.statement_limit(HONEST_LIMIT));
    loop {
        let last = match rows(db).await {
            Ok(rows) if rows == [(7, "x".to_owned()), (7, "x".to_owned())] => return,
            Ok(rows) => format!("{rows:?}"),
            Err(error) => error.to_string(),
        };
        assert!(start.elapsed() < RECOVERY, "the pool does not come back: {last}");
    }
}

async fn rows(db: &Db) -> kysera_core::Result<Vec<(i64, String)>> {
    raw("select n, t from t where n = {}").bind(7_i64).rows().fetch_all(db).await
}

async fn attempt(db: &Db, step: u8) -> kysera_core::Result<()> {
    match step {
        0 | 1 => rows(db).await.map(drop),
        2 => raw("update t set n = {}").bind(7_i64).execute(db).await.map(drop),
        3 => script("select 1; select 2").run(db).await,
        4 => {
            let statement = || raw("select n, t from t").rows::<(Option<i64>, Option<String>)>();
            db.transaction(async |tx| {
                statement().fetch_all(tx).await?;
                statement().fetch_optional(tx).await
            })
            .await
            .map(drop)
        }
        _ => raw("select n, t from t").rows::<(i64, String)>().fetch_one(db).await.map(drop),
    }
}
