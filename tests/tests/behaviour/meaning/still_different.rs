//! What the guide says still differs between databases, and what it says is refused because it would: one test for each
//! line of its tables.

use crate::database::{is_postgres, plain};
use kysera::ErrorKind;
use kysera::expr::{sum, val};
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
    small: i32,
    narrow: f32,
    wide: f64,
    document: Json<serde_json::Value>,
}

async fn fill(db: &Db) {
    create_table(Case).execute(db).await.unwrap();
    let row = |id, word: &str| NewCase {
        id,
        word: word.to_owned(),
        small: i32::MAX,
        narrow: 0.1,
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
        if is_postgres(db) {
            assert_eq!(found, by_the_collation(db, "select lower('Ä'), upper('ä')").await);
        } else {
            assert_eq!(found, ("Ä".to_owned(), "ä".to_owned()));
        }
    })
    .await;
}

#[tokio::test]
async fn arithmetic_of_narrow_integers_is_done_with_64_bits_on_sqlite() {
    plain(async |db| {
        fill(db).await;
        let more = select_from(Case).filter(Case.id.eq(1)).select((Case.small + 1_i32).cast::<i64>());
        let found = more.fetch_one(db).await;
        if is_postgres(db) {
            assert_eq!(found.unwrap_err().kind(), ErrorKind::InvalidValue);
        } else {
            assert_eq!(found.unwrap(), 2_147_483_648);
        }
        // Never read as something else.
        let read = select_from(Case).filter(Case.id.eq(1)).select(Case.small + 1_i32).fetch_one(db).await;
        assert!(read.is_err());
    })
    .await;
}

#[tokio::test]
async fn arithmetic_of_narrow_floats_is_done_with_64_bits_on_sqlite() {
    plain(async |db| {
        fill(db).await;
        let sum = select_from(Case).filter(Case.id.eq(1)).select((Case.narrow + Case.narrow).cast::<f64>());
        let narrow = f64::from(0.1_f32 + 0.1_f32);
        assert_eq!(sum.fetch_one(db).await.unwrap(), narrow);
        let third =
            select_from(Case).filter(Case.id.eq(1)).select((Case.narrow / val(3.0_f32)).cast::<f64>());
        let found = third.fetch_one(db).await.unwrap();
        let wide = f64::from(0.1_f32) / 3.0;
        assert_eq!(found, if is_postgres(db) { f64::from(0.1_f32 / 3.0) } else { wide });
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
