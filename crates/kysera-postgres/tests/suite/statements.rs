//! Running statements: values in, rows out, counts.

use crate::support::{acquire, driver, in_time, raw, read, rows, run, run_with, statement, taken, write};
use kysera_core::error::ErrorKind;
use kysera_sql::compiled::{Affected, Compiled, Facts, StatementKind};
use kysera_sql::row::{Discard, RowSink, Rows};
use kysera_sql::value::{CustomType, SqlType, Value};

static MOOD: CustomType = CustomType::labelled("mood", &["sad", "ok", "happy"]);

#[tokio::test]
async fn counts_are_those_of_changed_rows() {
    let Some(driver) = driver("st_counts").await else { return };
    let mut connection = acquire(&driver).await;
    run(&mut *connection, "create table t (id int)").await.unwrap();
    for _ in 0..4 {
        let outcome = run_with(
            &mut *connection,
            write("insert into t select g from generate_series(1, $1) g", vec![Value::I32(5)]),
        )
        .await
        .unwrap();
        assert_eq!((outcome.rows_affected, outcome.last_insert_id), (5, None));
        let outcome = run_with(
            &mut *connection,
            statement("insert into t values (1) returning id", vec![], StatementKind::InsertValues(1), true),
        )
        .await
        .unwrap();
        assert_eq!(outcome.rows_affected, 1);
    }
    assert_eq!(run(&mut *connection, "delete from t").await.unwrap().rows_affected, 24);
    let outcome = run_with(&mut *connection, read("select generate_series(1, 9)", vec![])).await.unwrap();
    assert_eq!(outcome.rows_affected, 0);
    let outcome = run_with(&mut *connection, raw("select generate_series(1, 9)", vec![])).await.unwrap();
    assert_eq!(outcome.rows_affected, 0);
}

#[tokio::test]
async fn a_write_inside_a_query_is_counted_as_its_facts_say() {
    let Some(driver) = driver("st_affected").await else { return };
    let mut connection = acquire(&driver).await;
    run(&mut *connection, "create table t (id int)").await.unwrap();
    let counted = |sql: &str, affected| {
        let facts = Facts::new().returning_rows().counting(affected);
        Compiled::new(sql, vec![], StatementKind::Write, facts)
    };
    let rows = "with w as (insert into t values (1), (2), (3) returning id) select id from w";
    let count =
        "with w as (insert into t values (1), (2) returning id) select count(*) as n, null::int as x from w";
    for (sql, affected, expected) in [
        (rows, Affected::Reported, 0),
        (rows, Affected::RowsReturned, 3),
        (count, Affected::RowsReturned, 1),
        (count, Affected::Column(0), 2),
        (count, Affected::Column(1), 0),
    ] {
        let outcome = run_with(&mut *connection, counted(sql, affected)).await.unwrap();
        assert_eq!(outcome.rows_affected, expected, "{affected:?}: {sql}");
        if affected != Affected::Reported {
            let sink = Box::new(Discard::default()) as Box<dyn RowSink>;
            let ran = connection.pipeline(vec![(counted(sql, affected), sink)]).await.remove(0).unwrap();
            assert_eq!(ran.0.rows_affected, expected, "{affected:?} in a pipeline: {sql}");
        }
    }
    let text = "with w as (insert into t values (1) returning id) select 'one' as n from w";
    for (affected, found) in [(Affected::Column(0), "text"), (Affected::Column(1), "the end of the row")] {
        let error = run_with(&mut *connection, counted(text, affected)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode);
        assert!(error.to_string().contains(found), "{error}");
    }
}

#[tokio::test]
async fn values_come_back_as_they_went_at_every_use() {
    let Some(driver) = driver("st_values").await else { return };
    let mut connection = acquire(&driver).await;
    for _ in 0..4 {
        let statement = read(
            "select $1, $2, $3, $4::bool, $5::bytea, $6::numeric::text",
            vec![
                Value::I64(i64::MIN),
                Value::F64(f64::NAN),
                Value::Text("häß".into()),
                Value::Null(SqlType::Bool),
                Value::Bytes([0, 255].into()),
                Value::U64(u64::MAX),
            ],
        );
        type Row = (i64, f64, String, Option<bool>, Vec<u8>, String);
        let found = rows::<Row>(&mut *connection, statement).await.unwrap().remove(0);
        assert!(found.1.is_nan());
        assert_eq!(
            (found.0, &*found.2, found.3, &*found.4, &*found.5),
            (i64::MIN, "häß", None, &[0, 255][..], "18446744073709551615")
        );
    }
}

#[tokio::test]
async fn custom_types_go_in_as_text_and_come_out_as_text() {
    let Some(driver) = driver("st_custom").await else { return };
    let mut connection = acquire(&driver).await;
    connection
        .run_script(
            "create type mood as enum ('sad', 'ok', 'happy'); create domain age as int check (value > 0);
             create table t (m mood, ms mood[], a age)",
        )
        .await
        .unwrap();
    for _ in 0..4 {
        let insert = write(
            "insert into t values ($1, $2, $3)",
            vec![
                Value::Custom(&MOOD, "ok".into()),
                Value::Null(SqlType::Custom(&MOOD)),
                Value::Custom(const { &CustomType::new("age") }, "18".into()),
            ],
        );
        run_with(&mut *connection, insert).await.unwrap();
    }
    run(&mut *connection, "update t set ms = '{sad,NULL}'").await.unwrap();
    let select = read("select m, ms, a from t where m = $1", vec![Value::Custom(&MOOD, "ok".into())]);
    for _ in 0..4 {
        let found =
            rows::<(String, Vec<Option<String>>, i32)>(&mut *connection, select.clone()).await.unwrap();
        assert_eq!(found.len(), 4);
        assert_eq!(found[0], ("ok".into(), vec![Some("sad".into()), None], 18));
    }
    let wrong = write("insert into t (m) values ($1)", vec![Value::Custom(&MOOD, "hunter2".into())]);
    let error = run_with(&mut *connection, wrong).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidValue);
    assert!(!error.to_string().contains("hunter2"), "{error}");
}

#[tokio::test]
async fn as_many_parameters_as_the_protocol_counts_are_sent_and_one_more_is_refused() {
    let Some(driver) = driver("st_many").await else { return };
    let mut connection = acquire(&driver).await;
    let many = |count: usize| {
        let list: Vec<String> = (1..=count).map(|at| format!("${at}")).collect();
        read(
            &format!("select count(*) from unnest(array[{}]::int[]) n", list.join(",")),
            vec![Value::I32(1); count],
        )
    };
    assert_eq!(rows::<i64>(&mut *connection, many(65_535)).await.unwrap(), [65_535]);
    let error = rows::<i64>(&mut *connection, many(65_536)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidQuery);
    assert_eq!(rows::<i64>(&mut *connection, many(3)).await.unwrap(), [3]);
}

#[tokio::test]
async fn a_full_sink_does_not_make_the_statement_that_is_prepared_behind_its_rows_wait_for_ever() {
    let Some(driver) = driver("st_full_sink").await else { return };
    let mut connection = acquire(&driver).await;
    let query = || read("select generate_series(1, 200000)::int8", vec![]);
    for _ in 0..4 {
        let ran = connection.run(query(), Box::new(Rows::<i64>::at_most(1)));
        let (_, sink) = in_time(ran).await.unwrap();
        assert_eq!(taken::<i64>(sink), [1]);
    }
}
