//! Everything that runs a query runs a prepared one.

use super::{Account, each, filled};
use crate::database::{is_postgres, plain};
use kysera::ErrorKind;
use kysera::prelude::*;
use std::sync::LazyLock;

static BY_ID: LazyLock<Prepared<i64, Account>> = LazyLock::new(|| {
    prepare(|id: Param<i64>| select_from(Account).filter(Account.id.eq(id)).select(Account.all()))
});

fn older() -> Prepared<i32, String> {
    prepare(|age: Param<i32>| {
        select_from(Account).filter(Account.age.gt(age)).order_by(Account.id.asc()).select(Account.name)
    })
}

#[tokio::test]
async fn by_every_terminal() {
    plain(async |db| {
        filled(db).await;
        let older = older();
        assert_eq!(older.bind(45).fetch_all(db).await.unwrap(), ["cem", "dee", "eve"]);
        assert_eq!(older.bind(65).fetch_one(db).await.unwrap(), "eve");
        assert_eq!(older.bind(65).fetch_optional(db).await.unwrap().as_deref(), Some("eve"));
        assert_eq!(older.bind(99).fetch_optional(db).await.unwrap(), None);
        assert_eq!(older.bind(0).fetch_first(db).await.unwrap().as_deref(), Some("ann"));
        let mut stream = older.bind(55).fetch_stream(db);
        let mut names = Vec::new();
        while let Some(name) = stream.next().await {
            names.push(name.unwrap());
        }
        assert_eq!(names, ["dee", "eve"]);
        assert!(older.bind(55).explain(db).await.unwrap().contains("account"));
        let compiled = older.bind(55).compile(db).unwrap();
        assert_eq!(compiled, older.bind(55).to_sql(db.dialect()).unwrap());
        assert_eq!(compiled.sql.id(), older.bind(56).compile(db).unwrap().sql.id());
        assert!(compiled.sql.id().is_some());
        assert_eq!(BY_ID.bind(1).fetch_one(db).await.unwrap().name, "ann");
        assert_eq!(older.bind(99).fetch_one(db).await.unwrap_err().kind(), ErrorKind::NotFound);
    })
    .await;
}

#[tokio::test]
async fn in_transactions_savepoints_and_pipelines() {
    plain(async |db| {
        filled(db).await;
        let older = older();
        let rename = prepare(|id: Param<i64>, name: Param<String>| {
            update(Account).set(Account.name.set(name)).filter(Account.id.eq(id))
        });
        db.transaction(async |tx| {
            assert_eq!(rename.bind((1, "anna")).execute(tx).await?.rows_affected, 1);
            tx.transaction(async |inner| {
                rename.bind((3, "cemil")).execute(inner).await?;
                assert_eq!(older.bind(45).fetch_all(inner).await?, ["cemil", "dee", "eve"]);
                Ok(())
            })
            .await?;
            let mut stream = older.bind(65).fetch_stream(&mut *tx);
            assert_eq!(stream.next().await.unwrap()?, "eve");
            Ok(())
        })
        .await
        .unwrap();
        let (one, some, done) = db
            .pipeline()
            .fetch_one(BY_ID.bind(3))
            .fetch_all(older.bind(65))
            .execute(rename.bind((5, "eva")))
            .run()
            .await
            .unwrap();
        assert_eq!((one.name.as_str(), some.len(), done.rows_affected), ("cemil", 1, 1));
    })
    .await;
}

#[tokio::test]
async fn writes_of_every_kind() {
    plain(async |db| {
        filled(db).await;
        let insert = prepare(|name: Param<String>, age: Param<i32>, nick: Param<Option<String>>| {
            insert_into(Account)
                .values((
                    Account.tenant.set(1),
                    Account.name.set(name),
                    Account.age.set(age),
                    Account.nick.set(nick),
                ))
                .on_conflict(Account.name)
                .do_update(|update, _| update.set(Account.age.set(age)).set(Account.nick.set(nick)))
                .returning((Account.id, Account.age, Account.nick))
        });
        let (id, age, nick) = insert.bind(("fay", 20, None)).fetch_one(db).await.unwrap();
        assert_eq!((age, nick), (20, None));
        let again = insert.bind(("fay", 21, Some("f".to_owned()))).fetch_one(db).await.unwrap();
        assert_eq!(again, (id, 21, Some("f".to_owned())));
        let grow = prepare(|by: Param<i32>, nick: Param<String>| {
            update(Account)
                .set(Account.age.set(Account.age + by))
                .filter(Account.nick.eq(nick))
                .returning(Account.age)
        });
        assert_eq!(grow.bind((4, "f")).fetch_all(db).await.unwrap(), [25]);
        let delete = prepare(|id: Param<i64>| delete_from(Account).filter(Account.id.eq(id)));
        assert_eq!(delete.bind(id).execute(db).await.unwrap().rows_affected, 1);
        assert_eq!(delete.bind(id).execute(db).await.unwrap().rows_affected, 0);
    })
    .await;
}

#[tokio::test]
async fn without_parameters_and_paged() {
    plain(async |db| {
        filled(db).await;
        let count = prepare(|| select_from(Account).select(count_all()));
        assert_eq!(count.bind(()).fetch_one(db).await.unwrap(), 5);
        let page = prepare(|limit: Param<u32>, offset: Param<u32>| {
            select_from(Account).order_by(Account.id.asc()).select(Account.name).limit(limit).offset(offset)
        });
        assert_eq!(page.bind((2, 1)).fetch_all(db).await.unwrap(), ["bob", "cem"]);
        assert_eq!(page.bind((1, 4)).fetch_all(db).await.unwrap(), ["eve"]);
        let erased = prepare(|name: Param<String>, least: Param<i32>| {
            select_from(Account)
                .filter(Account.name.eq(name))
                .select(Account.name)
                .union_all(select_from(Account).filter(Account.age.ge(least)).select(Account.name))
        });
        let mut names = erased.bind(("ann", 60)).fetch_all(db).await.unwrap();
        names.sort();
        assert_eq!(names, ["ann", "dee", "eve"]);
    })
    .await;
}

#[tokio::test]
async fn a_null_parameter_is_never_equal_and_is_compared_null_safely_on_demand() {
    plain(async |db| {
        filled(db).await;
        let equal = prepare(|nick: Param<Option<String>>| {
            select_from(Account).filter(Account.nick.eq(nick)).select(count_all())
        });
        let is = prepare(|nick: Param<Option<String>>| {
            select_from(Account).filter(Account.nick.is(Some(nick))).select(count_all())
        });
        assert_eq!(equal.bind(None).fetch_one(db).await.unwrap(), 0);
        assert_eq!(is.bind(None).fetch_one(db).await.unwrap(), 5);
        assert_eq!(is.bind("x").fetch_one(db).await.unwrap(), 0);
    })
    .await;
}

#[tokio::test]
async fn one_prepared_query_serves_databases_of_different_dialects() {
    let older = older();
    let texts = std::sync::Mutex::new(Vec::new());
    for _ in 0..2 {
        each(
            |builder| builder,
            async |db| {
                assert_eq!(older.bind(45).fetch_all(db).await.unwrap(), ["cem", "dee", "eve"]);
                let sql = older.bind(45).compile(db).unwrap().sql;
                assert_eq!(sql.contains('?'), !is_postgres(db));
                texts.lock().unwrap().push(sql.id());
            },
        )
        .await;
    }
    let texts = texts.into_inner().unwrap();
    assert!(texts.iter().all(Option::is_some));
}

#[tokio::test]
async fn an_error_names_table_and_column() {
    plain(async |db| {
        filled(db).await;
        #[derive(Table, Debug, Clone)]
        #[table(name = "account")]
        struct Wrong {
            #[column(primary_key)]
            id: i64,
            name: i64,
        }
        let wrong = prepare(|id: Param<i64>| {
            select_from(Wrong).filter(Wrong.id.eq(id)).select((Wrong.id, Wrong.name))
        });
        let error = wrong.bind(1).fetch_one(db).await.unwrap_err();
        let built = select_from(Wrong).filter(Wrong.id.eq(1)).select((Wrong.id, Wrong.name));
        let expected = built.fetch_one(db).await.unwrap_err();
        assert_eq!((error.kind(), error.to_string()), (expected.kind(), expected.to_string()));
        assert_eq!((error.table(), error.columns()), (Some("account"), &["name".to_owned()][..]));
        let none = BY_ID.bind(99).fetch_one(db).await.unwrap_err();
        assert_eq!((none.kind(), none.table()), (ErrorKind::NotFound, Some("account")));
    })
    .await;
}
