//! Values both ways, lossless, in binary and in text.

use crate::support::{Flavour, acquire, on_both, raw, read, rows, run, run_with, write};
use kysera_core::driver::Connection;
use kysera_core::error::ErrorKind;
use kysera_sql::cell::{Cell, CellError, FromCell};
use kysera_sql::row::{Cursor, DecodeError, FromRow};
use kysera_sql::value::{SqlType, Value};

/// A cell as it came, printed.
#[derive(Debug, PartialEq)]
struct Seen(String);

impl FromCell for Seen {
    fn from_cell(cell: Cell<'_>) -> Result<Seen, CellError> {
        Ok(Seen(format!("{cell:?}")))
    }
}

impl FromRow for Seen {
    const WIDTH: usize = 1;

    fn from_row(cursor: &mut Cursor<'_>) -> Result<Seen, DecodeError> {
        cursor.read()
    }
}

async fn seen(connection: &mut dyn Connection, sql: &str) -> String {
    let mut all =
        rows::<Seen>(connection, read(sql, vec![])).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
    assert_eq!(all.len(), 1, "{sql}");
    all.remove(0).0
}

const TABLE: &str = "create table v (
    id integer primary key auto_increment, i8 tinyint, u8 tinyint unsigned, i16 smallint, u16 smallint unsigned,
    i24 mediumint, u24 mediumint unsigned, i32 integer, u32 integer unsigned, i64 bigint, u64 bigint unsigned,
    f32 float, f64 double, dec65 decimal(65, 30), d date, t time(6), dt datetime(6), ts timestamp(6) null,
    y year, b8 bit(8), b64 bit(64), txt longtext, vc varchar(20), vb varbinary(20), bl longblob, js json,
    en enum('a', 'b'), st set('x', 'y'), uu binary(16), yes boolean)";

#[tokio::test]
async fn every_type_comes_back_as_the_cell_that_holds_it_whole() {
    on_both("values", async |driver, flavour| {
        let mut connection = acquire(&driver).await;
        let connection = &mut *connection;
        run(connection, TABLE).await.unwrap();
        let table = [
            ("i8", "-128", "I64(-128)"),
            ("u8", "255", "I64(255)"),
            ("i16", "-32768", "I64(-32768)"),
            ("u16", "65535", "I64(65535)"),
            ("i24", "-8388608", "I64(-8388608)"),
            ("u24", "16777215", "I64(16777215)"),
            ("i32", "-2147483648", "I64(-2147483648)"),
            ("u32", "4294967295", "I64(4294967295)"),
            ("i64", "-9223372036854775808", "I64(-9223372036854775808)"),
            ("u64", "18446744073709551615", "U64(18446744073709551615)"),
            ("u64", "7", "I64(7)"),
            ("f32", "0.5", "F64(0.5)"),
            ("f64", "1.7976931348623157e308", "F64(1.7976931348623157e308)"),
            (
                "dec65",
                "99999999999999999999999999999999999.000000000000000000000000000001",
                "Decimal(\"99999999999999999999999999999999999.000000000000000000000000000001\")",
            ),
            ("d", "'2024-02-29'", "Date(19782)"),
            ("d", "'9999-12-31'", "Date(2932896)"),
            ("t", "'23:59:59.999999'", "Time(86399999999000)"),
            ("t", "'-838:59:59'", "Time(-3020399000000000)"),
            ("dt", "'2024-02-29 01:02:03.000004'", "DateTime(Civil { days: 19782, nanos: 3723000004000 })"),
            ("ts", "'2024-02-29 01:02:03.5'", "DateTime(Civil { days: 19782, nanos: 3723500000000 })"),
            ("y", "2155", "I64(2155)"),
            ("b8", "b'10000001'", "I64(129)"),
            ("b64", "0xffffffffffffffff", "U64(18446744073709551615)"),
            ("txt", "''", "Text(\"\")"),
            ("vc", "'\u{1F9C0}'", "Text(\"\u{1F9C0}\")"),
            ("vb", "x'00ff'", "Bytes([0, 255])"),
            ("bl", "''", "Bytes([])"),
            ("en", "'b'", "Text(\"b\")"),
            ("st", "'x,y'", "Text(\"x,y\")"),
            ("yes", "true", "I64(1)"),
            ("i32", "null", "Null"),
            ("txt", "null", "Null"),
        ];
        for (column, literal, expected) in table {
            run(connection, "delete from v").await.unwrap();
            run(connection, &format!("insert into v ({column}) values ({literal})")).await.unwrap();
            let binary = seen(connection, &format!("select {column} from v")).await;
            assert_eq!(binary, expected, "{flavour:?} {column} {literal}");
        }
        run(connection, "delete from v").await.unwrap();
        run(connection, "insert into v (js) values ('{\"a\": [1, null]}')").await.unwrap();
        assert_eq!(seen(connection, "select js from v").await, "Text(\"{\\\"a\\\": [1, null]}\")");
        for (sql, expected) in [
            ("select 1 = 1", "I64(1)"),
            ("select 1.50", "Decimal(\"1.50\")"),
            ("select 1e0", "F64(1.0)"),
            ("select x'41'", "Bytes([65])"),
            ("select null", "Null"),
            ("select cast('a' as char)", "Text(\"a\")"),
        ] {
            assert_eq!(seen(connection, sql).await, expected, "{flavour:?} {sql}");
        }
    })
    .await;
}

#[tokio::test]
async fn bound_values_come_back_as_they_went() {
    on_both("bound", async |driver, flavour| {
        let mut connection = acquire(&driver).await;
        let connection = &mut *connection;
        run(connection, TABLE).await.unwrap();
        let every_byte: Vec<u8> = (0..=255).collect();
        let long = "9".repeat(35) + "." + &"1".repeat(30);
        for (column, value, expected) in [
            ("yes", Value::Bool(true), "I64(1)".to_owned()),
            ("i16", Value::I16(i16::MIN), "I64(-32768)".to_owned()),
            ("i32", Value::I32(i32::MAX), "I64(2147483647)".to_owned()),
            ("i64", Value::I64(i64::MIN), format!("I64({})", i64::MIN)),
            ("u64", Value::U64(u64::MAX), format!("U64({})", u64::MAX)),
            ("f32", Value::F32(0.1), format!("F64({:?})", f64::from(0.1_f32))),
            ("f64", Value::F64(f64::MIN_POSITIVE), format!("F64({:?})", f64::MIN_POSITIVE)),
            ("dec65", Value::Decimal(long.clone().into()), format!("Decimal({long:?})")),
            (
                "txt",
                Value::Text("\u{1F9C0} ' \\ \0 \u{202E}".into()),
                format!("Text({:?})", "\u{1F9C0} ' \\ \0 \u{202E}"),
            ),
            ("bl", Value::Bytes(every_byte.clone().into()), format!("Bytes({every_byte:?})")),
            ("uu", Value::Uuid([7; 16]), format!("Bytes({:?})", [7; 16])),
            ("d", Value::Date(-719_162), "Date(-719162)".to_owned()),
            ("t", Value::Time(86_399_999_999), "Time(86399999999000)".to_owned()),
            ("dt", Value::DateTime(-1), "DateTime(Civil { days: -1, nanos: 86399999999000 })".to_owned()),
            ("ts", Value::Timestamp(1), "DateTime(Civil { days: 0, nanos: 1000 })".to_owned()),
            ("i64", Value::Null(SqlType::I64), "Null".to_owned()),
        ] {
            run(connection, "delete from v").await.unwrap();
            if column == "ts" {
                // A timestamp begins one second after the epoch.
                let value = Value::Timestamp(1_000_001);
                run_with(connection, write("insert into v (ts) values (?)", vec![value.clone()]))
                    .await
                    .unwrap();
                let found: Vec<i64> =
                    rows(connection, read("select count(*) from v where ts = ?", vec![value])).await.unwrap();
                assert_eq!(found, [1]);
                continue;
            }
            let sql = format!("insert into v ({column}) values (?)");
            run_with(connection, write(&sql, vec![value.clone()]))
                .await
                .unwrap_or_else(|error| panic!("{flavour:?} {column}: {error}"));
            assert_eq!(
                seen(connection, &format!("select {column} from v")).await,
                expected,
                "{flavour:?} {column}"
            );
            if !value.is_null() {
                let same = read(&format!("select count(*) from v where {column} = ?"), vec![value.clone()]);
                let found: Vec<i64> = rows(connection, same).await.unwrap();
                assert_eq!(found, [1], "{flavour:?}: {column} = {value:?}");
            }
        }
    })
    .await;
}

/// What cannot be prepared comes as text; its cells are the same.
#[tokio::test]
async fn what_comes_as_text_is_the_same_cells() {
    on_both("text_rows", async |driver, flavour| {
        let mut connection = acquire(&driver).await;
        let connection = &mut *connection;
        let found: Vec<(String, i64, String)> = rows(connection, raw("show warnings", vec![])).await.unwrap();
        assert!(found.is_empty());
        rows::<i64>(connection, raw("select 1/? is null", vec![Value::I64(0)])).await.unwrap();
        let found: Vec<(String, i64, String)> = rows(connection, raw("show warnings", vec![])).await.unwrap();
        assert_eq!(found.len(), 1, "{flavour:?}");
        assert_eq!((found[0].0.as_str(), found[0].1), ("Warning", 1365));
    })
    .await;
}

#[tokio::test]
async fn a_zero_date_is_an_error_that_says_so() {
    on_both("zero_dates", async |driver, flavour| {
        let mut connection = acquire(&driver).await;
        let connection = &mut *connection;
        run(connection, "create table z (d date, dt datetime)").await.unwrap();
        let refused = run(connection, "insert into z values ('0000-00-00', null)").await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::InvalidValue, "{flavour:?}");
        connection
            .run_script("set sql_mode = ''; insert into z values ('0000-00-00', '0000-00-00 00:00:00'), ('2024-02-00', null)")
            .await
            .unwrap();
        for sql in ["select d from z limit 1", "select dt from z limit 1", "select d from z where dt is null"] {
            let error = rows::<Seen>(connection, read(sql, vec![])).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Decode);
            assert!(error.to_string().contains("zero date"), "{flavour:?}: {error}");
            assert_eq!(error.table(), Some("z"));
        }
    })
    .await;
}

/// The same text with every pair of parameter types, one after the other on one connection, gives what a fresh
/// connection gives.
#[tokio::test]
async fn the_types_of_an_earlier_execution_do_not_change_the_next() {
    on_both("types", async |driver, flavour| {
        let mut connection = acquire(&driver).await;
        let connection = &mut *connection;
        run(connection, "create table t (vc varchar(20), n bigint)").await.unwrap();
        run(connection, "insert into t values ('a', 1), ('0', 2), ('1', 3), ('2024-02-29', 4)")
            .await
            .unwrap();
        let values = [
            Value::I64(0),
            Value::U64(1),
            Value::F64(1.0),
            Value::Decimal("1".into()),
            Value::Text("a".into()),
            Value::Bytes(b"a".as_slice().into()),
            Value::Bool(true),
            Value::Date(19_782),
            Value::DateTime(0),
            Value::Time(0),
            Value::Null(SqlType::Text),
        ];
        for sql in ["select n from t where vc = ? order by n", "select n from t where n = ? order by n"] {
            let mut fresh = Vec::new();
            for value in &values {
                let mut other = acquire(&driver).await;
                // Raw SQL has the session reset when it comes back, and with it every statement.
                let found: Result<Vec<i64>, _> = rows(&mut *other, raw(sql, vec![value.clone()])).await;
                fresh.push(found.map_err(|error| error.kind()));
            }
            for first in 0..values.len() {
                for second in 0..values.len() {
                    for at in [first, second, first] {
                        let found: Result<Vec<i64>, _> =
                            rows(connection, raw(sql, vec![values[at].clone()])).await;
                        let found = found.map_err(|error| error.kind());
                        assert_eq!(
                            found, fresh[at],
                            "{flavour:?} {sql}: {:?} then {:?}",
                            values[first], values[second]
                        );
                    }
                }
            }
        }
    })
    .await;
}

#[tokio::test]
async fn mariadbs_uuid_takes_and_gives_uuids() {
    on_both("uuids", async |driver, flavour| {
        if flavour == Flavour::MySql {
            return;
        }
        let mut connection = acquire(&driver).await;
        let connection = &mut *connection;
        run(connection, "create table u (id uuid primary key)").await.unwrap();
        let uuid = Value::Uuid(*b"\x67\xe5\x50\x44\x10\xb1\x42\x6f\x92\x47\xbb\x68\x0e\x5f\xe0\xc8");
        run_with(connection, write("insert into u values (?)", vec![uuid.clone()])).await.unwrap();
        assert_eq!(
            seen(connection, "select id from u").await,
            format!("Uuid({:?})", b"\x67\xe5\x50\x44\x10\xb1\x42\x6f\x92\x47\xbb\x68\x0e\x5f\xe0\xc8")
        );
        let found: Vec<i64> =
            rows(connection, read("select count(*) from u where id = ?", vec![uuid])).await.unwrap();
        assert_eq!(found, [1]);
    })
    .await;
}

/// What the server would cut, round or take for something else is refused by it, because the session is strict.
#[tokio::test]
async fn what_a_column_cannot_hold_is_refused() {
    on_both("strict", async |driver, flavour| {
        let mut connection = acquire(&driver).await;
        let connection = &mut *connection;
        run(connection, "create table s (vc varchar(3), n tinyint, d date, en enum('a'))").await.unwrap();
        for (column, value) in [
            ("vc", Value::Text("abcd".into())),
            ("n", Value::I64(128)),
            ("n", Value::Text("x".into())),
            ("d", Value::Text("2024-13-01".into())),
            ("en", Value::Text("b".into())),
        ] {
            let sql = format!("insert into s ({column}) values (?)");
            let error = run_with(connection, write(&sql, vec![value.clone()])).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidValue, "{flavour:?} {column} {value:?}: {error}");
            assert_eq!(error.columns(), [column], "{flavour:?} {error:?}");
        }
    })
    .await;
}

/// MariaDB took the answer of a query of one value for another row whose column is equal by its collation, and sorted by
/// the first 1024 bytes.
#[tokio::test]
async fn texts_that_are_equal_by_their_collation_or_in_their_first_letters_are_told_apart() {
    on_both("alike", async |driver, flavour| {
        let mut connection = acquire(&driver).await;
        let connection = &mut *connection;
        let setup = "create table g (id int primary key, name varchar(20) collate utf8mb4_general_ci, long_name text); \
                     create table one (id int primary key); insert into one values (0); \
                     insert into g (id, name) values (1, 'a'), (2, 'A'), (3, 'ä'); \
                     update g set long_name = concat(repeat('x', 3000), 9 - id)";
        connection.run_script(setup).await.unwrap();
        let sql = "select (select g.name from one where one.id = 0) from g order by g.id";
        let names: Vec<String> = rows(connection, read(sql, vec![])).await.unwrap();
        assert_eq!(names, ["a", "A", "ä"], "{flavour:?}");
        let sql = "select id from g order by long_name";
        let ids: Vec<i64> = rows(connection, read(sql, vec![])).await.unwrap();
        assert_eq!(ids, [3, 2, 1], "{flavour:?}");
    })
    .await;
}
