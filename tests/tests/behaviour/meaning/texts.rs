//! Patterns, prefixes and parts of text.

use crate::database::{is_postgres, is_sqlite, plain};
use kysera::ErrorKind;
use kysera::dialect::postgres::PostgresText;
use kysera::expr::{function, lit, val};
use kysera::prelude::*;
use kysera::schema::{create_index, create_table};

#[derive(Table, Debug, Clone, PartialEq)]
struct Word {
    #[column(primary_key)]
    id: i64,
    word: String,
}

const WORDS: [&str; 8] = ["n1", "N1", "n%", "n_", "[n]", "Äb", "äb", r"n\"];

async fn fill(db: &Db) {
    create_table(Word).execute(db).await.unwrap();
    for (id, word) in (1..).zip(WORDS) {
        insert_into(Word).values(NewWord { id, word: word.to_owned() }).execute(db).await.unwrap();
    }
}

macro_rules! found {
    ($db:ident, $condition:expr) => {
        select_from(Word).filter($condition).select(Word.word).order_by(Word.id).fetch_all($db).await.unwrap()
    };
}

#[tokio::test]
async fn like_looks_at_case() {
    plain(async |db| {
        fill(db).await;
        assert_eq!(found!(db, Word.word.like("n1")), ["n1"]);
        assert_eq!(found!(db, Word.word.like("N%")), ["N1"]);
        assert_eq!(found!(db, Word.word.like(lit("N%"))), ["N1"]);
        assert_eq!(found!(db, Word.word.not_like("n_").and(Word.id.le(3))), ["N1"]);
        assert_eq!(found!(db, Word.word.like("Ä%")), ["Äb"]);
        assert_eq!(found!(db, Word.word.ilike("N1")), ["n1", "N1"]);
    })
    .await;
}

#[tokio::test]
async fn only_percent_underscore_and_the_escape_are_special_in_a_pattern() {
    plain(async |db| {
        fill(db).await;
        assert_eq!(found!(db, Word.word.like("[n]")), ["[n]"]);
        assert_eq!(found!(db, Word.word.like(lit("[n]"))), ["[n]"]);
        assert_eq!(found!(db, Word.word.like("[n")), [""; 0]);
        assert_eq!(found!(db, Word.word.like("*")), [""; 0]);
        assert_eq!(found!(db, Word.word.like("?1")), [""; 0]);
        assert_eq!(found!(db, Word.word.like(r"n\%")), ["n%"]);
        assert_eq!(found!(db, Word.word.like(r"n\_")), ["n_"]);
        assert_eq!(found!(db, Word.word.like(r"n\\")), [r"n\"]);
        assert_eq!(found!(db, Word.word.like_escape("n!_", '!')), ["n_"]);
        let error =
            select_from(Word).filter(Word.word.like(r"n\")).select(Word.id).fetch_all(db).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidValue, "{error}");
        let found = select_from(Word).filter(val(r"n\").like(Word.word)).select(Word.id).fetch_all(db).await;
        assert_eq!(found.unwrap_err().kind(), ErrorKind::InvalidValue);
        let same = select_from(Word).filter(Word.id.lt(8).and(val("n1").like(Word.word))).select(Word.word);
        assert_eq!(same.order_by(Word.id).fetch_all(db).await.unwrap(), ["n1", "n%", "n_"]);
        let given = kysera::prepare(|pattern: Param<String>| {
            select_from(Word).filter(Word.word.like(pattern)).select(Word.id).order_by(Word.id)
        });
        assert_eq!(given.bind(r"n\\").fetch_all(db).await.unwrap(), [8]);
        assert_eq!(given.bind(r"n\").fetch_all(db).await.unwrap_err().kind(), ErrorKind::InvalidValue);
    })
    .await;
}

#[tokio::test]
async fn a_prefix_is_taken_as_it_is_and_finds_what_like_finds() {
    plain(async |db| {
        fill(db).await;
        assert_eq!(found!(db, Word.word.starts_with("n%")), ["n%"]);
        assert_eq!(found!(db, Word.word.starts_with("n")), ["n1", "n%", "n_", r"n\"]);
        assert_eq!(found!(db, Word.word.starts_with("N")), ["N1"]);
        assert_eq!(found!(db, Word.word.starts_with("Ä")), ["Äb"]);
        assert_eq!(found!(db, Word.word.starts_with("")).len(), WORDS.len());
        assert_eq!(found!(db, Word.word.starts_with("\u{10ffff}")), [""; 0]);
        assert_eq!(found!(db, not(Word.word.starts_with("n")).and(Word.id.le(3))), ["N1"]);
        assert_eq!(found!(db, val("n1x").starts_with(Word.word)), ["n1"]);
        assert_eq!(found!(db, Word.word.starts_with(lit("[n"))), ["[n]"]);
    })
    .await;
}

#[tokio::test]
async fn an_index_serves_a_bound_prefix() {
    plain(async |db| {
        fill(db).await;
        let index = create_index("word_by_text", Word, Word.word);
        if !is_postgres(db) && !is_sqlite(db) {
            // An index has a length there, which a text has not.
            let error = index.execute(db).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Unsupported);
            assert!(error.to_string().contains("`create index i on t (c(255))`"), "{error}");
            kysera::raw("create index word_by_text on word (word(20))").execute(db).await.unwrap();
            let query = select_from(Word).filter(Word.word.starts_with("n")).select(Word.id);
            assert!(query.explain(db).await.unwrap().to_string().contains("word_by_text"));
            return;
        }
        index.execute(db).await.unwrap();
        if is_postgres(db) {
            return;
        }
        for analysed in [false, true] {
            if analysed {
                kysera::raw("analyze").execute(db).await.unwrap();
            }
            let query = select_from(Word).filter(Word.word.starts_with("n")).select(Word.id);
            let plan = query.explain(db).await.unwrap().to_string();
            assert!(plan.contains("SEARCH") && plan.contains("word_by_text (word>? AND word<?)"), "{plan}");
            let literal = select_from(Word).filter(Word.word.like(lit("n%"))).select(Word.id);
            let plan = literal.explain(db).await.unwrap().to_string();
            assert!(plan.contains("word_by_text (word>? AND word<?)"), "{plan}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_prefix_is_a_parameter_of_a_prepared_query() {
    plain(async |db| {
        fill(db).await;
        let prefixed = kysera::prepare(|prefix: Param<String>| {
            select_from(Word).filter(Word.word.starts_with(prefix)).select(Word.id).order_by(Word.id)
        });
        assert_eq!(prefixed.bind("n").fetch_all(db).await.unwrap(), [1, 3, 4, 8]);
        assert_eq!(prefixed.bind("N").fetch_all(db).await.unwrap(), [2]);
    })
    .await;
}

#[tokio::test]
async fn positions_in_a_text_are_counted_from_the_first_character() {
    plain(async |db| {
        fill(db).await;
        macro_rules! part {
            ($($number:expr),+) => {
                select_from(Word)
                    .filter(Word.id.eq(1))
                    .select(function::<String, _>("substr", (val("日本語"), $(val($number)),+)))
                    .fetch_one(db)
                    .await
            };
        }
        assert_eq!(part!(2, 1).unwrap(), "本");
        assert_eq!(part!(0, 2).unwrap(), "日");
        assert_eq!(part!(-1, 3).unwrap(), "日");
        assert_eq!(part!(-1).unwrap(), "日本語");
        assert_eq!(part!(3, 9).unwrap(), "語");
        assert_eq!(part!(4).unwrap(), "");
        assert_eq!(part!(2, -1).unwrap_err().kind(), ErrorKind::InvalidValue);
        let part = function::<String, _>(
            "substr",
            (val("日本語"), Word.id.cast::<i32>() - 2, Word.id.cast::<i32>()),
        );
        let parts = select_from(Word).filter(Word.id.le(4)).select(part).order_by(Word.id);
        assert_eq!(parts.fetch_all(db).await.unwrap(), ["", "日", "日本語", "本語"]);
        let negative = function::<String, _>("substr", (val("日本語"), val(1), Word.id.cast::<i32>() - 2));
        let negative = select_from(Word).select(negative).fetch_all(db).await.unwrap_err();
        assert_eq!(negative.kind(), ErrorKind::InvalidValue);
    })
    .await;
}

#[tokio::test]
async fn a_pattern_with_a_nul_character_is_refused() {
    plain(async |db| {
        fill(db).await;
        for condition in [val("t0").like("t0\0zzz"), val("t0").not_like("t\0")] {
            let found = select_from(Word).filter(condition).select(Word.id).fetch_all(db).await;
            assert_eq!(found.unwrap_err().kind(), ErrorKind::InvalidValue);
        }
    })
    .await;
}
