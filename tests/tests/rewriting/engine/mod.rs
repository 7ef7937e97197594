//! Databases that tests run SQL on, as text in and text out; on MySQL and MariaDB statements run by the executor.

mod asked;
mod mysql;
mod placed;

pub(crate) use asked::{Asked, Rows, TextRow};
pub(crate) use mysql::{Flavour, MySqlEngine};

use crate::oracle::Nowhere;
use kysera_core::{Db, DbBuilder};
use kysera_sql::dialect::{Dialect, Postgres, Sqlite};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use tokio_postgres::{NoTls, SimpleQueryMessage};

/// A database that runs SQL.
pub(crate) trait Engine {
    /// How it writes SQL.
    fn dialect(&self) -> &dyn Dialect;

    /// Runs one statement.
    fn run(&mut self, sql: &str) -> Result<Rows, String>;

    /// Runs a statement under its plugins.
    fn ask(&mut self, asked: &Asked) -> Result<Rows, String> {
        self.run(asked.text.as_ref().map_err(String::clone)?)
    }

    /// Runs a script.
    fn script(&mut self, sql: &str);

    /// A dialect like its own.
    fn another_dialect(&self) -> Box<dyn Dialect>;

    /// Plugins are added to this; where statements run as text, it runs nothing.
    fn builder(&self) -> DbBuilder {
        Db::builder(Nowhere(self.another_dialect()))
    }

    /// Makes a schema beside the default one.
    fn create_schema(&mut self, name: &str);

    /// Gives up on statements that take more than so many thousand steps, where steps can be counted.
    fn give_up_after(&mut self, _thousands: u32) {}

    /// Runs `work` and takes back what it did.
    fn undone<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> T
    where
        Self: Sized,
    {
        self.script("begin");
        let done = work(self);
        self.rollback();
        done
    }

    /// Runs a write and then a query, and takes back what was done.
    fn undone_and_then(&mut self, write: &Asked, query: &str) -> Result<(Rows, Rows), String>
    where
        Self: Sized,
    {
        self.undone(|engine| Ok((engine.ask(write)?, engine.run(query)?)))
    }

    /// Ends the transaction, if there still is one.
    fn rollback(&mut self) {
        self.script("rollback");
    }
}

/// SQLite in memory.
pub(crate) struct SqliteEngine {
    connection: rusqlite::Connection,
    dialect: Sqlite,
    /// How many thousand steps the statement that runs may still take.
    steps: Arc<AtomicU32>,
    thousands: u32,
}

impl SqliteEngine {
    /// An empty database.
    pub(crate) fn new() -> SqliteEngine {
        let connection = rusqlite::Connection::open_in_memory().expect("memory is at hand");
        kysera_sqlite::register_functions(&connection).expect("memory is at hand");
        SqliteEngine { connection, dialect: Sqlite::default(), steps: Arc::default(), thousands: u32::MAX }
    }

    /// Counts the steps of statements, so that those which take too many can be given up.
    pub(crate) fn limited(mut self) -> SqliteEngine {
        let steps = self.steps.clone();
        let count = move || steps.fetch_sub(1, Ordering::Relaxed) <= 1;
        self.connection.progress_handler(1_000, Some(count)).expect("the connection is open");
        self
    }
}

impl Engine for SqliteEngine {
    fn dialect(&self) -> &dyn Dialect {
        &self.dialect
    }

    fn run(&mut self, sql: &str) -> Result<Rows, String> {
        let text = |error: rusqlite::Error| error.to_string();
        self.steps.store(self.thousands, Ordering::Relaxed);
        let mut statement = self.connection.prepare(sql).map_err(text)?;
        let width = statement.column_count();
        let mut rows = statement.query([]).map_err(text)?;
        let mut all = Vec::new();
        while let Some(row) = rows.next().map_err(text)? {
            let cells = (0..width).map(|at| row.get_ref(at).map(cell)).collect::<Result<_, _>>();
            all.push(cells.map_err(text)?);
        }
        Ok(all)
    }

    fn script(&mut self, sql: &str) {
        self.steps.store(u32::MAX, Ordering::Relaxed);
        self.connection.execute_batch(sql).unwrap_or_else(|error| panic!("{error}: {sql}"));
    }

    fn another_dialect(&self) -> Box<dyn Dialect> {
        Box::new(Sqlite::default())
    }

    fn create_schema(&mut self, name: &str) {
        self.script(&format!("attach ':memory:' as {name}"));
    }

    fn give_up_after(&mut self, thousands: u32) {
        self.thousands = thousands;
    }

    fn rollback(&mut self) {
        // A write that was interrupted has taken its transaction with it.
        if !self.connection.is_autocommit() {
            self.script("rollback");
        }
    }
}

fn cell(value: rusqlite::types::ValueRef<'_>) -> String {
    use rusqlite::types::ValueRef;
    match value {
        ValueRef::Null => "null".to_owned(),
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(number) => number.to_string(),
        ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
        ValueRef::Blob(bytes) => format!("{bytes:?}"),
    }
}

/// A database of its own on a PostgreSQL server.
pub(crate) struct PostgresEngine {
    runtime: tokio::runtime::Runtime,
    client: tokio_postgres::Client,
    config: tokio_postgres::Config,
    dialect: Postgres,
    version: u32,
}

impl PostgresEngine {
    /// A new database on the server that the environment names; `None`, said aloud, when there is none.
    pub(crate) fn new() -> Option<PostgresEngine> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let url = kysera_testing::postgres_url()?;
        let name = format!("rewriting_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        let mut server = PostgresEngine::connect(url.parse().expect("the address is one"));
        server.script(&format!("drop database if exists {name}"));
        server.script(&format!("create database {name}"));
        let mut config: tokio_postgres::Config = url.parse().expect("the address is one");
        config.dbname(&name);
        Some(PostgresEngine::connect(config))
    }

    /// Another session on the same database.
    pub(crate) fn another(&self) -> PostgresEngine {
        PostgresEngine::connect(self.config.clone())
    }

    fn connect(config: tokio_postgres::Config) -> PostgresEngine {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("a runtime can be built");
        let client = runtime.block_on(async {
            let (client, connection) = config.connect(NoTls).await.expect("the server answers");
            tokio::spawn(connection);
            client
        });
        let mut engine = PostgresEngine { runtime, client, config, dialect: Postgres::default(), version: 0 };
        let version = engine.run("show server_version_num").expect("the server has a version");
        let number: u32 = version[0][0].parse().expect("the version is a number");
        engine.version = number / 10_000;
        engine.dialect = Postgres::version((engine.version, 0, 0));
        engine
    }
}

impl PostgresEngine {
    /// The rows of each statement.
    fn results(&mut self, sql: &str) -> Result<Vec<Rows>, String> {
        let messages = self.runtime.block_on(self.client.simple_query(sql)).map_err(|error| {
            error
                .as_db_error()
                .map_or_else(|| error.to_string(), |db| format!("{}: {}", db.code().code(), db.message()))
        })?;
        let (mut results, mut rows) = (Vec::new(), Rows::new());
        for message in messages {
            match message {
                SimpleQueryMessage::Row(row) => {
                    rows.push((0..row.len()).map(|at| row.get(at).unwrap_or("null").to_owned()).collect());
                }
                SimpleQueryMessage::CommandComplete(_) => results.push(std::mem::take(&mut rows)),
                _ => {}
            }
        }
        Ok(results)
    }
}

impl Engine for PostgresEngine {
    fn dialect(&self) -> &dyn Dialect {
        &self.dialect
    }

    fn run(&mut self, sql: &str) -> Result<Rows, String> {
        Ok(self.results(sql)?.concat())
    }

    /// All of it in one trip to the server, which takes longer than the statements do.
    fn undone_and_then(&mut self, write: &Asked, query: &str) -> Result<(Rows, Rows), String> {
        let write = write.text.as_ref().map_err(String::clone)?;
        match self.results(&format!("begin; {write}; {query}; rollback")) {
            Ok(mut results) => Ok((std::mem::take(&mut results[1]), std::mem::take(&mut results[2]))),
            Err(error) => {
                self.script("rollback");
                Err(error)
            }
        }
    }

    fn script(&mut self, sql: &str) {
        let done = self.runtime.block_on(self.client.batch_execute(sql));
        done.unwrap_or_else(|error| panic!("{error}: {sql}"));
    }

    fn another_dialect(&self) -> Box<dyn Dialect> {
        Box::new(Postgres::version((self.version, 0, 0)))
    }

    fn create_schema(&mut self, name: &str) {
        self.script(&format!("create schema {name}"));
    }
}
