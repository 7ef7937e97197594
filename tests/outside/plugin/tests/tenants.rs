//! Two tenants in one table.

use kysera::prelude::*;
use kysera::schema::create_table;
use kysera_core::ErrorKind;
use kysera_outside_plugin::{Tenant, Tenants};
use kysera_sqlite::Sqlite;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

#[derive(Clone, Debug, PartialEq, Table)]
#[table(name = "note")]
struct Note {
    #[column(primary_key)]
    id: i64,
    tenant_id: i64,
    text: String,
}

fn note(id: i64, tenant_id: i64) -> NewNote {
    NewNote { id, tenant_id, text: format!("note {id}") }
}

/// A database with the notes 1 and 2 of the tenants 1 and 2, and how many rows were returned.
async fn notes() -> (Db, Arc<AtomicUsize>) {
    let plugin = Tenants::default();
    let returned = plugin.returned();
    let driver = Sqlite::memory().expect("memory is at hand");
    // A guard refuses changes of the schema.
    create_table(Note).execute(&Db::new(driver.clone())).await.expect("the table can be made");
    let db = Db::builder(driver).plugin(plugin).build().expect("one plugin");
    for tenant in 1..=2 {
        let db = db.with(Tenant(tenant));
        insert_into(Note)
            .values(note(tenant, tenant))
            .execute(&db)
            .await
            .expect("one's own note can be written");
    }
    (db, returned)
}

async fn ids(db: &Db) -> Vec<i64> {
    select_from(Note).select(Note.id).order_by(Note.id.asc()).fetch_all(db).await.expect("notes can be read")
}

#[tokio::test]
async fn each_tenant_reads_and_changes_its_own_rows() {
    let (db, _) = notes().await;
    let (one, two) = (db.with(Tenant(1)), db.with(Tenant(2)));
    assert_eq!((ids(&one).await, ids(&two).await), (vec![1], vec![2]));
    let changed = update(Note).set(Note.text.set("changed")).all_rows().execute(&one).await.unwrap();
    assert_eq!(changed.rows_affected, 1);
    let deleted = delete_from(Note).filter(Note.id.eq(2)).execute(&one).await.unwrap();
    assert_eq!(deleted.rows_affected, 0);
}

#[tokio::test]
async fn no_tenant_writes_rows_of_another() {
    let (db, _) = notes().await;
    let one = db.with(Tenant(1));
    let error = insert_into(Note).values(note(3, 2)).execute(&one).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Refused);
    let given_away = update(Note).set(Note.tenant_id.set(2)).filter(Note.id.eq(1));
    assert_eq!(given_away.execute(&one).await.unwrap_err().kind(), ErrorKind::Refused);
    assert_eq!((ids(&one).await, ids(&db.with(Tenant(2))).await), (vec![1], vec![2]));
}

#[tokio::test]
async fn nothing_runs_for_no_tenant() {
    let (db, _) = notes().await;
    let error = select_from(Note).select(Note.id).fetch_all(&db).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Plugin);
    assert!(kysera::raw("select id from note").execute(&db.with(Tenant(1))).await.is_err());
}

#[tokio::test]
async fn rows_are_counted_on_their_way() {
    let (db, returned) = notes().await;
    ids(&db.with(Tenant(1))).await;
    ids(&db.with(Tenant(2))).await;
    assert_eq!(returned.load(Ordering::Relaxed), 2);
}
