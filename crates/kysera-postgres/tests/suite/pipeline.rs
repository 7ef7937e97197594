//! Several statements in one trip: order, errors, sizes.

use crate::support::{acquire, driver, one, raw, read, run, taken, write};
use kysera_core::driver::{Connection, Ran, TransactionOptions};
use kysera_core::error::ErrorKind;
use kysera_sql::compiled::Compiled;
use kysera_sql::row::{RowSink, Rows};
use kysera_sql::value::Value;

fn batch(statements: Vec<Compiled>) -> Vec<(Compiled, Box<dyn RowSink>)> {
    let sink = || Box::new(Rows::<i32>::default()) as Box<dyn RowSink>;
    statements.into_iter().map(|statement| (statement, sink())).collect()
}

fn kinds(results: &[Ran]) -> Vec<Option<ErrorKind>> {
    results.iter().map(|ran| ran.as_ref().err().map(|error| error.kind())).collect()
}

async fn ids(connection: &mut dyn Connection) -> String {
    one(connection, "select coalesce(string_agg(id::text, ',' order by id), '') from t").await
}

fn insert(id: i32) -> Compiled {
    write("insert into t values ($1)", vec![Value::I32(id)])
}

#[tokio::test]
async fn an_error_outside_a_transaction_is_that_statements_own() {
    let Some(driver) = driver("pipe_outside").await else { return };
    let mut connection = acquire(&driver).await;
    run(&mut *connection, "create table t (id int primary key)").await.unwrap();
    for at in 0..5 {
        run(&mut *connection, "delete from t").await.unwrap();
        let statements = (0..5)
            .map(|id| if id == at { write("insert into nosuch values (1)", vec![]) } else { insert(id) });
        let results = connection.pipeline(batch(statements.collect())).await;
        let expected: Vec<_> = (0..5).map(|id| (id == at).then_some(ErrorKind::Undefined)).collect();
        assert_eq!(kinds(&results), expected);
        let left: Vec<String> = (0..5).filter(|id| *id != at).map(|id| id.to_string()).collect();
        assert_eq!(ids(&mut *connection).await, left.join(","));
    }
}

#[tokio::test]
async fn an_error_inside_a_transaction_undoes_all_and_the_commit_says_so() {
    let Some(driver) = driver("pipe_inside").await else { return };
    let mut connection = acquire(&driver).await;
    run(&mut *connection, "create table t (id int primary key)").await.unwrap();
    for at in 0..5 {
        connection.begin(TransactionOptions::default()).await.unwrap();
        let statements = (0..5)
            .map(|id| if id == at { write("insert into nosuch values (1)", vec![]) } else { insert(id) });
        let results = connection.pipeline(batch(statements.collect())).await;
        let expected: Vec<_> = (0..5)
            .map(|id| match id.cmp(&at) {
                std::cmp::Ordering::Less => None,
                std::cmp::Ordering::Equal => Some(ErrorKind::Undefined),
                std::cmp::Ordering::Greater => Some(ErrorKind::RolledBack),
            })
            .collect();
        assert_eq!(kinds(&results), expected);
        assert_eq!(connection.commit().await.unwrap_err().kind(), ErrorKind::RolledBack);
        assert_eq!(ids(&mut *connection).await, "");
    }
}

#[tokio::test]
async fn order_is_kept_whatever_way_each_statement_goes() {
    let Some(driver) = driver("pipe_order").await else { return };
    let mut connection = acquire(&driver).await;
    run(&mut *connection, "create table t (n int)").await.unwrap();
    run(&mut *connection, "insert into t values (0)").await.unwrap();
    let next = "update t set n = n + 1 returning n";
    // One is prepared, one is new, one must be prepared first.
    for _ in 0..3 {
        connection.run(write(next, vec![]), Box::new(Rows::<i32>::default())).await.unwrap();
    }
    let statements = vec![
        write("update t set n = n * 10 returning n", vec![]),
        write(next, vec![]),
        raw("update t set n = n * 10 returning n + 0", vec![]),
        write(next, vec![]),
        raw("update t set n = n * 10 returning n + 0", vec![]),
    ];
    let results = connection.pipeline(batch(statements)).await;
    let found: Vec<i32> = results.into_iter().flat_map(|ran| taken::<i32>(ran.unwrap().1)).collect();
    assert_eq!(found, [30, 31, 310, 311, 3110]);
}

#[tokio::test]
async fn ten_thousand_statements_and_two_big_results_do_not_block_each_other() {
    let Some(driver) = driver("pipe_big").await else { return };
    let mut connection = acquire(&driver).await;
    let many = (0..10_000).map(|id| read("select $1::int", vec![Value::I32(id)])).collect();
    let results = connection.pipeline(batch(many)).await;
    for (id, ran) in results.into_iter().enumerate() {
        assert_eq!(taken::<i32>(ran.unwrap().1), [i32::try_from(id).unwrap()]);
    }
    let big = || {
        let statement = read("select repeat('x', 1000) from generate_series(1, 20000)", vec![]);
        (statement, Box::new(Rows::<String>::default()) as Box<dyn RowSink>)
    };
    for ran in connection.pipeline(vec![big(), big()]).await {
        assert_eq!(taken::<String>(ran.unwrap().1).len(), 20_000);
    }
}

#[tokio::test]
async fn nothing_runs_if_one_statement_cannot_be_sent() {
    let Some(driver) = driver("pipe_unsendable").await else { return };
    let mut connection = acquire(&driver).await;
    run(&mut *connection, "create table t (id int primary key)").await.unwrap();
    let nul = write("insert into t values (length($1))", vec![Value::Text("\0".into())]);
    let results = connection.pipeline(batch(vec![insert(1), nul, insert(2)])).await;
    assert_eq!(
        kinds(&results),
        [Some(ErrorKind::RolledBack), Some(ErrorKind::InvalidValue), Some(ErrorKind::RolledBack)]
    );
    assert_eq!(ids(&mut *connection).await, "");
}
