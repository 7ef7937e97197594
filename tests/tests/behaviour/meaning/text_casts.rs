//! Texts as numbers and moments: what has not the form of one is an error on every database, and never 0, cut or read by
//! rules of its own; whether it stands in a column or is bound.

use crate::database::{is_mysql, is_postgres, is_sqlite, plain};
use jiff::civil::{Date, DateTime, Time, date, time};
use kysera::ErrorKind;
use kysera::expr::val;
use kysera::prelude::*;
use kysera::schema::create_table;
use rust_decimal::Decimal;

#[derive(Table, Debug, Clone, PartialEq)]
#[table(name = "noted")]
struct Noted {
    #[column(primary_key)]
    id: i64,
    word: Option<String>,
}

async fn fill(db: &Db, word: Option<&str>) {
    kysera::schema::drop_table(Noted).if_exists().execute(db).await.unwrap();
    create_table(Noted).execute(db).await.unwrap();
    insert_into(Noted).values(NewNoted { id: 1 }).execute(db).await.unwrap();
    update(Noted).set(Noted.word.set(word.map(str::to_owned))).all_rows().execute(db).await.unwrap();
}

/// What a text is as another type, in the column and bound.
macro_rules! cast {
    ($db:ident, $text:expr, $ty:ty) => {{
        let column = select_from(Noted).select(Noted.word.cast::<$ty>()).fetch_one($db).await;
        let bound = select_from(Noted).select(val($text.to_owned()).cast::<$ty>()).fetch_one($db).await;
        (column.map_err(|error| error.kind()), bound.map_err(|error| error.kind()))
    }};
}

macro_rules! is_an_error {
    ($db:ident, $text:expr, $($ty:ty),+) => {$(
        let (column, bound) = cast!($db, $text, $ty);
        assert_eq!(column, Err(ErrorKind::InvalidValue), "{:?} in a column as {}", $text, stringify!($ty));
        assert_eq!(bound, Err(ErrorKind::InvalidValue), "{:?} bound as {}", $text, stringify!($ty));
    )+};
}

macro_rules! is {
    ($db:ident, $text:expr, $ty:ty, $value:expr) => {
        let (column, bound) = cast!($db, $text, $ty);
        assert_eq!((column, bound), (Ok(Some($value)), Ok($value)), "{:?} as {}", $text, stringify!($ty));
    };
}

#[tokio::test]
async fn a_text_that_is_no_number_was_the_number_that_it_begins_with_or_0() {
    plain(async |db| {
        for text in [
            "",
            " ",
            "abc",
            "12x",
            "1 2",
            "1.2.3",
            "--1",
            "+-1",
            "1e",
            "e1",
            ".",
            "٣",
            "1\u{a0}",
            "12\u{85}",
            "12\u{2028}",
        ] {
            fill(db, Some(text)).await;
            is_an_error!(db, text, i16, i32, i64, u64, f32, f64, Decimal);
        }
        for text in ["1.5", "1e2", ".5", "1."] {
            fill(db, Some(text)).await;
            is_an_error!(db, text, i16, i32, i64);
        }
    })
    .await;
}

#[tokio::test]
async fn a_text_beyond_the_range_was_the_end_of_the_range() {
    plain(async |db| {
        fill(db, Some("32768")).await;
        is_an_error!(db, "32768", i16);
        fill(db, Some("-2147483649")).await;
        is_an_error!(db, "-2147483649", i16, i32);
        for text in ["9223372036854775808", "-9223372036854775809", &"9".repeat(80)] {
            fill(db, Some(text)).await;
            is_an_error!(db, text, i16, i32, i64);
        }
        fill(db, Some("-1")).await;
        is_an_error!(db, "-1", u64);
        for text in ["1e400", "-1e400", "1e-400"] {
            fill(db, Some(text)).await;
            is_an_error!(db, text, f32, f64);
        }
        for text in ["1e300", "1e-300"] {
            fill(db, Some(text)).await;
            is_an_error!(db, text, f32);
        }
    })
    .await;
}

#[tokio::test]
async fn a_text_with_the_form_of_a_number_is_that_number() {
    plain(async |db| {
        for (text, number) in
            [("12", 12_i16), (" 12 ", 12), ("\t\n\u{b}\u{c}\r-12\t\n", -12), ("+007", 7), ("-0", 0)]
        {
            fill(db, Some(text)).await;
            is!(db, text, i16, number);
            is!(db, text, i32, i32::from(number));
            is!(db, text, i64, i64::from(number));
            is!(db, text, f64, f64::from(number));
            is!(db, text, Decimal, Decimal::from(number));
        }
        fill(db, Some("9223372036854775807")).await;
        is!(db, "9223372036854775807", i64, i64::MAX);
        is!(db, "9223372036854775807", u64, i64::MAX.unsigned_abs());
        fill(db, Some("-9223372036854775808")).await;
        is!(db, "-9223372036854775808", i64, i64::MIN);
        for (text, number) in [("1.5e3", 1500.0), ("1.", 1.0), (".5E+1", 5.0), ("0.000e-999", 0.0)] {
            fill(db, Some(text)).await;
            is!(db, text, f64, number);
        }
        fill(db, Some("2.2250738585072014e-308")).await;
        is!(db, "2.2250738585072014e-308", f64, f64::MIN_POSITIVE);
        fill(db, Some("-0.1234567890123456789012345678")).await;
        is!(
            db,
            "-0.1234567890123456789012345678",
            Decimal,
            "-0.1234567890123456789012345678".parse().unwrap()
        );
        fill(db, None).await;
        let none = select_from(Noted)
            .select((Noted.word.cast::<i64>(), Noted.word.cast::<f64>()))
            .fetch_one(db)
            .await;
        assert_eq!(none.unwrap(), (None, None));
    })
    .await;
}

#[tokio::test]
async fn a_text_that_is_no_number_was_0_in_the_condition_of_a_write() {
    plain(async |db| {
        for word in ["a", "5x", ""] {
            fill(db, Some(word)).await;
            let set =
                update(Noted).set(Noted.id.set(9)).filter(Noted.word.cast::<i64>().ge(0)).execute(db).await;
            assert_eq!(set.unwrap_err().kind(), ErrorKind::InvalidValue, "{word:?}");
            let gone = delete_from(Noted).filter(Noted.word.cast::<f64>().ge(0.0)).execute(db).await;
            assert_eq!(gone.unwrap_err().kind(), ErrorKind::InvalidValue, "{word:?}");
            let rows = select_from(Noted).select(Noted.id).fetch_all(db).await.unwrap();
            assert_eq!(rows, [1], "{word:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_text_was_read_as_a_moment_by_rules_of_each_database() {
    plain(async |db| {
        fill(db, Some("2024-02-29")).await;
        if is_sqlite(db) {
            let refused = select_from(Noted).select(Noted.word.cast::<Date>()).fetch_all(db).await;
            assert_eq!(refused.unwrap_err().kind(), ErrorKind::Unsupported);
            return;
        }
        is!(db, "2024-02-29", Date, date(2024, 2, 29));
        is!(db, "2024-02-29", DateTime, date(2024, 2, 29).at(0, 0, 0, 0));
        fill(db, Some("23:59:59.123456")).await;
        is!(db, "23:59:59.123456", Time, time(23, 59, 59, 123_456_000));
        fill(db, Some("2024-02-29 01:02:03.5")).await;
        is!(db, "2024-02-29 01:02:03.5", DateTime, date(2024, 2, 29).at(1, 2, 3, 500_000_000));
        for text in [
            "",
            "x",
            "2024-02-30",
            "2024-13-01",
            "0000-00-00",
            "0000-01-01",
            "2024-02-29x",
            "2024-02-29\u{2029}",
        ] {
            fill(db, Some(text)).await;
            is_an_error!(db, text, Date, DateTime);
        }
        for text in ["", "25:00:00", "23:60:00", "x"] {
            fill(db, Some(text)).await;
            is_an_error!(db, text, Time);
        }
        // PostgreSQL reads more forms, and none of them as something else than they say.
        for text in ["24-2-3", "20240203", "100500", "1005", "10:05", "2024-02-29 24:00:00"] {
            fill(db, Some(text)).await;
            if is_mysql(db) {
                is_an_error!(db, text, Date, Time, DateTime);
            }
        }
        assert!(is_mysql(db) || is_postgres(db));
    })
    .await;
}
