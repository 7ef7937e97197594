//! Both plugins at once: each acts as it would alone, whatever the order in which they were installed.

use crate::database::each;
use jiff::Timestamp;
use kysera::ErrorKind;
use kysera::executor::{DbBuilder, FixedClock};
use kysera::plugins::{SoftDelete, Timestamps, restore, soft_delete};
use kysera::prelude::*;
use kysera::schema::create_table;

#[derive(Table, Debug, Clone, PartialEq)]
struct Page {
    #[column(primary_key, generated)]
    id: i64,
    #[column(unique)]
    path: String,
    #[column(default)]
    created_at: Timestamp,
    #[column(default)]
    updated_at: Timestamp,
    deleted_at: Option<Timestamp>,
}

const NOW: i64 = 1_700_000_000_000_001;

async fn scenario(db: &Db) {
    create_table(Page).execute(db).await.unwrap();
    let now = Timestamp::from_microsecond(NOW).unwrap();
    let old = Timestamp::UNIX_EPOCH;
    let pages = ["/a", "/b"].map(|path| NewPage { path: path.into() }.created_at(old).updated_at(old));
    insert_into(Page).rows(pages).execute(db).await.unwrap();

    // The mark is an update, and so it is stamped: with the same instant.
    let marked = soft_delete(Page).filter(Page.path.eq("/a")).returning((Page.updated_at, Page.deleted_at));
    assert_eq!(marked.fetch_one(db).await.unwrap(), (now, Some(now)));
    let upsert = insert_into(Page)
        .values(NewPage { path: "/a".into() })
        .on_conflict((Page.path,))
        .do_update(|update, excluded| update.set(Page.path.set(excluded.path)));
    assert_eq!(upsert.execute(db).await.unwrap_err().kind(), ErrorKind::HiddenConflict);
    let upsert = insert_into(Page)
        .values(NewPage { path: "/b".into() })
        .on_conflict((Page.path,))
        .do_update(|update, excluded| update.set(Page.path.set(excluded.path)))
        .returning((Page.created_at, Page.updated_at));
    assert_eq!(upsert.fetch_one(db).await.unwrap(), (old, now));

    let copied = insert_into(Page)
        .columns((Page.path,))
        .from_select(select_from(Page).select(concat(Page.path, "/copy")))
        .execute(db)
        .await
        .unwrap();
    assert_eq!(copied.rows_affected, 1);
    let back = restore(Page).all_rows().returning(Page.path).fetch_all(db).await.unwrap();
    assert_eq!(back, ["/a"]);
    let paths = select_from(Page).select(Page.path).order_by(Page.path).fetch_all(db).await.unwrap();
    assert_eq!(paths, ["/a", "/b", "/b/copy"]);
}

#[tokio::test]
async fn marks_are_stamped_and_hidden_rows_neither_copied_nor_upserted() {
    let first = |builder: DbBuilder| builder.plugin(Timestamps::new()).plugin(SoftDelete::new());
    let second = |builder: DbBuilder| builder.plugin(SoftDelete::new()).plugin(Timestamps::new());
    each(|builder| first(builder).clock(FixedClock(NOW)), scenario).await;
    each(|builder| second(builder).clock(FixedClock(NOW)), scenario).await;
}
