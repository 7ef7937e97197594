//! JSON documents are compared by their values, or not at all.

use crate::database::{is_postgres, plain};
use kysera::ErrorKind;
use kysera::executor::tree;
use kysera::expr::{count, max};
use kysera::extend::sql::ast;
use kysera::prelude::*;
use kysera::schema::{create_index, create_table};
use kysera::types::Json;
use serde_json::{Value, json};

#[derive(Table, Debug, Clone, PartialEq)]
struct Doc {
    #[column(primary_key)]
    id: i64,
    tags: Json<Value>,
    more: Option<Json<Value>>,
}

async fn fill(db: &Db) {
    create_table(Doc).execute(db).await.unwrap();
    for id in [1, 2] {
        let tags = Json(serde_json::json!({ "id": id }));
        insert_into(Doc).values(NewDoc { id, tags }).execute(db).await.unwrap();
    }
}

/// PostgreSQL compares documents; elsewhere nothing is sent.
#[track_caller]
fn compared<T: std::fmt::Debug>(db: &Db, what: &str, result: kysera::Result<T>) {
    match result {
        Ok(_) => assert!(is_postgres(db), "{what} went through"),
        Err(error) => {
            assert!(!is_postgres(db), "{what}: {error}");
            assert_eq!(error.kind(), ErrorKind::Unsupported, "{what}: {error}");
        }
    }
}

#[tokio::test]
async fn equal_documents_that_are_different_texts_are_equal_or_refused() {
    plain(async |db| {
        fill(db).await;
        let docs = || select_from(Doc).select(Doc.id);
        let tags = || Json(serde_json::json!({ "id": 1 }));
        compared(db, "eq", docs().filter(Doc.tags.eq(tags())).fetch_all(db).await);
        compared(db, "ne", docs().filter(Doc.tags.ne(tags())).fetch_all(db).await);
        compared(db, "columns", docs().filter(Doc.tags.eq(Doc.more)).fetch_all(db).await);
        compared(db, "is", docs().filter(Doc.more.is(Some(tags()))).fetch_all(db).await);
        compared(db, "in", docs().filter(Doc.tags.in_list([tags()])).fetch_all(db).await);
        let inner = select_from(Doc).select(Doc.tags);
        compared(db, "subquery", docs().filter(Doc.tags.in_subquery(inner)).fetch_all(db).await);
    })
    .await;
}

#[tokio::test]
async fn documents_are_no_keys_where_they_are_texts() {
    plain(async |db| {
        fill(db).await;
        let docs = || select_from(Doc);
        compared(db, "distinct", docs().select(Doc.tags).distinct().fetch_all(db).await);
        compared(db, "group by", docs().group_by(Doc.tags).select(Doc.tags).fetch_all(db).await);
        compared(db, "order by", docs().select(Doc.id).order_by(Doc.tags).fetch_all(db).await);
        compared(db, "count", docs().select(count(Doc.tags).distinct()).fetch_all(db).await);
        let one = || select_from(Doc).select(Doc.tags);
        compared(db, "union", one().union(one()).fetch_all(db).await);
        assert_eq!(one().union_all(one()).fetch_all(db).await.unwrap().len(), 4);
        let error = docs().select(max(Doc.tags)).fetch_all(db).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidQuery);
    })
    .await;
}

#[derive(Table, Debug, Clone, PartialEq)]
struct Keyed {
    #[column(primary_key)]
    id: i64,
    #[column(unique)]
    tags: Json<Value>,
}

#[tokio::test]
async fn a_unique_key_of_documents_is_refused_where_they_are_texts() {
    plain(async |db| {
        compared(db, "create table", create_table(Keyed).execute(db).await);
        fill(db).await;
        let index = create_index("doc_tags", Doc, Doc.tags).unique();
        compared(db, "create unique index", index.execute(db).await);
    })
    .await;
}

#[tokio::test]
async fn a_conflict_on_a_document_is_refused_where_it_is_text() {
    plain(async |db| {
        fill(db).await;
        if is_postgres(db) {
            create_index("doc_tags", Doc, Doc.tags).unique().execute(db).await.unwrap();
        }
        let again = NewDoc { id: 3, tags: Json(serde_json::json!({ "id": 1 })) };
        let upsert = insert_into(Doc).values(again).on_conflict(Doc.tags).do_nothing();
        compared(db, "on conflict", upsert.execute(db).await);
    })
    .await;
}

#[tokio::test]
async fn a_document_is_null_or_not_everywhere() {
    plain(async |db| {
        fill(db).await;
        let docs = || select_from(Doc).select(Doc.id).order_by(Doc.id);
        assert_eq!(docs().filter(Doc.more.is_null()).fetch_all(db).await.unwrap(), [1, 2]);
        assert_eq!(docs().filter(Doc.tags.is_not_null()).fetch_all(db).await.unwrap(), [1, 2]);
        assert_eq!(docs().filter(Doc.more.is(None::<Json<Value>>)).fetch_all(db).await.unwrap(), [1, 2]);
        assert_eq!(select_from(Doc).select(count(Doc.tags)).fetch_one(db).await.unwrap(), 2);
    })
    .await;
}

/// MySQL and MariaDB read the text `null`.
#[tokio::test]
async fn a_json_null_in_a_document_was_a_text() {
    plain(async |db| {
        create_table(Doc).execute(db).await.unwrap();
        let parts =
            [json!(null), json!("null"), json!("x"), json!({ "null": null }), json!([null]), json!("\"q\\")];
        for (id, part) in (1_i64..).zip(&parts) {
            let tags = Json(json!({ "part": part }));
            insert_into(Doc).values(NewDoc { id, tags }).execute(db).await.unwrap();
        }
        insert_into(Doc).values(NewDoc { id: 7, tags: Json(json!({})) }).execute(db).await.unwrap();
        insert_into(Doc).values(NewDoc { id: 8, tags: Json(json!(null)) }).execute(db).await.unwrap();
        let mut path =
            ast::JsonPath::new(ast::Expr::column("doc", "tags"), vec![ast::JsonStep::Key("part".into())]);
        path.text = true;
        let part = ast::Expr::JsonPath(Box::new(path));
        let mut query = ast::Select::from(ast::TableRef::typed(Doc::META));
        query.items.push(ast::SelectItem::expr(part.clone()));
        query.order_by.push(ast::OrderBy::new(ast::Expr::column("doc", "id"), ast::Direction::Asc));
        let texts = tree(query).rows::<Option<String>>().fetch_all(db).await.unwrap();
        let found: Vec<_> =
            texts.iter().map(|text| text.as_deref().map(|text| text.replace(' ', ""))).collect();
        let text = |text: &str| Some(text.to_owned());
        let expected = [
            None,
            text("null"),
            text("x"),
            text(r#"{"null":null}"#),
            text("[null]"),
            text("\"q\\"),
            None,
            None,
        ];
        assert_eq!(found, expected);
    })
    .await;
}
