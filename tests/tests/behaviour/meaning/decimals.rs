//! Exact decimals: SQLite has none, so functions and a collation of the driver do what `numeric` does elsewhere.

use crate::database::{is_postgres, is_sqlite, plain};
use kysera::expr::{array_from, avg, avg_as, case, count, count_all, max, min, sum, sum_as, val};
use kysera::prelude::*;
use kysera::schema::create_table;
use rust_decimal::Decimal;
use std::str::FromStr;

#[derive(Table, Debug, Clone, PartialEq)]
struct Item {
    #[column(primary_key)]
    id: i64,
    price: Decimal,
    discount: Option<Decimal>,
    pieces: i64,
}

#[derive(Table, Debug, Clone, PartialEq)]
struct Rate {
    #[column(primary_key)]
    price: Decimal,
    name: String,
}

fn dec(text: &str) -> Decimal {
    Decimal::from_str(text).unwrap()
}

/// As texts, so that scales are compared too; where decimals have no scale of their own, as numbers up to the places of the
/// expected ones: of a quotient there are more.
#[track_caller]
fn are(db: &Db, values: Vec<Decimal>, expected: &[&str]) {
    let found: Vec<String> = if keeps_scales(db) {
        values.iter().map(ToString::to_string).collect()
    } else {
        assert_eq!(values.len(), expected.len());
        let places = expected.iter().map(|text| dec(text).scale());
        values.iter().zip(places).map(|(value, places)| scaled(*value, places).to_string()).collect()
    };
    assert_eq!(found, expected);
}

/// Rounded as databases round, and filled up with zeros.
fn scaled(value: Decimal, places: u32) -> Decimal {
    let half_up = rust_decimal::RoundingStrategy::MidpointAwayFromZero;
    let mut scaled = value.round_dp_with_strategy(places, half_up);
    scaled.rescale(places);
    scaled
}

fn keeps_scales(db: &Db) -> bool {
    is_sqlite(db) || is_postgres(db)
}

const PRICES: [&str; 7] = ["9.5", "10.00", "0.1", "-2.50", "12345678901234567.89", "10", "0.2"];

async fn fill(db: &Db) {
    create_table(Item).execute(db).await.unwrap();
    for (id, price) in (1..).zip(PRICES) {
        let row = NewItem { id, price: dec(price), pieces: id };
        insert_into(Item).values(row).execute(db).await.unwrap();
    }
    let even = (Item.id % 2).eq(0);
    update(Item).set(Item.discount.set(dec("0.50"))).filter(even).execute(db).await.unwrap();
}

#[tokio::test]
async fn decimals_are_compared_as_numbers_whatever_their_scale() {
    plain(async |db| {
        fill(db).await;
        macro_rules! found {
            ($condition:expr) => {
                select_from(Item)
                    .filter($condition)
                    .select(Item.id)
                    .order_by(Item.id)
                    .fetch_all(db)
                    .await
                    .unwrap()
            };
        }
        let ten = dec("10.0");
        assert_eq!(found!(Item.price.eq(ten)), [2, 6]);
        assert_eq!(found!(Item.price.gt(dec("9.50"))), [2, 5, 6]);
        assert_eq!(found!(Item.price.between(dec("0.10"), dec("9.500"))), [1, 3, 7]);
        assert_eq!(found!(Item.price.in_list([dec("0.10"), dec("0.20")])), [3, 7]);
        assert_eq!(found!(Item.price.not_in_list([ten, dec("0.1")])), [1, 4, 5, 7]);
        assert_eq!(found!(Item.price.is(Some(dec("-2.5")))), [4]);
        assert_eq!(found!(val(dec("0.200")).eq(Item.price)), [7]);
        assert_eq!(found!((Item.price + dec("0.50")).eq(ten)), [1]);
        assert_eq!(found!((Item.price * Item.pieces).gt(dec("50"))), [5, 6]);
        let same = select_from(Item).filter(Item.id.eq(2)).select(Item.price);
        assert_eq!(found!(Item.price.in_subquery(same)), [2, 6]);
    })
    .await;
}

#[tokio::test]
async fn decimals_are_sorted_grouped_and_made_distinct_as_numbers() {
    plain(async |db| {
        fill(db).await;
        let sorted: Vec<i64> = select_from(Item)
            .select(Item.id)
            .order_by((Item.price.desc(), Item.id))
            .fetch_all(db)
            .await
            .unwrap();
        assert_eq!(sorted, [5, 2, 6, 1, 7, 3, 4]);
        let computed: Vec<i64> = select_from(Item)
            .select(Item.id)
            .order_by(((Item.price * dec("-1.0")).asc(), Item.id))
            .fetch_all(db)
            .await
            .unwrap();
        assert_eq!(computed, sorted);
        let groups: Vec<(Decimal, i64)> = select_from(Item)
            .group_by(Item.price)
            .select((Item.price, count(Item.id)))
            .order_by(Item.price)
            .fetch_all(db)
            .await
            .unwrap();
        let groups: Vec<(Decimal, i64)> = groups.into_iter().map(|(p, n)| (p.normalize(), n)).collect();
        let expected =
            [("-2.5", 1), ("0.1", 1), ("0.2", 1), ("9.5", 1), ("10", 2), ("12345678901234567.89", 1)];
        assert_eq!(groups, expected.map(|(price, n)| (dec(price), n)));
        let distinct = select_from(Item).select(Item.price).distinct().fetch_all(db).await.unwrap();
        assert_eq!(distinct.len(), 6);
        let counted = select_from(Item).select(count(Item.price).distinct()).fetch_one(db).await.unwrap();
        assert_eq!(counted, 6);
        let united =
            select_from(Item).select(Item.price).union(select_from(Item).select(Item.price + dec("0.000")));
        assert_eq!(united.fetch_all(db).await.unwrap().len(), 6);
        let both = select_from(Item)
            .filter(Item.id.eq(6))
            .select(Item.price)
            .intersect(select_from(Item).filter(Item.id.eq(2)).select(Item.price));
        assert_eq!(both.fetch_all(db).await.unwrap().len(), 1);
        let (least, most) =
            select_from(Item).select((min(Item.price), max(Item.price))).fetch_one(db).await.unwrap();
        assert_eq!((least, most), (Some(dec("-2.50")), Some(dec("12345678901234567.89"))));
    })
    .await;
}

#[tokio::test]
async fn arithmetic_of_decimals_goes_through_no_float() {
    plain(async |db| {
        fill(db).await;
        update(Item).set(Item.price.set(Item.price + dec("0.01"))).all_rows().execute(db).await.unwrap();
        let stored = select_from(Item).select(Item.price).order_by(Item.id).fetch_all(db).await.unwrap();
        let expected = ["9.51", "10.01", "0.11", "-2.49", "12345678901234567.90", "10.01", "0.21"];
        are(db, stored, &expected);
        let of = select_from(Item).filter(Item.id.eq(4)).select((
            Item.price * Item.price,
            Item.price / dec("3"),
            Item.price % dec("2"),
            Item.price - Item.pieces,
            Item.price * 2 + dec("0.5") - Item.pieces,
            Item.discount.coalesce(dec("0")) + dec("1"),
            case().when(Item.price.lt(dec("-10")), Item.price).otherwise(dec("10.0")) + dec("1"),
        ));
        let (square, third, rest, less, long, sum, either) = of.fetch_one(db).await.unwrap();
        let all = vec![square, third, rest, less, long, sum, either];
        are(db, all, &["6.2001", "-0.83000000000000000000", "-0.49", "-6.49", "-8.48", "1.50", "11.0"]);
    })
    .await;
}

#[tokio::test]
async fn sums_and_averages_of_decimals_are_exact() {
    plain(async |db| {
        fill(db).await;
        let few = || select_from(Item).filter(Item.id.in_list([3_i64, 7]));
        let (total, mean) = few().select((sum(Item.price), avg(Item.price))).fetch_one(db).await.unwrap();
        are(db, vec![total.unwrap(), mean.unwrap()], &["0.3", "0.15000000000000000000"]);
        let (total, mean) = few().select((sum(Item.pieces), avg(Item.pieces))).fetch_one(db).await.unwrap();
        are(db, vec![total.unwrap(), mean.unwrap()], &["10", "5.0000000000000000"]);
        let floats = few().select((sum_as::<f64, _>(Item.price), avg_as::<f64, _>(Item.pieces)));
        assert_eq!(floats.fetch_one(db).await.unwrap(), (Some(0.3), Some(5.0)));
        let whole = select_from(Item)
            .filter(Item.id.eq(1))
            .select((sum_as::<i64, _>(Item.price), avg_as::<i64, _>(Item.price)));
        assert_eq!(whole.fetch_one(db).await.unwrap(), (Some(10), Some(10)));
        let whole = select_from(Item).filter(Item.id.eq(1));
        let whole = whole.select((Item.price.cast::<i64>(), (Item.price * -1).cast::<i64>()));
        assert_eq!(whole.fetch_one(db).await.unwrap(), (10, -10));
        let many: Vec<(i64, Decimal)> = select_from(Item)
            .group_by(Item.id)
            .having(sum(Item.pieces).gt(dec("5.5")))
            .select((Item.id, Item.id.cast::<Decimal>()))
            .order_by(Item.id)
            .fetch_all(db)
            .await
            .unwrap();
        assert_eq!(many, [(6, dec("6")), (7, dec("7"))]);
        let distinct = select_from(Item).filter(Item.price.eq(dec("10")));
        let total = distinct.select(sum(Item.price).distinct()).fetch_one(db).await.unwrap();
        assert_eq!(total.map(|total| total.normalize()), Some(dec("10")));
    })
    .await;
}

#[tokio::test]
async fn nested_rows_hold_exact_sums_of_decimals() {
    plain(async |db| {
        fill(db).await;
        let inner = select_from(Item).filter(Item.id.in_list([3_i64, 7])).select(sum(Item.price));
        let sums: Vec<Vec<Option<Decimal>>> =
            select_from(Item).filter(Item.id.eq(1)).select(array_from(inner)).fetch_all(db).await.unwrap();
        assert_eq!(sums, [[Some(dec("0.3"))]]);
    })
    .await;
}

#[tokio::test]
async fn an_upsert_meets_the_equal_decimal_of_another_scale() {
    plain(async |db| {
        create_table(Rate).execute(db).await.unwrap();
        for (price, name) in [("1.50", "first"), ("1.5", "second")] {
            insert_into(Rate)
                .values(NewRate { price: dec(price), name: name.into() })
                .on_conflict((Rate.price,))
                .do_update(|update, proposed| {
                    update
                        .set(Rate.name.set(proposed.name))
                        .set(Rate.price.set(proposed.price + Rate.price + dec("0.25")))
                })
                .execute(db)
                .await
                .unwrap();
        }
        let rows = select_from(Rate).select(Rate.all()).fetch_all(db).await.unwrap();
        assert_eq!(rows, [Rate { price: dec("3.25"), name: "second".into() }]);
    })
    .await;
}

#[tokio::test]
async fn a_decimal_that_another_program_stored_as_a_float_is_refused() {
    plain(async |db| {
        if !is_sqlite(db) {
            return;
        }
        kysera::executor::script(
            "create table item (id integer, price numeric(12, 2), discount text, pieces integer)",
        )
        .run(db)
        .await
        .unwrap();
        let row = NewItem { id: 1, price: dec("0.10"), pieces: 1 };
        insert_into(Item).values(row).execute(db).await.unwrap();
        let errors = [
            select_from(Item).select(Item.price).fetch_all(db).await.unwrap_err(),
            select_from(Item).select(Item.price + dec("0.01")).fetch_all(db).await.unwrap_err(),
            select_from(Item).select(sum(Item.price)).fetch_all(db).await.unwrap_err(),
        ];
        for error in errors {
            assert!(error.to_string().contains("float"), "{error}");
        }
        let inner = select_from(Item).select(Item.price);
        let error = select_from(Item).select(array_from(inner)).fetch_all(db).await.unwrap_err();
        assert!(error.to_string().contains("declare the column as text"), "{error}");
    })
    .await;
}

#[tokio::test]
async fn dividing_a_decimal_by_zero_is_an_error_everywhere() {
    plain(async |db| {
        fill(db).await;
        let query = select_from(Item).filter(Item.id.eq(1)).select(Item.price / dec("0.00"));
        let error = query.fetch_all(db).await.unwrap_err();
        assert_eq!(error.kind(), kysera::ErrorKind::InvalidValue);
        assert!(error.to_string().contains("division by zero"), "{error}");
    })
    .await;
}

#[tokio::test]
async fn a_grouping_key_of_decimals_with_a_value_is_one_expression() {
    plain(async |db| {
        fill(db).await;
        let key = Item.price.coalesce(dec("1.5"));
        let query = select_from(Item).group_by(key.clone()).select((key.clone(), count_all())).order_by(key);
        assert!(!query.fetch_all(db).await.unwrap().is_empty());
    })
    .await;
}
