//! What goes wrong has a kind that does not depend on the database, names what it is about, and leaks no values.

use super::item::{Item, NewItem, all_ids, ids, insert, items, plain, sql};
use crate::by_hand::{acquire, rows, run_with};
use kysera_core::driver::{Connection, Driver};
use kysera_core::{Error, ErrorKind};
use kysera_sql::compiled::{Access, StatementKind};
use kysera_sql::value::Value;
use kysera_sql::write::insert_into;

const SECRET: &str = "s3cr3t-p4rrot";

async fn refused(connection: &mut dyn Connection, text: &str) -> Error {
    run_with(connection, plain(StatementKind::Write, text)).await.unwrap_err()
}

/// Each constraint has its kind; the error names the constraint, or the table and columns.
pub async fn constraints_have_kinds_and_names(driver: &dyn Driver) {
    let mut connection = acquire(driver).await;
    let tables = "create table parent (id integer not null primary key);
        create table child (
            id integer not null primary key,
            parent integer not null,
            size integer,
            constraint size_is_sane check (size < 100),
            constraint has_parent foreign key (parent) references parent (id)
        );
        insert into parent (id) values (1);
        insert into child (id, parent) values (1, 1)";
    connection.run_script(tables).await.unwrap();
    let error = refused(&mut *connection, "insert into child (id, parent) values (1, 1)").await;
    assert_eq!(error.kind(), ErrorKind::UniqueViolation);
    assert!(error.table() == Some("child") || error.constraint().is_some(), "{error:?}");
    assert!(error.code().is_some(), "{error:?}");
    let error = refused(&mut *connection, "insert into child (id, parent) values (2, null)").await;
    assert_eq!(error.kind(), ErrorKind::NotNullViolation);
    assert_eq!(error.columns(), ["parent"], "{error:?}");
    let error = refused(&mut *connection, "insert into child (id, parent, size) values (2, 1, 100)").await;
    assert_eq!(error.kind(), ErrorKind::CheckViolation);
    assert_eq!(error.constraint(), Some("size_is_sane"), "{error:?}");
    let error = refused(&mut *connection, "insert into child (id, parent) values (2, 7)").await;
    assert_eq!(error.kind(), ErrorKind::ForeignKeyViolation);
    let error = refused(&mut *connection, "delete from parent where id = 1").await;
    assert_eq!(error.kind(), ErrorKind::ForeignKeyViolation);
    assert!(error.is_constraint_violation() && !error.is_transient());
}

/// A table or column that does not exist is `Undefined`, and named.
pub async fn what_does_not_exist_is_undefined(driver: &dyn Driver) {
    items(driver, 0).await;
    let mut connection = acquire(driver).await;
    for text in
        ["select id from missing", "select missing from item", "insert into item (missing) values (1)"]
    {
        let error = refused(&mut *connection, text).await;
        assert_eq!(error.kind(), ErrorKind::Undefined, "{text}");
        assert!(error.to_string().contains("missing"), "{error}");
    }
}

/// What is no SQL is a `Syntax` error.
pub async fn a_statement_that_cannot_be_parsed_is_a_syntax_error(driver: &dyn Driver) {
    let mut connection = acquire(driver).await;
    for text in ["selekt 1", "select from where", "insert into"] {
        let error = run_with(&mut *connection, plain(StatementKind::Raw, text)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Syntax, "{text}: {error}");
    }
}

/// A value that its column cannot hold is `InvalidValue`, where the database has types at all.
pub async fn a_value_that_does_not_fit_is_invalid(driver: &dyn Driver) {
    items(driver, 0).await;
    let mut connection = acquire(driver).await;
    let mut statement = sql(driver, insert_into(Item).values(NewItem { id: 1 }.small(Some(5))));
    let at = statement.params.iter().position(|value| *value == Value::I32(5)).unwrap();
    statement.params[at] = Value::I64(1 << 40);
    match run_with(&mut *connection, statement).await {
        Ok(_) => {
            // It kept what it was given, whole.
            let found =
                rows::<i64>(&mut *connection, plain(StatementKind::Read, "select small from item")).await;
            assert_eq!(found.unwrap(), [1 << 40]);
        }
        Err(error) => assert_eq!(error.kind(), ErrorKind::InvalidValue, "{error}"),
    }
}

/// A statement with a placeholder too many is an error, not a NULL.
pub async fn a_missing_value_is_an_error(driver: &dyn Driver) {
    items(driver, 0).await;
    let mut connection = acquire(driver).await;
    let mut statement = sql(driver, insert_into(Item).values(NewItem { id: 1 }.small(Some(5))));
    statement.params.pop();
    let error = run_with(&mut *connection, statement).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidQuery, "{error}");
    assert!(rows::<i64>(&mut *connection, all_ids(driver)).await.unwrap().is_empty());
}

/// No message, nor what is behind it, shows a value that was bound.
pub async fn bound_values_stay_out_of_messages(driver: &dyn Driver) {
    let mut connection = acquire(driver).await;
    let table = "create table secret (name varchar(200) not null primary key, size integer not null)";
    connection.run_script(table).await.unwrap();
    let one = |name: &str, size: Value| {
        let mut statement = sql(driver, insert_into(Item).values(NewItem { id: 1 }.small(Some(5))));
        statement.sql =
            statement.sql.replace("item", "secret").replace("small", "size").replace("id", "name").into();
        statement.params = vec![Value::Text(name.to_owned().into()), size];
        statement
    };
    run_with(&mut *connection, one(SECRET, Value::I32(1))).await.unwrap();
    let null = Value::Null(kysera_sql::value::SqlType::I32);
    let text = Value::Text(SECRET.into());
    for statement in [one(SECRET, Value::I32(1)), one(&format!("{SECRET}2"), null), one("other", text)] {
        // A database without types keeps the last.
        let Err(error) = run_with(&mut *connection, statement).await else { continue };
        assert!(!shown(&error).contains(SECRET), "{}", shown(&error));
    }
}

/// Everything that a log may print of an error.
fn shown(error: &Error) -> String {
    let mut text = format!("{error} {error:?} {error:#?}");
    let mut source = std::error::Error::source(error);
    while let Some(error) = source {
        text.push_str(&format!(" {error} {error:?}"));
        source = error.source();
    }
    text
}

/// After an error outside a transaction the same connection runs the next statement.
pub async fn an_error_leaves_the_connection_usable(driver: &dyn Driver) {
    items(driver, 1).await;
    let mut connection = acquire(driver).await;
    for id in 2..=5 {
        assert!(run_with(&mut *connection, insert(driver, 1, 1)).await.is_err());
        assert!(run_with(&mut *connection, plain(StatementKind::Raw, "selekt 1")).await.is_err());
        run_with(&mut *connection, insert(driver, id, id)).await.unwrap();
    }
    drop(connection);
    assert_eq!(ids(driver).await, [1, 2, 3, 4, 5]);
}

/// When every connection is taken, `acquire` fails with `PoolTimeout`; one that comes back is given out.
pub async fn a_full_pool_does_not_wait_for_ever(driver: &dyn Driver) {
    items(driver, 1).await;
    let mut taken = Vec::new();
    let error = loop {
        match driver.acquire(Access::Write).await {
            Ok(connection) => taken.push(connection),
            Err(error) => break error,
        }
        assert!(taken.len() < 64, "the pool has no end");
    };
    assert_eq!(error.kind(), ErrorKind::PoolTimeout, "{error}");
    drop(taken.pop());
    let mut connection = acquire(driver).await;
    assert_eq!(rows::<i64>(&mut *connection, all_ids(driver)).await.unwrap(), [1]);
}

/// A database that was closed fails at once; closing it again does nothing.
pub async fn a_closed_database_says_so(driver: &dyn Driver) {
    items(driver, 1).await;
    let mut held = acquire(driver).await;
    driver.close().await;
    for access in [Access::Read, Access::Write] {
        let error = driver.acquire(access).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionClosed, "{error}");
    }
    // One that is in use may go on or fail; it does not hang.
    drop(rows::<i64>(&mut *held, all_ids(driver)).await);
    drop(held);
    driver.close().await;
    assert!(driver.acquire(Access::Write).await.is_err());
}
