//! Integers that overflow, divisors that are zero, and what a cast makes of numbers.

use crate::database::{is_postgres, plain};
use kysera::ErrorKind;
use kysera::expr::{array_from, case, scalar, val};
use kysera::prelude::*;
use kysera::schema::create_table;

#[derive(Table, Debug, Clone, PartialEq)]
struct Count {
    #[column(primary_key)]
    id: i64,
    n: i64,
    x: f64,
}

async fn fill(db: &Db) {
    create_table(Count).execute(db).await.unwrap();
    for (id, n) in (1..).zip([i64::MAX, 7, 0]) {
        insert_into(Count).values(NewCount { id, n, x: 2.5 }).execute(db).await.unwrap();
    }
}

#[tokio::test]
async fn an_integer_that_overflows_is_an_error_and_never_a_float() {
    plain(async |db| {
        fill(db).await;
        let more = || Count.n + 1_i64;
        let inner = select_from(Count).filter(Count.id.eq(1)).select(more());
        let errors = [
            select_from(Count).select(more()).fetch_all(db).await.err(),
            update(Count).set(Count.n.set(more())).all_rows().execute(db).await.err(),
            select_from(Count).select(Count.id).order_by(more()).fetch_all(db).await.err(),
            select_from(Count).filter(more().gt(5_i64)).select(Count.id).fetch_all(db).await.err(),
            select_from(Count).filter(Count.id.eq(1)).select(array_from(inner)).fetch_all(db).await.err(),
            select_from(Count).select((Count.n * 2_i64).cast::<f64>()).fetch_all(db).await.err(),
            select_from(Count).select(Count.n * 3_i64 - Count.n * 3_i64).distinct().fetch_all(db).await.err(),
        ];
        for (at, error) in errors.into_iter().enumerate() {
            let error = error.unwrap_or_else(|| panic!("statement {at} went through"));
            assert_eq!(error.kind(), ErrorKind::InvalidValue, "{at}: {error}");
        }
        let stored = select_from(Count).select(Count.n).order_by(Count.id).fetch_all(db).await.unwrap();
        assert_eq!(stored, [i64::MAX, 7, 0]);
    })
    .await;
}

#[tokio::test]
async fn dividing_an_integer_by_zero_is_an_error_everywhere() {
    plain(async |db| {
        fill(db).await;
        let errors = [
            select_from(Count).select(Count.id / Count.n).fetch_all(db).await.err(),
            select_from(Count).select(Count.id % Count.n).fetch_all(db).await.err(),
            select_from(Count).select(Count.x / (Count.x - 2.5)).fetch_all(db).await.err(),
            select_from(Count)
                .filter((Count.n / val(0_i64)).eq(1_i64))
                .select(Count.id)
                .fetch_all(db)
                .await
                .err(),
        ];
        for (at, error) in errors.into_iter().enumerate() {
            let error = error.unwrap_or_else(|| panic!("statement {at} went through"));
            assert_eq!(error.kind(), ErrorKind::InvalidValue, "{at}: {error}");
            assert!(error.to_string().contains("division by zero"), "{at}: {error}");
        }
        let fine = select_from(Count).filter(Count.id.eq(2)).select((
            Count.n / 2_i64,
            Count.n % 4_i64,
            Count.n / Count.id,
        ));
        assert_eq!(fine.fetch_one(db).await.unwrap(), (3, 3, 3));
    })
    .await;
}

#[tokio::test]
async fn casts_of_numbers_round_and_refuse_as_elsewhere() {
    plain(async |db| {
        fill(db).await;
        let of = select_from(Count).filter(Count.id.eq(2)).select((
            Count.x.cast::<i64>(),
            (Count.x + 1.0).cast::<i64>(),
            (Count.x * -1.08).cast::<i64>(),
            val("12").cast::<i64>(),
            val("1.5").cast::<f64>(),
            Count.id.cast::<f64>(),
        ));
        assert_eq!(of.fetch_one(db).await.unwrap(), (2, 4, -3, 12, 1.5, 2.0));
        let garbage = select_from(Count).select(val("abc").cast::<i64>()).fetch_all(db).await.unwrap_err();
        assert_eq!(garbage.kind(), ErrorKind::InvalidValue);
        let large =
            select_from(Count).select((Count.x * 1e30).cast::<i64>()).fetch_all(db).await.unwrap_err();
        assert_eq!(large.kind(), ErrorKind::InvalidValue);
    })
    .await;
}

#[tokio::test]
async fn an_integer_is_true_unless_it_is_zero() {
    plain(async |db| {
        if is_postgres(db) {
            // A bigint has no cast to boolean there: an error, and no other meaning.
            return;
        }
        fill(db).await;
        let truths =
            select_from(Count).select(Count.n.cast::<bool>()).order_by(Count.id).fetch_all(db).await.unwrap();
        assert_eq!(truths, [true, true, false]);
    })
    .await;
}

#[tokio::test]
async fn a_backslash_escapes_in_every_pattern() {
    plain(async |db| {
        fill(db).await;
        let literal = select_from(Count).filter(val("a_b").like(r"a\_b")).select(Count.id);
        assert_eq!(literal.fetch_all(db).await.unwrap().len(), 3);
        let other = select_from(Count).filter(val("axb").like(r"a\_b")).select(Count.id);
        assert_eq!(other.fetch_all(db).await.unwrap().len(), 0);
    })
    .await;
}

#[tokio::test]
async fn what_a_case_or_a_query_gives_is_computed_with_as_an_integer() {
    plain(async |db| {
        fill(db).await;
        let first = || case().when(Count.id.gt(0), Count.n).otherwise(Count.id);
        let found = || scalar(select_from(Count).filter(Count.id.eq(1)).select(Count.n)).not_null();
        let errors = [
            select_from(Count).select(Count.id).filter((first() / 0_i64).gt(1_i64)).fetch_all(db).await.err(),
            select_from(Count).select(Count.id).order_by(first() + 1_i64).fetch_all(db).await.err(),
            select_from(Count).select((found() / 0_i64).is_null()).fetch_all(db).await.err(),
            select_from(Count).select((found() + 1_i64).cast::<f64>()).fetch_all(db).await.err(),
        ];
        for (at, error) in errors.into_iter().enumerate() {
            let error = error.unwrap_or_else(|| panic!("statement {at} went through"));
            assert_eq!(error.kind(), ErrorKind::InvalidValue, "{at}: {error}");
        }
    })
    .await;
}
