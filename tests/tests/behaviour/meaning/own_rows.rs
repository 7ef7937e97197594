//! A query of the table that a statement writes to sees the rows as they were before the statement, or is refused.

use crate::database::{is_postgres, is_sqlite, plain};
use kysera::ErrorKind;
use kysera::expr::{count_all, exists, max, min, scalar, sum};
use kysera::prelude::*;
use kysera::schema::create_table;

#[derive(Table, Debug, Clone, PartialEq)]
struct Step {
    #[column(primary_key)]
    id: i64,
    n: i64,
    place: i64,
}

async fn fill(db: &Db) {
    create_table(Step).if_not_exists().execute(db).await.unwrap();
    delete_from(Step).all_rows().execute(db).await.unwrap();
    let row = |id, n| NewStep { id, n, place: 0 };
    insert_into(Step).rows([row(1, 1), row(2, 2), row(3, 3)]).execute(db).await.unwrap();
}

async fn numbers(db: &Db) -> Vec<(i64, i64)> {
    select_from(Step).order_by(Step.id.asc()).select((Step.id, Step.n)).fetch_all(db).await.unwrap()
}

fn is_mariadb(db: &Db) -> bool {
    db.dialect().name() == "MariaDB"
}

#[track_caller]
fn is_refused(result: kysera::Result<impl std::fmt::Debug>) {
    let error = result.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
    assert!(error.to_string().contains("rows that are written already"), "{error}");
}

/// SQLite made 1, 3, 7 of 1, 2, 3.
#[tokio::test]
async fn a_running_total_added_up_what_the_update_had_written() {
    plain(async |db| {
        fill(db).await;
        let o = alias!(Step as o);
        let total = scalar(select_from(o).filter(o.id.le(Step.id.outer())).select(sum(o.n).cast::<i64>()));
        let result = update(Step).set(Step.n.set(total.coalesce(0))).all_rows().execute(db).await;
        if is_sqlite(db) {
            is_refused(result);
            assert_eq!(numbers(db).await, [(1, 1), (2, 2), (3, 3)]);
        } else {
            result.unwrap();
            assert_eq!(numbers(db).await, [(1, 1), (2, 3), (3, 6)]);
        }
        // What is read is not what is written.
        let before = scalar(select_from(o).filter(o.id.lt(Step.id.outer())).select(count_all()));
        update(Step).set(Step.place.set(before.not_null())).all_rows().execute(db).await.unwrap();
        let places =
            select_from(Step).order_by(Step.id.asc()).select(Step.place).fetch_all(db).await.unwrap();
        assert_eq!(places, [0, 1, 2]);
    })
    .await;
}

/// SQLite and MySQL made 50, 50, 50 of it: the query was read when the first row had been written.
#[tokio::test]
async fn a_query_in_a_branch_saw_the_rows_that_were_updated_before_it_was_needed() {
    plain(async |db| {
        fill(db).await;
        let o = alias!(Step as o);
        let highest = scalar(select_from(o).select(max(o.n).coalesce(0))).not_null();
        let value = case().when(Step.id.eq(1), val(50_i64)).otherwise(highest.clone());
        let result = update(Step).set(Step.n.set(value)).all_rows().execute(db).await;
        if is_postgres(db) || is_mariadb(db) {
            result.unwrap();
            assert_eq!(numbers(db).await, [(1, 50), (2, 3), (3, 3)]);
        } else {
            is_refused(result);
            assert_eq!(numbers(db).await, [(1, 1), (2, 2), (3, 3)]);
        }
        fill(db).await;
        update(Step).set(Step.n.set(highest + 1)).all_rows().execute(db).await.unwrap();
        assert_eq!(numbers(db).await, [(1, 4), (2, 4), (3, 4)]);
    })
    .await;
}

/// MySQL took 2 for the least, when the first row had been written; its delete took 3 for the next.
#[tokio::test]
async fn a_condition_saw_the_rows_that_were_written_before_it_was_needed() {
    plain(async |db| {
        fill(db).await;
        let o = alias!(Step as o);
        let least = || scalar(select_from(o).select(min(o.n))).coalesce(0);
        let first = || Step.id.eq(1);
        let result =
            update(Step).set(Step.n.set(Step.n + 1)).filter(first().or(Step.n.eq(least()))).execute(db).await;
        assert_eq!(result.unwrap().rows_affected, 1);
        assert_eq!(numbers(db).await, [(1, 2), (2, 2), (3, 3)]);
        fill(db).await;
        let next = Step.n.eq(least() + 1);
        delete_from(Step).filter(first().or(next)).execute(db).await.unwrap();
        assert_eq!(numbers(db).await, [(3, 3)]);
        fill(db).await;
        let another = || exists(select_from(o).filter(o.n.eq(Step.n.outer() + 1)).select(o.id));
        delete_from(Step).filter(first().or(another())).execute(db).await.unwrap();
        assert_eq!(numbers(db).await, [(3, 3)]);
        fill(db).await;
        update(Step).set(Step.n.set(Step.n + 1)).filter(another()).execute(db).await.unwrap();
        assert_eq!(numbers(db).await, [(1, 2), (2, 3), (3, 3)]);
    })
    .await;
}

/// MySQL and MariaDB gave 4 and 5.
#[tokio::test]
async fn the_second_row_of_an_insert_saw_the_first() {
    plain(async |db| {
        fill(db).await;
        let o = alias!(Step as o);
        let next = || scalar(select_from(o).select(max(o.n))).coalesce(0) + 1;
        let row = |id: i64| (Step.id.set(id), Step.n.set(next()), Step.place.set(0));
        insert_into(Step).values(row(4)).execute(db).await.unwrap();
        assert_eq!(numbers(db).await[3], (4, 4));
        let result = insert_into(Step).values(row(5)).values(row(6)).execute(db).await;
        if is_postgres(db) || is_sqlite(db) {
            result.unwrap();
            assert_eq!(numbers(db).await[4..], [(5, 5), (6, 5)]);
        } else {
            is_refused(result);
            assert_eq!(numbers(db).await.len(), 4);
        }
    })
    .await;
}

/// The second row saw what had become of the first on SQLite and MariaDB.
#[tokio::test]
async fn the_update_of_an_upsert_saw_the_rows_before_it() {
    plain(async |db| {
        fill(db).await;
        let o = alias!(Step as o);
        let others = || {
            scalar(select_from(o).filter(o.id.ne(Step.id.outer())).select(sum(o.n).cast::<i64>())).coalesce(0)
        };
        let row = |id: i64| NewStep { id, n: 9, place: 0 };
        let upsert = || insert_into(Step).values(row(1));
        let both = upsert()
            .values(row(2))
            .on_conflict(Step.id)
            .do_update(|update, _| update.set(Step.n.set(others())))
            .execute(db)
            .await;
        if is_postgres(db) {
            both.unwrap();
            assert_eq!(numbers(db).await, [(1, 5), (2, 4), (3, 3)]);
        } else {
            is_refused(both);
        }
        fill(db).await;
        let one = upsert()
            .on_conflict(Step.id)
            .do_update(|update, _| update.set(Step.n.set(others())))
            .execute(db)
            .await;
        one.unwrap();
        assert_eq!(numbers(db).await, [(1, 5), (2, 2), (3, 3)]);
    })
    .await;
}
