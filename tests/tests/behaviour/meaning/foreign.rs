//! What another program stored in a form of its own is refused when it is read, at the top and in nested rows: its column is
//! named, what was found, and the cure. It could be read, but comparisons by the database would pass it by.

use crate::database::{is_sqlite, plain};
use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use kysera::executor::script;
use kysera::expr::array_from;
use kysera::prelude::*;
use rust_decimal::Decimal;
use uuid::Uuid;

#[derive(SqlEnum, Debug, Clone, Copy, PartialEq)]
#[sql_enum(name = "colour")]
enum Colour {
    Red,
}

#[derive(Table, Debug, Clone)]
struct Owner {
    #[column(primary_key)]
    id: i64,
}

#[derive(Table, Debug, Clone)]
struct Thing {
    #[column(primary_key)]
    id: i64,
    at: Option<Timestamp>,
    local: Option<DateTime>,
    day: Option<Date>,
    hour: Option<Time>,
    done: Option<bool>,
    key: Option<Uuid>,
    price: Option<Decimal>,
    colour: Option<Colour>,
    pieces: Option<i64>,
    name: Option<String>,
    bytes: Option<Vec<u8>>,
    weight: Option<f64>,
}

/// As another program declares it: no type decides what is stored.
const TABLES: &str = "create table owner (id integer primary key); insert into owner values (1);
    create table thing (id integer primary key, at datetime, local datetime, day date, hour time, done boolean, key uuid,
        price numeric(12, 2), colour varchar(10), pieces, name blob, bytes blob, weight);
    insert into thing (id) values (1)";

/// Reads one column where something else is stored, at the top and nested; both errors.
macro_rules! refused {
    ($db:ident, $column:ident, $stored:expr) => {{
        let name = stringify!($column);
        let sql = format!("update thing set {name} = {}", $stored);
        script(sql).run($db).await.unwrap();
        let top = select_from(Thing).select(Thing.$column).fetch_all($db).await.unwrap_err();
        let mine = Thing.id.eq(Owner.id.outer());
        let nested = array_from(select_from(Thing).filter(mine).select((Thing.id, Thing.$column)));
        let nested = select_from(Owner)
            .select(row! { id: Owner.id, things: nested })
            .fetch_all($db)
            .await
            .unwrap_err();
        script(format!("update thing set {name} = null")).run($db).await.unwrap();
        assert!(top.to_string().starts_with(&format!("cannot read thing.{name}: ")), "{top}");
        assert!(nested.to_string().starts_with("cannot read things, row 0, field 1: "), "{nested}");
        [top.to_string(), nested.to_string()]
    }};
}

#[tokio::test]
async fn a_uuid_kept_as_text_by_another_tool_is_refused_instead_of_never_found() {
    plain(async |db| {
        if !is_sqlite(db) {
            return;
        }
        script(TABLES).run(db).await.unwrap();
        for stored in [
            "'67e55044-10b1-426f-9247-bb680e5fe0c8'",
            "'67e5504410b1426f9247bb680e5fe0c8'",
            "'other'",
            "x'00'",
        ] {
            for error in refused!(db, key, stored) {
                assert!(error.contains("expected Uuid, found "), "{error}");
                let named =
                    error.contains("text instead of 16 bytes") && error.contains("form = \"uuid_text\"");
                assert!(named || stored == "x'00'", "{error}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn times_in_the_forms_of_others_are_refused_in_nested_rows_as_at_the_top() {
    plain(async |db| {
        if !is_sqlite(db) {
            return;
        }
        script(TABLES).run(db).await.unwrap();
        let cure = |errors: [String; 2]| {
            for error in errors {
                assert!(
                    error.contains("in another form than ") && error.contains("rewrite what is stored"),
                    "{error}"
                );
            }
        };
        for stored in
            ["'2024-05-01T12:00:00Z'", "'2024-05-01 12:00:00'", "1714564800", "2460432.0", "'2024-05-01'"]
        {
            cure(refused!(db, at, stored));
            cure(refused!(db, local, stored));
        }
        for stored in ["'2024-05-01 00:00:00'", "'2024-5-1'", "'20240501'", "19844", "20240501"] {
            cure(refused!(db, day, stored));
        }
        for stored in ["'12:00:00'", "'12:00'", "43200", "'12:00:00.000'"] {
            cure(refused!(db, hour, stored));
        }
    })
    .await;
}

#[tokio::test]
async fn a_boolean_that_is_neither_0_nor_1_is_refused() {
    plain(async |db| {
        if !is_sqlite(db) {
            return;
        }
        script(TABLES).run(db).await.unwrap();
        for stored in ["7", "-1", "'t'", "'true'", "'yes'"] {
            for error in refused!(db, done, stored) {
                assert!(
                    error.contains("expected bool, found ")
                        && error.contains("rewrite what is stored to 0 and 1"),
                    "{error}"
                );
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_decimal_kept_as_a_float_is_refused() {
    plain(async |db| {
        if !is_sqlite(db) {
            return;
        }
        script(TABLES).run(db).await.unwrap();
        for error in refused!(db, price, "'12.50'") {
            assert!(error.contains("found a float") && error.contains("form = \"decimal_real\""), "{error}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_value_of_another_type_is_refused() {
    plain(async |db| {
        if !is_sqlite(db) {
            return;
        }
        script(TABLES).run(db).await.unwrap();
        let other = |errors: [String; 2], expected: &str| {
            for error in errors {
                assert!(error.contains(expected), "{error}");
            }
        };
        other(refused!(db, colour, "'green'"), "none of its labels; add the label");
        other(refused!(db, colour, "'red'"), "none of its labels");
        other(refused!(db, pieces, "'7'"), "expected i64, found ");
        other(refused!(db, pieces, "7.5"), "expected i64, found ");
        other(refused!(db, name, "7"), "expected String, found ");
        other(refused!(db, bytes, "'abc'"), "expected Vec<u8>, found ");
        other(refused!(db, bytes, "7"), "expected Vec<u8>, found ");
        other(refused!(db, weight, "'7.5'"), "expected f64, found ");
        other(refused!(db, weight, "'Infinity'"), "expected f64, found ");
    })
    .await;
}
