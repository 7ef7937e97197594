//! Columns that SQLite keeps in another form than the library's own: each is written, read, compared, sorted, grouped and
//! joined as its values are. PostgreSQL has types for them, and runs the same program; MySQL and MariaDB have types for some,
//! and convert the others.

use crate::database::{is_postgres, is_sqlite, plain};
use jiff::Timestamp;
use jiff::civil::DateTime;
use kysera::expr::{array_from, case, count, count_all, exists, max, min};
use kysera::prelude::*;
use kysera::query::derived;
use kysera::schema::{create_index, create_table};
use rust_decimal::Decimal;
use uuid::Uuid;

/// `scaled` is refused on PostgreSQL: an integer there would be read as it is.
fn refused(db: &Db, form: &str) -> bool {
    is_postgres(db) && form.starts_with("scaled")
}

/// What the column of a table has on MySQL and MariaDB, which have no type for some of what is declared.
async fn on_mysql(db: &Db, form: &str) -> (String, String) {
    let stored = raw("select cast(v as char) from thing where id = 1").rows::<String>();
    let ty = raw("select column_type from information_schema.columns
        where table_schema = database() and table_name = 'thing' and column_name = 'v'")
    .rows::<String>();
    let (ty, stored) = (ty.fetch_one(db).await.unwrap(), stored.fetch_one(db).await.unwrap());
    assert_eq!(ty.starts_with("datetime") || ty.starts_with("decimal"), !is_converted(form), "{ty}");
    (ty, stored)
}

/// Where MySQL and MariaDB keep what SQLite does.
fn is_converted(form: &str) -> bool {
    ["uuid", "unix", "scaled"].iter().any(|kind| form.starts_with(kind))
}

/// The same questions about a column of a type, whose three values come in their order; how SQLite stores the first.
macro_rules! forms {
    ($($name:ident: $type:ty, $form:literal, [$($value:literal),+], $stored:literal, $indexed:literal;)+) => {$(
        mod $name {
            #![allow(dead_code, reason = "tables are used through their columns")]

            use super::*;

            #[derive(Table, Debug, Clone, PartialEq)]
            #[table(name = "thing")]
            struct Thing {
                #[column(primary_key)]
                id: i64,
                #[column(unique, form = $form)]
                v: $type,
                #[column(form = $form)]
                other: Option<$type>,
            }

            /// The same values in the form that has a type, or the library's own.
            #[derive(Table, Debug, Clone, PartialEq)]
            struct Plain {
                #[column(primary_key)]
                id: i64,
                v: $type,
            }

            #[derive(Table, Debug, Clone, PartialEq)]
            struct Sole {
                #[column(primary_key, form = $form)]
                v: $type,
                #[column(form = $form)]
                other: $type,
            }

            fn values() -> Vec<$type> {
                [$($value),+].iter().map(|value| value.parse().unwrap()).collect()
            }

            async fn fill(db: &Db) {
                create_table(Thing).execute(db).await.unwrap();
                create_table(Plain).execute(db).await.unwrap();
                for (id, v) in (1..).zip(values()) {
                    insert_into(Thing).values(NewThing { id, v }).execute(db).await.unwrap();
                    insert_into(Plain).values(NewPlain { id, v }).execute(db).await.unwrap();
                }
                update(Thing).set(Thing.other.set(Thing.v)).filter(Thing.id.ge(2)).execute(db).await.unwrap();
            }

            macro_rules! ids {
                ($db:ident, $condition:expr) => {{
                    let query = select_from(Thing).filter($condition).order_by(Thing.id.asc()).select(Thing.id);
                    query.fetch_all($db).await.unwrap()
                }};
            }

            #[tokio::test]
            async fn is_stored_as_declared_and_read_as_written() {
                plain(async |db| {
                    if refused(db, $form) {
                        return;
                    }
                    fill(db).await;
                    if is_sqlite(db) {
                        let stored: String = raw("select typeof(v) || ' ' || v from thing where id = 1")
                            .rows::<String>().fetch_one(db).await.unwrap();
                        assert_eq!(stored, $stored);
                    } else if !is_postgres(db) {
                        let (ty, stored) = on_mysql(db, $form).await;
                        let (class, kept) = $stored.split_once(' ').unwrap();
                        if is_converted($form) {
                            assert_eq!((ty.starts_with("char("), stored.as_str()), (class == "text", kept), "{ty}");
                        }
                    }
                    let read = select_from(Thing).order_by(Thing.id.asc()).select(Thing.all());
                    let read = read.fetch_all(db).await.unwrap();
                    assert_eq!(read.iter().map(|thing| thing.v).collect::<Vec<_>>(), values());
                    let other: Vec<_> = read.iter().map(|thing| thing.other).collect();
                    assert_eq!(other, [None, Some(values()[1]), Some(values()[2])]);
                })
                .await;
            }

            #[tokio::test]
            async fn compares_as_its_values_do() {
                plain(async |db| {
                    if refused(db, $form) {
                        return;
                    }
                    fill(db).await;
                    let [a, b, c] = values()[..] else { panic!() };
                    assert_eq!(ids!(db, Thing.v.eq(b)), [2]);
                    assert_eq!(ids!(db, Thing.v.ne(b)), [1, 3]);
                    assert_eq!(ids!(db, Thing.v.lt(b)), [1]);
                    assert_eq!(ids!(db, Thing.v.le(b)), [1, 2]);
                    assert_eq!(ids!(db, Thing.v.gt(b)), [3]);
                    assert_eq!(ids!(db, Thing.v.ge(b)), [2, 3]);
                    assert_eq!(ids!(db, Thing.v.between(b, c)), [2, 3]);
                    assert_eq!(ids!(db, Thing.v.not_between(b, c)), [1]);
                    assert_eq!(ids!(db, Thing.v.in_list([a, c])), [1, 3]);
                    assert_eq!(ids!(db, Thing.v.not_in_list([a, c])), [2]);
                    assert_eq!(ids!(db, Thing.other.is(Some(b))), [2]);
                    assert_eq!(ids!(db, Thing.other.is(None::<$type>)), [1]);
                    assert_eq!(ids!(db, Thing.other.is_null()), [1]);
                    assert_eq!(ids!(db, Thing.other.is_not_null()), [2, 3]);
                    assert_eq!(ids!(db, Thing.v.eq(Thing.other)), [2, 3]);
                    assert_eq!(ids!(db, Thing.other.coalesce(a).eq(a)), [1]);
                    assert_eq!(ids!(db, Thing.v.gt(Thing.other.coalesce(a))), [] as [i64; 0]);
                    let same = select_from(Plain).filter(Plain.v.eq(Thing.v.outer())).select(Plain.id);
                    assert_eq!(ids!(db, exists(same)), [1, 2, 3]);
                    let plain = select_from(Plain).filter(Plain.v.ge(b)).select(Plain.v);
                    assert_eq!(ids!(db, Thing.v.in_subquery(plain)), [2, 3]);
                    let own = select_from(Thing).filter(Thing.v.ge(b)).select(Thing.v);
                    let found = select_from(Plain).filter(Plain.v.in_subquery(own)).select(Plain.id).order_by(Plain.id.asc());
                    assert_eq!(found.fetch_all(db).await.unwrap(), [2, 3]);
                    let prepared = prepare(|v: Param<$type>| select_from(Thing).filter(Thing.v.eq(v)).select(Thing.id));
                    assert_eq!(prepared.bind(c).fetch_all(db).await.unwrap(), [3]);
                    let later = prepare(|v: Param<$type>| select_from(Thing).filter(Thing.v.gt(v)).select(Thing.id));
                    assert_eq!(later.bind(b).fetch_all(db).await.unwrap(), [3]);
                })
                .await;
            }

            #[tokio::test]
            async fn sorts_and_groups_as_its_values_do() {
                plain(async |db| {
                    if refused(db, $form) {
                        return;
                    }
                    fill(db).await;
                    let [a, b, c] = values()[..] else { panic!() };
                    // PostgreSQL has `min` of a UUID since 18 only, so it is refused everywhere.
                    let has_min = !$form.starts_with("uuid");
                    let down = select_from(Thing).order_by(Thing.v.desc()).select(Thing.v);
                    assert_eq!(down.fetch_all(db).await.unwrap(), [c, b, a]);
                    if has_min {
                        let ends = select_from(Thing).select((min(Thing.v), max(Thing.v), count(Thing.other)));
                        assert_eq!(ends.fetch_one(db).await.unwrap(), (Some(a), Some(c), 2));
                    }
                    let groups = select_from(Thing).group_by(Thing.other).select((Thing.other, count_all()));
                    let mut groups = groups.fetch_all(db).await.unwrap();
                    groups.sort_by_key(|(value, _)| *value);
                    assert_eq!(groups, [(None, 1), (Some(b), 1), (Some(c), 1)]);
                    let distinct = select_from(Thing).distinct().order_by(Thing.v.asc()).select(Thing.v);
                    assert_eq!(distinct.fetch_all(db).await.unwrap(), [a, b, c]);
                    let united = select_from(Thing).select(Thing.v).union(select_from(Plain).select(Plain.v));
                    let mut united = united.fetch_all(db).await.unwrap();
                    united.sort();
                    assert_eq!(united, [a, b, c]);
                    let inner = derived("inner", select_from(Thing).select(row! { id: Thing.id, v: Thing.v }));
                    let outside = select_from(&inner).filter(inner.v.ge(b)).order_by(inner.v.desc()).select(inner.v);
                    assert_eq!(outside.fetch_all(db).await.unwrap(), [c, b]);
                    let either = case().when(Thing.id.eq(1), Thing.v).otherwise(Thing.other.coalesce(a));
                    let either = select_from(Thing).order_by(Thing.id.asc()).select(either);
                    assert_eq!(either.fetch_all(db).await.unwrap(), [a, b, c]);
                })
                .await;
            }

            #[tokio::test]
            async fn joins_and_nests_as_its_values_do() {
                plain(async |db| {
                    if refused(db, $form) {
                        return;
                    }
                    fill(db).await;
                    let joined = select_from(Thing)
                        .inner_join(Plain, Plain.v.eq(Thing.v))
                        .order_by(Plain.id.asc())
                        .select((Thing.v, Plain.v));
                    assert_eq!(joined.fetch_all(db).await.unwrap(), values().into_iter().map(|v| (v, v)).collect::<Vec<_>>());
                    let same = Thing.v.eq(Plain.v.outer());
                    let nested = array_from(select_from(Thing).filter(same).select((Thing.v, Thing.other)));
                    let nested = select_from(Plain).order_by(Plain.id.asc()).select(nested).fetch_all(db).await.unwrap();
                    let [a, b, c] = values()[..] else { panic!() };
                    assert_eq!(nested, [vec![(a, None)], vec![(b, Some(b))], vec![(c, Some(c))]]);
                })
                .await;
            }

            #[tokio::test]
            async fn is_written_by_every_statement() {
                plain(async |db| {
                    if refused(db, $form) {
                        return;
                    }
                    fill(db).await;
                    let [a, b, c] = values()[..] else { panic!() };
                    let upsert = insert_into(Thing)
                        .values(NewThing { id: 9, v: b })
                        .on_conflict((Thing.v,))
                        .do_update(|update, excluded| update.set(Thing.other.set(excluded.v)).filter(excluded.v.eq(Thing.v)))
                        .returning((Thing.id, Thing.v, Thing.other));
                    if is_sqlite(db) || is_postgres(db) {
                        assert_eq!(upsert.fetch_one(db).await.unwrap(), (2, b, Some(b)));
                    } else {
                        // They do not choose the conflict.
                        assert_eq!(upsert.fetch_one(db).await.unwrap_err().kind(), kysera::ErrorKind::Unsupported);
                        update(Thing).set(Thing.other.set(b)).filter(Thing.v.eq(b)).execute(db).await.unwrap();
                    }
                    create_table(Sole).execute(db).await.unwrap();
                    for other in [a, c] {
                        let upsert = insert_into(Sole)
                            .values(NewSole { v: b, other })
                            .on_conflict((Sole.v,))
                            .do_update(|update, excluded| update.set(Sole.other.set(excluded.other)));
                        upsert.execute(db).await.unwrap();
                    }
                    let sole = select_from(Sole).select((Sole.v, Sole.other)).fetch_one(db).await.unwrap();
                    assert_eq!(sole, (b, c));
                    let again = insert_into(Thing).values(NewThing { id: 10, v: c }).execute(db).await.unwrap_err();
                    assert_eq!(again.kind(), kysera::ErrorKind::UniqueViolation);
                    let rows = [(1, Some(c)), (2, None)];
                    for (id, other) in rows {
                        let set = update(Thing).set(Thing.other.set(other)).filter(Thing.v.eq(values()[id - 1]));
                        let set = set.returning(Thing.other);
                        assert_eq!(set.fetch_one(db).await.unwrap(), other);
                    }
                    assert_eq!(ids!(db, Thing.other.eq(c)), [1, 3]);
                    let gone = delete_from(Thing).filter(Thing.v.in_list([a, b])).execute(db).await.unwrap();
                    assert_eq!(gone.rows_affected, 2);
                    let copy = insert_into(Thing)
                        .columns((Thing.id, Thing.v, Thing.other))
                        .from_select(select_from(Plain).filter(Plain.v.lt(c)).select((Plain.id, Plain.v, Plain.v)));
                    assert_eq!(copy.execute(db).await.unwrap().rows_affected, 2);
                    assert_eq!(ids!(db, Thing.v.eq(a).and(Thing.other.eq(a))), [1]);
                    let back = insert_into(Plain)
                        .columns((Plain.id, Plain.v))
                        .from_select(select_from(Thing).filter(Thing.id.eq(1)).select((Thing.id + 10, Thing.v)));
                    back.execute(db).await.unwrap();
                    let found = select_from(Plain).filter(Plain.v.eq(a)).order_by(Plain.id.asc()).select(Plain.id);
                    assert_eq!(found.fetch_all(db).await.unwrap(), [1, 11]);
                    let rows = [NewThing { id: 21, v: b }.other(c)].map(|row| row);
                    delete_from(Thing).filter(Thing.v.eq(b)).execute(db).await.unwrap();
                    insert_into(Thing).rows(rows).execute(db).await.unwrap();
                    assert_eq!(ids!(db, Thing.other.eq(c)), [3, 21]);
                })
                .await;
            }

            #[tokio::test]
            async fn an_index_serves_what_it_can() {
                plain(async |db| {
                    if is_postgres(db) {
                        return;
                    }
                    fill(db).await;
                    create_index("by_other", Thing, (Thing.other,)).execute(db).await.unwrap();
                    let [a, b, _] = values()[..] else { panic!() };
                    let plan = select_from(Thing).filter(Thing.other.eq(b)).select(Thing.id).explain(db).await.unwrap();
                    if !is_sqlite(db) {
                        assert!(plan.to_string().contains("by_other"), "{plan}");
                        return;
                    }
                    assert_eq!(plan.to_string().contains("SEARCH"), $indexed, "{plan}");
                    let plan = select_from(Thing).filter(Thing.v.in_list([a, b])).select(Thing.id).explain(db).await.unwrap();
                    assert_eq!(plan.to_string().contains("SEARCH"), $indexed, "{plan}");
                    if !$indexed {
                        return;
                    }
                    let plan = select_from(Plain)
                        .inner_join(Thing, Thing.v.eq(Plain.v))
                        .select((Plain.id, Thing.id))
                        .explain(db)
                        .await
                        .unwrap();
                    assert_eq!(plan.to_string().contains("SEARCH"), $indexed, "{plan}");
                })
                .await;
            }
        }
    )+};
}

forms! {
    uuid_text: Uuid, "uuid_text", ["0fffffff-10b1-426f-9247-bb680e5fe0c8", "67e55044-10b1-426f-9247-bb680e5fe0c8", "e0000000-0000-4000-8000-000000000000"],
        "text 0fffffff-10b1-426f-9247-bb680e5fe0c8", true;
    uuid_hex: Uuid, "uuid_hex", ["0fffffff-10b1-426f-9247-bb680e5fe0c8", "67e55044-10b1-426f-9247-bb680e5fe0c8", "e0000000-0000-4000-8000-000000000000"],
        "text 0fffffff10b1426f9247bb680e5fe0c8", true;
    iso_seconds: Timestamp, "iso_seconds", ["0001-01-01T00:00:00Z", "2024-02-29T12:00:00Z", "2024-02-29T12:00:01Z"], "text 0001-01-01T00:00:00Z", true;
    iso_millis: Timestamp, "iso_millis", ["1969-12-31T23:59:59.999Z", "2024-02-29T12:00:00Z", "2024-02-29T12:00:00.001Z"], "text 1969-12-31T23:59:59.999Z", true;
    iso_micros: Timestamp, "iso_micros", ["1969-12-31T23:59:59.999999Z", "2024-02-29T12:00:00Z", "2024-02-29T12:00:00.000001Z"], "text 1969-12-31T23:59:59.999999Z", true;
    iso_local: DateTime, "iso_millis", ["1969-12-31T23:59:59.999", "2024-02-29T12:00:00", "2024-02-29T12:00:00.001"], "text 1969-12-31T23:59:59.999", true;
    text_seconds: Timestamp, "text_seconds", ["1969-12-31T23:59:59Z", "2024-02-29T12:00:00Z", "2024-02-29T12:00:01Z"], "text 1969-12-31 23:59:59", true;
    text_millis: DateTime, "text_millis", ["1969-12-31T23:59:59.999", "2024-02-29T12:00:00", "2024-02-29T12:00:01"], "text 1969-12-31 23:59:59.999", true;
    unix_seconds: Timestamp, "unix_seconds", ["1969-12-31T23:59:50Z", "1970-01-01T00:00:00Z", "1970-01-01T00:00:09Z"], "integer -10", true;
    unix_millis: Timestamp, "unix_millis", ["1969-12-31T23:59:59.999Z", "1970-01-01T00:00:00Z", "2024-02-29T12:00:00.001Z"], "integer -1", true;
    unix_micros: Timestamp, "unix_micros", ["1969-12-31T23:59:59.999999Z", "1970-01-01T00:00:00Z", "2024-02-29T12:00:00.000001Z"], "integer -1", true;
    julian_day: Timestamp, "julian_day", ["2000-01-01T12:00:00Z", "2024-02-29T12:00:00.001Z", "2024-02-29T12:00:00.002Z"], "real 2451545.0", false;
    decimal_real: Decimal, "decimal_real", ["-2.5", "9.99", "10.01"], "real -2.5", true;
    scaled: Decimal, "scaled(2)", ["-2.50", "9.99", "10.01"], "integer -250", true;
}
