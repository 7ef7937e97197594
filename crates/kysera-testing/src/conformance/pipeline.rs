//! Statements sent together.

use super::item::{all_ids, ids, insert, items};
use crate::by_hand::{acquire, taken};
use kysera_core::ErrorKind;
use kysera_core::driver::{Driver, Ran};
use kysera_sql::compiled::Compiled;
use kysera_sql::row::{Discard, RowSink, Rows};

fn write(statement: Compiled) -> (Compiled, Box<dyn RowSink>) {
    (statement, Box::<Discard>::default())
}

fn read(driver: &dyn Driver) -> (Compiled, Box<dyn RowSink>) {
    (all_ids(driver), Box::<Rows<i64>>::default())
}

fn found(ran: Ran) -> Vec<i64> {
    taken(ran.unwrap().1)
}

fn kind(ran: Ran) -> Option<ErrorKind> {
    ran.err().map(|error| error.kind())
}

/// One result for each statement, in order, each with its own sink and outcome.
pub async fn results_come_in_order(driver: &dyn Driver) {
    items(driver, 0).await;
    let mut connection = acquire(driver).await;
    for begun in [false, true] {
        let last = if begun { 10 } else { 5 };
        if begun {
            connection.begin(Default::default()).await.unwrap();
        }
        let batch = vec![
            write(insert(driver, last - 4, last - 2)),
            read(driver),
            write(insert(driver, last - 1, last)),
            read(driver),
        ];
        let mut results = connection.pipeline(batch).await.into_iter();
        assert_eq!(results.len(), 4);
        assert_eq!(results.next().unwrap().unwrap().0.rows_affected, 3);
        let (outcome, sink) = results.next().unwrap().unwrap();
        assert_eq!(outcome.rows_returned, (last - 2).cast_unsigned());
        assert!(taken::<i64>(sink).into_iter().eq(1..=last - 2));
        assert_eq!(results.next().unwrap().unwrap().0.rows_affected, 2);
        assert!(found(results.next().unwrap()).into_iter().eq(1..=last));
    }
    connection.commit().await.unwrap();
    drop(connection);
    assert!(ids(driver).await.into_iter().eq(1..=10));
}

/// A pipeline of nothing is nothing.
pub async fn no_statements_give_no_results(driver: &dyn Driver) {
    items(driver, 1).await;
    let mut connection = acquire(driver).await;
    assert!(connection.pipeline(Vec::new()).await.is_empty());
    assert_eq!(found(connection.pipeline(vec![read(driver)]).await.remove(0)), [1]);
}

/// In a transaction, what comes after the first error fails with `RolledBack`, and the rollback keeps nothing.
pub async fn a_transaction_stops_at_the_first_error(driver: &dyn Driver) {
    items(driver, 1).await;
    let mut connection = acquire(driver).await;
    connection.begin(Default::default()).await.unwrap();
    let batch = vec![
        write(insert(driver, 2, 2)),
        write(insert(driver, 1, 1)),
        write(insert(driver, 3, 3)),
        read(driver),
    ];
    let kinds: Vec<_> = connection.pipeline(batch).await.into_iter().map(kind).collect();
    let after = Some(ErrorKind::RolledBack);
    assert_eq!(kinds, [None, Some(ErrorKind::UniqueViolation), after, after]);
    connection.rollback().await.unwrap();
    drop(connection);
    assert_eq!(ids(driver).await, [1]);
}

/// Outside a transaction a statement after an error ran, or says `RolledBack`; what says that it ran is kept.
pub async fn alone_each_statement_runs_or_was_not_reached(driver: &dyn Driver) {
    items(driver, 1).await;
    let mut connection = acquire(driver).await;
    let batch = vec![write(insert(driver, 2, 2)), write(insert(driver, 1, 1)), write(insert(driver, 3, 3))];
    let mut kinds = connection.pipeline(batch).await.into_iter().map(kind);
    let mut expected = vec![1];
    match kinds.next().unwrap() {
        None => expected.push(2),
        other => assert_eq!(other, Some(ErrorKind::RolledBack)),
    }
    assert_eq!(kinds.next().unwrap(), Some(ErrorKind::UniqueViolation));
    match kinds.next().unwrap() {
        None => expected.push(3),
        other => assert_eq!(other, Some(ErrorKind::RolledBack)),
    }
    drop(connection);
    assert_eq!(ids(driver).await, expected);
}
