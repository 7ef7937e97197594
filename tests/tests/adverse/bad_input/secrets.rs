//! Bound values and passwords stay out of errors and out of the log.

use crate::database::{in_time, open_each};
use kysera::executor::script;
use kysera::plugins::SoftDelete;
use kysera::postgres::{Postgres, PostgresOptions};
use kysera::prelude::*;
use kysera::sqlite::Sqlite;
use kysera::{Error, raw};
use std::fmt::{Debug, Write};
use std::sync::{Mutex, PoisonError};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

const SECRET: &str = "s3cr3t-p4rrot";

/// What every crate logged, at every level.
static LOG: Mutex<String> = Mutex::new(String::new());

struct Log;

impl Subscriber for Log {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        span.record(&mut Line);
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, record: &Record<'_>) {
        record.record(&mut Line);
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        event.record(&mut Line);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

struct Line;

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let mut log = LOG.lock().unwrap_or_else(PoisonError::into_inner);
        writeln!(log, "{field}={value:?}").unwrap();
    }
}

#[track_caller]
fn keeps_quiet(error: &Error) {
    let mut text = format!("{error} {error:?} {error:#?}");
    let mut source = std::error::Error::source(error);
    while let Some(error) = source {
        write!(text, " {error} {error:?}").unwrap();
        source = error.source();
    }
    assert!(!text.contains(SECRET), "{text}");
}

/// Statements that fail with a secret in their hands, one for each way to fail.
async fn fail_in_every_way(db: &Db) -> Vec<Error> {
    let mut errors = Vec::new();
    let mut failed = |result: kysera::Result<()>| errors.extend(result.err());
    let insert =
        |name: &str, n: i64| raw("insert into safe (name, n) values ({}, {})").bind(name.to_owned()).bind(n);
    insert(SECRET, 1).execute(db).await.unwrap();
    failed(insert(SECRET, 2).execute(db).await.map(drop));
    failed(insert(&format!("{SECRET}!"), 500).execute(db).await.map(drop));
    failed(
        raw("insert into safe (name, n) values ({}, null)")
            .bind("s3cr3t-p4rrot?")
            .execute(db)
            .await
            .map(drop),
    );
    failed(raw("selekt {}").bind(SECRET).execute(db).await.map(drop));
    failed(raw("select {} from missing").bind(SECRET).execute(db).await.map(drop));
    failed(raw("select cast({} as integer) / 0 from nowhere").bind(SECRET).execute(db).await.map(drop));
    // A row whose value is the secret and cannot be read.
    failed(raw("select name from safe").rows::<i64>().fetch_all(db).await.map(drop));
    failed(
        raw("select name from safe where name = {}")
            .bind(SECRET)
            .rows::<(String, i64)>()
            .fetch_one(db)
            .await
            .map(drop),
    );
    failed(
        raw("select n from safe where name = {}")
            .bind(format!("{SECRET}#"))
            .rows::<i64>()
            .fetch_one(db)
            .await
            .map(drop),
    );
    failed(
        raw("insert into child (name) values ({})")
            .bind(format!("{SECRET}-orphan"))
            .execute(db)
            .await
            .map(drop),
    );
    // More values than placeholders.
    failed(raw("select {}").bind(1).bind(SECRET).execute(db).await.map(drop));
    failed(
        db.transaction(async |tx| {
            insert(SECRET, 3).execute(tx).await?;
            Ok(())
        })
        .await,
    );
    errors
}

#[tokio::test]
async fn values_and_passwords_are_in_no_error_and_in_no_log() {
    tracing::subscriber::set_global_default(Log).unwrap();
    for db in open_each("secrets").await {
        let tables = "create table safe (
                name varchar(100) not null primary key, n bigint not null, constraint n_is_small check (n < 100)
            );
            create table child (name varchar(100) references safe (name))";
        script(tables).run(&db).await.unwrap();
        let errors = in_time(fail_in_every_way(&db)).await;
        assert_eq!(errors.len(), 11 + 1, "every way fails: {errors:#?}");
        errors.iter().for_each(keeps_quiet);
    }
    if let Some(url) = kysera_testing::postgres_password_url() {
        let options: PostgresOptions = url.parse().unwrap();
        keeps_quiet(&in_time(Postgres::connect(options.password(SECRET))).await.unwrap_err());
    }
    let address = format!("postgres://ann:{SECRET}@localhost:notaport/db?sslmode=nonsense");
    keeps_quiet(&address.parse::<PostgresOptions>().unwrap_err());
    // The log does hear of things: plugins that are passed by are said.
    let db = Db::builder(Sqlite::memory().unwrap()).plugin(SoftDelete::new()).build().unwrap();
    raw("select {}").bind(SECRET).bypass_plugins("to be heard").execute(&db).await.unwrap();
    let log = LOG.lock().unwrap_or_else(PoisonError::into_inner);
    assert!(log.contains("to be heard"), "{log}");
    assert!(!log.contains(SECRET), "{log}");
}
