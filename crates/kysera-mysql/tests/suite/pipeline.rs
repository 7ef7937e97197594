//! Statements sent together: an error at each place, inside a transaction and outside.

use crate::support::{acquire, on_both, one, read, run, run_with, taken, write};
use kysera_core::driver::{Connection, Ran, TransactionOptions};
use kysera_core::error::ErrorKind;
use kysera_mysql::MySql;
use kysera_sql::compiled::Compiled;
use kysera_sql::row::{Discard, RowSink, Rows};
use kysera_sql::value::Value;

async fn table(driver: &MySql) {
    run(&mut *acquire(driver).await, "create table t (id integer primary key)").await.unwrap();
    run(&mut *acquire(driver).await, "insert into t values (1)").await.unwrap();
}

fn insert(id: i64) -> (Compiled, Box<dyn RowSink>) {
    (write("insert into t values (?)", vec![Value::I64(id)]), Box::<Discard>::default())
}

fn count() -> (Compiled, Box<dyn RowSink>) {
    (read("select count(*) from t", vec![]), Box::<Rows<i64>>::default())
}

fn kind(ran: &Ran) -> Option<ErrorKind> {
    ran.as_ref().err().map(kysera_core::Error::kind)
}

async fn ids(connection: &mut dyn Connection) -> Vec<i64> {
    crate::support::rows(connection, read("select id from t order by id", vec![])).await.unwrap()
}

/// What stands before the error stays, what stands behind it did not run, and the transaction commits the first.
#[tokio::test]
async fn nothing_behind_an_error_runs_in_a_transaction() {
    on_both("pipeline_inside", async |driver, flavour| {
        table(&driver).await;
        for at in 0..4_i64 {
            let mut connection = acquire(&driver).await;
            let connection = &mut *connection;
            connection.begin(TransactionOptions::default()).await.unwrap();
            let batch =
                (0..4).map(|place| if place == at { insert(1) } else { insert(10 + place) }).collect();
            let ran = connection.pipeline(batch).await;
            for (place, ran) in (0..).zip(&ran) {
                let expected = match i64::cmp(&place, &at) {
                    std::cmp::Ordering::Less => None,
                    std::cmp::Ordering::Equal => Some(ErrorKind::UniqueViolation),
                    std::cmp::Ordering::Greater => Some(ErrorKind::RolledBack),
                };
                assert_eq!(kind(ran), expected, "{flavour:?} {at} {place}");
                if expected == Some(ErrorKind::UniqueViolation) {
                    let error = ran.as_ref().err().unwrap();
                    assert_eq!(
                        (error.table(), error.columns()),
                        (Some("t"), &["id".to_owned()][..]),
                        "{flavour:?}"
                    );
                }
            }
            connection.commit().await.unwrap();
            let expected: Vec<i64> = [1].into_iter().chain((0..at).map(|place| 10 + place)).collect();
            assert_eq!(ids(connection).await, expected, "{flavour:?} {at}");
            run(connection, "delete from t where id > 1").await.unwrap();
        }
    })
    .await;
}

/// Outside a transaction each runs by itself, whatever became of those before it.
#[tokio::test]
async fn each_runs_by_itself_outside_a_transaction() {
    on_both("pipeline_outside", async |driver, flavour| {
        table(&driver).await;
        let mut connection = acquire(&driver).await;
        let connection = &mut *connection;
        let missing = (
            read("select * from missing where id = ?", vec![Value::I64(1)]),
            Box::<Discard>::default() as Box<dyn RowSink>,
        );
        let unbound = (read("select ?", vec![]), Box::<Discard>::default() as Box<dyn RowSink>);
        let few = (read("select id from t", vec![]), Box::new(Rows::<i64>::at_most(1)) as Box<dyn RowSink>);
        let batch = vec![insert(2), insert(1), count(), missing, insert(3), unbound, few, count()];
        let ran = connection.pipeline(batch).await;
        let kinds: Vec<_> = ran.iter().map(kind).collect();
        let (unique, undefined, invalid) =
            (ErrorKind::UniqueViolation, ErrorKind::Undefined, ErrorKind::InvalidQuery);
        assert_eq!(
            kinds,
            [None, Some(unique), None, Some(undefined), None, Some(invalid), None, None],
            "{flavour:?}"
        );
        let mut found = ran.into_iter().filter_map(Result::ok).map(|(_, sink)| sink);
        drop(found.next());
        assert_eq!(taken::<i64>(found.next().unwrap()), [2]);
        drop(found.next());
        assert_eq!(taken::<i64>(found.next().unwrap()), [1]);
        assert_eq!(taken::<i64>(found.next().unwrap()), [3]);
        assert_eq!(ids(connection).await, [1, 2, 3]);
    })
    .await;
}

/// More than the buffers of both sides hold, in one write: neither waits for the other.
#[tokio::test]
async fn a_thousand_long_statements_do_not_wait_for_each_other() {
    on_both("pipeline_long", async |driver, flavour| {
        let mut connection = acquire(&driver).await;
        let text = "x".repeat(20_000);
        let batch = (0..1000)
            .map(|_| {
                let statement = read("select concat(?, 'y')", vec![Value::Text(text.clone().into())]);
                (statement, Box::<Rows<String>>::default() as Box<dyn RowSink>)
            })
            .collect();
        for ran in connection.pipeline(batch).await {
            assert_eq!(taken::<String>(ran.unwrap().1)[0].len(), 20_001, "{flavour:?}");
        }
        assert_eq!(one::<i64>(&mut *connection, "select 1").await, 1);
    })
    .await;
}

/// A batch of more statements than are kept: none is closed before it has run.
#[tokio::test]
async fn a_batch_may_be_larger_than_the_cache() {
    for cache in [0, 2] {
        crate::support::on_both_with(
            "pipeline_cache",
            |options| options.statement_cache(cache),
            async |driver, flavour| {
                let mut connection = acquire(&driver).await;
                for _ in 0..2 {
                    let batch = (0..20_i64)
                        .map(|at| {
                            let statement = read(&format!("select {} + ?", at % 7), vec![Value::I64(at)]);
                            (statement, Box::<Rows<i64>>::default() as Box<dyn RowSink>)
                        })
                        .collect();
                    let found: Vec<i64> = connection
                        .pipeline(batch)
                        .await
                        .into_iter()
                        .map(|ran| taken::<i64>(ran.unwrap().1)[0])
                        .collect();
                    assert_eq!(
                        found,
                        (0..20).map(|at| at % 7 + at).collect::<Vec<i64>>(),
                        "{flavour:?} cache {cache}"
                    );
                }
            },
        )
        .await;
    }
}

/// As [`read`], of a statement that may have warnings.
fn computed(sql: &str) -> (Compiled, Box<dyn RowSink>) {
    let mut read = read(sql, vec![]);
    read.facts = read.facts.warning();
    (read, Box::<Discard>::default())
}

fn plain(sql: &str) -> (Compiled, Box<dyn RowSink>) {
    (read(sql, vec![]), Box::<Discard>::default())
}

/// The next statement replaces the warnings of one, so that nobody asked for those of a statement with a neighbour.
#[tokio::test]
async fn a_warning_of_a_read_with_neighbours_is_an_error_of_that_read() {
    on_both("pipeline_warnings", async |driver, flavour| {
        table(&driver).await;
        let mut connection = acquire(&driver).await;
        let connection = &mut *connection;
        run(connection, "create view w as select id, 1 / (id - 1) as q from t").await.unwrap();
        for is_inside in [false, true] {
            if is_inside {
                connection.begin(TransactionOptions::default()).await.unwrap();
            }
            for divides in
                [computed("select 1 / (id - 1) from t"), computed("select 1 / 0"), plain("select q from w")]
            {
                let sql = divides.0.sql.clone();
                let batch = vec![count(), computed("select id / 1 from t"), divides, count()];
                let ran = connection.pipeline(batch).await;
                let kinds: Vec<_> = ran.iter().map(kind).collect();
                let last = kinds[3];
                assert_eq!(kinds[..3], [None, None, Some(ErrorKind::InvalidValue)], "{flavour:?} {sql}");
                let is_behind = last == Some(ErrorKind::RolledBack) && is_inside;
                assert!(last.is_none() || is_behind, "{flavour:?} {sql}: {last:?}");
                assert_eq!(ids(connection).await, [1]);
            }
            if is_inside {
                connection.commit().await.unwrap();
            }
        }
    })
    .await;
}

/// How many warnings there are stands at the end of every answer.
#[tokio::test]
async fn nobody_asks_for_the_warnings_of_a_statement_that_has_none() {
    on_both("no_warnings", async |driver, flavour| {
        table(&driver).await;
        let mut connection = acquire(&driver).await;
        let connection = &mut *connection;
        let asked = async |connection: &mut dyn Connection| -> String {
            let sql = "show session status where variable_name = 'Com_show_warnings'";
            let rows: Vec<(String, String)> =
                crate::support::rows(connection, read(sql, vec![])).await.unwrap();
            rows[0].1.clone()
        };
        let before = asked(connection).await;
        for _ in 0..3 {
            assert_eq!(ids(connection).await, [1]);
            let statement = write("update t set id = ? where id = 1", vec![Value::I64(1)]);
            run_with(connection, statement).await.unwrap();
            run_with(connection, computed("select id / 1 from t").0).await.unwrap();
            assert!(
                connection.pipeline(vec![count(), plain("select id from t")]).await.iter().all(Result::is_ok)
            );
        }
        assert_eq!(asked(connection).await, before, "{flavour:?}");
    })
    .await;
}
