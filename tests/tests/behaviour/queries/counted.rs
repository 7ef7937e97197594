//! How many rows a write says that it wrote, where some were there already: on every database the same.

use super::{Grade, Shift, Worker, fill, worker};
use crate::database::{is_postgres, plain};
use kysera::ErrorKind;
use kysera::executor::tree;
use kysera::expr::{concat, count_all, val};
use kysera::prelude::*;
use kysera_sql::ast;

#[tokio::test]
async fn a_row_that_was_passed_over_was_counted_as_written() {
    plain(async |db| {
        fill(db).await;
        let rows = |names: &[&str]| names.iter().map(|name| worker(name, Grade::Junior)).collect::<Vec<_>>();
        macro_rules! written {
            ($names:expr) => {{
                let by_key = insert_into(Worker).rows(rows(&$names)).on_conflict((Worker.name,)).do_nothing();
                let first = by_key.execute(db).await.unwrap().rows_affected;
                let any = insert_into(Worker).rows(rows(&$names)).on_conflict_do_nothing();
                (first, any.execute(db).await.unwrap().rows_affected)
            }};
        }
        assert_eq!(written!(["Ann"]), (0, 0));
        assert_eq!(written!(["Eva"]), (1, 0));
        assert_eq!(written!(["Ann", "Bea"]), (0, 0));
        assert_eq!(written!(["Ann", "Fay", "Gus", "Bea"]), (2, 0));
        assert_eq!(written!(["Hal", "Ida"]), (2, 0));
        // With raw SQL among the values, of which a driver knows less.
        let raw = |name: &str| {
            let name = kysera::sql!(String: "lower({})", val(name));
            let row = (Worker.name.set(name), Worker.grade.set(val(Grade::Junior)));
            insert_into(Worker).values(row).on_conflict((Worker.name,)).do_nothing()
        };
        assert_eq!(raw("Joe").execute(db).await.unwrap().rows_affected, 1);
        assert_eq!(raw("JOE").execute(db).await.unwrap().rows_affected, 0);
        let key = insert_into(Worker).values(worker("Kim", Grade::Junior)).on_conflict((Worker.name,));
        let key = key.do_nothing().execute(db).await.unwrap();
        assert_eq!(key.rows_affected, 1);
    })
    .await;
}

#[tokio::test]
async fn a_row_of_a_query_that_was_passed_over_was_counted_as_written() {
    plain(async |db| {
        fill(db).await;
        let of = |names: &[&str]| {
            let found = select_from(Worker).filter(Worker.wage.gt(0));
            let found = found.filter(Worker.name.in_list(names.iter().map(|name| (*name).to_owned())));
            found.select((Worker.name, Worker.grade))
        };
        let into = || insert_into(Worker).columns((Worker.name, Worker.grade));
        macro_rules! written {
            ($query:expr) => {
                into().from_select($query).on_conflict((Worker.name,)).do_nothing().execute(db).await
            };
        }
        assert_eq!(written!(of(&["Ann"])).unwrap().rows_affected, 0);
        assert_eq!(written!(of(&["Ann", "Bea"])).unwrap().rows_affected, 0);
        assert_eq!(written!(of(&["Nobody"])).unwrap().rows_affected, 0);
        let longer = select_from(Worker).select((concat(Worker.name, "!"), Worker.grade));
        assert_eq!(written!(longer.clone()).unwrap().rows_affected, 4);
        assert_eq!(written!(longer.clone().union_all(of(&["Ann"]))).unwrap().rows_affected, 4);
        let loud = select_from(Worker).select((sql!(String: "lower({})", Worker.name), Worker.grade));
        assert_eq!(written!(loud.clone()).unwrap().rows_affected, 12);
        assert_eq!(written!(loud).unwrap().rows_affected, 0);
        // What passes over rows that are there passes over nothing else.
        let shifts = async || select_from(Shift).select(count_all()).fetch_one(db).await.unwrap();
        let before = shifts().await;
        let copies = |worker: i64, day: i32| {
            let from = select_from(Shift).select((Shift.worker_id + worker, Shift.day + day, Shift.hours));
            let into =
                insert_into(Shift).columns((Shift.worker_id, Shift.day, Shift.hours)).from_select(from);
            into.on_conflict((Shift.worker_id, Shift.day)).do_nothing()
        };
        let nobody = copies(1_000, 0).execute(db).await.unwrap_err();
        assert_eq!(nobody.kind(), ErrorKind::ForeignKeyViolation, "{nobody}");
        assert_eq!(shifts().await, before);
        assert_eq!(copies(0, 0).execute(db).await.unwrap().rows_affected, 0);
        assert_eq!(copies(0, 1).execute(db).await.unwrap().rows_affected, 2);
    })
    .await;
}

#[tokio::test]
async fn a_row_that_an_upsert_changed_was_counted_twice() {
    plain(async |db| {
        fill(db).await;
        let upsert = |names: &[&str], wage: i64| {
            let rows: Vec<_> = names.iter().map(|name| worker(name, Grade::Junior).wage(wage)).collect();
            let into = insert_into(Worker).rows(rows).on_conflict((Worker.name,));
            into.do_update(|update, new| update.set(Worker.wage.set(new.wage)))
        };
        for (names, wage, expected) in [
            (&["Ann"][..], 7, 1),
            (&["Ann"], 7, 1),
            (&["Ann", "Bea"], 8, 2),
            (&["Ann", "Bea"], 8, 2),
            (&["Ann", "New"], 9, 2),
            (&["Ann", "New", "Newer"], 9, 3),
        ] {
            let found = upsert(names, wage).execute(db).await.unwrap().rows_affected;
            assert_eq!(found, expected, "{names:?} {wage}");
        }
        let query = |wage: i64| {
            let from = select_from(Worker).filter(Worker.name.in_list(["Ann", "Bea"]));
            let rows = from.select((Worker.name, Worker.grade, Worker.wage + wage));
            let into = insert_into(Worker).columns((Worker.name, Worker.grade, Worker.wage));
            let into = into.from_select(rows).on_conflict((Worker.name,));
            into.do_update(|update, new| update.set(Worker.wage.set(new.wage)))
        };
        assert_eq!(query(1).execute(db).await.unwrap().rows_affected, 2);
        assert_eq!(query(0).execute(db).await.unwrap().rows_affected, 2);
        let raw =
            insert_into(Worker).values(worker("Ann", Grade::Junior)).on_conflict((Worker.name,)).do_update(
                |update, _| update.set(Worker.remark.set(kysera::sql!(String: "lower({})", val("A")))),
            );
        assert_eq!(raw.execute(db).await.unwrap().rows_affected, 1);
    })
    .await;
}

#[tokio::test]
async fn an_update_that_changes_nothing_counts_the_rows_that_it_found() {
    plain(async |db| {
        fill(db).await;
        let same = update(Worker).set(Worker.wage.set(Worker.wage)).all_rows();
        assert_eq!(same.execute(db).await.unwrap().rows_affected, 4);
        let one = update(Worker).set(Worker.name.set("Ann")).filter(Worker.name.eq("Ann"));
        assert_eq!(one.execute(db).await.unwrap().rows_affected, 1);
    })
    .await;
}

#[tokio::test]
async fn a_replaced_row_is_counted_once_and_an_ignored_one_not_at_all() {
    plain(async |db| {
        fill(db).await;
        let insert = |or, names: &[&str]| {
            let rows = names.iter().map(|name| worker(name, Grade::Junior));
            let mut insert = insert_into(Worker).rows(rows).into_ast();
            insert.or = Some(or);
            tree(insert)
        };
        for (or, names, expected) in [
            (ast::InsertOr::Ignore, &["Dan"][..], 0),
            (ast::InsertOr::Ignore, &["Dan", "Eva", "Fay"], 2),
            (ast::InsertOr::Replace, &["Dan"], 1),
            (ast::InsertOr::Replace, &["Dan", "Gus"], 2),
        ] {
            let found = insert(or, names).execute(db).await.map(|done| done.rows_affected);
            if is_postgres(db) {
                assert_eq!(found.unwrap_err().kind(), ErrorKind::Unsupported);
            } else {
                assert_eq!(found.unwrap(), expected, "{names:?} {or:?}");
            }
        }
    })
    .await;
}
