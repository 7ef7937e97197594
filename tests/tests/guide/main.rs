//! The code of the readme and of the documents, as it is printed there, and the SQL that is printed beside it.
//!
//! `build.rs` cuts the blocks out. Each runs on a database of its own: in memory, and on PostgreSQL, MySQL and MariaDB where
//! there are servers. The SQL shown below a block must be what the driver was sent, in order. SQL for PostgreSQL is asked of
//! a driver that sends nothing, so that it is compared without a server too.

mod links;
mod mistakes;
mod options;
mod paper;
mod recorder;
mod server;
mod sql;
mod world;

use kysera::Db;
use kysera::extend::driver::{BoxFuture, Driver};
use paper::Paper;
use recorder::Recorder;
use server::Server;
use sql::statements;
use world::MakeTables;

include!(concat!(env!("OUT_DIR"), "/guide.rs"));

/// A block of a document.
pub(crate) struct Shown {
    /// The document and the line.
    pub(crate) place: &'static str,
    /// Whether soft delete and timestamps are installed.
    pub(crate) plugins: bool,
    /// Where it runs.
    pub(crate) on_sqlite: bool,
    pub(crate) on_postgres: bool,
    pub(crate) on_mysql: bool,
    pub(crate) sqlite: Option<&'static str>,
    pub(crate) postgres: Option<&'static str>,
}

type Block = for<'a> fn(&'a Db, Box<dyn Driver>) -> BoxFuture<'a, kysera::Result<()>>;

/// Runs a block, and compares what was sent with what is shown.
pub(crate) fn check(shown: &Shown, make_tables: MakeTables, block: Block) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime can be built").block_on(async {
        let place = shown.place;
        let recorder = Recorder::new();
        world::fill(recorder.unobserved(), make_tables).await;
        let db = world::database(recorder.clone(), shown.plugins);
        if shown.on_sqlite {
            block(&db, Box::new(recorder.clone())).await.unwrap_or_else(|error| panic!("{place}: {error:?}"));
        }
        if shown.on_postgres
            && let Some(server) = Server::postgres(make_tables).await
        {
            run(shown, server, block).await;
        }
        if shown.on_mysql {
            if let Some(server) = Server::mysql("MySQL", kysera_testing::mysql_url(), make_tables).await {
                run(shown, server, block).await;
            }
            if let Some(server) = Server::mysql("MariaDB", kysera_testing::mariadb_url(), make_tables).await {
                run(shown, server, block).await;
            }
        }
        if let Some(sql) = shown.sqlite {
            assert_eq!(recorder.sent(), statements(sql), "{place}: what SQLite is sent");
        }
        if let Some(sql) = shown.postgres {
            let (paper, expected) = (Paper::default(), statements(sql));
            let (db, driver) = (world::database(paper.clone(), shown.plugins), Box::new(paper.clone()));
            // It has no rows, so that a block may well end with an error or a panic.
            let _ = tokio::spawn(async move { block(&db, driver).await }).await;
            let mut sent = paper.sent();
            sent.truncate(expected.len());
            assert_eq!(sent, expected, "{place}: what PostgreSQL is sent");
        }
    });
}

/// Runs a block on a server, and clears up behind it.
async fn run(shown: &Shown, server: Server<impl Driver + Clone>, block: Block) {
    let (place, name) = (shown.place, server.name);
    let db = world::database(server.driver(), shown.plugins);
    let ran = block(&db, Box::new(server.driver())).await;
    server.remove().await;
    ran.unwrap_or_else(|error| panic!("{place}, on {name}: {error:?}"));
}
