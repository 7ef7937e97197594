//! What the query log says, and what it never says.

use crate::capture::{Captured, Line};
use kysera::extend::driver::layer::Layered;
use kysera::layers::{Parameters, QueryLog};
use kysera::prelude::*;
use kysera::sqlite::Sqlite;
use kysera::{ErrorKind, Result, prepare, raw, script};
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Waker};
use std::time::Duration;
use tracing::Level;

const SECRET: &str = "s3cr3t-p4rrot";

#[derive(Table, Debug, Clone)]
#[table(name = "person")]
struct Person {
    #[column(primary_key)]
    id: i64,
    name: String,
}

async fn database(log: QueryLog) -> Db {
    let db = Db::new(Layered::new(Sqlite::memory().unwrap(), log));
    script("create table person (id integer primary key, name text not null)").run(&db).await.unwrap();
    insert_into(Person)
        .rows((1..=3).map(|id| NewPerson { id, name: "Ann".into() }))
        .execute(&db)
        .await
        .unwrap();
    db
}

/// The statements among the lines, and what belongs to transactions.
fn loud(lines: Vec<Line>) -> Vec<Line> {
    lines.into_iter().filter(|line| line.level < Level::TRACE).collect()
}

#[track_caller]
fn only(captured: &Captured) -> Line {
    let lines = loud(captured.lines());
    assert_eq!(lines.len(), 1, "{lines:#?}");
    lines[0].clone()
}

#[tokio::test]
async fn a_statement_is_logged_with_the_names_of_opentelemetry() {
    let (captured, _guard) = Captured::up_to(Level::TRACE);
    let db = database(QueryLog::new()).await;
    captured.lines();

    select_from(Person).filter(Person.id.le(2)).select(Person.name).fetch_all(&db).await.unwrap();
    let line = only(&captured);
    assert_eq!(line.level, Level::DEBUG);
    assert_eq!(line.get("message"), "select person");
    assert_eq!(line.get("db.system.name"), "sqlite");
    assert_eq!(line.get("db.operation.name"), "select");
    assert_eq!(line.get("db.collection.name"), "person");
    let text = r#"select "person"."name" from "person" where "person"."id" <= ?"#;
    assert_eq!(line.get("db.query.text"), text);
    assert_eq!(line.get("db.response.returned_rows"), "2");
    assert_eq!((line.get("kysera.operation"), line.get("kysera.outcome")), ("run", "done"));
    assert!(line.get("db.client.operation.duration").parse::<f64>().unwrap() < 10.0);
    for missing in ["error.type", "db.query.parameters", "db.operation.batch.size", "kysera.affected_rows"] {
        assert!(!line.fields.contains_key(missing), "{missing}");
    }

    update(Person).set(Person.name.set("Bea")).filter(Person.id.ge(2)).execute(&db).await.unwrap();
    let line = only(&captured);
    assert_eq!(line.get("message"), "update person");
    assert_eq!(line.get("kysera.affected_rows"), "2");
    assert!(!line.fields.contains_key("db.response.returned_rows"));
}

#[tokio::test]
async fn a_failed_statement_is_loud_unless_programs_answer_its_error() {
    let (captured, _guard) = Captured::up_to(Level::INFO);
    let db = database(QueryLog::new()).await;
    assert!(captured.lines().is_empty());

    insert_into(Person).values(NewPerson { id: 1, name: SECRET.into() }).execute(&db).await.unwrap_err();
    let line = only(&captured);
    assert_eq!((line.level, line.get("message")), (Level::INFO, "insert person: failed"));
    assert_eq!((line.get("error.type"), line.get("kysera.outcome")), ("UniqueViolation", "failed"));
    assert_eq!(line.get("db.response.status_code"), "1555");

    raw("select n from missing").rows::<i64>().fetch_all(&db).await.unwrap_err();
    let line = only(&captured);
    assert_eq!((line.level, line.get("message")), (Level::WARN, "run: failed"));
    assert_eq!((line.get("error.type"), line.get("db.query.text")), ("Undefined", "select n from missing"));
}

/// Polls a future once, then drops it.
fn dropped(future: impl Future) {
    assert!(pin!(future).poll(&mut Context::from_waker(Waker::noop())).is_pending());
}

#[tokio::test]
async fn a_dropped_statement_is_logged_with_its_text() {
    let (captured, _guard) = Captured::up_to(Level::INFO);
    let db = database(QueryLog::new()).await;
    let tx = db.begin().await.unwrap();
    dropped(raw("select 1").rows::<i64>().fetch_one(&db));
    let line = only(&captured);
    assert_eq!((line.level, line.get("message")), (Level::INFO, "acquire: dropped"));
    assert_eq!((line.get("db.query.text"), line.get("kysera.outcome")), ("select 1", "dropped"));

    drop(tx);
    let line = only(&captured);
    assert_eq!((line.level, line.get("message")), (Level::INFO, "return: dropped"));
}

#[tokio::test]
async fn a_connection_that_was_slow_to_come_is_not_logged_as_the_statement() {
    let (captured, _guard) = Captured::up_to(Level::WARN);
    let db = database(QueryLog::new().slow(Duration::ZERO)).await;
    captured.lines();
    // The database in memory has one connection, which the query waits for.
    let tx = db.begin().await.unwrap();
    let query = select_from(Person).select(Person.id);
    let (found, committed) = tokio::join!(query.fetch_all(&db), tx.commit());
    assert!(found.is_ok() && committed.is_ok());
    let lines = captured.lines();
    let messages: Vec<_> = lines.iter().map(|line| line.get("message").to_owned()).collect();
    assert_eq!(messages.iter().filter(|message| *message == "select person").count(), 1, "{messages:?}");
    let acquired: Vec<_> = lines.iter().filter(|line| line.get("kysera.operation") == "acquire").collect();
    assert!(acquired.iter().any(|line| line.get("db.query.text").starts_with("select ")), "{messages:?}");
    assert!(acquired.iter().all(|line| line.get("db.response.returned_rows").is_empty()), "{messages:?}");
}

#[tokio::test]
async fn a_stream_is_logged_at_its_end_with_its_rows() {
    let (captured, _guard) = Captured::up_to(Level::TRACE);
    let db = database(QueryLog::new().slow(Duration::ZERO)).await;
    captured.lines();
    let people = || select_from(Person).select(Person.id);
    let mut rows = people().fetch_stream(&db);
    while let Some(row) = rows.next().await {
        row.unwrap();
    }
    drop(rows);
    let streamed = |lines: Vec<Line>| lines.into_iter().find(|line| line.get("kysera.operation") == "stream");
    let line = streamed(captured.lines()).unwrap();
    assert_eq!((line.level, line.get("message")), (Level::DEBUG, "select person"));
    assert_eq!((line.get("db.response.returned_rows"), line.get("kysera.outcome")), ("3", "done"));

    let mut rows = people().fetch_stream(&db);
    rows.next().await.unwrap().unwrap();
    drop(rows);
    let line = streamed(captured.lines()).unwrap();
    assert_eq!((line.level, line.get("kysera.operation")), (Level::DEBUG, "stream"));
}

#[tokio::test]
async fn what_takes_longer_than_the_threshold_is_loud() {
    let (captured, _guard) = Captured::up_to(Level::WARN);
    let quiet = database(QueryLog::new().slow(Duration::from_secs(3600))).await;
    assert!(captured.lines().is_empty());
    let db = database(QueryLog::new().slow(Duration::ZERO)).await;
    captured.lines();
    for db in [&quiet, &db] {
        select_from(Person).select(Person.id).fetch_all(db).await.unwrap();
    }
    let line = only(&captured);
    assert_eq!(
        (line.level, line.get("message"), line.get("kysera.outcome")),
        (Level::WARN, "select person", "done")
    );
    assert_eq!(line.get("db.query.text"), r#"select "person"."id" from "person""#);
}

#[tokio::test]
async fn each_statement_of_a_pipeline_is_logged() {
    let (captured, _guard) = Captured::up_to(Level::DEBUG);
    let db = database(QueryLog::new()).await;
    captured.lines();
    let delete = delete_from(Person).filter(Person.id.eq(3));
    db.pipeline().fetch_all(select_from(Person).select(Person.id)).execute(delete).run().await.unwrap();
    let lines = captured.lines();
    let told: Vec<_> = lines
        .iter()
        .map(|line| (line.get("message"), line.get("kysera.operation"), line.get("db.operation.batch.size")))
        .collect();
    assert_eq!(told, [("select person", "pipeline", "2"), ("delete person", "pipeline", "2")]);
    assert_eq!((lines[0].get("db.response.returned_rows"), lines[1].get("kysera.affected_rows")), ("3", "1"));
    assert!(lines[0].fields.contains_key("db.client.connection.wait_time"));
    assert!(!lines[1].fields.contains_key("db.client.connection.wait_time"));
}

#[tokio::test]
async fn a_prepared_query_is_logged_like_any_other() {
    let (captured, _guard) = Captured::up_to(Level::DEBUG);
    let db = database(QueryLog::new()).await;
    captured.lines();
    let one = prepare(|id: Param<i64>| select_from(Person).filter(Person.id.eq(id)).select(Person.name));
    for id in 1..=3 {
        one.bind(id).fetch_one(&db).await.unwrap();
        let line = only(&captured);
        assert_eq!((line.get("message"), line.get("db.response.returned_rows")), ("select person", "1"));
        assert_eq!(
            line.get("db.query.text"),
            r#"select "person"."name" from "person" where "person"."id" = ?"#
        );
    }
}

#[tokio::test]
async fn a_transaction_is_logged_step_by_step() {
    let (captured, _guard) = Captured::up_to(Level::DEBUG);
    let db = database(QueryLog::new()).await;
    captured.lines();
    db.transaction(async |tx| {
        tx.transaction(async |tx| delete_from(Person).all_rows().execute(tx).await.map(drop)).await?;
        let undone: Result<()> =
            tx.transaction(async |_| Err(kysera::Error::new(ErrorKind::NotFound, "no"))).await;
        assert!(undone.is_err());
        Ok(())
    })
    .await
    .unwrap();
    db.begin().await.unwrap().rollback().await.unwrap();
    let lines = captured.lines();
    let told: Vec<_> = lines.iter().map(|line| line.get("db.operation.name")).collect();
    let expected = [
        "begin",
        "savepoint",
        "delete",
        "release",
        "savepoint",
        "rollback to",
        "commit",
        "begin",
        "rollback",
    ];
    assert_eq!(told, expected);
    assert!(lines[0].fields.contains_key("db.client.connection.wait_time"));
}

#[tokio::test]
async fn no_value_and_no_script_is_in_any_field() {
    for parameters in [Parameters::Hidden, Parameters::Types] {
        let (captured, _guard) = Captured::up_to(Level::TRACE);
        let db = database(QueryLog::new().slow(Duration::ZERO).parameters(parameters)).await;
        say_the_secret(&db).await;
        let lines = captured.lines();
        let text = format!("{lines:?}");
        assert!(!text.contains(SECRET), "{text}");
        for kind in ["UniqueViolation", "Undefined", "\"stream\"", "\"pipeline\"", "\"script\"", "dropped"] {
            assert!(text.contains(kind), "{kind} is not among {text}");
        }
        assert_eq!(
            text.contains("db.query.parameters\": \"I64, Text\""),
            parameters == Parameters::Types,
            "{text}"
        );
    }
}

/// Runs statements of every kind, and to every end, with a secret in their hands.
async fn say_the_secret(db: &Db) {
    let insert = |id| insert_into(Person).values(NewPerson { id, name: SECRET.into() });
    let found = || select_from(Person).filter(Person.name.eq(SECRET)).select(Person.name);
    insert(7).execute(db).await.unwrap();
    insert(7).execute(db).await.unwrap_err();
    raw("select {} from missing").bind(SECRET).rows::<String>().fetch_all(db).await.unwrap_err();
    let mut rows = found().fetch_stream(db);
    assert_eq!(rows.next().await.unwrap().unwrap(), SECRET);
    drop(rows);
    db.pipeline().fetch_all(found()).execute(insert(8)).run().await.unwrap();
    script(format!("insert into person (id, name) values (9, '{SECRET}')")).run(db).await.unwrap();
    script(format!("insert into missing (name) values ('{SECRET}')")).run(db).await.unwrap_err();
    let named =
        prepare(|name: Param<String>| select_from(Person).filter(Person.name.eq(name)).select(Person.id));
    assert_eq!(named.bind(SECRET.to_owned()).fetch_all(db).await.unwrap().len(), 3);
    let tx = db.begin().await.unwrap();
    found().fetch_all(&tx).await.unwrap();
    dropped(found().fetch_all(db));
    tx.rollback().await.unwrap();
}

#[tokio::test]
async fn values_are_shown_to_who_asks_for_them() {
    let (captured, _guard) = Captured::up_to(Level::DEBUG);
    let db = database(QueryLog::new().parameters(Parameters::Values)).await;
    captured.lines();
    select_from(Person).filter(Person.name.eq("Ann")).select(Person.id).fetch_all(&db).await.unwrap();
    assert_eq!(only(&captured).get("db.query.parameters"), r#"Text("Ann")"#);
    script("delete from person").run(&db).await.unwrap();
    assert_eq!(only(&captured).get("db.query.text"), "delete from person");
}

#[tokio::test]
async fn where_nobody_listens_nothing_is_kept() {
    let (captured, _guard) = Captured::up_to(Level::ERROR);
    let db = database(QueryLog::new().slow(Duration::ZERO).parameters(Parameters::Values)).await;
    raw("select n from missing").rows::<i64>().fetch_all(&db).await.unwrap_err();
    assert!(captured.lines().is_empty());
}
