//! What a tree must become on each database.

use kysera_sql::ast::Statement;
use kysera_sql::compile::{CompileError, compile};
use kysera_sql::compiled::Compiled;
use kysera_sql::dialect::{Dialect, MySql, Postgres, SqlServer, Sqlite};
use kysera_sql::value::{CustomType, Value};

/// What is wanted of one database.
#[derive(Clone, Debug)]
pub(crate) enum Want {
    /// This text.
    Sql(String),
    /// This feature is missing there, and said to be.
    No(&'static str),
}

impl From<&'static str> for Want {
    fn from(sql: &'static str) -> Want {
        Want::Sql(sql.into())
    }
}

impl From<String> for Want {
    fn from(sql: String) -> Want {
        Want::Sql(sql)
    }
}

/// The database has no such feature.
pub(crate) fn no(feature: &'static str) -> Want {
    Want::No(feature)
}

macro_rules! sql {
    ($($database:ident: $want:expr),* $(,)?) => {
        &[$((stringify!($database), $crate::check::Want::from($want))),*]
    };
}
pub(crate) use sql;

fn dialect(name: &str) -> Box<dyn Dialect> {
    match name {
        "sqlite" => Box::new(Sqlite::default()),
        "postgres" => Box::new(Postgres::default()),
        "mysql" => Box::new(MySql::default()),
        "mariadb" => Box::new(MySql::mariadb()),
        "mssql" => Box::new(SqlServer::default()),
        other => panic!("no database is called {other}"),
    }
}

/// Compiles for each database that is named, and reads with SQLite what is meant for it.
#[track_caller]
pub(crate) fn check(statement: impl Into<Statement>, wanted: &[(&'static str, Want)]) {
    let statement = statement.into();
    for (database, want) in wanted {
        let found = compile(&statement, dialect(database).as_ref());
        compare(database, want, found);
    }
    for database in ["sqlite", "postgres", "mysql", "mssql"] {
        assert!(wanted.iter().any(|(name, _)| *name == database), "say what {database} is to get");
    }
}

#[track_caller]
fn compare(database: &str, want: &Want, found: Result<Compiled, CompileError>) {
    match (want, found) {
        (Want::Sql(want), Ok(found)) => {
            assert_eq!(&found.sql, want, "on {database}");
            if database == "sqlite" {
                prepares(&found);
            }
        }
        (Want::No(want), Err(CompileError::Unsupported { feature, .. })) => {
            assert_eq!(feature, *want, "on {database}");
        }
        (want, found) => panic!("on {database}: wanted {want:?}, found {found:?}"),
    }
}

/// SQLite must be able to read it, and count the parameters as we do.
#[track_caller]
fn prepares(compiled: &Compiled) {
    let database = database();
    let prepared = database.prepare(&compiled.sql);
    let prepared = prepared.unwrap_or_else(|error| panic!("{error}\n{}", compiled.sql));
    assert_eq!(prepared.parameter_count(), compiled.params.len(), "parameters of {}", compiled.sql);
}

/// An empty database with the tables of the suite.
pub(crate) fn database() -> rusqlite::Connection {
    let database = rusqlite::Connection::open_in_memory().unwrap();
    kysera_sqlite::register_functions(&database).unwrap();
    database.execute_batch(SCHEMA).unwrap();
    database
}

const SCHEMA: &str = r#"
    create table person (id integer primary key, first_name text, middle_name text, last_name text, gender text,
        marital_status text, children integer, deleted_at text, "last_name""`" text);
    create table pet (id integer primary key, name text unique, owner_id integer, species text);
    create table toy (id integer primary key, name text, price real, pet_id integer);
    create table note (id integer primary key, text text not null, stars integer default 3, author text);
    create table node (name text, parent text);
    create table person_metadata (person_id integer, profile text, website text, nicknames text, schedule text,
        experience text);
    create table event (id text unique, at integer, price text);
    create table scaled (price integer);
    create table camel_person (id integer primary key, first_name text);
    attach ':memory:' as mammals;
    create table mammals.pet (id integer primary key, name text, owner_id integer, species text);
"#;

/// The text and the parameters on one database.
#[track_caller]
pub(crate) fn compiled(statement: impl Into<Statement>, database: &str) -> Compiled {
    compile(&statement.into(), dialect(database).as_ref()).unwrap()
}

/// The error on one database.
#[track_caller]
pub(crate) fn refused(statement: impl Into<Statement>, database: &str) -> CompileError {
    let statement = statement.into();
    compile(&statement, dialect(database).as_ref()).expect_err("it must be refused")
}

/// The error is the same on every database.
#[track_caller]
pub(crate) fn refused_everywhere(statement: impl Into<Statement>, error: &CompileError) {
    let statement = statement.into();
    for database in ["sqlite", "postgres", "mysql", "mariadb", "mssql"] {
        assert_eq!(&refused(statement.clone(), database), error, "on {database}");
    }
}

/// The parameters are these, in this order, on every database but those whose text has another order.
#[track_caller]
pub(crate) fn check_params(statement: impl Into<Statement>, params: &[Value]) {
    let statement = statement.into();
    for database in ["sqlite", "postgres", "mysql"] {
        assert_eq!(compiled(statement.clone(), database).params, params, "on {database}");
    }
}

/// The text is the same on these databases but for quotes and placeholders: written with `"` and `?`.
#[track_caller]
pub(crate) fn same(databases: &[&'static str], statement: impl Into<Statement>, text: &str) {
    let statement = statement.into();
    for database in databases {
        let found = compile(&statement, dialect(database).as_ref());
        compare(database, &Want::Sql(spelled(text, database)), found);
    }
}

/// `text` as that database quotes and numbers.
fn spelled(text: &str, database: &str) -> String {
    let prefix = match database {
        "postgres" => "$",
        "mssql" => "@P",
        "mysql" | "mariadb" => return text.replace('"', "`"),
        _ => return text.to_owned(),
    };
    let mut parts = text.split('?');
    let mut spelled = parts.next().unwrap_or_default().to_owned();
    for (at, part) in parts.enumerate() {
        spelled.push_str(&format!("{prefix}{}{part}", at + 1));
    }
    spelled
}

/// A value of the type `mood`.
pub(crate) fn named_type(label: &'static str) -> Value {
    static MOOD: CustomType = CustomType::new("mood");
    Value::Custom(&MOOD, label.into())
}
