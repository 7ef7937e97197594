//! A database of its own for each test.

use kysera_core::{Db, QueryExt, raw, script};
use kysera_postgres::{Postgres, PostgresOptions};
use kysera_sqlite::{Sqlite, SqliteOptions};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// A database with one table `t (n, m)`.
pub(crate) struct Database {
    pub(crate) db: Db,
    folder: Option<PathBuf>,
}

/// Long enough for a loaded machine, short enough to wait for once.
const ACQUIRE: Duration = Duration::from_secs(2);

impl Database {
    pub(crate) async fn sqlite_memory() -> Database {
        let options = SqliteOptions::memory().acquire_timeout(ACQUIRE);
        Database::prepare(Db::new(open(options).await), None).await
    }

    pub(crate) async fn sqlite_file() -> Database {
        let folder = std::env::temp_dir().join(unique());
        std::fs::create_dir_all(&folder).expect("the folder for temporary files can be written");
        let options = SqliteOptions::file(folder.join("test.db")).acquire_timeout(ACQUIRE);
        Database::prepare(Db::new(open(options).await), Some(folder)).await
    }

    /// `None`, said aloud, when there is no server.
    pub(crate) async fn postgres() -> Option<Database> {
        let url = kysera_testing::postgres_url()?;
        let schema = unique();
        let options: PostgresOptions = url.parse().expect("the address is one");
        let server = Db::new(Postgres::connect(options.clone()).await.expect("the server answers"));
        script(format!("create schema {schema}")).run(&server).await.expect("a schema can be made");
        let options = options.options(format!("-c search_path={schema}")).max_connections(8);
        let db = Db::new(Postgres::connect(options).await.expect("the server answers"));
        Some(Database::prepare(db, None).await)
    }

    async fn prepare(db: Db, folder: Option<PathBuf>) -> Database {
        raw("create table t (n bigint primary key, m bigint)")
            .execute(&db)
            .await
            .expect("a table can be made");
        Database { db, folder }
    }

    /// The numbers in the table.
    pub(crate) async fn numbers(&self) -> Vec<i64> {
        let rows = raw("select n from t order by n").rows::<(i64,)>().fetch_all(&self.db).await;
        rows.expect("the table can be read").into_iter().map(|(n,)| n).collect()
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Some(folder) = &self.folder {
            // What is left behind is in the folder for temporary files.
            let _ = std::fs::remove_dir_all(folder);
        }
    }
}

async fn open(options: SqliteOptions) -> Sqlite {
    Sqlite::connect(options).await.expect("the database opens")
}

fn unique() -> String {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    format!("kysera_executor_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed))
}
