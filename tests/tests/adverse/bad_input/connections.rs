//! Databases that are not there, not what they should be, or full.

use super::advised;
use crate::database::{folder, in_time};
use kysera::postgres::{Postgres, PostgresOptions};
use kysera::prelude::*;
use kysera::sqlite::{Sqlite, SqliteOptions};
use kysera::{ErrorKind, raw};
use std::net::TcpListener;
use std::time::Duration;

fn one() -> kysera::executor::RawSql<i64> {
    raw("select 1").rows()
}

#[tokio::test]
async fn a_server_that_is_not_there_cannot_be_reached() {
    // A port that was free a moment ago: nobody listens.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let options = PostgresOptions::new().host("127.0.0.1").port(port).user("ann").password("s3cr3t-dead");
    let error = in_time(Postgres::connect(options)).await.unwrap_err();
    advised(&error, ErrorKind::ConnectionFailed);
    assert!(error.to_string().contains(&port.to_string()), "{error}");
    assert!(!format!("{error} {error:?}").contains("s3cr3t-dead"));
}

#[tokio::test]
async fn a_server_that_never_answers_is_given_up() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let options = PostgresOptions::new().host("127.0.0.1").port(port).user("ann");
    let options = options.connect_timeout(Duration::from_millis(200));
    let error = in_time(Postgres::connect(options)).await.unwrap_err();
    advised(&error, ErrorKind::ConnectionFailed);
}

#[tokio::test]
async fn a_wrong_password_is_refused_and_not_shown() {
    let Some(url) = kysera_testing::postgres_password_url() else { return };
    let options: PostgresOptions = url.parse().unwrap();
    let options = options.password("s3cr3t-wrong");
    assert!(!format!("{options:?}").contains("s3cr3t-wrong"));
    let error = in_time(Postgres::connect(options)).await.unwrap_err();
    advised(&error, ErrorKind::AuthenticationFailed);
    assert!(!format!("{error} {error:?} {error:#?}").contains("s3cr3t-wrong"));
}

#[tokio::test]
async fn a_missing_database_is_told_from_a_missing_server() {
    let Some(url) = kysera_testing::postgres_url() else { return };
    let options: PostgresOptions = url.parse().unwrap();
    let error = in_time(Postgres::connect(options.database("kysera_nobody_made_this"))).await.unwrap_err();
    advised(&error, ErrorKind::DatabaseNotFound);
    assert!(error.to_string().contains("kysera_nobody_made_this"), "{error}");
}

#[tokio::test]
async fn a_missing_file_is_not_made_unless_asked() {
    let folder = folder("missing_file");
    let path = folder.join("missing.db");
    let error = in_time(Sqlite::connect(SqliteOptions::file(&path).create(false))).await.unwrap_err();
    advised(&error, ErrorKind::DatabaseNotFound);
    assert!(error.to_string().contains("missing.db"), "{error}");
    assert!(!path.exists(), "it was made all the same");
    let error =
        in_time(Sqlite::connect(SqliteOptions::file(folder.join("no/such/folder.db")))).await.unwrap_err();
    advised(&error, ErrorKind::ConnectionFailed);
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn a_file_that_is_no_database_is_left_alone() {
    let folder = folder("no_database");
    let path = folder.join("letter.txt");
    let letter = "Dear database, you are none. ".repeat(100);
    std::fs::write(&path, &letter).unwrap();
    let error = in_time(Sqlite::connect(SqliteOptions::file(&path))).await.unwrap_err();
    advised(&error, ErrorKind::Storage);
    assert!(error.to_string().contains("letter.txt"), "{error}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), letter);
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn a_full_pool_ends_the_wait() {
    // The first connection has to be made within it too, on a busy machine.
    let soon = Duration::from_secs(1);
    let mut each =
        vec![Db::new(Sqlite::connect(SqliteOptions::memory().acquire_timeout(soon)).await.unwrap())];
    if let Some(url) = kysera_testing::postgres_url() {
        let options: PostgresOptions = url.parse().unwrap();
        each.push(Db::new(
            Postgres::connect(options.max_connections(1).acquire_timeout(soon)).await.unwrap(),
        ));
    }
    for db in each {
        let tx = in_time(db.begin()).await.unwrap();
        let error = in_time(one().fetch_one(&db)).await.unwrap_err();
        advised(&error, ErrorKind::PoolTimeout);
        assert_eq!(in_time(one().fetch_one(&tx)).await.unwrap(), 1);
        drop(tx);
        assert_eq!(in_time(one().fetch_one(&db)).await.unwrap(), 1);
    }
}

#[tokio::test]
async fn the_database_inside_its_own_transaction_is_refused_at_once() {
    // The wait would be half a minute.
    let db = Db::new(Sqlite::connect(SqliteOptions::memory()).await.unwrap());
    let inside = db.transaction(async |tx| {
        let error = one().fetch_one(&db).await.unwrap_err();
        advised(&error, ErrorKind::SelfDeadlock);
        assert!(error.to_string().contains("tx"), "{error}");
        one().fetch_one(tx).await
    });
    assert_eq!(tokio::time::timeout(Duration::from_secs(20), inside).await.unwrap().unwrap(), 1);
}
