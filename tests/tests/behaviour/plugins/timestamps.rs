//! Timestamps: every way to write a row, and what wins.

use crate::database::{each, is_postgres};
use jiff::Timestamp;
use jiff::civil::DateTime;
use kysera::executor::{Clock, DbBuilder, FixedClock, tree};
use kysera::expr::bind;
use kysera::plugins::Timestamps;
use kysera::prelude::*;
use kysera::schema::create_table;
use kysera::{ErrorKind, Result};
use kysera_sql::node;
use std::sync::atomic::{AtomicI64, Ordering};

#[derive(Table, Debug, Clone, PartialEq)]
struct Note {
    #[column(primary_key, generated)]
    id: i64,
    #[column(unique)]
    title: String,
    #[column(default = "3")]
    stars: i32,
    #[column(default)]
    created_at: Timestamp,
    #[column(default)]
    updated_at: Timestamp,
}

/// Nothing in it has to be given.
#[derive(Table, Debug, Clone, PartialEq)]
struct Tick {
    #[column(primary_key, generated)]
    id: i64,
    #[column(default)]
    created_at: i64,
    #[column(default)]
    updated_at: DateTime,
}

/// Its instants have other names.
#[derive(Table, Debug, Clone, PartialEq)]
struct Purchase {
    #[column(primary_key, generated)]
    id: i64,
    item: String,
    #[column(default)]
    placed: Timestamp,
    changed: Option<Timestamp>,
}

/// What is called like an instant is none.
#[derive(Table, Debug, Clone, PartialEq)]
struct Wrong {
    #[column(primary_key)]
    id: i64,
    #[column(default)]
    created_at: bool,
}

/// Each reading is a second later than the one before.
#[derive(Debug)]
struct Ticking(AtomicI64);

impl Clock for Ticking {
    fn now(&self) -> i64 {
        self.0.fetch_add(1_000_000, Ordering::Relaxed)
    }
}

const START: i64 = 1_700_000_000_123_456;

fn ticking(builder: DbBuilder) -> DbBuilder {
    builder.plugin(Timestamps::new()).clock(Ticking(AtomicI64::new(START)))
}

/// The instant of the statement of that number.
fn at(statement: i64) -> Timestamp {
    Timestamp::from_microsecond(START + statement * 1_000_000).unwrap()
}

fn note(title: &str) -> NewNote {
    NewNote { title: title.into() }
}

type Stamps = Vec<(String, Timestamp, Timestamp)>;

async fn stamps(on: &impl Executor) -> Stamps {
    select_from(Note)
        .select((Note.title, Note.created_at, Note.updated_at))
        .order_by(Note.title)
        .fetch_all(on)
        .await
        .unwrap()
}

fn stamped<const N: usize>(rows: [(&str, i64, i64); N]) -> Stamps {
    rows.map(|(title, created, updated)| (title.to_owned(), at(created), at(updated))).into()
}

#[tokio::test]
async fn inserts_stamp_every_row_with_the_one_instant_of_their_statement() {
    each(ticking, async |db| {
        create_table(Note).execute(db).await.unwrap();
        insert_into(Note).values(note("a")).execute(db).await.unwrap();
        let many = insert_into(Note).rows(["b", "c"].map(note)).returning((Note.created_at, Note.updated_at));
        assert_eq!(many.fetch_all(db).await.unwrap(), [(at(1), at(1)); 2]);
        assert_eq!(stamps(db).await, stamped([("a", 0, 0), ("b", 1, 1), ("c", 1, 1)]));
    })
    .await;
}

#[tokio::test]
async fn rows_that_give_different_columns_are_stamped_alike() {
    each(ticking, async |db| {
        create_table(Note).execute(db).await.unwrap();
        let rows = [note("a").stars(5), note("b").created_at(at(-9)), note("c").updated_at(at(-8)).stars(4)];
        insert_into(Note).rows(rows).values(note("d")).execute(db).await.unwrap();
        assert_eq!(
            stamps(db).await,
            stamped([("a", 0, 0), ("b", -9, 0), ("c", 0, -8), ("d", 0, 0)]),
            "a value that a row gives itself wins, and the other rows are stamped"
        );
        let stars = select_from(Note).select(Note.stars).order_by(Note.title).fetch_all(db).await.unwrap();
        assert_eq!(stars, [5, 3, 4, 3]);
    })
    .await;
}

#[tokio::test]
async fn inserts_from_queries_are_stamped_whatever_the_query() {
    each(ticking, async |db| {
        create_table(Note).execute(db).await.unwrap();
        insert_into(Note).rows(["a", "b"].map(note)).execute(db).await.unwrap();
        let suffixed = |suffix: &str| {
            select_from(Note).select((concat(Note.title, suffix), Note.stars)).order_by(Note.id)
        };
        insert_into(Note)
            .columns((Note.title, Note.stars))
            .from_select(suffixed("1").limit(1))
            .execute(db)
            .await
            .unwrap();
        insert_into(Note)
            .columns((Note.title, Note.stars))
            .from_select(select_from(Note).distinct().select((val("x"), Note.stars)))
            .execute(db)
            .await
            .unwrap();
        assert_eq!(stamps(db).await, stamped([("a", 0, 0), ("a1", 1, 1), ("b", 0, 0), ("x", 2, 2)]));
    })
    .await;
}

#[tokio::test]
async fn trees_of_unions_stars_and_defaults_are_stamped() {
    use kysera::extend::sql::ast::{Insert, InsertSource, Select, SelectItem, SetOp, SetOpKind, TableRef};
    each(
        |builder| ticking(builder).table(Note::META),
        async |db| {
            create_table(Note).execute(db).await.unwrap();
            create_table(Tick).execute(db).await.unwrap();
            let one = |title: &'static str| {
                let mut select = Select::default();
                select.items.push(SelectItem::expr(bind(title.to_owned())));
                select
            };
            let mut union = one("a");
            union.set_ops.push(SetOp { kind: SetOpKind::Union, all: true, right: one("b") });
            let mut insert = Insert::into(TableRef::named("note"));
            insert.columns.push("title".into());
            insert.source = InsertSource::Select(Box::new(union));
            tree(insert).execute(db).await.unwrap();
            assert_eq!(stamps(db).await, stamped([("a", 0, 0), ("b", 0, 0)]));

            let defaults =
                insert_into(Tick).default_values().returning(Tick.all()).fetch_one(db).await.unwrap();
            let one = START + 1_000_000;
            let expected = Tick { id: 1, created_at: one, updated_at: civil(at(1)) };
            assert_eq!(defaults, expected);
            insert_into(Tick).rows([NewTick {}, NewTick {}]).execute(db).await.unwrap();
            let ticks = select_from(Tick).select((Tick.id, Tick.created_at)).order_by(Tick.id);
            assert_eq!(
                ticks.fetch_all(db).await.unwrap(),
                [(1, one), (2, START + 2_000_000), (3, START + 2_000_000)]
            );
        },
    )
    .await;
}

fn civil(instant: Timestamp) -> DateTime {
    instant.to_zoned(jiff::tz::TimeZone::UTC).datetime()
}

#[tokio::test]
async fn updates_stamp_unless_they_set_the_column_themselves() {
    each(ticking, async |db| {
        create_table(Note).execute(db).await.unwrap();
        insert_into(Note).rows(["a", "b", "c"].map(note)).execute(db).await.unwrap();
        update(Note).set(Note.stars.set(1)).filter(Note.title.eq("a")).execute(db).await.unwrap();
        let own = update(Note).set(Note.updated_at.set(at(-5))).filter(Note.title.eq("b"));
        own.execute(db).await.unwrap();
        update(Note).patch(NotePatch::new().stars(2)).filter(Note.title.eq("c")).execute(db).await.unwrap();
        let stamps = stamps(db).await;
        assert_eq!(stamps[0].1, at(0));
        assert_eq!(stamps[0].2, at(1));
        assert_eq!(stamps[1].2, at(-5));
        assert!(stamps[2].2 > at(1));
    })
    .await;
}

#[tokio::test]
async fn an_upsert_keeps_created_at_and_moves_updated_at() {
    each(ticking, async |db| {
        create_table(Note).execute(db).await.unwrap();
        insert_into(Note).values(note("a")).execute(db).await.unwrap();
        insert_into(Note)
            .rows([note("a").stars(9), note("b").stars(8)])
            .on_conflict((Note.title,))
            .do_update(|update, excluded| update.set(Note.stars.set(excluded.stars)))
            .execute(db)
            .await
            .unwrap();
        assert_eq!(stamps(db).await, stamped([("a", 0, 1), ("b", 1, 1)]));
        insert_into(Note)
            .values(note("a"))
            .on_conflict((Note.title,))
            .do_update(|update, _| update.set(Note.updated_at.set(at(-7))))
            .execute(db)
            .await
            .unwrap();
        insert_into(Note).values(note("b")).on_conflict_do_nothing().execute(db).await.unwrap();
        assert_eq!(stamps(db).await, stamped([("a", 0, -7), ("b", 1, 1)]));
    })
    .await;
}

#[tokio::test]
async fn tables_are_told_their_columns_and_left_alone() {
    let told = |builder: DbBuilder| {
        let plugin = Timestamps::new().table(Purchase, Purchase.placed, Purchase.changed).except::<Note>();
        builder.plugin(plugin).clock(FixedClock(START))
    };
    each(told, async |db| {
        create_table(Purchase).execute(db).await.unwrap();
        create_table(Note).execute(db).await.unwrap();
        let new = NewPurchase { item: "pen".into() };
        let row = insert_into(Purchase).values(new).returning(Purchase.all()).fetch_one(db).await.unwrap();
        assert_eq!((row.placed, row.changed), (at(0), Some(at(0))));
        let error = insert_into(Note).values(note("a")).execute(db).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotNullViolation, "{error}");
    })
    .await;
    let renamed = |builder: DbBuilder| {
        builder.plugin(Timestamps::new().columns("placed", "changed")).clock(FixedClock(START))
    };
    each(renamed, async |db| {
        create_table(Purchase).execute(db).await.unwrap();
        let new = NewPurchase { item: "pen".into() }.changed(None);
        let row = insert_into(Purchase).values(new).returning(Purchase.all()).fetch_one(db).await.unwrap();
        assert_eq!((row.placed, row.changed), (at(0), None), "an explicit NULL is a value too");
    })
    .await;
}

#[tokio::test]
async fn a_column_of_a_type_that_holds_no_instant_is_a_clear_error() {
    each(ticking, async |db| {
        create_table(Wrong).execute(db).await.unwrap();
        let error = insert_into(Wrong).values(NewWrong { id: 1 }).execute(db).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Plugin);
        assert_eq!((error.table(), error.columns()), (Some("wrong"), &["created_at".to_owned()][..]));
        assert!(error.to_string().contains("cannot hold an instant"), "{error}");
    })
    .await;
}

#[tokio::test]
async fn transactions_repositories_contexts_and_pipelines_stamp_alike() {
    each(ticking, async |db| {
        use kysera::dal::Context;
        use kysera::repository::Repository;
        create_table(Note).execute(db).await.unwrap();
        db.transaction(async |tx| {
            insert_into(Note).values(note("a")).execute(tx).await?;
            let notes = Repository::<Note>::new(tx);
            let b = notes.create(note("b")).await?;
            assert_eq!((b.created_at, b.updated_at), (at(1), at(1)));
            let b = notes.update(b.id, NotePatch::new().stars(1)).await?;
            assert_eq!((b.created_at, b.updated_at), (at(1), at(2)));
            let cx = Context::new(tx);
            insert_into(Note).values(note("c")).execute(&cx).await?;
            tx.transaction(async |tx| insert_into(Note).values(note("d")).execute(tx).await).await?;
            Ok(())
        })
        .await
        .unwrap();
        let (done, rows) = db
            .pipeline()
            .execute(insert_into(Note).values(note("e")))
            .fetch_all(select_from(Note).filter(Note.title.eq("e")).select(Note.created_at))
            .run()
            .await
            .unwrap();
        assert_eq!((done.rows_affected, rows), (1, vec![at(5)]));
        let mut stream = insert_into(Note).values(note("f")).returning(Note.created_at).fetch_stream(db);
        assert_eq!(stream.next().await.unwrap().unwrap(), at(6));
        assert!(stream.next().await.is_none());
    })
    .await;
}

#[tokio::test]
async fn writes_inside_a_cte_are_stamped_where_the_database_has_them() {
    use kysera::extend::sql::ast::{
        Cte, CteBody, Expr, Insert, InsertSource, Select, SelectItem, TableRef, With,
    };
    each(
        |builder| ticking(builder).table(Note::META),
        async |db| {
            if !is_postgres(db) {
                return;
            }
            create_table(Note).execute(db).await.unwrap();
            let mut insert = Insert::into(TableRef::named("note"));
            insert.columns.push("title".into());
            insert.source = InsertSource::values(vec![vec![bind("a".to_owned())]]);
            insert.returning.push(SelectItem::expr(Expr::column("note", "id")));
            let body = CteBody::Insert(Box::new(insert));
            let cte = Cte::new("made", body);
            let with = Some(Box::new(With::new(vec![cte])));
            let mut select = node!(Select { with, ..Select::default() });
            select.items.push(SelectItem::expr(bind(1_i64)));
            let rows: Result<Vec<(i64,)>> = tree(select).rows::<(i64,)>().fetch_all(db).await;
            assert_eq!(rows.unwrap(), [(1,)]);
            assert_eq!(stamps(db).await, stamped([("a", 0, 0)]));
        },
    )
    .await;
}

/// Without the plugin it is an error; with it a row was touched, as if it had been changed.
#[tokio::test]
async fn an_update_that_sets_nothing_stays_an_error() {
    each(ticking, async |db| {
        create_table(Note).execute(db).await.unwrap();
        insert_into(Note).values(note("a")).execute(db).await.unwrap();
        let nothing = update(Note).patch(NotePatch::default()).filter(Note.id.eq(1)).execute(db).await;
        assert_eq!(nothing.unwrap_err().kind(), ErrorKind::InvalidQuery);
        let met = insert_into(Note)
            .values(note("a"))
            .on_conflict((Note.title,))
            .do_update(|update, _| update)
            .execute(db)
            .await;
        assert_eq!(met.unwrap_err().kind(), ErrorKind::InvalidQuery);
        assert_eq!(stamps(db).await, stamped([("a", 0, 0)]));
    })
    .await;
}

#[tokio::test]
async fn a_tree_insert_that_names_no_columns_is_refused_with_the_way_out() {
    use kysera_sql::ast::{Expr, Insert, InsertSource, Select, SelectItem, TableRef};
    each(ticking, async |db| {
        create_table(Note).execute(db).await.unwrap();
        let mut select = Select::default();
        select.items.extend([bind(1_i64), bind("a"), bind(3_i32)].map(SelectItem::expr));
        for source in [
            InsertSource::Select(Box::new(select)),
            InsertSource::values(vec![vec![bind(1_i64), Expr::Default]]),
        ] {
            let mut insert = Insert::into(TableRef::typed(Note::META));
            insert.source = source;
            let error = tree(insert).execute(db).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Plugin, "{error}");
            assert!(error.to_string().contains("names no columns"), "{error}");
        }
    })
    .await;
}
