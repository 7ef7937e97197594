//! Keys that hold values: an expression that is grouped or distinct is the same one in the other clauses.

use super::{Grade, Worker, fill};
use crate::database::{is_postgres, is_sqlite, plain};
use kysera::ErrorKind;
use kysera::dialect::postgres::PostgresSelect;
use kysera::expr::{function, max};
use kysera::prelude::*;
use kysera::query::derived;

/// A server makes a plan for all values at the sixth run.
const UNTIL_THE_PLAN_IS_GENERIC: usize = 8;

#[tokio::test]
async fn a_computed_key_with_a_value_can_be_grouped_selected_and_ordered_by() {
    plain(async |db| {
        fill(db).await;
        for _ in 0..UNTIL_THE_PLAN_IS_GENERIC {
            let key = Worker.wage.modulo(200);
            let query = select_from(Worker)
                .group_by(key.clone())
                .having(key.clone().ge(0))
                .select((key.clone(), count_all()))
                .order_by(key.clone().desc());
            if is_postgres(db) || is_sqlite(db) {
                assert_eq!(query.fetch_all(db).await.unwrap(), [(150, 1), (100, 2), (0, 1)]);
            } else {
                // They know a key by its place among the items alone, which a condition cannot name.
                let error = query.fetch_all(db).await.unwrap_err();
                assert_eq!(error.kind(), ErrorKind::Unsupported);
                let keys = derived("keys", select_from(Worker).select(row! { key: key }));
                let query = select_from(&keys)
                    .group_by(keys.key)
                    .having(keys.key.ge(0))
                    .select((keys.key, count_all()))
                    .order_by(keys.key.desc());
                assert_eq!(query.fetch_all(db).await.unwrap(), [(150, 1), (100, 2), (0, 1)]);
            }
            let key = Worker.remark.coalesce("?");
            let rows = select_from(Worker)
                .filter(Worker.remark.coalesce("?").ne("x"))
                .group_by(key.clone())
                .select((key.clone(), count_all()))
                .order_by(key.clone())
                .fetch_all(db)
                .await
                .unwrap();
            let of = |rows: &[(String, i64)]| rows.iter().map(|(_, count)| *count).sum::<i64>();
            assert_eq!((rows.len(), of(&rows)), (4, 4));
            let key = case().when(Worker.wage.ge(200), val("hi")).otherwise("lo");
            let rows = select_from(Worker)
                .group_by((key.clone(), Worker.grade))
                .select((key.clone(), Worker.grade, max(Worker.wage)))
                .order_by((key.clone(), Worker.grade.asc()))
                .fetch_all(db)
                .await
                .unwrap();
            let (hi, lo) = ("hi".to_owned(), "lo".to_owned());
            assert_eq!(rows, [(hi, Grade::Senior, Some(300)), (lo, Grade::Junior, Some(150))]);
            let key = function::<String, _>("substr", (Worker.name, val(1_i32), val(2_i32)));
            let rows = select_from(Worker)
                .group_by(key.clone())
                .select((key.clone(), count_all()))
                .order_by(key.clone())
                .fetch_all(db)
                .await
                .unwrap();
            assert_eq!(rows.len(), 4);
        }
    })
    .await;
}

#[tokio::test]
async fn distinct_rows_are_ordered_by_an_expression_with_a_value() {
    plain(async |db| {
        fill(db).await;
        for _ in 0..UNTIL_THE_PLAN_IS_GENERIC {
            let key = Worker.wage.modulo(200);
            let rows = select_from(Worker)
                .distinct()
                .select(key.clone())
                .order_by(key.clone().desc())
                .fetch_all(db)
                .await
                .unwrap();
            assert_eq!(rows, [150, 100, 0]);
            if is_postgres(db) {
                let rows = select_from(Worker)
                    .distinct_on(key.clone())
                    .select(Worker.name)
                    .order_by((key.clone(), Worker.name.asc()))
                    .fetch_all(db)
                    .await
                    .unwrap();
                assert_eq!(rows, ["Bea", "Ann", "Dan"]);
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_prepared_key_takes_the_value_of_its_parameter_everywhere() {
    plain(async |db| {
        fill(db).await;
        let counts = prepare(|of: Param<i64>| {
            let key = Worker.wage.modulo(of);
            select_from(Worker).group_by(key.clone()).select((key.clone(), count_all())).order_by(key.clone())
        });
        for _ in 0..UNTIL_THE_PLAN_IS_GENERIC {
            assert_eq!(counts.bind(200).fetch_all(db).await.unwrap(), [(0, 1), (100, 2), (150, 1)]);
            assert_eq!(counts.bind(100).fetch_all(db).await.unwrap(), [(0, 3), (50, 1)]);
        }
    })
    .await;
}

#[tokio::test]
async fn nested_rows_and_subqueries_group_by_keys_with_values_of_their_own() {
    plain(async |db| {
        fill(db).await;
        let inner = alias!(Worker as inner);
        let key = inner.wage.modulo(200);
        let outer = Worker.wage.modulo(200);
        let rows = select_from(Worker)
            .group_by(outer.clone())
            .select((
                outer.clone(),
                array_from(
                    select_from(&inner)
                        .group_by(key.clone())
                        .select((key.clone(), count_all()))
                        .order_by(key.clone()),
                ),
            ))
            .order_by(outer.clone())
            .fetch_all(db)
            .await
            .unwrap();
        let all = [(0, 1), (100, 2), (150, 1)];
        assert_eq!(rows, [0, 100, 150].map(|key| (key, all.to_vec())));
    })
    .await;
}
