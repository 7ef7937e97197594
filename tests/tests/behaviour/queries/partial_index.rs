//! Upserts over partial indexes, and literals: what the planner has to see stands in the text.

use crate::database::{is_postgres, is_sqlite, plain};
use kysera::ErrorKind;
use kysera::expr::InSource;
use kysera::extend::sql::compile::compile;
use kysera::prelude::*;
use kysera::schema::{create_index, create_table, create_type, types_of};
use rust_decimal::Decimal;

#[derive(SqlEnum, Debug, Clone, Copy, PartialEq, Eq)]
#[sql_enum(name = "slot_state", rename_all = "snake_case")]
enum State {
    Free,
    Taken,
}

#[derive(Table, Debug, Clone, PartialEq)]
struct Slot {
    #[column(primary_key, generated)]
    id: i64,
    room: i64,
    kind: String,
    state: State,
    is_open: bool,
    size: i32,
    weight: f64,
    price: Decimal,
    starts: jiff::Timestamp,
    day: jiff::civil::Date,
    #[column(default = "0")]
    hits: i64,
}

fn slot(room: i64) -> NewSlot {
    NewSlot {
        room,
        kind: "it's a \\ cat".into(),
        state: State::Taken,
        is_open: true,
        size: 20,
        weight: -0.5,
        price: "12.50".parse().unwrap(),
        starts: "2024-05-01T12:00:00.5Z".parse().unwrap(),
        day: "2024-02-29".parse().unwrap(),
    }
}

async fn slots(db: &Db) {
    if is_postgres(db) {
        for ty in types_of(Slot::META) {
            create_type(ty).execute(db).await.unwrap();
        }
    }
    create_table(Slot).execute(db).await.unwrap();
}

/// Neither has partial indexes, and an index without the predicate would find more conflicts.
async fn refused_on_mysql(db: &Db, name: &'static str, predicate: Predicate<Slot>) {
    let index = create_index(name, Slot, (Slot.room,)).unique().filter(predicate.clone());
    let upsert =
        insert_into(Slot).values(slot(1)).on_conflict((Slot.room,)).index_filter(predicate).do_nothing();
    for (refused, what) in [
        (index.execute(db).await.map(drop), "partial index"),
        (upsert.execute(db).await.map(drop), "conflict"),
    ] {
        let error = refused.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported, "{name}: {error}");
        assert!(error.to_string().contains(what), "{name}: {error}");
    }
    assert_eq!(select_from(Slot).select(count_all()).fetch_one(db).await.unwrap(), 0);
}

/// PostgreSQL plans for all values from the sixth run of a prepared statement on; SQLite knows no value at all.
#[tokio::test]
async fn an_upsert_over_a_partial_index_finds_it_twenty_times() {
    plain(async |db| {
        slots(db).await;
        let row = slot(0);
        let predicates: [(&'static str, Predicate<Slot>); 8] = [
            ("of_kind", Slot.kind.eq(row.kind.clone()).on()),
            ("of_state", Slot.state.eq(State::Taken).on()),
            ("of_open", Slot.is_open.eq(true).on()),
            ("of_size", Slot.size.gt(-1).and(Slot.size.lt(100)).on()),
            ("of_weight", Slot.weight.ge(-0.5).on()),
            ("of_price", Slot.price.eq(row.price).on()),
            ("of_start", Slot.starts.ge(row.starts).on()),
            ("of_day", Slot.day.in_list([row.day]).on()),
        ];
        for (index, (name, predicate)) in predicates.into_iter().enumerate() {
            if !is_postgres(db) && !is_sqlite(db) {
                refused_on_mysql(db, name, predicate).await;
                continue;
            }
            create_index(name, Slot, (Slot.room,))
                .unique()
                .filter(predicate.clone())
                .execute(db)
                .await
                .unwrap_or_else(|error| panic!("{name}: {error}"));
            let room = index as i64;
            for run in 0..20 {
                let hits = insert_into(Slot)
                    .values(slot(room))
                    .on_conflict((Slot.room,))
                    .index_filter(predicate.clone())
                    .do_update(|update, _| update.set(Slot.hits.set(Slot.hits + 1)))
                    .returning(Slot.hits)
                    .fetch_one(db)
                    .await
                    .unwrap_or_else(|error| panic!("{name}, run {run}: {error}"));
                assert_eq!(hits, run, "{name}");
            }
            raw(format!("drop index {name}")).execute(db).await.unwrap();
        }
    })
    .await;
}

#[tokio::test]
async fn the_predicate_of_an_index_takes_no_parameter_and_no_value_without_a_literal_form() {
    plain(async |db| {
        let upsert = prepare(|room: Param<i64>| {
            insert_into(Slot)
                .values(slot(1))
                .on_conflict((Slot.room,))
                .index_filter(Slot.room.eq(room))
                .do_nothing()
        });
        let error = upsert.bind(1).execute(db).await.unwrap_err();
        if !is_postgres(db) && !is_sqlite(db) {
            assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
            slots(db).await;
            return refused_on_mysql(db, "of_weight", Slot.weight.lt(f64::INFINITY).on()).await;
        }
        assert!(error.to_string().contains("a parameter where nothing can be bound"), "{error}");
        let error = insert_into(Slot)
            .values(slot(1))
            .on_conflict((Slot.room,))
            .index_filter(Slot.weight.lt(f64::INFINITY))
            .do_nothing()
            .execute(db)
            .await
            .unwrap_err();
        assert!(error.to_string().contains("a float where nothing can be bound"), "{error}");
    })
    .await;
}

#[tokio::test]
async fn literals_mean_what_bound_values_mean() {
    plain(async |db| {
        slots(db).await;
        insert_into(Slot).values(slot(1)).execute(db).await.unwrap();
        let query = select_from(Slot)
            .filter(Slot.kind.eq(lit("it's a \\ cat")))
            .filter(Slot.state.eq(lit(State::Taken)))
            .filter(Slot.is_open.eq(lit(true)))
            .filter(Slot.size.eq(lit(20)))
            .filter(Slot.size.gt(lit(-20)))
            .select((Slot.id, lit("a"), lit(7_i64), lit(false), lit(State::Free), lit(-3_i16)));
        let rows = query.clone().fetch_all(db).await.unwrap();
        assert_eq!(rows, [(1, "a".to_owned(), 7, false, State::Free, -3)]);
        let compiled = compile(&query.into_statement().unwrap(), db.dialect()).unwrap();
        assert!(compiled.params.is_empty(), "{}", compiled.sql);
    })
    .await;
}

/// A bare number is the position of a selected item there.
#[tokio::test]
async fn a_literal_key_is_a_value_and_no_position() {
    async fn ordered<L: InSource + Copy>(db: &Db, key: L) -> Vec<i64> {
        select_from(Slot)
            .select((Slot.hits, Slot.room))
            .order_by((lit(key).asc(), Slot.room.asc()))
            .fetch_all(db)
            .await
            .unwrap()
            .into_iter()
            .map(|(_, room)| room)
            .collect()
    }
    plain(async |db| {
        slots(db).await;
        for (room, hits) in [(1, 3), (2, 1), (3, 2)] {
            insert_into(Slot).values(slot(room).hits(hits)).execute(db).await.unwrap();
        }
        assert_eq!(ordered(db, 1).await, [1, 2, 3]);
        assert_eq!(ordered(db, "hits").await, [1, 2, 3]);
        assert_eq!(ordered(db, true).await, [1, 2, 3]);
        assert_eq!(ordered(db, State::Free).await, [1, 2, 3]);
        let counts = select_from(Slot).group_by(lit(1)).select(count_all()).fetch_all(db).await.unwrap();
        assert_eq!(counts, [3]);
    })
    .await;
}
