//! Types that MySQL and MariaDB alone have: what they hold comes back at the top and at every depth, or is refused by name.

use crate::engine::Engine;
use crate::{Kept, Scalar, kept, nested, on_every_engine, reads};
use jiff::{Timestamp, civil};
use kysera_sql::ast::NestedKind;
use std::fmt::Debug;

/// A table `kept` whose column has that type, with these values and a NULL.
async fn keep(engine: &mut Engine, ty: &str, literals: &[&str]) {
    engine.script("drop table if exists kept").await;
    engine.script(&format!("create table kept (id bigint primary key, value {ty} null)")).await;
    for (id, literal) in literals.iter().chain(&["null"]).enumerate() {
        engine.script(&format!("insert into kept values ({id}, {literal})")).await;
    }
}

/// What is written as SQL is read as these values.
async fn holds<T: Scalar + PartialEq>(engine: &mut Engine, ty: &str, pairs: &[(&str, T)]) {
    let literals: Vec<&str> = pairs.iter().map(|(literal, _)| *literal).collect();
    let values: Vec<T> = pairs.iter().map(|(_, value)| value.clone()).collect();
    eprintln!("{ty}");
    keep(engine, ty, &literals).await;
    reads(engine, &values, T::eq).await;
}

/// What no value of this type can be is an error at every depth, which says this.
async fn refuses<T: Scalar + Debug>(engine: &mut Engine, ty: &str, literal: &str, says: &str) {
    eprintln!("{ty} {literal}");
    keep(engine, ty, &[literal]).await;
    let top = engine.try_rows::<Kept<T>>(kept(T::SQL_TYPE)).await.expect_err("it is no such value");
    let one = nested(NestedKind::Array, kept(T::SQL_TYPE));
    let two = nested(NestedKind::Array, one.clone());
    let one = engine.try_rows::<(Vec<Kept<T>>,)>(one).await.expect_err("nor is it in a list");
    let two =
        engine.try_rows::<(Vec<(Vec<Kept<T>>,)>,)>(two).await.expect_err("nor is it in a list of lists");
    for error in [top, one, two] {
        assert!(error.to_string().contains(says), "{error}");
    }
}

#[test]
fn integers_bits_and_years() {
    on_every_engine(async |engine| {
        if !engine.is_mysql() {
            return;
        }
        holds(engine, "tinyint", &[("-128", -128_i16), ("127", 127)]).await;
        holds(engine, "tinyint unsigned", &[("255", 255_i16), ("0", 0)]).await;
        holds(engine, "smallint unsigned", &[("65535", 65_535_i32)]).await;
        holds(engine, "mediumint", &[("-8388608", -8_388_608_i32)]).await;
        holds(engine, "mediumint unsigned", &[("16777215", 16_777_215_i32)]).await;
        holds(engine, "integer unsigned", &[("4294967295", u32::MAX)]).await;
        holds(engine, "bigint", &[("-9223372036854775808", i64::MIN), ("9223372036854775807", i64::MAX)])
            .await;
        holds(engine, "bigint unsigned", &[("18446744073709551615", u64::MAX), ("0", 0)]).await;
        holds(engine, "bit(1)", &[("b'1'", true), ("b'0'", false)]).await;
        // The byte of a digit, of a quote and of no text at all.
        holds(engine, "bit(8)", &[("0x31", 0x31_i64), ("0x22", 0x22), ("0xff", 0xff), ("0", 0)]).await;
        holds(engine, "bit(64)", &[("0xffffffffffffffff", u64::MAX), ("1", 1)]).await;
        holds(engine, "year", &[("2155", 2155_i16), ("1901", 1901), ("0", 0)]).await;
        refuses::<i16>(engine, "integer", "32768", "i16").await;
        refuses::<i64>(engine, "bigint unsigned", "18446744073709551615", "i64").await;
        refuses::<i64>(engine, "date", "'2024-02-29'", "i64").await;
    });
}

#[test]
fn decimals_and_floats_of_columns_of_their_own() {
    on_every_engine(async |engine| {
        if !engine.is_mysql() {
            return;
        }
        let decimal = |text: &str| text.parse::<bigdecimal::BigDecimal>().expect("a decimal");
        let nines = "9".repeat(65);
        let least = format!("-{nines}");
        holds(engine, "decimal(65, 0)", &[(&nines, decimal(&nines)), (&least, decimal(&least))]).await;
        let fine = format!("0.{}1", "0".repeat(29));
        holds(engine, "decimal(65, 30)", &[(&fine, decimal(&fine)), ("-0.5", decimal("-0.5"))]).await;
        holds(engine, "float", &[("0.1", 0.1_f32), ("16777216", 16_777_216.0), ("3.4028234e38", f32::MAX)])
            .await;
        // A float of 32 bits is read as one of 64 with all that it holds.
        holds(engine, "float", &[("0.1", f64::from(0.1_f32))]).await;
        holds(
            engine,
            "double",
            &[("1.7976931348623157e308", f64::MAX), ("5e-324", 5e-324), ("-1e-7", -1e-7)],
        )
        .await;
    });
}

#[test]
fn dates_and_times_of_columns_of_their_own() {
    on_every_engine(async |engine| {
        if !engine.is_mysql() {
            return;
        }
        holds(engine, "date", &[("'9999-12-31'", civil::date(9999, 12, 31))]).await;
        let last = civil::date(9999, 12, 31).at(23, 59, 59, 999_999_000);
        holds(engine, "datetime(6)", &[("'9999-12-31 23:59:59.999999'", last)]).await;
        holds(engine, "datetime", &[("'2024-02-29 01:02:03'", civil::date(2024, 2, 29).at(1, 2, 3, 0))])
            .await;
        holds(
            engine,
            "datetime(3)",
            &[("'2024-02-29 01:02:03.004'", civil::date(2024, 2, 29).at(1, 2, 3, 4_000_000))],
        )
        .await;
        let instant: Timestamp = "2038-01-19T03:14:07.999999Z".parse().expect("an instant");
        holds(engine, "timestamp(6)", &[("'2038-01-19 03:14:07.999999'", instant)]).await;
        holds(engine, "time(6)", &[("'23:59:59.999999'", civil::time(23, 59, 59, 999_999_000))]).await;
        holds(engine, "time", &[("'00:00:00'", civil::time(0, 0, 0, 0))]).await;
        for beyond in ["'838:59:59'", "'-00:00:01'", "'24:00:01'"] {
            refuses::<civil::Time>(engine, "time", beyond, "Time").await;
        }
        engine.script("set sql_mode = ''").await;
        refuses::<civil::Date>(engine, "date", "'0000-00-00'", "zero date").await;
        refuses::<civil::Date>(engine, "date", "'2024-02-00'", "zero date").await;
        refuses::<civil::DateTime>(engine, "datetime(6)", "'0000-00-00'", "zero date").await;
        refuses::<Timestamp>(engine, "datetime", "'0000-00-00'", "zero date").await;
    });
}

#[test]
fn texts_bytes_and_documents_of_columns_of_their_own() {
    on_every_engine(async |engine| {
        if !engine.is_mysql() {
            return;
        }
        let text = |text: &str| text.to_owned();
        holds(
            engine,
            "varchar(20)",
            &[("'\u{1F9C0} \u{10FFFF}'", text("\u{1F9C0} \u{10FFFF}")), ("''", text(""))],
        )
        .await;
        holds(engine, "varchar(20) character set latin1", &[("'\u{e9}\u{fc}'", text("\u{e9}\u{fc}"))]).await;
        holds(engine, "enum('a', 'b\"', '[1]')", &[("'b\"'", text("b\"")), ("'[1]'", text("[1]"))]).await;
        holds(engine, "set('x', 'y')", &[("'x,y'", text("x,y")), ("''", text(""))]).await;
        // A document is a text too, quotes and all.
        holds(engine, "json", &[("'\"abc\"'", text("\"abc\"")), ("'null'", text("null"))]).await;
        let every = (0..=255_u8).map(|byte| format!("{byte:02x}")).collect::<String>();
        let every = format!("x'{every}'");
        let all: Vec<u8> = (0..=255).collect();
        for ty in ["varbinary(300)", "blob", "longblob"] {
            holds(engine, ty, &[(&every, all.clone()), ("''", vec![])]).await;
        }
        refuses::<String>(engine, "blob", "x'ff'", "").await;
        use serde_json::json;
        let documents = [
            ("'null'", json!(null)),
            ("'\"null\"'", json!("null")),
            ("'[18446744073709551615, {\"a\": [null, 0.1]}]'", json!([u64::MAX, { "a": [null, 0.1] }])),
        ];
        holds(engine, "json", &documents).await;
        let uuid = uuid::Uuid::from_u128(0x67e5_5044_10b1_426f_9247_bb68_0e5f_e0c8);
        holds(engine, "binary(16)", &[("x'67e5504410b1426f9247bb680e5fe0c8'", uuid)]).await;
        refuses::<uuid::Uuid>(engine, "varbinary(20)", "x'0011'", "").await;
        if engine.name() == "MariaDB" {
            holds(engine, "uuid", &[("'67e55044-10b1-426f-9247-bb680e5fe0c8'", uuid)]).await;
        }
    });
}

/// A list that the server would cut, and send all the same, is an error.
#[test]
fn a_list_that_would_be_cut_is_an_error() {
    on_every_engine(async |engine| {
        if engine.name() != "MariaDB" {
            return;
        }
        keep(engine, "longtext", &["repeat('a', 700)", "repeat('b', 700)"]).await;
        engine.script("set group_concat_max_len = 1024").await;
        let list = nested(NestedKind::Array, kept(kysera_sql::value::SqlType::Text));
        let error = engine.try_rows::<(Vec<Kept<String>>,)>(list).await.expect_err("half of it is no list");
        assert!(error.to_string().contains("cut"), "{error}");
    });
}

/// Rows come in the order that was asked for, also where an index would give another.
#[test]
fn long_lists_are_in_order() {
    on_every_engine(async |engine| {
        let rows = 3_000_i64;
        engine.script("drop table if exists kept").await;
        engine.script("create table kept (id bigint primary key, value bigint)").await;
        engine.script("create index kept_by_value on kept (value)").await;
        let values: Vec<String> = (0..rows).map(|id| format!("({id}, {})", id * 7_919 % rows)).collect();
        engine.script(&format!("insert into kept values {}", values.join(", "))).await;
        let lists: Vec<(Vec<Kept<i64>>,)> =
            engine.rows(nested(NestedKind::Array, kept(kysera_sql::value::SqlType::I64))).await;
        let expected: Vec<Kept<i64>> = (0..rows).map(|id| (id, Some(id * 7_919 % rows))).collect();
        assert_eq!(lists[0].0, expected);
    });
}
