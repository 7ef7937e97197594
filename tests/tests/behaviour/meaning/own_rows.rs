//! A query of the table that a statement writes to sees the rows as they were before the statement, or is refused.

use crate::database::{is_postgres, is_sqlite, plain};
use kysera::ErrorKind;
use kysera::expr::{count_all, exists, max, min, scalar, sum};
use kysera::prelude::*;
use kysera::schema::create_table;
use kysera::script;

#[derive(Table, Debug, Clone, PartialEq)]
struct Step {
    #[column(primary_key)]
    id: i64,
    n: i64,
    place: i64,
}

/// A row with a key of two columns.
#[derive(Table, Debug, Clone, PartialEq)]
struct Seat {
    #[column(primary_key)]
    hall: i64,
    #[column(primary_key)]
    place: i64,
    n: i64,
}

#[derive(Table, Debug, Clone, PartialEq)]
struct Other {
    #[column(primary_key)]
    x: i64,
    step_id: i64,
}

#[derive(Table, Debug, Clone, PartialEq)]
struct Doubled {
    #[column(primary_key)]
    id: i64,
    n: i64,
    #[column(generated_always)]
    twice: i64,
}

#[derive(Table, Debug, Clone, PartialEq)]
struct Parent {
    #[column(primary_key)]
    id: i64,
}

#[derive(Table, Debug, Clone, PartialEq)]
struct Child {
    #[column(primary_key)]
    id: i64,
    #[column(references = "parent.id", on_delete = "cascade")]
    parent_id: i64,
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

/// As above, where two columns tell which rows were found.
#[tokio::test]
async fn a_condition_saw_written_rows_of_a_table_with_a_key_of_two_columns() {
    plain(async |db| {
        create_table(Seat).if_not_exists().execute(db).await.unwrap();
        delete_from(Seat).all_rows().execute(db).await.unwrap();
        let row = |hall, place, n| NewSeat { hall, place, n };
        // No column alone tells which row it is.
        let rows = [row(1, 1, 1), row(1, 2, 2), row(2, 1, 3), row(2, 2, 4)];
        insert_into(Seat).rows(rows).execute(db).await.unwrap();
        let o = alias!(Seat as o);
        let least = || scalar(select_from(o).select(min(o.n))).coalesce(0);
        let first = || Seat.hall.eq(1).and(Seat.place.eq(1));
        let written =
            update(Seat).set(Seat.n.set(Seat.n + 1)).filter(first().or(Seat.n.eq(least()))).execute(db).await;
        assert_eq!(written.unwrap().rows_affected, 1);
        // Of 2, 2, 3, 4 the last two go because of a row that goes first.
        let before = exists(select_from(o).filter(o.n.eq(Seat.n.outer() - 1)).select(o.n));
        let deleted = delete_from(Seat).filter(Seat.n.eq(2).or(before)).execute(db).await;
        assert_eq!(deleted.unwrap().rows_affected, 4);
    })
    .await;
}

/// The query is needed for each row, and answers NULL for those that nobody follows.
#[tokio::test]
async fn a_query_asked_for_null_saw_the_rows_that_were_gone() {
    plain(async |db| {
        fill(db).await;
        let o = alias!(Step as o);
        let before = || scalar(select_from(o).filter(o.n.lt(Step.n.outer())).select(max(o.n)));
        delete_from(Step).filter(before().is_null()).execute(db).await.unwrap();
        assert_eq!(numbers(db).await, [(2, 2), (3, 3)]);
        fill(db).await;
        delete_from(Step).filter(Step.id.eq(2).or(before().is_null())).execute(db).await.unwrap();
        assert_eq!(numbers(db).await, [(3, 3)]);
        fill(db).await;
        update(Step).set(Step.n.set(Step.n + 5)).filter(before().is_null()).execute(db).await.unwrap();
        assert_eq!(numbers(db).await, [(1, 6), (2, 2), (3, 3)]);
    })
    .await;
}

/// MySQL asked the joined query anew for each row, and read the table in it when the first row was gone: 3 went.
#[tokio::test]
async fn a_joined_list_was_read_when_the_first_row_was_gone() {
    plain(async |db| {
        fill(db).await;
        create_table(Other).if_not_exists().execute(db).await.unwrap();
        delete_from(Other).all_rows().execute(db).await.unwrap();
        let row = |x, step_id| NewOther { x, step_id };
        insert_into(Other).rows([row(2, 1), row(3, 2), row(9, 3)]).execute(db).await.unwrap();
        let o = alias!(Step as o);
        let listed = || select_from(Other).inner_join(o, o.id.eq(Other.step_id)).select(Other.x);
        delete_from(Step).filter(Step.id.not_in_subquery(listed())).execute(db).await.unwrap();
        assert_eq!(numbers(db).await, [(2, 2), (3, 3)]);
        fill(db).await;
        let raised = update(Step).set(Step.id.set(Step.id + 10));
        raised.filter(Step.id.not_in_subquery(listed())).execute(db).await.unwrap();
        assert_eq!(numbers(db).await, [(2, 2), (3, 3), (11, 1)]);
    })
    .await;
}

/// SQLite added up what it had written, and SQLite and MySQL took the greatest of it.
#[tokio::test]
async fn a_column_that_is_computed_of_a_written_one_was_read_when_it_was_written() {
    plain(async |db| {
        let text = "create table doubled (id bigint primary key, n bigint not null, \
                    twice bigint generated always as (n * 2) stored)";
        script("drop table if exists doubled").run(db).await.unwrap();
        script(text).run(db).await.unwrap();
        let row = |id| (Doubled.id.set(id), Doubled.n.set(id));
        insert_into(Doubled).values(row(1)).values(row(2)).values(row(3)).execute(db).await.unwrap();
        let o = alias!(Doubled as o);
        let filled = async || {
            let query = select_from(Doubled).order_by(Doubled.id.asc()).select(Doubled.n);
            query.fetch_all(db).await.unwrap()
        };
        let total =
            scalar(select_from(o).filter(o.id.le(Doubled.id.outer())).select(sum(o.twice).cast::<i64>()));
        let result = update(Doubled).set(Doubled.n.set(total.coalesce(0))).all_rows().execute(db).await;
        if is_sqlite(db) {
            is_refused(result);
        } else {
            result.unwrap();
            assert_eq!(filled().await, [2, 6, 12]);
        }
        update(Doubled).set(Doubled.n.set(Doubled.id)).all_rows().execute(db).await.unwrap();
        let greatest = scalar(select_from(o).select(max(o.twice))).coalesce(0);
        let value = case().when(Doubled.id.eq(1), val(50_i64)).otherwise(greatest);
        let result = update(Doubled).set(Doubled.n.set(value)).all_rows().execute(db).await;
        if is_postgres(db) || is_mariadb(db) {
            result.unwrap();
            assert_eq!(filled().await, [50, 6, 6]);
        } else {
            is_refused(result);
            assert_eq!(filled().await, [1, 2, 3]);
        }
    })
    .await;
}

/// MySQL and MariaDB deleted one row, whose child the condition of the others did not find any more.
#[tokio::test]
async fn a_condition_missed_the_rows_that_went_with_the_first() {
    plain(async |db| {
        create_table(Parent).if_not_exists().execute(db).await.unwrap();
        create_table(Child).if_not_exists().execute(db).await.unwrap();
        let fill = async || {
            delete_from(Parent).all_rows().execute(db).await.unwrap();
            insert_into(Parent).rows([1, 2, 3].map(|id| NewParent { id })).execute(db).await.unwrap();
            let child = |id| NewChild { id: id + 3, parent_id: id };
            insert_into(Child).rows([1, 2, 3].map(child)).execute(db).await.unwrap();
        };
        let c = alias!(Child as c);
        let seen = scalar(select_from(c).filter(c.id.gt(Parent.id.outer())).select(count_all()));
        fill().await;
        let deleted = delete_from(Parent).filter(seen.coalesce(0).eq(3)).execute(db).await;
        assert_eq!(deleted.unwrap().rows_affected, 3);
        let another = exists(select_from(c).filter(c.parent_id.lt(Parent.id.outer())).select(c.id));
        fill().await;
        let deleted = delete_from(Parent).filter(Parent.id.eq(1).or(another)).execute(db).await;
        assert_eq!(deleted.unwrap().rows_affected, 3);
    })
    .await;
}

/// The rows of a CTE were those of the first row that was written.
#[tokio::test]
async fn a_cte_of_the_table_in_a_branch_saw_what_was_written_before_it_was_needed() {
    plain(async |db| {
        fill(db).await;
        let o = alias!(Step as o);
        let highest = cte("highest", select_from(o).select(row! { n: max(o.n).coalesce(0) }));
        let found = scalar(select_from(&highest).select(max(highest.n))).coalesce(0);
        let value = case().when(Step.id.eq(1), val(50_i64)).otherwise(found);
        let result = update(Step).with(&highest).set(Step.n.set(value)).all_rows().execute(db).await;
        if is_postgres(db) {
            result.unwrap();
            assert_eq!(numbers(db).await, [(1, 50), (2, 3), (3, 3)]);
        } else {
            assert_eq!(result.unwrap_err().kind(), ErrorKind::Unsupported);
            assert_eq!(numbers(db).await, [(1, 1), (2, 2), (3, 3)]);
        }
    })
    .await;
}

/// As the rows of a list, those of a query were taken for one.
#[tokio::test]
async fn the_update_of_an_upsert_from_a_query_saw_the_rows_before_it() {
    plain(async |db| {
        fill(db).await;
        let o = alias!(Step as o);
        let s = alias!(Step as s);
        let others = scalar(select_from(o).filter(o.id.ne(Step.id.outer())).select(sum(o.n).cast::<i64>()))
            .coalesce(0);
        let from = select_from(s).filter(s.id.le(2)).select((s.id, s.n, s.place));
        let upsert = insert_into(Step)
            .columns((Step.id, Step.n, Step.place))
            .from_select(from)
            .on_conflict(Step.id)
            .do_update(|update, _| update.set(Step.n.set(others)));
        let result = upsert.execute(db).await;
        if is_postgres(db) {
            result.unwrap();
            assert_eq!(numbers(db).await, [(1, 5), (2, 4), (3, 3)]);
        } else {
            is_refused(result);
        }
    })
    .await;
}

/// SQLite and MariaDB took the row proposed for the one that was there.
#[tokio::test]
async fn an_upsert_of_a_table_called_as_the_proposed_row() {
    #[derive(Table, Debug, Clone, PartialEq)]
    #[table(name = "excluded")]
    struct Excluded {
        #[column(primary_key)]
        id: i64,
        n: i64,
    }
    plain(async |db| {
        create_table(Excluded).if_not_exists().execute(db).await.unwrap();
        let upsert = |n| {
            insert_into(Excluded)
                .values(NewExcluded { id: 1, n })
                .on_conflict(Excluded.id)
                .do_update(|update, proposed| update.set(Excluded.n.set(Excluded.n * 10 + proposed.n)))
        };
        assert_eq!(upsert(1).execute(db).await.unwrap_err().kind(), ErrorKind::InvalidQuery);
    })
    .await;
}
