//! Bound values among values alone: each test is named after what a database made of them.

use crate::database::plain;
use kysera::ErrorKind;
use kysera::expr::{avg, case, count_all, function, min, sum, val};
use kysera::prelude::*;
use kysera::schema::create_table;
use rust_decimal::Decimal;

#[derive(Table, Debug, Clone, PartialEq)]
struct Item {
    #[column(primary_key)]
    id: i64,
    amount: Option<i64>,
}

async fn fill(db: &Db) {
    create_table(Item).execute(db).await.unwrap();
    for (id, amount) in [(1, Some(5_i64)), (2, None), (3, Some(7))] {
        let values = (Item.id.set(id), Item.amount.set(amount));
        insert_into(Item).values(values).execute(db).await.unwrap();
    }
}

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

#[tokio::test]
async fn an_average_of_a_bound_number_was_one_of_floats() {
    plain(async |db| {
        fill(db).await;
        let whole = val(9_007_199_254_740_993_i64);
        let of = (avg(whole.clone()), sum(whole.clone()), sum(whole.coalesce(1_i64)));
        let found = select_from(Item).select(of).fetch_one(db).await.unwrap();
        let all = Some(decimal("27021597764222979"));
        assert_eq!(found, (Some(decimal("9007199254740993")), all, all));
        let chosen = case().when(Item.id.gt(1_i64), val(decimal("0.1"))).otherwise(val(decimal("0.3")));
        let found = select_from(Item).select(sum(chosen)).fetch_one(db).await.unwrap();
        assert_eq!(found, Some(decimal("0.5")));
    })
    .await;
}

#[tokio::test]
async fn bound_numbers_that_were_computed_with_each_other_could_not_be_read() {
    plain(async |db| {
        fill(db).await;
        let of = (val(7_i32) % val(4_i32), -val(7_i32), -(-val(7_i16)), val(5_i64) * val(-3_i64));
        let found = select_from(Item).filter(Item.id.eq(1)).select(of).fetch_one(db).await.unwrap();
        assert_eq!(found, (3, -7, 7, -15));
        let five = function::<Decimal, _>("abs", (val(decimal("-5.5")).coalesce(decimal("1")),));
        let both = val(decimal("0.5")).coalesce(decimal("1")) + val(decimal("0.25")).coalesce(decimal("1"));
        let of = (five, both, min(val("b").coalesce("a")));
        let query = select_from(Item).filter(Item.id.eq(1));
        let found = query.select((of.0, of.1)).fetch_one(db).await.unwrap();
        assert_eq!(found, (decimal("5.5"), decimal("0.75")));
        assert_eq!(select_from(Item).select(of.2).fetch_one(db).await.unwrap().as_deref(), Some("b"));
    })
    .await;
}

#[tokio::test]
async fn the_opposite_of_a_negative_bound_number_did_not_overflow() {
    plain(async |db| {
        fill(db).await;
        let sum = -val(-1_i16) + val(32_766_i16) + val(1_i16).coalesce(Item.id.cast::<i16>());
        let error = select_from(Item).select(sum).fetch_first(db).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidValue, "{error}");
        let wide = -val(-1_i64) + val(i64::MAX);
        let error = select_from(Item).select(wide).fetch_first(db).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidValue, "{error}");
    })
    .await;
}

#[tokio::test]
async fn a_bound_null_made_texts_of_the_numbers_that_it_was_united_with() {
    plain(async |db| {
        fill(db).await;
        let nothing = || select_from(Item).select(val(None::<i64>));
        let query = select_from(Item).select(Item.amount).union(nothing());
        let mut found = query.fetch_all(db).await.unwrap();
        found.sort_unstable();
        assert_eq!(found, [None, Some(5), Some(7)]);
        let query = nothing().union_all(select_from(Item).select(Item.amount));
        assert_eq!(query.fetch_all(db).await.unwrap().iter().flatten().sum::<i64>(), 12);
        let flags = select_from(Item).select(val(Some(true)).coalesce(val(None::<bool>)));
        let query = flags.union(select_from(Item).select(val(None::<bool>)));
        let mut found = query.fetch_all(db).await.unwrap();
        found.sort_unstable();
        assert_eq!(found, [None, Some(true)]);
    })
    .await;
}

#[tokio::test]
async fn a_bound_number_to_group_by_was_the_place_of_an_item() {
    plain(async |db| {
        fill(db).await;
        for place in [0, 1, 2, 9_i64] {
            let query = select_from(Item).group_by(val(place)).select(count_all());
            assert_eq!(query.fetch_all(db).await.unwrap(), [3], "{place}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_text_beyond_an_integer_was_a_negative_one() {
    plain(async |db| {
        fill(db).await;
        let cast = |text: &'static str| select_from(Item).select(val(text).cast::<i64>()).fetch_first(db);
        let error = cast("9223372036854775808").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidValue, "{error}");
        assert_eq!(cast("9223372036854775807").await.unwrap(), Some(i64::MAX));
    })
    .await;
}

#[tokio::test]
async fn a_quotient_lost_digits_that_postgresql_has() {
    plain(async |db| {
        fill(db).await;
        let quotient = val(decimal("12345678901234567.89")) / val(decimal("-2.5"));
        let found = select_from(Item).select(quotient).fetch_first(db).await.unwrap();
        assert_eq!(found, Some(decimal("-4938271560493827.156")));
    })
    .await;
}
