//! What ends a transaction that nobody asked to end, and what the server's own settings do to one.

use crate::support::{Flavour, acquire, on_both, on_both_with, one, raw, run, run_with, write};
use kysera_core::driver::{Connection, Isolation, TransactionOptions};
use kysera_core::error::ErrorKind;
use kysera_mysql::MySql;
use kysera_sql::value::Value;

async fn table(driver: &MySql) {
    let mut connection = acquire(driver).await;
    run(&mut *connection, "create table t (id integer primary key, v integer)").await.unwrap();
    run(&mut *connection, "insert into t values (1, 0), (2, 0)").await.unwrap();
}

async fn count(driver: &MySql) -> i64 {
    one(&mut *acquire(driver).await, "select count(*) from t").await
}

async fn insert(connection: &mut dyn Connection, id: i64) -> kysera_core::Result<()> {
    run_with(connection, write("insert into t values (?, 0)", vec![Value::I64(id)])).await.map(drop)
}

/// A deadlock rolls the whole transaction back. The next insert would commit by itself.
#[tokio::test]
async fn nothing_runs_behind_a_deadlock() {
    on_both("deadlock", async |driver, flavour| {
        table(&driver).await;
        let (mut a, mut b) = (acquire(&driver).await, acquire(&driver).await);
        for connection in [&mut a, &mut b] {
            connection.begin(TransactionOptions::default()).await.unwrap();
        }
        run(&mut *a, "update t set v = 1 where id = 1").await.unwrap();
        run(&mut *b, "update t set v = 2 where id = 2").await.unwrap();
        let (first, second) = tokio::join!(
            run(&mut *a, "update t set v = 1 where id = 2"),
            run(&mut *b, "update t set v = 2 where id = 1")
        );
        let (mut loser, mut winner) = if first.is_err() { (a, b) } else { (b, a) };
        let error = first.and(second).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Deadlock, "{flavour:?}: {error}");
        assert!(error.is_transient());
        assert_eq!(insert(&mut *loser, 3).await.unwrap_err().kind(), ErrorKind::TransactionAborted);
        assert_eq!(loser.commit().await.unwrap_err().kind(), ErrorKind::TransactionAborted);
        loser.rollback().await.unwrap();
        insert(&mut *loser, 4).await.unwrap();
        winner.commit().await.unwrap();
        drop((loser, winner));
        assert_eq!(count(&driver).await, 3, "{flavour:?}");
    })
    .await;
}

/// The server rolls back by itself at a deadlock, and keeps the level that was asked for that transaction: whoever had the
/// connection next read what nobody had committed.
#[tokio::test]
async fn the_level_of_a_transaction_that_a_deadlock_ended_stayed_for_the_next() {
    on_both_with(
        "level",
        |options| options.max_connections(2),
        async |driver, flavour| {
            table(&driver).await;
            for is_dropped in [false, true] {
                let (mut small, mut big) = (acquire(&driver).await, acquire(&driver).await);
                let id: i64 = one(&mut *small, "select connection_id()").await;
                let options = TransactionOptions::default();
                small.begin(options.isolation(Isolation::ReadUncommitted)).await.unwrap();
                big.begin(options).await.unwrap();
                run(&mut *big, "update t set v = v + 1 where id = 2").await.unwrap();
                run(&mut *big, "insert into t values (3, 0), (4, 0), (5, 0)").await.unwrap();
                run(&mut *small, "update t set v = v + 1 where id = 1").await.unwrap();
                let (first, second) = tokio::join!(
                    run(&mut *small, "update t set v = v + 1 where id = 2"),
                    run(&mut *big, "update t set v = v + 1 where id = 1"),
                );
                second.unwrap();
                assert_eq!(first.unwrap_err().kind(), ErrorKind::Deadlock, "{flavour:?}");
                if is_dropped {
                    drop(small);
                    small = acquire(&driver).await;
                    assert_eq!(one::<i64>(&mut *small, "select connection_id()").await, id);
                } else {
                    small.rollback().await.unwrap();
                }
                // What `big` wrote is not committed.
                assert_eq!(one::<i64>(&mut *small, "select v from t where id = 1").await, 0, "{flavour:?}");
                big.rollback().await.unwrap();
            }
        },
    )
    .await;
}

/// A lock that is not given in time undoes its statement alone.
#[tokio::test]
async fn a_lock_that_is_not_given_undoes_its_statement_alone() {
    on_both("lock_wait", async |driver, flavour| {
        table(&driver).await;
        let (mut holder, mut waiter) = (acquire(&driver).await, acquire(&driver).await);
        waiter.run_script("set innodb_lock_wait_timeout = 1").await.unwrap();
        holder.begin(TransactionOptions::default()).await.unwrap();
        run(&mut *holder, "update t set v = 1 where id = 1").await.unwrap();
        waiter.begin(TransactionOptions::default()).await.unwrap();
        insert(&mut *waiter, 3).await.unwrap();
        let error = run(&mut *waiter, "update t set v = 2 where id = 1").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::LockNotAvailable, "{flavour:?}: {error}");
        insert(&mut *waiter, 4).await.unwrap();
        waiter.commit().await.unwrap();
        holder.rollback().await.unwrap();
        drop((holder, waiter));
        assert_eq!(count(&driver).await, 4);
    })
    .await;
}

/// A statement that commits by itself ends the transaction; what follows is refused.
#[tokio::test]
async fn a_statement_that_commits_ends_the_transaction() {
    on_both("implicit", async |driver, flavour| {
        table(&driver).await;
        let mut connection = acquire(&driver).await;
        let connection = &mut *connection;
        run(connection, "create table other (id integer)").await.unwrap();
        for (id, sql) in (10..).zip([
            "truncate table other",
            "alter table other add c integer",
            "commit",
            "set autocommit = 1",
            "start transaction",
        ]) {
            connection.begin(TransactionOptions::default()).await.unwrap();
            insert(connection, id).await.unwrap();
            let sql_kind = raw(sql, vec![]);
            connection.run(sql_kind, Box::new(kysera_sql::row::Discard::default())).await.unwrap();
            let next = insert(connection, id + 100).await;
            if sql == "set autocommit = 1" || sql == "start transaction" {
                // The first changes nothing; the second commits and begins another one, which is not told apart.
                next.unwrap();
                connection.rollback().await.unwrap();
                continue;
            }
            assert_eq!(next.unwrap_err().kind(), ErrorKind::TransactionAborted, "{flavour:?} {sql}");
            assert_eq!(connection.commit().await.unwrap_err().kind(), ErrorKind::TransactionAborted, "{sql}");
            // A rollback said that all was undone.
            assert_eq!(
                connection.rollback().await.unwrap_err().kind(),
                ErrorKind::TransactionAborted,
                "{sql}"
            );
            connection.rollback().await.unwrap();
        }
    })
    .await;
}

/// The rollback said that it had undone what the table keeps.
#[tokio::test]
async fn a_rollback_tells_of_tables_that_keep_what_was_written() {
    on_both("kept", async |driver, flavour| {
        let mut connection = acquire(&driver).await;
        let connection = &mut *connection;
        run(connection, "create table t (id integer primary key, v integer) engine = MyISAM").await.unwrap();
        connection.begin(TransactionOptions::default()).await.unwrap();
        insert(connection, 1).await.unwrap();
        let error = connection.rollback().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TransactionAborted, "{flavour:?} {error}");
        assert!(error.to_string().contains("keep what was written"), "{error}");
        connection.begin(TransactionOptions::default()).await.unwrap();
        connection.rollback().await.unwrap();
        insert(connection, 2).await.unwrap();
    })
    .await;
}

/// A typed change of the schema inside a transaction is refused before it is sent.
#[tokio::test]
async fn a_schema_change_in_a_transaction_is_refused() {
    on_both("ddl", async |driver, flavour| {
        table(&driver).await;
        let mut connection = acquire(&driver).await;
        let connection = &mut *connection;
        let ddl = |sql: &str| {
            crate::support::statement(sql, vec![], kysera_sql::compiled::StatementKind::Ddl, false)
        };
        connection.begin(TransactionOptions::default()).await.unwrap();
        insert(connection, 3).await.unwrap();
        let error = run_with(connection, ddl("create table other (id integer)")).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported, "{flavour:?}");
        run_with(connection, ddl("create temporary table mine (id integer)")).await.unwrap();
        insert(connection, 4).await.unwrap();
        connection.rollback().await.unwrap();
        assert_eq!(one::<i64>(connection, "select count(*) from t").await, 2);
    })
    .await;
}

/// What raw SQL sets is gone when somebody else has the connection.
#[tokio::test]
async fn the_next_user_finds_no_session_of_the_last() {
    crate::support::on_both_with(
        "session",
        |options| options.max_connections(1),
        async |driver, flavour| {
            table(&driver).await;
            for sql in [
                "set @x = 5",
                "set autocommit = 0",
                "set completion_type = 1",
                "set session transaction isolation level read uncommitted",
                "create temporary table hidden (id integer)",
                "use mysql",
                "set sql_mode = ''",
                "set time_zone = '+05:00'",
                "do get_lock('kysera_test', 0)",
                "lock tables t write",
                "prepare p from 'select 1'",
                "start transaction; insert into t values (99, 0)",
            ] {
                acquire(&driver).await.run_script(sql).await.unwrap();
                let mut next = acquire(&driver).await;
                let next = &mut *next;
                assert_eq!(one::<Option<i64>>(next, "select @x").await, None, "{flavour:?} {sql}");
                assert_eq!(one::<i64>(next, "select @@autocommit").await, 1, "{flavour:?} {sql}");
                assert_eq!(one::<String>(next, "select @@time_zone").await, "+00:00", "{flavour:?} {sql}");
                assert!(
                    one::<String>(next, "select @@sql_mode").await.contains("STRICT_ALL_TABLES"),
                    "{flavour:?} {sql}"
                );
                assert_eq!(one::<i64>(next, "select count(*) from t").await, 2, "{flavour:?} {sql}");
                assert_eq!(
                    one::<i64>(next, "select is_free_lock('kysera_test')").await,
                    1,
                    "{flavour:?} {sql}"
                );
                assert!(run(next, "select * from hidden").await.is_err(), "{flavour:?} {sql}");
                insert(next, 3).await.unwrap();
                run(next, "delete from t where id = 3").await.unwrap();
            }
        },
    )
    .await;
}

/// Isolation levels do what they say, or are refused.
#[tokio::test]
async fn a_snapshot_that_is_written_in_is_refused_where_it_would_be_none() {
    on_both("snapshot", async |driver, flavour| {
        table(&driver).await;
        let mut connection = acquire(&driver).await;
        let begun = connection.begin(TransactionOptions::default().isolation(Isolation::Snapshot)).await;
        if let Err(error) = begun {
            // MySQL always; MariaDB where `innodb_snapshot_isolation` is off, as it is before 11.8.
            assert_eq!(error.kind(), ErrorKind::Unsupported, "{flavour:?}");
            return;
        }
        assert_eq!(flavour, Flavour::MariaDb);
        // MariaDB refuses to write what others have changed since.
        let seen: i64 = one(&mut *connection, "select v from t where id = 1").await;
        assert_eq!(seen, 0);
        run(&mut *acquire(&driver).await, "update t set v = 7 where id = 1").await.unwrap();
        let error = run(&mut *connection, "update t set v = v + 1 where id = 1").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::SerializationFailure, "{error}");
        assert_eq!(insert(&mut *connection, 3).await.unwrap_err().kind(), ErrorKind::TransactionAborted);
        connection.rollback().await.unwrap();
    })
    .await;
}
