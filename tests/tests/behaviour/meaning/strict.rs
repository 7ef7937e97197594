//! Tables that the library creates on SQLite, MySQL and MariaDB hold values of their columns' types alone, in the library's form.

use crate::database::{is_postgres, is_sqlite, plain};
use jiff::Timestamp;
use jiff::civil::{Date, Time};
use kysera::executor::script;
use kysera::prelude::*;
use kysera::schema::create_table;
use rust_decimal::Decimal;
use uuid::Uuid;

#[derive(SqlEnum, Debug, Clone, Copy, PartialEq)]
#[sql_enum(name = "shade", rename_all = "snake_case")]
enum Shade {
    Dark,
}

#[derive(Table, Debug, Clone)]
#[table(name = "kept")]
struct Row {
    #[column(primary_key)]
    id: i64,
    done: Option<bool>,
    at: Option<Timestamp>,
    day: Option<Date>,
    hour: Option<Time>,
    key: Option<Uuid>,
    shade: Option<Shade>,
    pieces: Option<i32>,
    weight: Option<f64>,
    price: Option<Decimal>,
    bytes: Option<Vec<u8>>,
    #[column(form = "unix_seconds")]
    seen: Option<Timestamp>,
    #[column(form = "iso_seconds")]
    made: Option<Timestamp>,
    #[column(form = "uuid_text")]
    code: Option<Uuid>,
}

#[tokio::test]
async fn a_table_that_the_library_made_takes_no_value_in_the_form_of_another_program() {
    plain(async |db| {
        if is_postgres(db) {
            return;
        }
        create_table(Row).execute(db).await.unwrap();
        // MySQL and MariaDB convert these to the value that they mean.
        let converted = [
            "done = 7",
            "at = current_timestamp",
            "at = '2024-05-01T12:00:00.000000'",
            "day = '2024-5-1'",
            "day = current_timestamp",
            "hour = '12:00'",
            "`key` = x'00'",
            "pieces = 7.5",
            "bytes = 'text'",
            "price = x'31'",
        ];
        let never = [
            "done = 't'",
            "at = '2024-05-01T12:00:00.000000Z'",
            "at = 1714564800",
            "`key` = '67e55044-10b1-426f-9247-bb680e5fe0c8'",
            "shade = 'light'",
            "pieces = 'seven'",
            "pieces = 9223372036854775807 + 1",
            "weight = 'heavy'",
            "seen = '2024-05-01 12:00:00'",
            "made = '2024-05-01T12:00:00.000Z'",
            "made = 1714564800",
            "code = '67e5504410b1426f9247bb680e5fe0c8'",
            "code = x'67e5504410b1426f9247bb680e5fe0c8'",
        ];
        let sets = if is_sqlite(db) { [&never[..], &converted].concat() } else { never.to_vec() };
        insert_into(Row).values(NewRow { id: 1 }).execute(db).await.unwrap();
        for set in sets {
            let error = script(format!("update kept set {set}")).run(db).await;
            assert!(error.is_err(), "{set}");
        }
        let good = RowPatch::new()
            .done(true)
            .at(Timestamp::UNIX_EPOCH)
            .day(Date::constant(2024, 2, 29))
            .hour(Time::constant(12, 0, 0, 0))
            .key(Uuid::from_u128(7))
            .shade(Shade::Dark)
            .pieces(7)
            .weight(7.0)
            .price(Decimal::new(750, 2))
            .bytes(vec![0])
            .seen(Timestamp::UNIX_EPOCH)
            .made(Timestamp::UNIX_EPOCH)
            .code(Uuid::from_u128(7));
        update(Row).patch(good).filter(Row.id.eq(1)).execute(db).await.unwrap();
        let row = select_from(Row).select(Row.all()).fetch_one(db).await.unwrap();
        assert_eq!(
            (row.done, row.key, row.code, row.weight),
            (Some(true), row.code, Some(Uuid::from_u128(7)), Some(7.0))
        );
    })
    .await;
}
