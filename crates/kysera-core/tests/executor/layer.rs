//! What a layer around a driver is told, and what it can do about it.

use crate::fake::{Fake, Number};
use kysera_core::driver::layer::{DriverLayer, Layered, Operation, OperationKind, Outcome};
use kysera_core::driver::{BoxFuture, Connection, Driver};
use kysera_core::{Db, Error, ErrorKind, QueryExt, Result, raw, script};
use kysera_sql::compiled::Access;
use kysera_sql::dialect::Sqlite;
use kysera_sql::row::Discard;
use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Waker};

const ALL: &str = "select n from t";

/// Writes down what it is told, and refuses what it is told to.
#[derive(Clone, Debug, Default)]
struct Recorder {
    name: &'static str,
    seen: Arc<Mutex<Vec<String>>>,
    refuses: Option<&'static str>,
}

impl Recorder {
    fn refusing(name: &'static str) -> Recorder {
        Recorder { refuses: Some(name), ..Recorder::default() }
    }

    fn around(&self, fake: &Fake) -> Db {
        Db::new(Layered::new(fake.clone(), self.clone()))
    }

    /// Everything since the last time.
    fn seen(&self) -> Vec<String> {
        std::mem::take(&mut *self.seen.lock().expect("nobody panics while holding it"))
    }

    fn note(&self, what: String) {
        self.seen.lock().expect("nobody panics while holding it").push(format!("{}{what}", self.name));
    }
}

impl DriverLayer for Recorder {
    type Call = String;

    fn start(&self, operation: &Operation<'_>) -> Result<Option<String>> {
        let name = operation.kind.name();
        if self.refuses == Some(name) {
            return Err(Error::new(ErrorKind::Refused, "the layer says no"));
        }
        assert_eq!(operation.system, "sqlite");
        let call = match operation.statement {
            Some(statement) => format!("{name} `{}`", statement.sql),
            None => name.to_owned(),
        };
        self.note(format!("> {call}"));
        Ok(Some(call))
    }

    fn finish(&self, call: String, operation: &Operation<'_>, outcome: &Outcome<'_>) {
        if let Some(statement) = operation.statement {
            assert!(call.ends_with(&format!("`{}`", statement.sql)), "the statement is the same at the end");
        }
        self.note(match outcome {
            Outcome::Done(done) if *done == Default::default() => format!("< {call}"),
            Outcome::Done(done) => {
                format!("< {call}: {} out, {} changed", done.rows_returned, done.rows_affected)
            }
            Outcome::Stopped(done) => format!("< {call}: stopped after {}", done.rows_returned),
            Outcome::Failed(error) => format!("< {call}: {:?}", error.kind()),
            other => format!("< {call}: {other:?}"),
        });
    }
}

#[tokio::test]
async fn every_operation_of_a_transaction_starts_and_ends() {
    let (fake, layer) = (Fake::new().rows(ALL, &[1, 2, 3]), Recorder::default());
    let db = layer.around(&fake);
    db.transaction(async |tx| {
        raw("insert").execute(tx).await?;
        tx.transaction(async |tx| raw("delete").execute(tx).await.map(drop)).await?;
        let undone = tx.transaction(async |_| Err::<(), _>(Error::new(ErrorKind::NotFound, "no"))).await;
        assert!(undone.is_err());
        script("create").run(tx).await?;
        tx.pipeline().execute(raw("one")).execute(raw("two")).run().await.map(drop)
    })
    .await
    .unwrap();
    db.close().await;
    let expected = "\
        > acquire, < acquire, > begin, < begin, \
        > run `insert`, < run `insert`: WouldBlock, > run `insert`, < run `insert`: 0 out, 1 changed, \
        > savepoint, < savepoint, \
        > run `delete`, < run `delete`: WouldBlock, > run `delete`, < run `delete`: 0 out, 1 changed, \
        > release, < release, > savepoint, < savepoint, > rollback to, < rollback to, > script, < script, \
        > pipeline `one`, > pipeline `two`, < pipeline `one`: 0 out, 1 changed, < pipeline `two`: 0 out, 1 changed, \
        > commit, < commit, > return, < return, > close, < close";
    assert_eq!(layer.seen().join(", "), expected);
}

#[tokio::test]
async fn a_statement_for_itself_is_an_acquire_a_run_and_a_return() {
    let (fake, layer) = (Fake::new(), Recorder::default());
    raw("insert").execute(&layer.around(&fake)).await.unwrap();
    let expected = "> run `insert`, < run `insert`: WouldBlock, > acquire `insert`, < acquire `insert`, \
        > run `insert`, < run `insert`: 0 out, 1 changed, > return, < return";
    assert_eq!(layer.seen().join(", "), expected);
}

#[tokio::test]
async fn what_runs_at_once_does_so_under_a_layer_too() {
    let (fake, layer) = (Fake::new().inline(), Recorder::default());
    raw("insert").execute(&layer.around(&fake)).await.unwrap();
    assert_eq!(layer.seen(), ["> run `insert`", "< run `insert`: 0 out, 1 changed"]);
    assert!(fake.acquired().is_empty());
}

#[tokio::test]
async fn an_error_is_told_and_given_on() {
    let fake = Fake::new().fail("insert", ErrorKind::UniqueViolation).fail("acquire", ErrorKind::PoolTimeout);
    let layer = Recorder::default();
    let db = layer.around(&fake);
    assert_eq!(raw("insert").execute(&db).await.unwrap_err().kind(), ErrorKind::PoolTimeout);
    assert_eq!(layer.seen().last().unwrap(), "< acquire `insert`: PoolTimeout");
    assert_eq!(raw("insert").execute(&db).await.unwrap_err().kind(), ErrorKind::UniqueViolation);
    assert_eq!(layer.seen()[5], "< run `insert`: UniqueViolation");
}

#[tokio::test]
async fn a_stream_ends_with_its_last_row() {
    let (fake, layer) = (Fake::new().rows(ALL, &[1, 2, 3]), Recorder::default());
    let db = layer.around(&fake);
    let mut rows = raw(ALL).rows::<Number>().fetch_stream(&db);
    let mut seen = 0;
    while let Some(row) = rows.next().await {
        seen += row.map(|_| 1).unwrap();
    }
    assert_eq!(seen, 3);
    let expected = [
        "> acquire",
        "< acquire",
        "> stream `select n from t`",
        "< stream `select n from t`: 3 out, 0 changed",
    ];
    assert_eq!(layer.seen()[..4], expected);
}

#[tokio::test]
async fn a_stream_that_is_left_says_how_far_it_came() {
    let (fake, layer) = (Fake::new().rows(ALL, &[1, 2, 3]), Recorder::default());
    let db = layer.around(&fake);
    let mut rows = raw(ALL).rows::<Number>().fetch_stream(&db);
    rows.next().await.unwrap().unwrap();
    drop(rows);
    assert_eq!(layer.seen()[3..], ["< stream `select n from t`: stopped after 2", "> return", "< return"]);
}

#[tokio::test]
async fn a_stream_that_fails_ends_with_its_error() {
    let (fake, layer) = (Fake::new().rows(ALL, &[1, -2]), Recorder::default());
    let db = layer.around(&fake);
    let mut rows = raw(ALL).rows::<Number>().fetch_stream(&db);
    assert_eq!(rows.next().await.unwrap().unwrap_err().kind(), ErrorKind::Decode);
    drop(rows);
    assert_eq!(layer.seen()[3], "< stream `select n from t`: Decode");
}

/// Polls a future so often, then drops it.
fn dropped_after(polls: usize, future: impl Future) {
    let mut future = pin!(future);
    for _ in 0..polls {
        let poll = future.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        assert!(poll.is_pending(), "it is dropped before its end");
    }
}

#[tokio::test]
async fn a_dropped_future_ends_what_it_had_started() {
    let (fake, layer) = (Fake::new(), Recorder::default());
    let db = layer.around(&fake);
    dropped_after(1, raw("insert").execute(&db));
    assert_eq!(layer.seen()[2..], ["> acquire `insert`", "< acquire `insert`: Dropped"]);
    dropped_after(2, raw("insert").execute(&db));
    let expected = ["> run `insert`", "< run `insert`: Dropped", "> return", "< return"];
    assert_eq!(layer.seen()[4..], expected);
    let tx = db.begin().await.unwrap();
    layer.seen();
    dropped_after(1, tx.pipeline().execute(raw("one")).execute(raw("two")).run());
    let expected =
        ["> pipeline `one`", "> pipeline `two`", "< pipeline `one`: Dropped", "< pipeline `two`: Dropped"];
    assert_eq!(layer.seen(), expected);
    dropped_after(1, tx.commit());
    assert!(layer.seen().contains(&"< rollback: Dropped".to_owned()), "what was dropped cannot be committed");
}

#[tokio::test]
async fn what_is_refused_is_not_sent() {
    for (name, kind) in [("run", "insert"), ("acquire", "insert"), ("script", "create"), ("begin", "begin")] {
        let (fake, layer) = (Fake::new(), Recorder::refusing(name));
        let db = layer.around(&fake);
        let ran = match kind {
            "insert" => raw("insert").execute(&db).await.map(drop),
            "create" => script("create").run(&db).await,
            _ => db.begin().await.map(drop),
        };
        assert_eq!(ran.unwrap_err().kind(), ErrorKind::Refused, "{name}");
        assert!(fake.log().is_empty(), "{name}");
        assert_eq!(fake.free(), 10, "{name}");
    }
}

#[tokio::test]
async fn a_pipeline_of_which_a_statement_is_refused_sends_nothing() {
    #[derive(Debug)]
    struct NoTwo;
    impl DriverLayer for NoTwo {
        type Call = ();
        fn start(&self, operation: &Operation<'_>) -> Result<Option<()>> {
            match operation.statement {
                Some(statement) if statement.sql == "two" => Err(Error::new(ErrorKind::Refused, "not two")),
                _ => Ok(None),
            }
        }
    }
    let (fake, layer) = (Fake::new(), Recorder::default());
    let db = Db::new(Layered::new(Layered::new(fake.clone(), layer.clone()), NoTwo));
    let one_two_three = db.pipeline().execute(raw("one")).execute(raw("two")).execute(raw("three"));
    one_two_three.run().await.unwrap_err();
    assert!(fake.log().is_empty());
    assert!(layer.seen().iter().all(|line| !line.contains("pipeline")));

    let outer = Db::new(Layered::new(Layered::new(fake.clone(), NoTwo), layer.clone()));
    outer.pipeline().execute(raw("one")).execute(raw("two")).execute(raw("three")).run().await.unwrap_err();
    assert!(fake.log().is_empty());
    let ends =
        ["< pipeline `one`: RolledBack", "< pipeline `two`: Refused", "< pipeline `three`: RolledBack"];
    assert_eq!(layer.seen()[5..8], ends);
}

#[tokio::test]
async fn what_gives_something_back_cannot_be_refused() {
    for name in ["rollback", "return", "close"] {
        let (fake, layer) = (Fake::new(), Recorder::refusing(name));
        let db = layer.around(&fake);
        db.begin().await.unwrap().rollback().await.unwrap();
        db.close().await;
        assert_eq!(fake.log(), ["begin", "rollback", "close"], "{name}");
        assert_eq!(fake.free(), 10);
    }
}

#[tokio::test]
async fn the_layer_that_was_added_last_starts_first_and_ends_last() {
    let fake = Fake::new().inline();
    let inner = Recorder { name: "inner ", ..Recorder::default() };
    let outer = Recorder { name: "outer ", seen: Arc::clone(&inner.seen), ..Recorder::default() };
    let db = Db::new(Layered::new(Layered::new(fake.clone(), inner.clone()), outer));
    raw("delete").execute(&db).await.unwrap();
    let order: Vec<_> = inner.seen().iter().map(|line| line[..7].to_owned()).collect();
    assert_eq!(order, ["outer >", "inner >", "inner <", "outer <"]);
}

/// Says whether a connection that is given back was in a transaction, and which operations were told of a wait.
#[derive(Clone, Debug, Default)]
struct Facts(Arc<Mutex<Vec<String>>>);

impl DriverLayer for Facts {
    type Call = ();

    fn start(&self, operation: &Operation<'_>) -> Result<Option<()>> {
        let mut told = self.0.lock().expect("nobody panics while holding it");
        if operation.pool_wait.is_some() {
            told.push(format!("{} waited", operation.kind.name()));
        }
        if let OperationKind::Return { in_transaction: true } = operation.kind {
            told.push("left in a transaction".into());
        }
        Ok(None)
    }
}

#[tokio::test]
async fn the_first_operation_on_a_connection_is_told_of_the_wait_for_it() {
    let layer = Facts::default();
    let db = Db::new(Layered::new(Fake::new(), layer.clone()));
    raw("delete").execute(&db).await.unwrap();
    let tx = db.begin().await.unwrap();
    raw("delete").execute(&tx).await.unwrap();
    tx.commit().await.unwrap();
    drop(db.begin().await.unwrap());
    let told = layer.0.lock().unwrap().clone();
    assert_eq!(told, ["run waited", "begin waited", "begin waited", "left in a transaction"]);
}

/// Tries again to take a connection.
#[derive(Debug)]
struct Again;

impl DriverLayer for Again {
    type Call = ();

    fn acquire<'a>(
        &'a self,
        driver: &'a dyn Driver,
        access: Access,
    ) -> BoxFuture<'a, Result<Box<dyn Connection>>> {
        Box::pin(async move {
            match driver.acquire(access).await {
                Err(error) if error.kind() == ErrorKind::ConnectionFailed => driver.acquire(access).await,
                taken => taken,
            }
        })
    }

    fn runs_at_once(&self) -> bool {
        false
    }
}

#[tokio::test]
async fn a_layer_may_try_again_to_take_a_connection_and_then_nothing_runs_without_one() {
    let fake = Fake::new().inline().fail("acquire", ErrorKind::ConnectionFailed);
    let db = Db::new(Layered::new(fake.clone(), Again));
    raw("delete").execute(&db).await.unwrap();
    assert_eq!(fake.acquired().len(), 1);
    assert_eq!(fake.committed(), ["delete"]);
}

#[test]
fn values_are_not_in_the_debug_of_an_operation() {
    let statement = raw("select {}").bind("s3cr3t").to_sql(&Sqlite::default()).unwrap();
    assert!(format!("{statement:?}").contains("s3cr3t"));
    #[derive(Debug)]
    struct Prints;
    impl DriverLayer for Prints {
        type Call = ();
        fn start(&self, operation: &Operation<'_>) -> Result<Option<()>> {
            assert_eq!(operation.statement.map(|statement| statement.params.len()), Some(1));
            let text = format!("{operation:?}");
            assert!(text.contains("select ?") && !text.contains("s3cr3t"), "{text}");
            Ok(None)
        }
    }
    let driver = Layered::new(Fake::new().inline(), Prints);
    driver.try_run(&statement, &mut Discard::default());
}
