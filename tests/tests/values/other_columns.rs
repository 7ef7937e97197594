//! Rust types over columns of MySQL and MariaDB that `create_table` would not have made: what is stored, and what is read, as
//! the guide says it.

use kysera::mysql::{MySql, MySqlOptions};
use kysera::types::Json;
use kysera::{Db, ErrorKind, raw, script};
use kysera_core::QueryExt;
use kysera_sql::row::FromRow;
use kysera_sql::value::ToValue;
use std::fmt::Debug;

/// A database of its own, with a table whose column has the type that is asked about.
struct Place {
    db: Db,
    is_mysql: bool,
}

impl Place {
    async fn table(&self, ty: &str) {
        let sql = format!("drop table if exists kept; create table kept (value {ty} null)");
        script(sql).run(&self.db).await.expect("the table can be made");
    }

    /// The kind of error with which a value is not stored.
    async fn refuses<T: ToValue + Clone + Debug>(&self, ty: &str, value: T) -> ErrorKind {
        self.table(ty).await;
        let stored = raw("insert into kept values ({})").bind(value.clone()).execute(&self.db).await;
        stored.expect_err(&format!("{value:?} in {ty}")).kind()
    }

    /// A value is stored and read as another; `None` where it is not read as its type.
    async fn becomes<T>(&self, ty: &str, value: T, read: Option<T>)
    where
        T: ToValue + FromRow + Clone + Debug + PartialEq + Send + 'static,
    {
        self.table(ty).await;
        let place = format!("{value:?} in {ty}");
        let stored = raw("insert into kept values ({})").bind(value).execute(&self.db).await;
        stored.unwrap_or_else(|error| panic!("{place}: {error}"));
        match (raw("select value from kept").rows::<T>().fetch_one(&self.db).await, read) {
            (Ok(found), read) => assert_eq!(Some(found), read, "{place}"),
            (Err(error), None) => assert_eq!(error.kind(), ErrorKind::Decode, "{place}: {error}"),
            (Err(error), Some(_)) => panic!("{place}: {error}"),
        }
    }
}

fn on_both(test: impl AsyncFn(&Place)) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    runtime.expect("a runtime can be built").block_on(async {
        for (url, is_mysql) in [(kysera_testing::mysql_url(), true), (kysera_testing::mariadb_url(), false)] {
            let Some(url) = url else { continue };
            let options: MySqlOptions = url.parse().expect("the address is one");
            let options = options.max_connections(1);
            let outside = Db::new(MySql::connect(options.clone()).await.expect("the server answers"));
            let name = crate::engine::a_name();
            let sql = format!("create database {name} character set utf8mb4");
            script(sql).run(&outside).await.expect("a database can be made");
            let inside = MySql::connect(options.database(name.clone())).await.expect("the server answers");
            let place = Place { db: Db::new(inside), is_mysql };
            test(&place).await;
            place.db.close().await;
            script(format!("drop database {name}")).run(&outside).await.expect("it can be dropped");
            outside.close().await;
        }
    });
}

#[test]
fn texts_numbers_and_bytes() {
    on_both(async |place| {
        let text = |text: &str| text.to_owned();
        for ty in ["varchar(3)", "char(5)", "text", "enum('ab', 'b')", "set('ab', 'b')"] {
            place.becomes(ty, text("ab"), Some(text("ab"))).await;
        }
        place.becomes("json", text("{\"a\": 1}"), Some(text("{\"a\": 1}"))).await;
        for (ty, value) in [("integer", "12"), ("date", "2024-02-29"), ("varbinary(9)", "ab")] {
            place.becomes(ty, text(value), None).await;
        }
        for (ty, value) in [("varchar(1)", "ab"), ("integer", "ab"), ("date", "ab"), ("enum('x')", "ab")] {
            assert_eq!(place.refuses(ty, text(value)).await, ErrorKind::InvalidValue, "{ty}");
        }
        for ty in ["tinyint", "integer unsigned", "bit(8)", "boolean"] {
            place.becomes(ty, 42_i64, Some(42)).await;
        }
        place.becomes("year", 42_i64, Some(2042)).await;
        for ty in ["decimal(10, 2)", "double", "varchar(9)"] {
            place.becomes(ty, 42_i64, None).await;
        }
        for ty in ["tinyint", "smallint", "bit(8)"] {
            assert_eq!(place.refuses(ty, 70_000_i64).await, ErrorKind::InvalidValue, "{ty}");
        }
        assert_eq!(place.refuses("bigint", u64::MAX).await, ErrorKind::InvalidValue);
        place.becomes("float", 0.1_f64, Some(f64::from(0.1_f32))).await;
        place.becomes("integer", 1.256_f64, Some(1.0)).await;
        place.becomes("decimal(5, 2)", 1.256_f64, None).await;
        for ty in ["bit(1)", "integer", "tinyint"] {
            place.becomes(ty, true, Some(true)).await;
        }
        let decimal = |text: &str| text.parse::<rust_decimal::Decimal>().expect("a decimal");
        place.becomes("decimal(10, 2)", decimal("12.345"), Some(decimal("12.35"))).await;
        place.becomes("integer", decimal("12.345"), Some(decimal("12"))).await;
        place.becomes("double", decimal("12.345"), None).await;
        assert_eq!(place.refuses("decimal(3, 2)", decimal("12.345")).await, ErrorKind::InvalidValue);
        place.becomes("binary(4)", vec![1_u8, 255], Some(vec![1, 255, 0, 0])).await;
        place.becomes("text", b"ab".to_vec(), None).await;
        assert_eq!(place.refuses("text", vec![255_u8]).await, ErrorKind::InvalidValue);
        let uuid = uuid::Uuid::from_u128(0x67e5_5044_10b1_426f_9247_bb68_0e5f_e0c8);
        place.becomes("varbinary(16)", uuid, Some(uuid)).await;
        assert_eq!(place.refuses("char(36)", uuid).await, ErrorKind::InvalidValue);
        place.becomes("longtext", Json(vec![1_i64]), Some(Json(vec![1]))).await;
        let fine = format!("0.{}1", "0".repeat(30)).parse::<bigdecimal::BigDecimal>().expect("a decimal");
        assert_eq!(place.refuses("decimal(65, 30)", fine).await, ErrorKind::InvalidValue);
    });
}

#[test]
fn dates_and_times() {
    use jiff::civil;

    on_both(async |place| {
        let day = civil::date(2026, 1, 31);
        let (fine, whole) = (day.at(12, 0, 0, 600_000_000), day.at(12, 0, 0, 0));
        // MySQL rounds what the column has no digits for, and MariaDB cuts it.
        let kept = if place.is_mysql { day.at(12, 0, 1, 0) } else { whole };
        for ty in ["datetime", "timestamp"] {
            place.becomes(ty, fine, Some(kept)).await;
            let instant = |time: civil::DateTime| {
                time.to_zoned(jiff::tz::TimeZone::UTC).expect("it is one").timestamp()
            };
            place.becomes(ty, instant(fine), Some(instant(kept))).await;
        }
        place.becomes("timestamp(6)", fine, Some(fine)).await;
        place.becomes("time", fine.time(), Some(kept.time())).await;
        place.becomes("date", fine, None).await;
        place.becomes("datetime(6)", day, None).await;
    });
}
