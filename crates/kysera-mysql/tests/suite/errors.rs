//! Errors of the server by their numbers, and connections that are lost.

use crate::support::{Flavour, acquire, on_both, on_both_with, one, read, rows, run, run_with, write};
use kysera_core::driver::TransactionOptions;
use kysera_core::error::ErrorKind;
use kysera_sql::value::Value;
use std::time::Duration;

#[tokio::test]
async fn numbers_have_kinds() {
    on_both("kinds", async |driver, flavour| {
        let mut connection = acquire(&driver).await;
        let connection = &mut *connection;
        let tables = "create table p (id integer primary key, name varchar(9) not null unique, n tinyint, check (n < 100));
            create table c (id integer primary key, p integer, constraint has_p foreign key (p) references p (id));
            insert into p values (1, 'a', 1); insert into c values (1, 1)";
        connection.run_script(tables).await.unwrap();
        for (sql, kind) in [
            ("insert into p values (1, 'b', 1)", ErrorKind::UniqueViolation),
            ("insert into p values (2, 'a', 1)", ErrorKind::UniqueViolation),
            ("insert into p values (2, null, 1)", ErrorKind::NotNullViolation),
            ("insert into p (id) values (2)", ErrorKind::NotNullViolation),
            ("insert into p values (2, 'b', 100)", ErrorKind::CheckViolation),
            ("insert into p values (2, 'b', 1000)", ErrorKind::InvalidValue),
            ("insert into p values (2, 'abcdefghij', 1)", ErrorKind::InvalidValue),
            ("insert into c values (2, 9)", ErrorKind::ForeignKeyViolation),
            ("delete from p", ErrorKind::ForeignKeyViolation),
            ("drop table p", ErrorKind::ForeignKeyViolation),
            ("select * from missing", ErrorKind::Undefined),
            ("select missing from p", ErrorKind::Undefined),
            ("select missing(1)", ErrorKind::Undefined),
            ("selekt 1", ErrorKind::Syntax),
            ("select 1, from p", ErrorKind::Syntax),
            ("insert into p values (1)", ErrorKind::InvalidQuery),
            ("select (select id from p union all select 2)", ErrorKind::TooManyRows),
            ("select 9223372036854775807 + n from p", ErrorKind::InvalidValue),
        ] {
            let error = run(connection, sql).await.map(|_| ()).unwrap_err();
            assert_eq!(error.kind(), kind, "{flavour:?} {sql}: {error:?}");
            assert!(error.code().is_some(), "{error:?}");
        }
        let error = run(connection, "insert into c values (2, 9)").await.unwrap_err();
        assert_eq!((error.table(), error.constraint()), (Some("c"), Some("has_p")), "{flavour:?} {error:?}");
        assert_eq!(error.columns(), ["p"]);
    })
    .await;
}

#[tokio::test]
async fn a_read_only_transaction_and_a_lock_have_kinds() {
    on_both("kinds2", async |driver, flavour| {
        let mut connection = acquire(&driver).await;
        let connection = &mut *connection;
        run(connection, "create table t (id integer primary key)").await.unwrap();
        run(connection, "insert into t values (1)").await.unwrap();
        connection.begin(TransactionOptions::default().read_only()).await.unwrap();
        let error = run(connection, "insert into t values (2)").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ReadOnly, "{flavour:?}");
        connection.rollback().await.unwrap();
        connection.begin(TransactionOptions::default()).await.unwrap();
        rows::<i64>(connection, read("select id from t for update", vec![])).await.unwrap();
        let mut other = acquire(&driver).await;
        let error =
            rows::<i64>(&mut *other, read("select id from t for update nowait", vec![])).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::LockNotAvailable, "{flavour:?}: {error}");
    })
    .await;
}

/// A connection that was killed is an error once; the pool goes on.
#[tokio::test]
async fn a_killed_connection_is_lost_and_the_pool_goes_on() {
    on_both_with(
        "killed",
        |options| options.max_connections(2),
        async |driver, flavour| {
            run(&mut *acquire(&driver).await, "create table t (id integer)").await.unwrap();
            let mut victim = acquire(&driver).await;
            victim.begin(TransactionOptions::default()).await.unwrap();
            run(&mut *victim, "insert into t values (1)").await.unwrap();
            let id: i64 = one(&mut *victim, "select connection_id()").await;
            let mut other = acquire(&driver).await;
            run(&mut *other, &format!("kill {id}")).await.unwrap();
            let error = run(&mut *victim, "insert into t values (2)").await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::ConnectionClosed, "{flavour:?}: {error}");
            let error = run(&mut *victim, "insert into t values (3)").await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::ConnectionClosed, "{flavour:?}: {error}");
            assert!(victim.commit().await.is_err());
            assert!(victim.rollback().await.is_err());
            drop((victim, other));
            for _ in 0..4 {
                assert_eq!(one::<i64>(&mut *acquire(&driver).await, "select count(*) from t").await, 0);
            }
            // One that was killed while nobody had it is not lent.
            let mut pair = (acquire(&driver).await, acquire(&driver).await);
            let id: i64 = one(&mut *pair.0, "select connection_id()").await;
            drop(pair.0);
            run(&mut *pair.1, &format!("kill {id}")).await.unwrap();
            tokio::time::sleep(Duration::from_millis(50)).await;
            let mut next = acquire(&driver).await;
            assert_eq!(one::<i64>(&mut *next, "select 1").await, 1, "{flavour:?}");
        },
    )
    .await;
}

/// A commit on a connection that is lost meanwhile is unknown.
#[tokio::test]
async fn a_commit_without_an_answer_is_unknown() {
    on_both("unknown", async |driver, flavour| {
        run(&mut *acquire(&driver).await, "create table t (id integer)").await.unwrap();
        let mut victim = acquire(&driver).await;
        victim.begin(TransactionOptions::default()).await.unwrap();
        run(&mut *victim, "insert into t values (1)").await.unwrap();
        let id: i64 = one(&mut *victim, "select connection_id()").await;
        run(&mut *acquire(&driver).await, &format!("kill {id}")).await.unwrap();
        let error = victim.commit().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::CommitUnknown, "{flavour:?}: {error}");
        let mut victim = acquire(&driver).await;
        victim.begin(TransactionOptions::default().read_only()).await.unwrap();
        let id: i64 = one(&mut *victim, "select connection_id()").await;
        run(&mut *acquire(&driver).await, &format!("kill {id}")).await.unwrap();
        let error = victim.commit().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionClosed, "{flavour:?}: {error}");
    })
    .await;
}

/// A limit of the server's ends a statement and leaves the transaction open.
#[tokio::test]
async fn a_limit_of_the_server_cancels_a_statement() {
    on_both("limit", async |driver, flavour| {
        let mut connection = acquire(&driver).await;
        let connection = &mut *connection;
        run(connection, "create table t (id integer)").await.unwrap();
        let set = match flavour {
            crate::support::Flavour::MySql => "set max_execution_time = 50",
            crate::support::Flavour::MariaDb => "set max_statement_time = 0.05",
        };
        connection.run_script(set).await.unwrap();
        connection.begin(TransactionOptions::default()).await.unwrap();
        run_with(connection, write("insert into t values (?)", vec![Value::I64(1)])).await.unwrap();
        let slow = read("select count(*) from information_schema.columns a, information_schema.columns b, information_schema.columns c", vec![]);
        let error = rows::<i64>(connection, slow).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Canceled, "{flavour:?}: {error}");
        run(connection, "set max_execution_time = 0").await.err();
        run(connection, "set max_statement_time = 0").await.err();
        connection.commit().await.unwrap();
        assert_eq!(one::<i64>(connection, "select count(*) from t").await, 1);
    })
    .await;
}

/// What the question for the columns of a key read was the snapshot of the transaction on MySQL.
#[tokio::test]
async fn a_taken_key_did_not_fix_what_the_transaction_sees() {
    on_both("taken", async |driver, flavour| {
        let mut connection = acquire(&driver).await;
        let mut other = acquire(&driver).await;
        let tables = "create table t (id integer primary key, name varchar(9), lower varchar(9), unique by_name (name, id),
                unique (lower));
            create table seen (id integer); insert into t values (1, 'a', 'x')";
        connection.run_script(tables).await.unwrap();
        connection.begin(TransactionOptions::default()).await.unwrap();
        for (sql, columns) in [
            ("insert into t values (1, 'b', 'y')", &["id"][..]),
            ("insert into t values (2, 'b', 'x')", &["lower"]),
            ("replace /* `u` */ into t values (3, 'b', 'z'), (3, null, 'z')", &[]),
        ] {
            match run(&mut *connection, sql).await {
                Ok(_) => assert!(columns.is_empty(), "{flavour:?} {sql}"),
                Err(error) => {
                    assert_eq!((error.table(), error.columns()), (Some("t"), &*names(columns)), "{flavour:?} {error:?}");
                }
            }
        }
        run(&mut *other, "insert into seen values (1)").await.unwrap();
        assert_eq!(one::<i64>(&mut *connection, "select count(*) from seen").await, 1, "{flavour:?}");
        connection.rollback().await.unwrap();
    })
    .await;
}

/// MariaDB does not say whose key it is.
#[tokio::test]
async fn a_key_of_a_table_that_a_trigger_writes_to_was_taken_for_the_statements_own() {
    on_both("trigger_key", async |driver, flavour| {
        let mut connection = acquire(&driver).await;
        let tables = "create table log (entry integer primary key); create table t (id integer primary key);
            insert into log values (1);
            create trigger logged before insert on t for each row insert into log values (1)";
        connection.run_script(tables).await.unwrap();
        let error = run(&mut *connection, "insert into t values (7)").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UniqueViolation);
        let expected =
            if flavour == Flavour::MySql { (Some("log"), names(&["entry"])) } else { (None, vec![]) };
        assert_eq!((error.table(), error.columns().to_vec()), expected, "{flavour:?} {error:?}");
    })
    .await;
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

/// MySQL had not taken the types of the execution that failed, and then refused every other one (1210).
#[tokio::test]
async fn a_statement_whose_first_execution_failed_was_refused_from_then_on() {
    on_both_with(
        "types",
        |options| options.max_connections(1),
        async |driver, flavour| {
            let mut connection = acquire(&driver).await;
            let connection = &mut *connection;
            let table = "create table u (id bigint primary key, name varchar(50) charset utf8mb3 not null)";
            run(connection, table).await.unwrap();
            run(connection, "insert into u values (1, 'ann'), (2, 'bob')").await.unwrap();
            for named in ["name in (?, ?)", "name in (? , ?)"] {
                let sql = format!("select id from u where {named} order by id");
                let query =
                    |names: [&'static str; 2]| read(&sql, names.map(|name| Value::Text(name.into())).into());
                let bad = ["\u{1F600}", "ann"];
                // The second text is asked for when the server knows its types.
                if named.contains("? ,") {
                    for _ in 0..4 {
                        let found = rows::<i64>(connection, query(["ann", "bob"])).await;
                        assert_eq!(found.unwrap(), [1, 2], "{flavour:?}");
                    }
                }
                for _ in 0..4 {
                    let error = rows::<i64>(connection, query(bad)).await.unwrap_err();
                    let kind = match flavour {
                        Flavour::MySql => ErrorKind::InvalidValue,
                        Flavour::MariaDb => ErrorKind::InvalidQuery,
                    };
                    assert_eq!(error.kind(), kind, "{flavour:?} {error}");
                    let found = rows::<i64>(connection, query(["ann", "bob"])).await;
                    assert_eq!(found.unwrap(), [1, 2], "{flavour:?}");
                }
            }
        },
    )
    .await;
}

/// MariaDB's key `app.email` was taken for a key `email` of a table `app`.
#[tokio::test]
async fn a_key_with_a_dot_in_its_name_was_taken_for_one_of_another_table() {
    on_both("dotted", async |driver, flavour| {
        let mut connection = acquire(&driver).await;
        let connection = &mut *connection;
        let tables = "create table app (id integer primary key, other integer, unique key email (other));
            create table dotted (id integer primary key, a integer, b integer, unique key `app.email` (a, b));
            insert into dotted values (1, 1, 1)";
        connection.run_script(tables).await.unwrap();
        let error = run(connection, "insert into dotted values (2, 1, 1)").await.unwrap_err();
        assert_eq!((error.table(), error.constraint()), (Some("dotted"), Some("app.email")), "{flavour:?}");
        assert_eq!(error.columns(), ["a", "b"]);
    })
    .await;
}

/// The value stood in the message.
#[tokio::test]
async fn a_value_without_a_partition_is_not_told() {
    on_both("partition", async |driver, flavour| {
        let mut connection = acquire(&driver).await;
        let connection = &mut *connection;
        let table = "create table part (id integer) partition by list (id) (partition one values in (1))";
        run(connection, table).await.unwrap();
        let insert = write("insert into part values (?)", vec![Value::I64(73_157)]);
        let error = run_with(connection, insert).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidValue, "{flavour:?} {error}");
        assert!(!error.to_string().contains("73157"), "{error}");
    })
    .await;
}
