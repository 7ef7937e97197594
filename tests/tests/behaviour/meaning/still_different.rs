//! What the guide says still differs between databases, and what it says is refused because it would: one test for each
//! line of its table.

use crate::database::{is_postgres, is_sqlite, plain};
use kysera::ErrorKind;
use kysera::dialect::postgres::PostgresText;
use kysera::expr::{avg, function, sum, val};
use kysera::prelude::*;
use kysera::schema::create_table;
use kysera::types::Json;

#[derive(SqlEnum, Debug, Clone, Copy, PartialEq, Eq)]
#[sql_enum(name = "still_mood", rename_all = "snake_case")]
enum Mood {
    Sad,
    Happy,
}

#[derive(Table, Debug, Clone, PartialEq)]
struct Case {
    #[column(primary_key)]
    id: i64,
    word: String,
    wide: f64,
    document: Json<serde_json::Value>,
}

async fn fill(db: &Db) {
    create_table(Case).execute(db).await.unwrap();
    let row = |id, word: &str| NewCase {
        id,
        word: word.to_owned(),
        wide: 1e308,
        document: Json(serde_json::json!({ "a": 1 })),
    };
    for (id, word) in [(1, "Ä"), (2, "a"), (3, "B")] {
        insert_into(Case).values(row(id, word)).execute(db).await.unwrap();
    }
}

/// What the collation of the server makes of a text.
async fn by_the_collation<T: kysera::FromRow + Send + 'static>(db: &Db, sql: &'static str) -> T {
    kysera::raw(sql).rows::<T>().fetch_one(db).await.unwrap()
}

#[tokio::test]
async fn the_order_of_text_is_by_bytes_or_by_the_collation() {
    plain(async |db| {
        fill(db).await;
        let sorted = select_from(Case).select(Case.word).order_by(Case.word).fetch_all(db).await.unwrap();
        if is_postgres(db) {
            let collated: String = by_the_collation(
                db,
                "select string_agg(w, '' order by w) from (values ('Ä'), ('a'), ('B')) v (w)",
            )
            .await;
            assert_eq!(sorted.concat(), collated);
        } else {
            assert_eq!(sorted, ["B", "a", "Ä"]);
        }
    })
    .await;
}

#[tokio::test]
async fn upper_and_lower_know_ascii_or_the_collation() {
    plain(async |db| {
        fill(db).await;
        let case = select_from(Case).filter(Case.id.eq(1)).select((Case.word.lower(), val("ä").upper()));
        let found = case.fetch_one(db).await.unwrap();
        if !is_sqlite(db) {
            assert_eq!(found, by_the_collation(db, "select lower('Ä'), upper('ä')").await);
        } else {
            assert_eq!(found, ("Ä".to_owned(), "ä".to_owned()));
            let like = select_from(Case).filter(Case.word.ilike("ä")).select(Case.id);
            assert_eq!(like.fetch_all(db).await.unwrap(), [0_i64; 0]);
        }
    })
    .await;
}

#[tokio::test]
async fn a_sum_of_floats_beyond_their_range_is_an_infinity_on_sqlite() {
    plain(async |db| {
        fill(db).await;
        let found = select_from(Case).select(sum(Case.wide)).fetch_one(db).await;
        if is_postgres(db) {
            assert_eq!(found.unwrap_err().kind(), ErrorKind::InvalidValue);
        } else {
            assert_eq!(found.unwrap(), Some(f64::INFINITY));
        }
    })
    .await;
}

#[tokio::test]
async fn an_average_whose_squares_are_beyond_the_range_is_one_on_sqlite_alone() {
    plain(async |db| {
        fill(db).await;
        let large = update(Case).set(Case.wide.set(Case.id.cast::<f64>() * 1e200)).all_rows();
        large.execute(db).await.unwrap();
        let found = select_from(Case).select(avg(Case.wide)).fetch_one(db).await;
        if is_postgres(db) {
            assert_eq!(found.unwrap_err().kind(), ErrorKind::InvalidValue);
        } else {
            assert_eq!(found.unwrap(), Some(2e200));
        }
    })
    .await;
}

#[tokio::test]
async fn a_text_with_a_nul_character_is_kept_on_sqlite_and_refused_by_postgresql() {
    plain(async |db| {
        fill(db).await;
        let one = || select_from(Case).filter(Case.id.eq(1));
        let stored = update(Case).set(Case.word.set("ab\0c")).filter(Case.id.eq(1)).execute(db).await;
        if is_postgres(db) {
            assert_eq!(stored.unwrap_err().kind(), ErrorKind::InvalidValue);
            return;
        }
        stored.unwrap();
        assert_eq!(one().select(Case.word).fetch_one(db).await.unwrap(), "ab\0c");
        if !is_sqlite(db) {
            let length = one().select(function::<i64, _>("length", (Case.word,)));
            assert_eq!(length.fetch_one(db).await.unwrap(), 4);
            return;
        }
        assert_eq!(one().select(function::<i64, _>("length", (Case.word,))).fetch_one(db).await.unwrap(), 2);
        assert!(one().select(Case.word.like("ab")).fetch_one(db).await.unwrap());
        let pattern = one().select(Case.word.like("ab\0c")).fetch_one(db).await;
        assert_eq!(pattern.unwrap_err().kind(), ErrorKind::InvalidValue);
    })
    .await;
}

#[tokio::test]
async fn a_negative_zero_may_lose_its_sign_and_equals_zero_everywhere() {
    plain(async |db| {
        fill(db).await;
        update(Case).set(Case.wide.set(-0.0)).all_rows().execute(db).await.unwrap();
        let found =
            select_from(Case).filter(Case.wide.eq(0.0)).select(Case.wide).fetch_all(db).await.unwrap();
        assert_eq!(found.len(), 3);
        let keeps = !is_sqlite(db) && db.dialect().name() != "MariaDB";
        assert!(found.iter().all(|zero| *zero == 0.0 && zero.is_sign_negative() == keeps));
    })
    .await;
}

#[tokio::test]
async fn a_text_that_is_a_number_to_postgresql_alone_is_an_error_elsewhere() {
    plain(async |db| {
        fill(db).await;
        macro_rules! read {
            ($text:literal as $ty:ty) => {
                select_from(Case).filter(Case.id.eq(1)).select(val($text).cast::<$ty>()).fetch_one(db).await
            };
        }
        let floats = [read!("inf" as f64), read!("NaN" as f64), read!("0x1" as f64), read!("1_000" as f64)];
        let integers = [read!("0x1" as i64), read!("1_000" as i64)];
        let decimal = read!("1e5" as rust_decimal::Decimal);
        if is_postgres(db) {
            let [infinity, nan, ..] = floats;
            assert_eq!(infinity.unwrap(), f64::INFINITY);
            assert!(nan.unwrap().is_nan());
            assert_eq!(decimal.unwrap(), rust_decimal::Decimal::from(100_000));
        } else {
            assert_eq!(decimal.unwrap_err().kind(), ErrorKind::InvalidValue);
            let kinds = floats.map(|found| found.unwrap_err().kind());
            assert_eq!(kinds, [ErrorKind::InvalidValue; 4]);
            assert_eq!(integers.map(|found| found.unwrap_err().kind()), [ErrorKind::InvalidValue; 2]);
        }
    })
    .await;
}

#[tokio::test]
async fn arithmetic_with_what_a_function_gives_is_not_rounded_on_postgresql_alone() {
    plain(async |db| {
        fill(db).await;
        let root = || function::<f32, _>("sqrt", (Case.id.cast::<f64>() + 1.0,));
        let sum = (root() + root()).cast::<f64>();
        let found = select_from(Case).filter(Case.id.eq(1)).select(sum).fetch_one(db).await.unwrap();
        let wide = 2.0 * 2.0_f64.sqrt();
        #[expect(clippy::cast_possible_truncation, reason = "as the type says")]
        let rounded = f64::from(wide as f32);
        assert_eq!(found, if is_postgres(db) { wide } else { rounded });
    })
    .await;
}

#[tokio::test]
async fn an_upsert_that_meets_one_row_twice_keeps_the_last_values_on_sqlite() {
    plain(async |db| {
        fill(db).await;
        let row = |word: &str| NewCase {
            id: 1,
            word: word.to_owned(),
            wide: 0.0,
            document: Json(serde_json::json!(1)),
        };
        let upsert = insert_into(Case)
            .rows([row("first"), row("last")])
            .on_conflict(Case.id)
            .do_update(|update, new| update.set(Case.word.set(new.word)));
        let done = upsert.execute(db).await;
        let word = select_from(Case).filter(Case.id.eq(1)).select(Case.word).fetch_one(db).await.unwrap();
        if is_postgres(db) {
            assert_eq!(done.unwrap_err().kind(), ErrorKind::TooManyRows);
            assert_eq!(word, "Ä");
        } else {
            done.unwrap();
            assert_eq!(word, "last");
        }
    })
    .await;
}

#[tokio::test]
async fn decimals_have_a_scale_of_their_own_on_sqlite_and_postgresql() {
    plain(async |db| {
        fill(db).await;
        let dec = |text: &str| val(text.parse::<rust_decimal::Decimal>().unwrap());
        let of = (dec("1.50"), dec("2") / dec("3"), dec("2") / dec("4"));
        let found = select_from(Case).filter(Case.id.eq(1)).select(of).fetch_one(db).await.unwrap();
        let found = [found.0, found.1, found.2].map(|decimal| decimal.to_string());
        let expected = if is_sqlite(db) || is_postgres(db) {
            ["1.50", "0.66666666666666666667", "0.50000000000000000000"]
        } else {
            ["1.50", "0.66666666666666666667", "0.5"]
        };
        assert_eq!(found, expected);
    })
    .await;
}

/// What the guide's table says, and the test that shows it.
const ROWS: [(&str, fn()); 10] = [
    ("order of text, and `<` among texts", the_order_of_text_is_by_bytes_or_by_the_collation),
    ("`lower`, `upper`, `ilike`", upper_and_lower_know_ascii_or_the_collation),
    ("`sum` of floats beyond their range", a_sum_of_floats_beyond_their_range_is_an_infinity_on_sqlite),
    (
        "`avg` of floats so large that their squares are beyond the range",
        an_average_whose_squares_are_beyond_the_range_is_one_on_sqlite_alone,
    ),
    ("texts with a NUL character", a_text_with_a_nul_character_is_kept_on_sqlite_and_refused_by_postgresql),
    (
        "arithmetic with an `i16`, `i32` or `f32` of raw SQL or of a function called by name",
        arithmetic_with_what_a_function_gives_is_not_rounded_on_postgresql_alone,
    ),
    ("a negative zero", a_negative_zero_may_lose_its_sign_and_equals_zero_everywhere),
    (
        "a text as a number: `inf`, `NaN`, `0x1`, `1_000`; `1e5` as a decimal",
        a_text_that_is_a_number_to_postgresql_alone_is_an_error_elsewhere,
    ),
    (
        "an upsert that meets one row twice",
        an_upsert_that_meets_one_row_twice_keeps_the_last_values_on_sqlite,
    ),
    (
        "zeros at the end of a decimal; digits of its quotients and averages",
        decimals_have_a_scale_of_their_own_on_sqlite_and_postgresql,
    ),
];

#[test]
fn each_row_of_the_guides_table_has_a_test() {
    let guide = include_str!("../../../../docs/guide/types.md");
    let (_, table) = guide.split_once("\nWhat still differs, ").unwrap();
    let lines = table.lines().skip_while(|line| !line.starts_with("|---")).skip(1);
    let said: Vec<&str> = lines
        .map_while(|line| line.strip_prefix("| "))
        .map(|line| line.split(" | ").next().unwrap_or_default())
        .collect();
    assert_eq!(said, ROWS.map(|(what, _)| what));
}

#[tokio::test]
async fn what_would_differ_is_refused_before_it_is_sent_on_sqlite() {
    plain(async |db| {
        if is_postgres(db) {
            return;
        }
        fill(db).await;
        let document = || Json(serde_json::json!({ "a": 1 }));
        let cases = || select_from(Case);
        let errors = [
            cases().select(Case.document.cast::<String>()).fetch_all(db).await.err(),
            cases().select(Case.wide.cast::<String>()).fetch_all(db).await.err(),
            cases().filter(Case.word.cast::<Mood>().eq(Mood::Sad)).select(Case.id).fetch_all(db).await.err(),
            cases().filter(Case.document.eq(document())).select(Case.id).fetch_all(db).await.err(),
            cases().filter(Case.document.in_list([document()])).select(Case.id).fetch_all(db).await.err(),
            cases().filter(Case.document.is(Some(document()))).select(Case.id).fetch_all(db).await.err(),
            cases().select(Case.word.cast::<bool>()).fetch_all(db).await.err(),
            cases().select(Case.wide % 2.0).fetch_all(db).await.err(),
        ];
        for (at, error) in errors.into_iter().enumerate() {
            let error = error.unwrap_or_else(|| panic!("statement {at} went through"));
            assert_eq!(error.kind(), ErrorKind::Unsupported, "{at}: {error}");
        }
        let _ = Mood::Happy;
    })
    .await;
}

#[tokio::test]
async fn a_text_that_is_no_json_is_not_cast_to_it() {
    plain(async |db| {
        fill(db).await;
        let cast = select_from(Case).select(val("{").cast::<serde_json::Value>()).fetch_all(db).await;
        assert_eq!(cast.unwrap_err().kind(), ErrorKind::InvalidValue);
        let cast = select_from(Case)
            .filter(Case.id.eq(1))
            .select(val(r#"{ "a": [1] }"#).cast::<serde_json::Value>());
        assert_eq!(cast.fetch_one(db).await.unwrap(), serde_json::json!({ "a": [1] }));
    })
    .await;
}
