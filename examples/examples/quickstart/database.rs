//! Where the example runs: a temporary SQLite file, a schema of its own on PostgreSQL, or a database of its own on MySQL
//! or MariaDB.

use crate::schema::{Comment, Person, Pet, Post};
use kysera::extend::driver::Driver;
use kysera::mysql::{MySql, MySqlOptions};
use kysera::plugins::{SoftDelete, Timestamps};
use kysera::postgres::{Postgres, PostgresOptions};
use kysera::prelude::*;
use kysera::schema::{create_table, create_type, types_of};
use kysera::sqlite::Sqlite;
use kysera::{Error, ErrorKind, Result, raw};
use std::path::PathBuf;

/// The schema that this example makes on PostgreSQL, and the database on MySQL and MariaDB.
const SCHEMA: &str = "kysera_quickstart";
/// How it knows its own schema again.
const MARK: &str = "made by the kysera quickstart";
/// How it knows its own database again: by a table, because a database of MySQL has no comment.
const MARK_TABLE: &str = "made_by_the_kysera_quickstart";

/// The database, and what has to be removed at the end.
pub(crate) struct Database {
    db: Db,
    place: Place,
}

enum Place {
    File(PathBuf),
    /// The handle that made the schema or database, outside it, and the statement that removes it.
    Server(Db, String),
}

impl Database {
    /// Opens the database that `DATABASE_URL` names, or a temporary file, and makes the tables.
    pub(crate) async fn open() -> Result<Database> {
        let database = match std::env::var("DATABASE_URL") {
            Ok(url) if url.starts_with("postgres") => Database::postgres(&url).await?,
            Ok(url) if url.starts_with("mysql") || url.starts_with("mariadb") => {
                Database::mysql(&url).await?
            }
            Ok(_) => {
                // The address may hold a password.
                return Err(Error::new(ErrorKind::Configuration, "the example cannot use DATABASE_URL")
                    .with_hint(
                        "give a postgres://, mysql:// or mariadb:// address, or unset it to use SQLite",
                    ));
            }
            Err(_) => Database::sqlite().await?,
        };
        database.make_tables().await?;
        Ok(database)
    }

    async fn sqlite() -> Result<Database> {
        let path = std::env::temp_dir().join(format!("kysera-quickstart-{}.db", std::process::id()));
        let db = with_plugins(Sqlite::open(&path).await?)?;
        Ok(Database { db, place: Place::File(path) })
    }

    async fn postgres(url: &str) -> Result<Database> {
        let outside = Db::new(Postgres::connect(url.parse()?).await?);
        make_schema(&outside).await?;
        let options: PostgresOptions = url.parse()?;
        let inside = Postgres::connect(options.options(format!("-c search_path={SCHEMA}"))).await?;
        let remove = format!("drop schema {SCHEMA} cascade");
        Ok(Database { db: with_plugins(inside)?, place: Place::Server(outside, remove) })
    }

    /// MySQL or MariaDB: the first connection tells which.
    async fn mysql(url: &str) -> Result<Database> {
        let options: MySqlOptions = url.parse()?;
        let outside = Db::new(MySql::connect(options.clone()).await?);
        make_database(&outside).await?;
        let inside = MySql::connect(options.database(SCHEMA)).await?;
        let remove = format!("drop database {SCHEMA}");
        Ok(Database { db: with_plugins(inside)?, place: Place::Server(outside, remove) })
    }

    async fn make_tables(&self) -> Result<()> {
        if self.db.dialect().name() == "PostgreSQL" {
            for ty in types_of(Pet::META) {
                create_type(ty).execute(&self.db).await?;
            }
        }
        create_table(Person).execute(&self.db).await?;
        create_table(Pet).execute(&self.db).await?;
        create_table(Post).execute(&self.db).await?;
        create_table(Comment).execute(&self.db).await?;
        Ok(())
    }

    /// The database with its plugins.
    pub(crate) fn db(&self) -> &Db {
        &self.db
    }

    /// Closes the database and removes what the example made.
    pub(crate) async fn remove(self) -> Result<()> {
        self.db.close().await;
        match self.place {
            Place::File(path) => {
                for end in ["", "-wal", "-shm"] {
                    let mut file = path.clone().into_os_string();
                    file.push(end);
                    // The last two are gone already when the database was closed in order.
                    let _ = std::fs::remove_file(file);
                }
            }
            Place::Server(outside, remove) => {
                raw(remove).execute(&outside).await?;
                outside.close().await;
            }
        }
        Ok(())
    }
}

fn with_plugins(driver: impl Driver) -> Result<Db> {
    Db::builder(driver).plugin(SoftDelete::new()).plugin(Timestamps::new()).build()
}

/// Makes the schema anew. One that this example did not make is left alone.
async fn make_schema(db: &Db) -> Result<()> {
    let found = raw("select obj_description(oid, 'pg_namespace') from pg_namespace where nspname = {}")
        .bind(SCHEMA)
        .rows::<Option<String>>()
        .fetch_optional(db)
        .await?;
    if let Some(comment) = found {
        if comment.as_deref() != Some(MARK) {
            return Err(not_ours("schema"));
        }
        raw(format!("drop schema {SCHEMA} cascade")).execute(db).await?;
    }
    raw(format!("create schema {SCHEMA}")).execute(db).await?;
    raw(format!("comment on schema {SCHEMA} is '{MARK}'")).execute(db).await?;
    Ok(())
}

/// Makes the database anew. One that this example did not make is left alone.
async fn make_database(db: &Db) -> Result<()> {
    let exists = raw("select count(*) from information_schema.schemata where schema_name = {}")
        .bind(SCHEMA)
        .rows::<i64>()
        .fetch_one(db)
        .await?;
    if exists > 0 {
        let marks =
            raw("select count(*) from information_schema.tables where table_schema = {} and table_name = {}")
                .bind(SCHEMA)
                .bind(MARK_TABLE)
                .rows::<i64>()
                .fetch_one(db)
                .await?;
        if marks == 0 {
            return Err(not_ours("database"));
        }
        raw(format!("drop database {SCHEMA}")).execute(db).await?;
    }
    raw(format!("create database {SCHEMA} character set utf8mb4")).execute(db).await?;
    raw(format!("create table {SCHEMA}.{MARK_TABLE} (id integer)")).execute(db).await?;
    Ok(())
}

fn not_ours(what: &str) -> Error {
    Error::new(ErrorKind::Refused, format!("{what} {SCHEMA} is not the example's"))
        .with_hint("rename it, or run the example on another server")
}
