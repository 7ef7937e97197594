//! Queries that make no sense, or name what is not there.

use super::advised;
use super::counting::Counting;
use crate::database::{in_time, is_sqlite, open_each, postgres_options};
use kysera::postgres::Postgres;
use kysera::prelude::*;
use kysera::schema::create_table;
use kysera::sqlite::Sqlite;
use kysera::{Error, ErrorKind, raw};

#[derive(Table, Debug, Clone, PartialEq)]
#[table(name = "item")]
struct Item {
    #[column(primary_key)]
    id: i64,
    label: Option<String>,
}

/// A table that nobody made.
#[derive(Table, Debug, Clone, PartialEq)]
#[table(name = "missing")]
struct Missing {
    #[column(primary_key)]
    id: i64,
}

/// `item` with a column that it has not.
#[derive(Table, Debug, Clone, PartialEq)]
#[table(name = "item")]
struct Wrong {
    #[column(primary_key)]
    id: i64,
    lable: Option<String>,
}

async fn filled(db: &Db) {
    create_table(Item).execute(db).await.unwrap();
    let rows = ["a", "b"].into_iter().zip(1..).map(|(label, id)| NewItem { id }.label(label));
    insert_into(Item).rows(rows).execute(db).await.unwrap();
}

/// Every query that says nothing, and what each says instead.
async fn senseless(db: &Db) -> Vec<(&'static str, Error)> {
    let nothing = || std::iter::empty::<Expr<bool, _>>();
    let of_none = |any: bool| {
        let none = nothing().chain(std::iter::empty::<()>().map(|()| Item.id.eq(1)));
        if any { any_of(none) } else { all_of(none) }
    };
    let items = || select_from(Item).select(Item.id);
    vec![
        ("values", insert_into(Item).rows(Vec::<NewItem>::new()).execute(db).await.unwrap_err()),
        ("set", update(Item).filter(Item.id.eq(1)).execute(db).await.unwrap_err()),
        ("set", update(Item).patch(ItemPatch::new()).all_rows().execute(db).await.unwrap_err()),
        (
            "any_of",
            items().filter_any_of([Item.id.eq(1)].into_iter().skip(1)).fetch_all(db).await.unwrap_err(),
        ),
        ("any_of", items().filter(of_none(true)).fetch_all(db).await.unwrap_err()),
        ("all_of", delete_from(Item).filter(of_none(false)).execute(db).await.unwrap_err()),
        ("any_of", delete_from(Item).filter(of_none(true)).execute(db).await.unwrap_err()),
    ]
}

#[tokio::test]
async fn what_says_nothing_is_an_error_before_anything_is_sent() {
    let (driver, asked) = Counting::new(Sqlite::memory().unwrap());
    let mut each = vec![(Db::new(driver), asked)];
    if let Some(options) = postgres_options("senseless").await {
        let (driver, asked) = Counting::new(Postgres::connect(options).await.unwrap());
        each.push((Db::new(driver), asked));
    }
    for (db, asked) in each {
        filled(&db).await;
        let before = asked.count();
        assert!(before > 0);
        for (word, error) in in_time(senseless(&db)).await {
            advised(&error, ErrorKind::InvalidQuery);
            assert!(error.to_string().contains(word), "{error}");
        }
        assert_eq!(asked.count(), before, "something was sent");
        let tx = db.begin().await.unwrap();
        let before = asked.count();
        let error = update(Item).filter(Item.id.eq(1)).execute(&tx).await.unwrap_err();
        advised(&error, ErrorKind::InvalidQuery);
        // Nothing was sent, so the transaction is as it was.
        delete_from(Item).filter(Item.id.eq(1)).execute(&tx).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(asked.count(), before);
        assert_eq!(select_from(Item).select(count_all()).fetch_one(&db).await.unwrap(), 1);
    }
}

#[tokio::test]
async fn in_nothing_is_false_and_not_in_nothing_is_true() {
    for db in open_each("in_nothing").await {
        filled(&db).await;
        let ids = || select_from(Item).select(Item.id).order_by(Item.id.asc());
        let nothing: [i64; 0] = [];
        assert!(ids().filter(Item.id.in_list(nothing)).fetch_all(&db).await.unwrap().is_empty());
        assert_eq!(ids().filter(Item.id.not_in_list(nothing)).fetch_all(&db).await.unwrap(), [1, 2]);
        let (none, all) = (not(Item.id.in_list(nothing)), not(Item.id.not_in_list(nothing)));
        assert_eq!(ids().filter(none).fetch_all(&db).await.unwrap(), [1, 2]);
        assert!(ids().filter(all).fetch_all(&db).await.unwrap().is_empty());
        // Beside an `or`, which must not swallow it.
        let or = Item.id.in_list(nothing).or(Item.id.eq(2));
        assert_eq!(ids().filter(or).fetch_all(&db).await.unwrap(), [2]);
        assert_eq!(
            delete_from(Item).filter(Item.id.in_list(nothing)).execute(&db).await.unwrap().rows_affected,
            0
        );
        // Of NULL too: there is nothing to compare it with.
        let empty: [&str; 0] = [];
        let unlabelled = insert_into(Item).values(NewItem { id: 3 });
        unlabelled.execute(&db).await.unwrap();
        assert_eq!(ids().filter(Item.label.not_in_list(empty)).fetch_all(&db).await.unwrap(), [1, 2, 3]);
    }
}

#[tokio::test]
async fn conditional_filters_that_are_all_absent_keep_every_row() {
    for db in open_each("absent_filters").await {
        filled(&db).await;
        let (label, id): (Option<&str>, Option<i64>) = (None, None);
        let mut query = select_from(Item).select(Item.id);
        if let Some(label) = label {
            query = query.filter(Item.label.eq(label));
        }
        if let Some(id) = id {
            query = query.filter(Item.id.eq(id));
        }
        assert_eq!(query.fetch_all(&db).await.unwrap().len(), 2);
    }
}

#[tokio::test]
async fn a_missing_table_or_column_is_named_and_says_what_to_do() {
    for db in open_each("undefined").await {
        filled(&db).await;
        let missing = select_from(Missing).select(Missing.id);
        let wrong = select_from(Wrong).select(Wrong.lable);
        for error in [
            in_time(missing.fetch_all(&db)).await.unwrap_err(),
            in_time(insert_into(Missing).values(NewMissing { id: 1 }).execute(&db)).await.unwrap_err(),
        ] {
            assert_eq!(error.kind(), ErrorKind::Undefined, "{error:?}");
            assert!(error.to_string().contains("missing") && error.to_string().contains("; "), "{error}");
        }
        let error = in_time(wrong.fetch_all(&db)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Undefined, "{error:?}");
        assert!(error.to_string().contains("lable") && error.to_string().contains("; "), "{error}");
        let error = in_time(raw("selekt 1").execute(&db)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Syntax, "{error:?}");
        let error = insert_into(Item).values(NewItem { id: 1 }).execute(&db).await.unwrap_err();
        assert!(error.is_unique_violation(), "{error:?}");
        if !is_sqlite(&db) {
            assert_eq!(error.code(), Some("23505"));
        }
    }
}
