//! Rows in batches.

use crate::support::{acquire, driver, one, read, run, statement, taken};
use kysera_core::driver::TransactionOptions;
use kysera_core::error::ErrorKind;
use kysera_sql::compiled::StatementKind;
use kysera_sql::row::Rows;

#[tokio::test]
async fn all_rows_come_once_and_in_order() {
    let Some(driver) = driver("stream_all").await else { return };
    let mut connection = acquire(&driver).await;
    for most in [1, 7, usize::MAX] {
        let mut stream = connection.stream(read("select generate_series(1, 5000)", vec![])).await.unwrap();
        let (mut found, mut more) = (Vec::new(), true);
        while more {
            let (sink, again) = stream.fill(Box::new(Rows::<i32>::at_most(most))).await.unwrap();
            let batch = taken::<i32>(sink);
            assert!(batch.len() <= most);
            found.extend(batch);
            more = again;
        }
        assert_eq!(found, (1..=5000).collect::<Vec<_>>());
        drop(stream);
        assert_eq!(one::<i32>(&mut *connection, "select 1").await, 1);
    }
}

#[tokio::test]
async fn a_write_that_returns_rows_is_done_when_its_stream_has_ended() {
    let Some(driver) = driver("stream_write").await else { return };
    let mut connection = acquire(&driver).await;
    run(&mut *connection, "create table t (id int)").await.unwrap();
    connection.begin(TransactionOptions::default()).await.unwrap();
    let insert = statement(
        "insert into t select generate_series(1, 3000) returning id",
        vec![],
        StatementKind::Write,
        true,
    );
    let mut stream = connection.stream(insert.clone()).await.unwrap();
    let mut sink: Box<dyn kysera_sql::row::RowSink> = Box::new(Rows::<i32>::default());
    loop {
        let (back, more) = stream.fill(sink).await.unwrap();
        sink = back;
        if !more {
            break;
        }
    }
    assert_eq!(taken::<i32>(sink).len(), 3000);
    drop(stream);
    connection.commit().await.unwrap();
    assert_eq!(one::<i64>(&mut *connection, "select count(*) from t").await, 3000);
    // Left half way it counts as a statement that was dropped.
    connection.begin(TransactionOptions::default()).await.unwrap();
    drop(connection.stream(insert).await.unwrap());
    assert_eq!(connection.commit().await.unwrap_err().kind(), ErrorKind::TransactionAborted);
    connection.rollback().await.unwrap();
    assert_eq!(one::<i64>(&mut *connection, "select count(*) from t").await, 3000);
}

#[tokio::test]
async fn a_late_error_ends_the_stream_and_keeps_the_connection() {
    let Some(driver) = driver("stream_error").await else { return };
    let mut connection = acquire(&driver).await;
    let late = read("select 1 / (3000 - g) from generate_series(1, 3000) g", vec![]);
    let mut stream = connection.stream(late).await.unwrap();
    let error = loop {
        match stream.fill(Box::new(Rows::<i32>::default())).await {
            Ok((_, true)) => {}
            Ok((_, false)) => panic!("the error is lost"),
            Err(error) => break error,
        }
    };
    assert_eq!(error.kind(), ErrorKind::InvalidValue);
    drop(stream);
    let mut stream =
        connection.stream(read("select 'x'::text from generate_series(1, 3000)", vec![])).await.unwrap();
    let error = stream.fill(Box::new(Rows::<i32>::default())).await.err().unwrap();
    assert_eq!((error.kind(), error.columns()), (ErrorKind::Decode, &["text".to_owned()][..]));
    drop(stream);
    assert_eq!(one::<i32>(&mut *connection, "select 1").await, 1);
}
