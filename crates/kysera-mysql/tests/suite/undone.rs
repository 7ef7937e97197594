//! Writes whose warnings are errors: the error came, and what they did stayed.

use crate::support::on_both;
use kysera_core::{Db, ErrorKind, QueryExt, raw};
use kysera_sql::Table;
use kysera_sql::expr::{min, scalar, val};
use kysera_sql::prelude::*;
use kysera_sql::query::select_from;
use kysera_sql::write::{delete_from, insert_into, update};

#[derive(Table, Clone, Debug, PartialEq)]
#[table(name = "account", crate = kysera_sql)]
struct Account {
    #[column(primary_key)]
    id: i64,
    credit: i64,
    code: String,
}

async fn create(db: &Db) {
    raw("create table account (id bigint primary key, credit bigint not null, code varchar(20) not null)")
        .execute(db)
        .await
        .unwrap();
    let rows = [(1, 1, "a"), (2, 2, "b"), (3, 0, "5x")];
    let rows = rows.map(|(id, credit, code)| NewAccount { id, credit, code: code.to_owned() });
    insert_into(Account).rows(rows).execute(db).await.unwrap();
}

/// Three rows of another table.
async fn create_notes(db: &Db) {
    raw("create table note (id bigint primary key, code varchar(20) not null)").execute(db).await.unwrap();
    insert_into(Note).rows([1, 2, 3].map(|id| NewNote { id, code: "n".into() })).execute(db).await.unwrap();
}

async fn notes(db: &Db) -> Vec<(i64, String)> {
    select_from(Note).order_by(Note.id).select((Note.id, Note.code)).fetch_all(db).await.unwrap()
}

async fn state(db: &Db) -> Vec<Account> {
    select_from(Account).order_by(Account.id).select(Account.all()).fetch_all(db).await.unwrap()
}

#[tokio::test]
async fn a_delete_that_failed_for_what_its_condition_computes_had_deleted_and_committed() {
    on_both("computed", async |driver, flavour| {
        let db = Db::new(driver);
        create(&db).await;
        let before = state(&db).await;
        let failed = |result: kysera_core::Result<_>, what: &str| {
            let error = Result::<kysera_core::driver::ExecResult, _>::err(result).expect(what);
            assert_eq!(error.kind(), ErrorKind::InvalidValue, "{flavour:?}: {what}: {error}");
        };
        let by_code = || delete_from(Account).filter(Account.code.cast::<i64>().eq(5));
        let by_credit = || delete_from(Account).filter((val(10_i64) / Account.credit).gt(1));
        failed(by_code().execute(&db).await, "a cast");
        failed(by_credit().execute(&db).await, "a quotient");
        assert_eq!(state(&db).await, before, "{flavour:?}");
        let returned =
            delete_from(Account).all_rows().returning(val(10_i64) / Account.credit).fetch_all(&db).await;
        assert_eq!(returned.unwrap_err().kind(), ErrorKind::InvalidValue, "{flavour:?}");
        assert_eq!(state(&db).await, before, "{flavour:?}");
        let piped = db.pipeline().execute(by_code()).execute(by_credit()).run().await;
        assert_eq!(piped.unwrap_err().kind(), ErrorKind::InvalidValue, "{flavour:?}");
        assert_eq!(state(&db).await, before, "{flavour:?}");
    })
    .await;
}

#[tokio::test]
async fn a_write_that_fails_inside_a_transaction_is_undone_and_the_transaction_goes_on() {
    on_both("inside", async |driver, flavour| {
        let db = Db::new(driver);
        create(&db).await;
        let before = state(&db).await;
        db.transaction(async |tx| {
            let failed =
                delete_from(Account).filter((val(10_i64) / Account.credit).gt(1)).execute(&*tx).await;
            assert_eq!(failed.unwrap_err().kind(), ErrorKind::InvalidValue, "{flavour:?}");
            update(Account).set(Account.code.set("z")).filter(Account.id.eq(3)).execute(&*tx).await?;
            Ok::<_, kysera_core::Error>(())
        })
        .await
        .unwrap();
        let mut expected = before;
        expected[2].code = "z".to_owned();
        assert_eq!(state(&db).await, expected, "{flavour:?}");
    })
    .await;
}

/// The server's strict mode is about values that are stored, and not about a query of one value.
#[tokio::test]
async fn a_write_that_failed_for_a_query_inside_of_it_was_done() {
    on_both("queried", async |driver, flavour| {
        let db = Db::new(driver);
        create(&db).await;
        create_notes(&db).await;
        let before = notes(&db).await;
        let least = || {
            scalar(select_from(Account).filter((val(10_i64) / Account.credit).gt(1)).select(min(Account.id)))
        };
        let deleted = delete_from(Note).filter(Note.id.gt(least())).execute(&db).await;
        assert_eq!(deleted.unwrap_err().kind(), ErrorKind::InvalidValue, "{flavour:?}");
        let changed = update(Note).set(Note.code.set("x")).filter(Note.id.gt(least())).execute(&db).await;
        assert_eq!(changed.unwrap_err().kind(), ErrorKind::InvalidValue, "{flavour:?}");
        let query = select_from(Note).filter(Note.id.gt(least())).select((Note.id + 10, Note.code));
        let copied = insert_into(Note).columns((Note.id, Note.code)).from_select(query).execute(&db).await;
        assert_eq!(copied.unwrap_err().kind(), ErrorKind::InvalidValue, "{flavour:?}");
        assert_eq!(notes(&db).await, before, "{flavour:?}");
    })
    .await;
}

#[derive(Table, Clone, Debug, PartialEq)]
#[table(name = "note", crate = kysera_sql)]
struct Note {
    #[column(primary_key)]
    id: i64,
    code: String,
}

#[derive(Table, Clone, Debug, PartialEq)]
#[table(name = "share", crate = kysera_sql)]
struct Share {
    #[column(primary_key)]
    id: i64,
    part: Option<i64>,
}

/// What a view computes stands in no text of ours.
#[tokio::test]
async fn a_write_that_failed_for_what_a_view_computes_was_done() {
    on_both("viewed", async |driver, flavour| {
        let db = Db::new(driver);
        create(&db).await;
        raw("create view share as select id, 10 div credit as part from account").execute(&db).await.unwrap();
        create_notes(&db).await;
        let before = notes(&db).await;
        let least = || scalar(select_from(Share).filter(Share.part.gt(-1)).select(min(Share.id)));
        let listed =
            || select_from(Share).filter(Share.part.is_null().or(Share.part.gt(-1))).select(Share.id);
        let failed = [
            delete_from(Note).filter(Note.id.ge(least())).execute(&db).await,
            delete_from(Note).filter(Note.id.in_subquery(listed())).execute(&db).await,
            delete_from(Note)
                .using(Share)
                .filter(Share.id.eq(Note.id).and(Share.part.gt(-1)))
                .execute(&db)
                .await,
            update(Note).set(Note.code.set("x")).filter(Note.id.ge(least())).execute(&db).await,
        ];
        for (at, result) in failed.into_iter().enumerate() {
            let Err(error) = result else { panic!("{flavour:?}: {at}") };
            assert_eq!(error.kind(), ErrorKind::InvalidValue, "{flavour:?}: {at}: {error}");
        }
        assert_eq!(notes(&db).await, before, "{flavour:?}");
    })
    .await;
}

/// A division by zero, in a session that keeps no warning: the list that is asked for is empty.
#[tokio::test]
async fn a_warning_that_the_server_did_not_keep_was_none() {
    on_both("kept", async |driver, flavour| {
        let db = Db::new(driver);
        create(&db).await;
        let before = state(&db).await;
        db.transaction(async |tx| {
            raw("set session max_error_count = 0").execute(&*tx).await?;
            let read = select_from(Account).select(val(10_i64) / Account.credit).fetch_all(&*tx).await;
            assert_eq!(read.unwrap_err().kind(), ErrorKind::InvalidValue, "{flavour:?}: a read");
            let write = delete_from(Account).filter((val(10_i64) / Account.credit).gt(1)).execute(&*tx).await;
            assert_eq!(write.unwrap_err().kind(), ErrorKind::InvalidValue, "{flavour:?}: a write");
            Ok::<_, kysera_core::Error>(())
        })
        .await
        .unwrap();
        assert_eq!(state(&db).await, before, "{flavour:?}");
    })
    .await;
}
