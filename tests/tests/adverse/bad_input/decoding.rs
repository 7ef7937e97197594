//! Values that do not fit the Rust type: the error names table, column and both types, and not the value.

use crate::database::{in_time, open_each};
use kysera::executor::script;
use kysera::prelude::*;
use kysera::{Error, ErrorKind};

/// What the program believes of a table that was made otherwise.
#[derive(Table, Debug, Clone, PartialEq)]
#[table(name = "odd")]
struct Odd {
    #[column(primary_key)]
    id: i64,
    small: i32,
    label: String,
    number: i64,
}

async fn odd(db: &Db) {
    let text = "create table odd (id bigint primary key, small bigint, label text, number text);
        insert into odd values (1, 5000000077, null, 'forty-two')";
    script(text).run(db).await.unwrap();
}

#[track_caller]
fn names(error: &Error, column: &str, expected: &str, found: &[&str]) {
    let text = error.to_string();
    assert_eq!((error.kind(), error.table()), (ErrorKind::Decode, Some("odd")), "{error:?}");
    assert_eq!(error.columns(), [column], "{error:?}");
    assert!(text.contains(&format!("odd.{column}")), "{text}");
    assert!(text.contains(expected), "{text}");
    assert!(found.iter().any(|found| text.contains(found)), "{text}");
    let all = format!("{error} {error:?}");
    assert!(!all.contains("5000000077") && !all.contains("forty-two"), "{all}");
}

#[tokio::test]
async fn a_value_that_does_not_fit_names_its_column_and_both_types() {
    for db in open_each("decoding").await {
        odd(&db).await;
        let error = in_time(select_from(Odd).select(Odd.small).fetch_all(&db)).await.unwrap_err();
        names(&error, "small", "i32", &["int8", "bigint", "integer", "i64"]);
        let error = in_time(select_from(Odd).select((Odd.id, Odd.label)).fetch_all(&db)).await.unwrap_err();
        names(&error, "label", "String", &["NULL"]);
        assert!(error.to_string().contains("Option<String>"), "{error}");
        let error = in_time(select_from(Odd).select(Odd.number).fetch_one(&db)).await.unwrap_err();
        names(&error, "number", "i64", &["text"]);
        // A whole row, through an alias, and nested: the first that does not fit is named.
        let o = alias!(Odd as o);
        let error = in_time(select_from(o).select(o.all()).fetch_all(&db)).await.unwrap_err();
        names(&error, "small", "i32", &["int8", "bigint", "integer", "i64"]);
        // The connection has taken no harm.
        assert_eq!(select_from(Odd).select(Odd.id).fetch_all(&db).await.unwrap(), [1]);
    }
}

#[tokio::test]
async fn a_stream_and_a_transaction_say_the_same() {
    for db in open_each("decoding_stream").await {
        odd(&db).await;
        let mut stream = select_from(Odd).select(Odd.label).fetch_stream(&db);
        let error = in_time(stream.next()).await.unwrap().unwrap_err();
        names(&error, "label", "String", &["NULL"]);
        drop(stream);
        let ids = db.transaction(async |tx| {
            let error = select_from(Odd).select(Odd.label).fetch_all(tx).await.unwrap_err();
            names(&error, "label", "String", &["NULL"]);
            // What could not be read did not fail on the server.
            select_from(Odd).select(Odd.id).fetch_all(tx).await
        });
        assert_eq!(in_time(ids).await.unwrap(), [1]);
    }
}
