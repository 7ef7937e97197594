//! Repositories: every method, every kind of key, inside transactions and tasks, with both plugins under them.

use crate::database::{each, plain};
use jiff::Timestamp;
use kysera::dal::Context;
use kysera::executor::{DbBuilder, FixedClock};
use kysera::plugins::{SoftDelete, Timestamps};
use kysera::prelude::*;
use kysera::repository::{Repository, SoftDeleteRepository};
use kysera::schema::create_table;
use kysera::{Error, ErrorKind, Result};

#[derive(Table, Debug, Clone, PartialEq)]
struct Book {
    #[column(primary_key, generated)]
    id: i64,
    #[column(unique)]
    title: String,
    #[column(default = "1")]
    copies: i32,
    subtitle: Option<String>,
}

/// Two columns make its key, in another order than they stand in.
#[derive(Table, Debug, Clone, PartialEq)]
#[table(primary_key(shelf, place))]
struct Slot {
    place: i32,
    #[column(references = "book.id")]
    book_id: i64,
    shelf: String,
}

#[derive(Table, Debug, Clone, PartialEq)]
struct Reader {
    #[column(primary_key, generated)]
    id: i64,
    name: String,
    #[column(default)]
    created_at: Timestamp,
    #[column(default)]
    updated_at: Timestamp,
    deleted_at: Option<Timestamp>,
}

const NOW: i64 = 1_700_000_000_123_456;

fn book(title: &str) -> NewBook {
    NewBook { title: title.into() }
}

async fn tables(db: &Db) {
    create_table(Book).execute(db).await.unwrap();
    create_table(Slot).execute(db).await.unwrap();
    create_table(Reader).execute(db).await.unwrap();
}

#[tokio::test]
async fn a_row_is_created_found_changed_and_deleted() {
    plain(async |db| {
        tables(db).await;
        let books = Repository::<Book>::new(db);
        let emma = books.create(book("Emma")).await.unwrap();
        assert_eq!(emma, Book { id: 1, title: "Emma".into(), copies: 1, subtitle: None });
        assert_eq!(books.find(1).await.unwrap().as_ref(), Some(&emma));
        assert_eq!(books.get(1).await.unwrap(), emma);
        assert_eq!(books.find(2).await.unwrap(), None);

        let changed = books.update(1, BookPatch::new().copies(3).subtitle("A novel")).await.unwrap();
        assert_eq!(changed, Book { copies: 3, subtitle: Some("A novel".into()), ..emma.clone() });
        let emptied = books.update(1, BookPatch::new().subtitle(None::<String>)).await.unwrap();
        assert_eq!(emptied, Book { copies: 3, ..emma });
        assert_eq!(books.update(1, BookPatch::new()).await.unwrap(), emptied, "an empty patch reads the row");

        books.delete(1).await.unwrap();
        assert_eq!(books.count().await.unwrap(), 0);
    })
    .await;
}

#[tokio::test]
async fn what_is_not_there_is_not_found_by_name() {
    plain(async |db| {
        tables(db).await;
        let books = Repository::<Book>::new(db);
        let missing: [Result<()>; 4] = [
            books.get(7).await.map(drop),
            books.update(7, BookPatch::new().copies(1)).await.map(drop),
            books.update(7, BookPatch::new()).await.map(drop),
            books.delete(7).await,
        ];
        for missing in missing {
            let error = missing.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::NotFound);
            assert!(error.is_not_found());
            assert_eq!(error.table(), Some("book"));
        }
    })
    .await;
}

#[tokio::test]
async fn none_one_and_many_rows_are_created_in_order() {
    plain(async |db| {
        tables(db).await;
        let books = Repository::<Book>::new(db);
        assert_eq!(books.create_many(Vec::<NewBook>::new()).await.unwrap(), []);
        let one = books.create_many([book("a")]).await.unwrap();
        assert_eq!(one.len(), 1);
        let titles: Vec<_> = (0..500).map(|n| format!("title {n:03}")).collect();
        let many = books.create_many(titles.iter().map(|title| book(title))).await.unwrap();
        assert_eq!(many.iter().map(|book| book.title.clone()).collect::<Vec<_>>(), titles);
        assert!(many.is_sorted_by_key(|book| book.id));
        let mixed = books.create_many([book("x").copies(7), book("y").subtitle("why")]).await.unwrap();
        assert_eq!((mixed[0].copies, mixed[0].subtitle.as_deref()), (7, None));
        assert_eq!((mixed[1].copies, mixed[1].subtitle.as_deref()), (1, Some("why")));

        let error = books.create_many([book("z"), book("a")]).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UniqueViolation);
        assert_eq!(books.count().filter(Book.title.eq("z")).await.unwrap(), 0, "all or none");
    })
    .await;
}

#[tokio::test]
async fn lists_are_filtered_ordered_and_paged_and_counts_filtered() {
    plain(async |db| {
        tables(db).await;
        let books = Repository::<Book>::new(db);
        books
            .create_many(["e", "d", "c", "b", "a"].iter().zip(1..).map(|(t, n)| book(t).copies(n)))
            .await
            .unwrap();
        let page = books
            .list()
            .filter(Book.copies.gt(1))
            .order_by(Book.title.asc())
            .limit(2)
            .offset(1)
            .await
            .unwrap();
        assert_eq!(page.iter().map(|book| book.title.as_str()).collect::<Vec<_>>(), ["b", "c"]);
        let both = books.list().filter(Book.copies.gt(1)).filter(Book.copies.lt(3)).await.unwrap();
        assert_eq!(both.len(), 1);
        assert_eq!(books.list().await.unwrap().len(), 5);
        assert_eq!(books.count().filter(Book.copies.ge(4)).filter(Book.title.ne("a")).await.unwrap(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_key_of_two_columns_is_a_tuple_in_key_order() {
    plain(async |db| {
        tables(db).await;
        Repository::<Book>::new(db).create(book("Emma")).await.unwrap();
        let slots = Repository::<Slot>::new(db);
        let slot = |shelf: &str, place| NewSlot { place, book_id: 1, shelf: shelf.into() };
        slots.create_many([slot("A", 1), slot("A", 2), slot("B", 1)]).await.unwrap();
        let key = |shelf: &str, place: i32| (shelf.to_owned(), place);
        let found = slots.get(key("A", 2)).await.unwrap();
        assert_eq!(found, Slot { place: 2, book_id: 1, shelf: "A".into() });
        let moved = slots.update(key("A", 2), SlotPatch::new().place(3)).await.unwrap();
        assert_eq!(moved.place, 3);
        assert!(slots.find(key("A", 2)).await.unwrap().is_none());
        slots.delete(key("A", 1)).await.unwrap();
        assert!(slots.delete(key("A", 1)).await.unwrap_err().is_not_found());
        assert_eq!(slots.count().await.unwrap(), 2);

        let error = Repository::<Book>::new(db).delete(1).await.unwrap_err();
        assert!(error.is_foreign_key_violation(), "{error}");
        let twice = slots.create(slot("B", 1)).await.unwrap_err();
        assert!(twice.is_unique_violation(), "{twice}");
        let nowhere = slots.create(NewSlot { book_id: 9, ..slot("C", 1) }).await.unwrap_err();
        assert!(nowhere.is_foreign_key_violation(), "{nowhere}");
    })
    .await;
}

#[tokio::test]
async fn transactions_commit_and_roll_back_what_repositories_do_also_in_tasks() {
    plain(async |db| {
        tables(db).await;
        let on = db.clone();
        let task = tokio::spawn(async move {
            on.transaction(async |tx| {
                let books = Repository::<Book>::new(tx);
                let emma = books.create(book("Emma")).await?;
                let slots = Repository::<Slot>::new(tx);
                slots.create(NewSlot { place: 1, book_id: emma.id, shelf: "A".into() }).await?;
                Ok(books.list().filter(Book.id.eq(emma.id)).await?.len())
            })
            .await
        });
        assert_eq!(task.await.unwrap().unwrap(), 1);
        let failed: Result<()> = db
            .transaction(async |tx| {
                let books = Repository::<Book>::new(tx);
                books.create(book("Persuasion")).await?;
                assert_eq!(books.count().await?, 2);
                Err(Error::new(ErrorKind::Application, "no"))
            })
            .await;
        failed.unwrap_err();
        assert_eq!(Repository::<Book>::new(db).count().await.unwrap(), 1);

        // A savepoint takes back its part alone.
        db.transaction(async |tx| {
            Repository::<Book>::new(tx).create(book("Sanditon")).await?;
            let inside: Result<Book> =
                tx.transaction(async |tx| Repository::<Book>::new(tx).create(book("Emma")).await).await;
            assert!(inside.unwrap_err().is_unique_violation());
            Repository::<Book>::new(tx).update(1, BookPatch::new().copies(2)).await.map(drop)
        })
        .await
        .unwrap();
        let books = Repository::<Book>::new(db).list().order_by(Book.id.asc()).await.unwrap();
        let seen: Vec<_> = books.iter().map(|book| (book.title.as_str(), book.copies)).collect();
        assert_eq!(seen, [("Emma", 2), ("Sanditon", 1)]);
    })
    .await;
}

#[tokio::test]
async fn repositories_mark_restore_and_stamp_through_the_plugins() {
    let plugins = |builder: DbBuilder| {
        builder.plugin(Timestamps::new()).plugin(SoftDelete::new()).clock(FixedClock(NOW))
    };
    each(plugins, async |db| {
        tables(db).await;
        let now = Timestamp::from_microsecond(NOW).unwrap();
        let cx = Context::new(db);
        let readers = Repository::<Reader>::new(&cx);
        let ann = readers.create(NewReader { name: "Ann".into() }).await.unwrap();
        assert_eq!((ann.created_at, ann.updated_at, ann.deleted_at), (now, now, None));

        readers.soft_delete(ann.id).await.unwrap();
        assert_eq!(readers.find(ann.id).await.unwrap(), None);
        assert!(readers.get(ann.id).await.unwrap_err().is_not_found());
        assert!(readers.update(ann.id, ReaderPatch::new().name("X")).await.unwrap_err().is_not_found());
        assert!(readers.delete(ann.id).await.unwrap_err().is_not_found());
        assert!(readers.soft_delete(ann.id).await.unwrap_err().is_not_found());
        assert_eq!((readers.count().await.unwrap(), readers.list().await.unwrap().len()), (0, 0));
        let hidden = readers.find_with_deleted(ann.id).await.unwrap().unwrap();
        assert_eq!((hidden.name.as_str(), hidden.deleted_at), ("Ann", Some(now)));

        let back = readers.restore(ann.id).await.unwrap();
        assert_eq!(back, ann);
        let error = readers.restore(ann.id).await.unwrap_err();
        assert_eq!((error.kind(), error.table()), (ErrorKind::NotFound, Some("reader")));
        assert_eq!(readers.find_with_deleted(9).await.unwrap(), None);
        readers.delete(ann.id).await.unwrap();
        assert_eq!(readers.find_with_deleted(ann.id).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn marking_without_the_plugin_says_which_one_is_missing() {
    plain(async |db| {
        tables(db).await;
        let readers = Repository::<Reader>::new(db);
        for refused in [
            readers.soft_delete(1).await,
            readers.restore(1).await.map(drop),
            readers.find_with_deleted(1).await.map(drop),
        ] {
            let error = refused.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Plugin);
            assert!(error.to_string().contains("`soft_delete`, which is not installed"), "{error}");
        }
    })
    .await;
}
