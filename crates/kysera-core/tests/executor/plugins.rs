//! Plugins that rewrite a statement or stand around it, as the executor calls them.

use crate::dropping::dropped_after;
use crate::fake::{Fake, Number};
use kysera_core::driver::BoxFuture;
use kysera_core::plugin::{Context, Plugin};
use kysera_core::{Clock, Db, Error, ErrorKind, Interception, QueryExt, Result, raw, script, tree};
use kysera_sql::ast::{Expr, Insert, InsertSource, Statement, TableRef};
use kysera_sql::value::Value;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// `insert into "t" ("n") values (?)`, as a tree.
fn insert() -> kysera_core::Tree {
    let mut insert = Insert::into(TableRef::named("t"));
    insert.columns = vec!["n".into()];
    insert.source = InsertSource::values(vec![vec![Expr::Value(Value::I64(1))]]);
    tree(insert)
}

const INSERT: &str = r#"insert into "t" ("n") values (?)"#;

/// Writes before and after every insert.
#[derive(Debug)]
struct Audit {
    proceeds: usize,
}

impl Plugin for Audit {
    fn name(&self) -> &'static str {
        "audit"
    }

    fn intercepts(&self, statement: &Statement) -> bool {
        matches!(statement, Statement::Insert(_))
    }

    fn intercept<'a>(&'a self, interception: &'a mut Interception<'_>) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            let before = interception.fetch_all(raw("select before").rows::<Number>()).await?;
            for _ in 0..self.proceeds {
                interception.proceed().await?;
            }
            let affected = interception.result().map_or(0, |outcome| outcome.rows_affected);
            let audited = format!("insert audit {} {affected}", before.len());
            interception.execute(raw(audited)).await.map(|_| ())
        })
    }
}

fn audited(fake: &Fake, proceeds: usize) -> Db {
    Db::builder(fake.clone()).plugin(Audit { proceeds }).build().expect("one plugin")
}

#[tokio::test]
async fn a_plugin_around_a_statement_shares_its_transaction() {
    let fake = Fake::new().inline().rows("select before", &[1, 2]);
    let db = audited(&fake, 1);
    insert().execute(&db).await.unwrap();
    assert_eq!(fake.log(), ["begin", "select before", INSERT, "insert audit 2 1", "commit"]);
    db.transaction(async |tx| insert().execute(tx).await).await.unwrap();
    assert_eq!(fake.log(), ["begin", "select before", INSERT, "insert audit 2 1", "commit"]);
}

#[tokio::test]
async fn a_plugin_stands_around_pipelines_and_streams_too() {
    let fake = Fake::new();
    let db = audited(&fake, 1);
    db.pipeline().execute(insert()).run().await.unwrap();
    assert!(insert().rows::<Number>().fetch_stream(&db).next().await.is_none());
    let mut tx = db.begin().await.unwrap();
    assert!(insert().rows::<Number>().fetch_stream(&mut tx).next().await.is_none());
    tx.commit().await.unwrap();
    let audits = fake.committed().iter().filter(|sql| sql.starts_with("insert audit")).count();
    assert_eq!((audits, fake.committed().len()), (3, 6));
}

#[tokio::test]
async fn a_plugin_that_stands_elsewhere_costs_nothing() {
    let fake = Fake::new().inline();
    raw("delete").execute(&audited(&fake, 1)).await.unwrap();
    assert_eq!(fake.log(), ["delete"]);
}

#[tokio::test]
async fn a_bypass_leaves_plugins_out() {
    let fake = Fake::new();
    let Ok(Statement::Insert(mut insert)) = kysera_sql::query::Query::into_statement(insert()) else {
        unreachable!("it is an insert")
    };
    insert.directives.bypass = Some("import".into());
    tree(*insert).execute(&audited(&fake, 1)).await.unwrap();
    assert_eq!(fake.log(), [INSERT]);
}

#[tokio::test]
async fn a_change_is_undone_when_the_plugin_fails_after_it() {
    let fake = Fake::new().fail("insert audit 0 1", ErrorKind::Storage);
    let error = insert().execute(&audited(&fake, 1)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Storage);
    assert!(fake.committed().is_empty());
    assert_eq!(fake.log().last().map(String::as_str), Some("rollback"));
}

#[tokio::test]
async fn a_swallowed_failure_of_a_plugin_cannot_be_committed() {
    let fake = Fake::new().fail("insert audit 0 1", ErrorKind::Storage);
    let result: Result<()> = audited(&fake, 1)
        .transaction(async |tx| {
            assert!(insert().execute(tx).await.is_err());
            Ok(())
        })
        .await;
    assert_eq!(result.unwrap_err().kind(), ErrorKind::TransactionAborted);
    assert!(fake.committed().is_empty());
}

#[tokio::test]
async fn a_swallowed_failure_of_a_plugin_is_undone_by_its_savepoint() {
    let fake = Fake::new().fail("insert audit 0 1", ErrorKind::Storage);
    audited(&fake, 1)
        .transaction(async |tx| {
            let inner = tx.transaction(async |tx| insert().execute(tx).await).await;
            assert_eq!(inner.unwrap_err().kind(), ErrorKind::Storage);
            raw("insert a").execute(tx).await
        })
        .await
        .unwrap();
    assert_eq!(fake.committed(), ["insert a"]);
}

/// As [`Audit`], and waits for something else between the change and what it writes.
#[derive(Debug)]
struct Slow(Audit);

impl Plugin for Slow {
    fn name(&self) -> &'static str {
        "slow"
    }

    fn intercepts(&self, statement: &Statement) -> bool {
        self.0.intercepts(statement)
    }

    fn intercept<'a>(&'a self, interception: &'a mut Interception<'_>) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            tokio::task::yield_now().await;
            interception.proceed().await?;
            tokio::task::yield_now().await;
            interception.execute(raw("insert slowly")).await?;
            tokio::task::yield_now().await;
            Ok(())
        })
    }
}

#[tokio::test]
async fn a_statement_dropped_while_its_plugin_waits_is_not_committed_without_the_rest() {
    let (mut refused, mut mended, mut finished) = (0, 0, 0);
    for polls in 1..12 {
        let fake = Fake::new();
        let db = Db::builder(fake.clone()).plugin(Slow(Audit { proceeds: 1 })).build().expect("one plugin");
        let mut done = None;
        let result: Result<()> = db
            .transaction(async |tx| {
                done = dropped_after(polls, insert().execute(tx)).await;
                Ok(())
            })
            .await;
        match (done, result) {
            (Some(done), result) => {
                done.unwrap();
                result.unwrap();
                assert_eq!(fake.committed(), [INSERT, "insert slowly"]);
                finished += 1;
            }
            (None, result) => {
                assert_eq!(result.unwrap_err().kind(), ErrorKind::TransactionAborted, "{polls}");
                assert!(fake.committed().is_empty());
                refused += 1;
            }
        }
        let fake = Fake::new();
        let db = Db::builder(fake.clone()).plugin(Slow(Audit { proceeds: 1 })).build().expect("one plugin");
        db.transaction(async |tx| {
            let savepoint = tx.savepoint().await?;
            let dropped = dropped_after(polls, insert().execute(&savepoint)).await.is_none();
            savepoint.rollback().await?;
            mended += usize::from(dropped);
            raw("insert a").execute(tx).await
        })
        .await
        .unwrap();
        assert_eq!(fake.committed(), ["insert a"]);
    }
    assert!(refused >= 7 && mended == refused && finished >= 3, "{refused} {mended} {finished}");
}

#[tokio::test]
async fn a_failed_statement_under_a_plugin_does_not_end_the_transaction() {
    let fake = Fake::new().fail(INSERT, ErrorKind::UniqueViolation);
    audited(&fake, 1)
        .transaction(async |tx| {
            assert!(insert().execute(tx).await.is_err());
            insert().execute(tx).await
        })
        .await
        .unwrap();
    assert_eq!(fake.committed(), [INSERT, "insert audit 0 1"]);
}

#[tokio::test]
async fn a_plugin_must_run_the_statement_once() {
    for proceeds in [0, 2] {
        let fake = Fake::new();
        let error = insert().execute(&audited(&fake, proceeds)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Plugin, "{proceeds}");
        assert!(fake.committed().is_empty());
    }
}

/// Counts how often it is read.
#[derive(Clone, Debug, Default)]
struct Counting(Arc<AtomicI64>);

impl Clock for Counting {
    fn now(&self) -> i64 {
        self.0.fetch_add(1, Ordering::Relaxed) + 1
    }
}

/// Writes the instant and the tenant into the second column of every insert.
#[derive(Debug)]
struct Stamp(&'static str);

impl Plugin for Stamp {
    fn name(&self) -> &'static str {
        self.0
    }

    fn rewrite(&self, statement: &mut Statement, context: &Context<'_>) -> Result<()> {
        let Statement::Insert(insert) = statement else { return Ok(()) };
        let tenant = context.get::<Tenant>().ok_or_else(|| Error::new(ErrorKind::Refused, "no tenant"))?;
        insert.columns.push(self.0.into());
        if let InsertSource::Values(rows) = &mut insert.source {
            rows.add_column(&Expr::Value(Value::I64(context.now() * 100 + tenant.0)));
        }
        Ok(())
    }
}

struct Tenant(i64);

#[tokio::test]
async fn a_statement_has_one_instant_and_the_values_of_its_handle() {
    let clock = Counting::default();
    let db = Db::builder(Fake::new())
        .plugin(Stamp("a"))
        .plugin(Stamp("b"))
        .clock(clock.clone())
        .build()
        .unwrap()
        .with(Tenant(7));
    for instant in [1, 2] {
        let compiled = insert().compile(&db).unwrap();
        let stamp = Value::I64(instant * 100 + 7);
        assert_eq!(compiled.params, [Value::I64(1), stamp.clone(), stamp]);
    }
    let refused = insert().execute(&Db::builder(Fake::new()).plugin(Stamp("a")).build().unwrap()).await;
    assert_eq!(refused.unwrap_err().kind(), ErrorKind::Refused);
    assert_eq!(clock.0.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn the_clock_is_not_read_for_nothing() {
    let clock = Counting::default();
    let db = Db::builder(Fake::new()).plugin(Stamp("a")).clock(clock.clone()).build().unwrap();
    raw("delete").execute(&db).await.unwrap();
    assert_eq!(clock.0.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn a_transaction_sees_the_values_of_the_handle_it_was_begun_on() {
    let fake = Fake::new();
    let db = Db::builder(fake.clone()).plugin(Stamp("a")).build().unwrap().with(Tenant(7));
    db.transaction(async |tx| insert().execute(tx).await).await.unwrap();
    assert_eq!(fake.committed(), [r#"insert into "t" ("n", "a") values (?, ?)"#]);
}

/// Lets nothing pass that it cannot see.
#[derive(Debug)]
struct Guard;

impl Plugin for Guard {
    fn name(&self) -> &'static str {
        "guard"
    }

    fn is_guard(&self) -> bool {
        true
    }
}

#[tokio::test]
async fn raw_sql_needs_a_reason_to_pass_a_guard() {
    let fake = Fake::new();
    let db = Db::builder(fake.clone()).plugin(Guard).build().unwrap();
    assert_eq!(raw("delete").execute(&db).await.unwrap_err().kind(), ErrorKind::Refused);
    assert_eq!(script("drop").run(&db).await.unwrap_err().kind(), ErrorKind::Refused);
    let streamed = raw("select n").rows::<Number>().fetch_stream(&db).next().await.unwrap();
    assert_eq!(streamed.unwrap_err().kind(), ErrorKind::Refused);
    let piped = db.pipeline().execute(raw("delete")).run().await;
    assert_eq!(piped.unwrap_err().kind(), ErrorKind::Refused);
    assert!(fake.log().is_empty());
    raw("delete").bypass_plugins("a test").execute(&db).await.unwrap();
    script("drop").bypass_plugins("a test").run(&db).await.unwrap();
    assert_eq!(fake.log(), ["delete", "drop"]);
}
