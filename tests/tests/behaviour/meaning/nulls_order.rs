//! NULL counts as the highest value when rows are sorted, on every database, unless a key says where it comes.

use crate::database::{is_postgres, plain};
use kysera::prelude::*;
use kysera::schema::{create_index, create_table};

#[derive(Table, Debug, Clone, PartialEq)]
struct Visit {
    #[column(primary_key)]
    id: i64,
    place: i64,
    seen: Option<i64>,
}

#[derive(Table, Debug, Clone, PartialEq)]
struct Place {
    #[column(primary_key)]
    id: i64,
    rank: i64,
}

async fn fill(db: &Db) {
    create_table(Visit).execute(db).await.unwrap();
    create_table(Place).execute(db).await.unwrap();
    for (id, seen) in (1..).zip([Some(2), None, Some(1)]) {
        insert_into(Visit).values(NewVisit { id, place: id }).execute(db).await.unwrap();
        update(Visit).set(Visit.seen.set(seen)).filter(Visit.id.eq(id)).execute(db).await.unwrap();
    }
    for (id, rank) in [(1, 7), (3, 6)] {
        insert_into(Place).values(NewPlace { id, rank }).execute(db).await.unwrap();
    }
}

#[tokio::test]
async fn nulls_come_last_and_first_when_descending_on_every_database() {
    plain(async |db| {
        fill(db).await;
        macro_rules! sorted {
            ($key:expr) => {
                select_from(Visit).select(Visit.id).order_by(($key, Visit.id)).fetch_all(db).await.unwrap()
            };
        }
        assert_eq!(sorted!(Visit.seen), [3, 1, 2]);
        assert_eq!(sorted!(Visit.seen.asc()), [3, 1, 2]);
        assert_eq!(sorted!(Visit.seen.desc()), [2, 1, 3]);
        assert_eq!(sorted!(Visit.seen.desc().nulls_last()), [1, 3, 2]);
        assert_eq!(sorted!(Visit.seen.asc().nulls_first()), [2, 3, 1]);
        assert_eq!(sorted!((Visit.seen + Visit.id).desc()), [2, 3, 1]);
        let named = select_from(Visit).select(row! { id: Visit.id, seen: Visit.seen });
        let named = named.order_by_output(|row| row.seen.desc()).fetch_all(db).await.unwrap();
        assert_eq!(named.iter().map(|row| row.id).collect::<Vec<_>>(), [2, 1, 3]);
    })
    .await;
}

#[tokio::test]
async fn rows_that_a_left_join_did_not_find_come_where_nulls_come() {
    plain(async |db| {
        fill(db).await;
        let joined = || select_from(Visit).left_join(Place, Place.id.eq(Visit.place)).select(Visit.id);
        assert_eq!(joined().order_by(Place.rank).fetch_all(db).await.unwrap(), [3, 1, 2]);
        assert_eq!(joined().order_by(Place.rank.desc()).fetch_all(db).await.unwrap(), [2, 1, 3]);
        assert_eq!(joined().order_by((Place.rank + 1_i64).desc()).fetch_all(db).await.unwrap(), [2, 1, 3]);
    })
    .await;
}

#[tokio::test]
async fn the_order_of_nulls_is_written_only_where_there_may_be_some() {
    let sqlite = kysera::dialect::Sqlite::default();
    let plain = select_from(Visit).select(Visit.id).order_by(Visit.place).to_sql(&sqlite).unwrap().sql;
    assert_eq!(plain, r#"select "visit"."id" from "visit" order by "visit"."place""#);
    let nullable = select_from(Visit).select(Visit.id).order_by(Visit.seen).to_sql(&sqlite).unwrap().sql;
    assert_eq!(nullable, r#"select "visit"."id" from "visit" order by "visit"."seen" nulls last"#);
    let inner = select_from(Visit).left_join(Place, Place.id.eq(Visit.place)).select(Visit.id);
    let inner = inner.order_by(Visit.place.desc()).to_sql(&sqlite).unwrap().sql;
    assert!(inner.ends_with(r#"order by "visit"."place" desc"#), "{inner}");
    let postgres = kysera::dialect::Postgres::default();
    let nullable =
        select_from(Visit).select(Visit.id).order_by(Visit.seen.desc()).to_sql(&postgres).unwrap().sql;
    assert_eq!(nullable, r#"select "visit"."id" from "visit" order by "visit"."seen" desc"#);
}

#[tokio::test]
async fn an_index_serves_an_order_with_nulls() {
    plain(async |db| {
        fill(db).await;
        if is_postgres(db) {
            return;
        }
        create_index("visit_by_seen", Visit, (Visit.place, Visit.seen)).execute(db).await.unwrap();
        create_index("visit_seen", Visit, Visit.seen).execute(db).await.unwrap();
        for query in [
            select_from(Visit).select(Visit.id).order_by(Visit.seen).limit(2),
            select_from(Visit).select(Visit.id).order_by(Visit.seen.desc()).limit(2),
            select_from(Visit).select(Visit.id).order_by((Visit.seen.desc(), Visit.id.desc())).limit(2),
        ] {
            let plan = query.explain(db).await.unwrap().to_string();
            assert!(plan.contains("visit_seen") && !plan.contains("TEMP B-TREE"), "{plan}");
        }
        let within =
            select_from(Visit).filter(Visit.place.eq(1)).select(Visit.id).order_by(Visit.seen.desc());
        let plan = within.explain(db).await.unwrap().to_string();
        assert!(plan.contains("visit_by_seen") && !plan.contains("TEMP B-TREE"), "{plan}");
    })
    .await;
}
