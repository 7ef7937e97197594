//! What the server's errors become, and what they do not say.

use crate::support::{acquire, driver, read, rows, run, run_with, write};
use kysera_core::error::ErrorKind;
use kysera_postgres::ServerError;
use kysera_sql::value::Value;
use std::error::Error;

const TABLES: &str = "
    create table parent (id int primary key, code text not null, constraint code_once unique (code, id));
    create table child (id int primary key, parent_id int not null references parent,
                        age int constraint grown_up check (age >= 18));
    insert into parent values (1, 'a')";

#[tokio::test]
async fn constraints_are_told_with_their_table_columns_and_name() {
    let Some(driver) = driver("err_constraints").await else { return };
    let mut connection = acquire(&driver).await;
    connection.run_script(TABLES).await.unwrap();
    let cases = [
        (
            "insert into parent values (1, 'b')",
            ErrorKind::UniqueViolation,
            "parent",
            vec!["id"],
            Some("parent_pkey"),
        ),
        (
            "insert into child values (1, 7, 20)",
            ErrorKind::ForeignKeyViolation,
            "child",
            vec!["parent_id"],
            Some("child_parent_id_fkey"),
        ),
        (
            "insert into child values (1, null, 20)",
            ErrorKind::NotNullViolation,
            "child",
            vec!["parent_id"],
            None,
        ),
        ("insert into child values (1, 1, 3)", ErrorKind::CheckViolation, "child", vec![], Some("grown_up")),
    ];
    for (sql, kind, table, columns, constraint) in cases {
        let error = run(&mut *connection, sql).await.unwrap_err();
        assert_eq!((error.kind(), error.table()), (kind, Some(table)), "{error:?}");
        assert_eq!(error.columns(), columns, "{error:?}");
        assert_eq!(error.constraint(), constraint, "{error:?}");
        assert!(error.code().is_some());
    }
}

#[tokio::test]
async fn values_stand_in_the_detail_alone() {
    let Some(driver) = driver("err_values").await else { return };
    let mut connection = acquire(&driver).await;
    run(&mut *connection, "create table t (secret text primary key)").await.unwrap();
    let insert = || write("insert into t values ($1)", vec![Value::Text("hunter2".into())]);
    run_with(&mut *connection, insert()).await.unwrap();
    let unique = run_with(&mut *connection, insert()).await.unwrap_err();
    let cast =
        rows::<i32>(&mut *connection, read("select $1::text::int", vec![Value::Text("hunter2".into())]))
            .await
            .unwrap_err();
    assert_eq!((unique.kind(), cast.kind()), (ErrorKind::UniqueViolation, ErrorKind::InvalidValue));
    for error in [&unique, &cast] {
        let mut text = format!("{error} {error:?}");
        let mut source = error.source();
        while let Some(cause) = source {
            text += &format!(" {cause} {cause:?}");
            source = cause.source();
        }
        assert!(!text.contains("hunter2"), "{text}");
    }
    let server = unique.source().unwrap().downcast_ref::<ServerError>().unwrap();
    assert!(server.detail().unwrap().contains("hunter2"));
}

#[tokio::test]
async fn mistakes_have_kinds() {
    let Some(driver) = driver("err_mistakes").await else { return };
    let mut connection = acquire(&driver).await;
    run(&mut *connection, "create table t (id int)").await.unwrap();
    for (sql, kind) in [
        ("selec 1", ErrorKind::Syntax),
        ("insert into nosuch values (1)", ErrorKind::Undefined),
        ("insert into t (nosuch) values (1)", ErrorKind::Undefined),
        ("select nosuch()", ErrorKind::Undefined),
        ("insert into nosuch.t values (1)", ErrorKind::Undefined),
        ("select 1/0", ErrorKind::InvalidValue),
        ("insert into t values (99999999999)", ErrorKind::InvalidValue),
    ] {
        let error = run(&mut *connection, sql).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{sql}: {error:?}");
    }
}

#[tokio::test]
async fn a_column_of_another_type_is_named_with_its_table_and_both_types() {
    let Some(driver) = driver("err_decode").await else { return };
    let mut connection = acquire(&driver).await;
    connection.run_script("create table person (id int, age text); insert into person select g, 'x' from generate_series(1, 3) g").await.unwrap();
    let error =
        rows::<(i32, i64)>(&mut *connection, read("select id, age from person", vec![])).await.unwrap_err();
    assert_eq!((error.kind(), error.table()), (ErrorKind::Decode, Some("person")));
    assert_eq!(error.columns(), ["age"]);
    let text = error.to_string();
    assert!(text.contains("person.age") && text.contains("i64") && text.contains("text (OID 25)"), "{text}");
    // The connection is as good as before.
    assert_eq!(rows::<i32>(&mut *connection, read("select 1", vec![])).await.unwrap(), [1]);
}
