//! Drivers that trees are run on, each in a database or schema of its own.

use kysera::mysql::{MySql, MySqlOptions};
use kysera_core::driver::{Connection, Driver};
use kysera_core::error::Error;
use kysera_postgres::{Postgres, PostgresOptions};
use kysera_sql::ast::Statement;
use kysera_sql::compile::compile;
use kysera_sql::compiled::Access;
use kysera_sql::row::{FromRow, Rows};
use kysera_sqlite::Sqlite;
use std::sync::atomic::{AtomicU32, Ordering};

/// One connection of a driver.
pub(crate) struct Engine {
    driver: Box<dyn Driver>,
    connection: Box<dyn Connection>,
    /// What removes the place where its tables are.
    leave: Option<String>,
}

impl Engine {
    /// SQLite in memory.
    pub(crate) async fn sqlite() -> Engine {
        Engine::new(Sqlite::memory().expect("memory is at hand")).await
    }

    /// A schema of its own on the server that the environment names; `None`, said aloud, when there is none.
    pub(crate) async fn postgres() -> Option<Engine> {
        let options: PostgresOptions = kysera_testing::postgres_url()?.parse().expect("the address is one");
        let schema = a_name();
        let options = options.options(format!("-c search_path={schema}"));
        let mut engine = Engine::new(Postgres::connect(options).await.expect("the server answers")).await;
        engine.script(&format!("create schema {schema}")).await;
        engine.leave = Some(format!("drop schema {schema} cascade"));
        Some(engine)
    }

    /// A database of its own on the MySQL that the environment names; `None`, said aloud, when there is none.
    pub(crate) async fn mysql() -> Option<Engine> {
        Some(Engine::mysql_at(&kysera_testing::mysql_url()?).await)
    }

    /// The same on MariaDB.
    pub(crate) async fn mariadb() -> Option<Engine> {
        Some(Engine::mysql_at(&kysera_testing::mariadb_url()?).await)
    }

    async fn mysql_at(url: &str) -> Engine {
        let options: MySqlOptions = url.parse().expect("the address is one");
        let database = a_name();
        let mut engine = Engine::new(MySql::connect(options).await.expect("the server answers")).await;
        engine.script(&format!("create database {database} character set utf8mb4; use {database}")).await;
        engine.leave = Some(format!("drop database {database}"));
        engine
    }

    async fn new(driver: impl Driver) -> Engine {
        let connection = driver.acquire(Access::Write).await.expect("a connection is free");
        Engine { driver: Box::new(driver), connection, leave: None }
    }

    /// Leaves nothing behind on a server.
    pub(crate) async fn remove(&mut self) {
        if let Some(leave) = self.leave.take() {
            self.script(&leave).await;
        }
    }

    /// The name of the database.
    pub(crate) fn name(&self) -> &'static str {
        self.driver.dialect().name()
    }

    /// True when it is MySQL or MariaDB.
    pub(crate) fn is_mysql(&self) -> bool {
        matches!(self.name(), "MySQL" | "MariaDB")
    }

    /// True when it is SQLite.
    pub(crate) fn is_sqlite(&self) -> bool {
        self.name() == "SQLite"
    }

    /// True when it is PostgreSQL.
    pub(crate) fn is_postgres(&self) -> bool {
        self.name() == "PostgreSQL"
    }

    /// Runs a script.
    pub(crate) async fn script(&mut self, sql: &str) {
        self.connection.run_script(sql).await.unwrap_or_else(|error| panic!("{error}: {sql}"));
    }

    /// Runs a statement and reads its rows.
    pub(crate) async fn try_rows<T>(&mut self, statement: impl Into<Statement>) -> Result<Vec<T>, Error>
    where
        T: FromRow + Send + 'static,
    {
        let statement = statement.into();
        let compiled = compile(&statement, self.driver.dialect()).expect("both can say it");
        let (_, sink) = self.connection.run(compiled, Box::new(Rows::<T>::default())).await?;
        Ok(sink.into_any().downcast::<Rows<T>>().expect("the sink comes back").into_vec())
    }

    /// Runs a statement and reads its rows.
    pub(crate) async fn rows<T>(&mut self, statement: impl Into<Statement>) -> Vec<T>
    where
        T: FromRow + Send + 'static,
    {
        let statement = statement.into();
        let text = format!("{statement:?}");
        self.try_rows(statement).await.unwrap_or_else(|error| panic!("{error:?}: {text}"))
    }
}

pub(crate) fn a_name() -> String {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    format!("values_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed))
}
