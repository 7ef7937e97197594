//! Rows taken one by one.

use crate::fake::{Fake, Number};
use kysera_core::{ErrorKind, QueryExt, Result, raw};
use kysera_sql::ast::{Expr, Select, SelectItem, TableRef};

const ALL: &str = "select n from t";

/// A query of which the executor knows that it only reads.
pub(crate) fn read() -> kysera_core::Tree<Number> {
    let mut select = Select::from(TableRef::named("t"));
    select.items.push(SelectItem::expr(Expr::column("t", "n")));
    kysera_core::tree(select).rows()
}

pub(crate) const READ: &str = r#"select "t"."n" from "t""#;

#[tokio::test]
async fn rows_come_in_order_and_the_connection_goes_back_after_the_last() {
    let fake = Fake::new().rows(ALL, &[1, 2, 3, 4, 5]);
    let db = fake.db();
    let mut rows = raw(ALL).rows::<Number>().fetch_stream(&db);
    let mut seen = Vec::new();
    while let Some(row) = rows.next().await {
        seen.push(row.unwrap().0);
        // The last batch has been read when its first row is given out.
        assert_eq!(fake.free(), if seen.len() < 5 { 9 } else { 10 });
    }
    assert_eq!(seen, [1, 2, 3, 4, 5]);
    assert!(rows.next().await.is_none());
    assert_eq!(fake.log(), [&format!("stream {ALL}"), "fill", "fill", "fill"]);
}

#[tokio::test]
async fn rows_are_not_read_ahead_of_demand() {
    let fake = Fake::new().rows(ALL, &[1, 2, 3, 4, 5]);
    let db = fake.db();
    let mut rows = raw(ALL).rows::<Number>().fetch_stream(&db);
    assert!(fake.log().is_empty());
    rows.next().await.unwrap().unwrap();
    rows.next().await.unwrap().unwrap();
    assert_eq!(fake.log(), [&format!("stream {ALL}"), "fill"]);
    drop(rows);
    assert_eq!(fake.free(), 10);
}

#[tokio::test]
async fn no_rows_are_no_rows() {
    let db = Fake::new().db();
    assert!(raw(ALL).rows::<Number>().fetch_stream(&db).next().await.is_none());
}

#[tokio::test]
async fn an_error_ends_the_stream() {
    let fake = Fake::new().rows(ALL, &[1, 2, 3, -4, 5]);
    let db = fake.db();
    let mut rows = raw(ALL).rows::<Number>().fetch_stream(&db);
    assert_eq!(rows.next().await.unwrap().unwrap(), Number(1));
    assert_eq!(rows.next().await.unwrap().unwrap(), Number(2));
    assert_eq!(rows.next().await.unwrap().unwrap_err().kind(), ErrorKind::Decode);
    assert!(rows.next().await.is_none());
    assert_eq!(fake.free(), 10);
}

#[tokio::test]
async fn an_error_at_the_start_is_the_first_item() {
    let fake = Fake::new().fail(ALL, ErrorKind::Syntax);
    let db = fake.db();
    for (query, kind) in [(raw(ALL), ErrorKind::Syntax), (raw("{}"), ErrorKind::InvalidQuery)] {
        let mut rows = query.rows::<Number>().fetch_stream(&db);
        assert_eq!(rows.next().await.unwrap().unwrap_err().kind(), kind);
        assert!(rows.next().await.is_none());
    }
}

#[tokio::test]
async fn a_transaction_goes_on_after_its_stream() {
    let fake = Fake::new().rows(READ, &[1, 2, 3]);
    fake.db()
        .transaction(async |tx| {
            let mut sum = 0;
            let mut rows = read().fetch_stream(&mut *tx);
            while let Some(row) = rows.next().await {
                sum += row?.0;
            }
            drop(rows);
            assert_eq!(sum, 6);
            // Left after the first row: nothing but a read was cut short.
            read().fetch_stream(&mut *tx).next().await.unwrap()?;
            raw("insert a").execute(tx).await
        })
        .await
        .unwrap();
    assert_eq!(fake.committed(), ["insert a"]);
}

#[tokio::test]
async fn a_stream_of_a_write_left_early_makes_its_transaction_refuse_to_commit() {
    let fake = Fake::new().rows(ALL, &[1, 2, 3]);
    let result: Result<()> = fake
        .db()
        .transaction(async |tx| {
            // Raw SQL counts as a write.
            raw(ALL).rows::<Number>().fetch_stream(tx).next().await.unwrap()?;
            Ok(())
        })
        .await;
    assert_eq!(result.unwrap_err().kind(), ErrorKind::TransactionAborted);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_moves_between_threads() {
    let fake = Fake::new().rows(READ, &[1, 2, 3]);
    let db = fake.db();
    let last = tokio::spawn(async move {
        let mut rows = read().fetch_stream(&db);
        let mut last = None;
        while let Some(row) = rows.next().await {
            tokio::task::yield_now().await;
            last = Some(row.unwrap().0);
        }
        last
    });
    assert_eq!(last.await.unwrap(), Some(3));
}
