//! INSERT, UPDATE, DELETE, upsert and the schema, with what they leave behind.

use super::{Grade, NewShift, NewWorker, Shift, ShiftPatch, Worker, fill, worker};
use crate::database::{is_postgres, is_sqlite, plain};
use kysera::ErrorKind;
use kysera::prelude::*;
use kysera::schema::{create_index, drop_table};

async fn wages(db: &Db) -> Vec<(String, i64)> {
    select_from(Worker).select((Worker.name, Worker.wage)).order_by(Worker.id).fetch_all(db).await.unwrap()
}

fn paid<const N: usize>(rows: [(&str, i64); N]) -> Vec<(String, i64)> {
    rows.map(|(name, wage)| (name.to_owned(), wage)).into()
}

#[tokio::test]
async fn rows_of_one_insert_may_give_different_columns() {
    plain(async |db| {
        fill(db).await;
        assert_eq!(wages(db).await, paid([("Ann", 300), ("Bea", 200), ("Cem", 100), ("Dan", 150)]));
        let states = select_from(Shift).distinct().select(Shift.state).fetch_all(db).await.unwrap();
        assert_eq!(states, ["open"], "the declared default");
        let mixed = insert_into(Worker)
            .rows([worker("Eva", Grade::Junior).id(50), worker("Fay", Grade::Junior).wage(7)])
            .returning((Worker.name, Worker.wage, Worker.remark))
            .fetch_all(db)
            .await
            .unwrap();
        assert_eq!(mixed, [("Eva".into(), 100, None), ("Fay".into(), 7, None)]);
        let none = insert_into(Worker).rows(Vec::<NewWorker>::new()).execute(db).await.unwrap_err();
        assert_eq!(none.kind(), ErrorKind::InvalidQuery, "{none}");
    })
    .await;
}

/// Only expressions of one operand compiled: what mentions no table was expected to be a single `Nil`.
#[tokio::test]
async fn a_new_row_may_hold_what_is_computed_of_several_values() {
    plain(async |db| {
        fill(db).await;
        let most = || scalar(select_from(Worker).select(max(Worker.wage))).coalesce(0);
        let eva = insert_into(Worker).values((
            Worker.name.set(concat(val("E"), "va")),
            Worker.wage.set(val(1_i64) + 2),
            Worker.grade.set(case().when(val(1).gt(2), val(Grade::Junior)).otherwise(Grade::Senior)),
            Worker.boss_id.set(scalar(select_from(Worker).filter(Worker.name.eq("Ann")).select(Worker.id))),
            Worker.remark.set(sql!(String: "replace({}, {}, 'c')", val("ab"), val("b"))),
        ));
        eva.execute(db).await.unwrap();
        let fay = insert_into(Worker).values((
            Worker.name.set(kysera::expr::function::<String, _>("replace", (val("Fax"), val("x"), val("y")))),
            Worker.wage.set(most() + 1),
            Worker.grade.set(val(Grade::Junior)),
            Worker.remark.set(val("a").null_if("a").coalesce("z")),
        ));
        fay.execute(db).await.unwrap();
        insert_into(Worker)
            .values(worker("Hal", Grade::Junior).wage(val(3_i64) + 4))
            .values(worker("Gus", Grade::Junior).wage(val(3_i64) * 4).remark(concat(val("g"), "h")))
            .execute(db)
            .await
            .unwrap();
        let rows = select_from(Worker)
            .filter(Worker.id.gt(4))
            .select((Worker.name, Worker.wage, Worker.grade, Worker.boss_id, Worker.remark))
            .order_by(Worker.name)
            .fetch_all(db)
            .await
            .unwrap();
        let row = |name: &str, wage, grade, boss, remark: &str| {
            (name.to_owned(), wage, grade, boss, Some(remark.to_owned()))
        };
        assert_eq!(
            rows,
            [
                row("Eva", 3, Grade::Senior, Some(1), "ac"),
                row("Fay", 301, Grade::Junior, None, "z"),
                row("Gus", 12, Grade::Junior, None, "gh"),
                (String::from("Hal"), 7, Grade::Junior, None, None),
            ]
        );
    })
    .await;
}

#[tokio::test]
async fn a_query_is_inserted_from() {
    plain(async |db| {
        fill(db).await;
        let copy = || {
            insert_into(Worker).columns((Worker.name, Worker.grade, Worker.wage)).from_select(
                select_from(Worker).filter(Worker.wage.le(150)).select((
                    concat(Worker.name, "2"),
                    Worker.grade,
                    Worker.wage + 1,
                )),
            )
        };
        let copied = copy().returning(Worker.wage).fetch_all(db).await;
        if db.dialect().name() == "MySQL" {
            // Which keys it generates for the rows of a query cannot be told.
            let error = copied.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
            assert_eq!(copy().execute(db).await.unwrap().rows_affected, 2);
        } else {
            assert_eq!(copied.unwrap().iter().sum::<i64>(), 101 + 151);
        }
        assert!(wages(db).await.contains(&("Cem2".to_owned(), 101)));
    })
    .await;
}

#[tokio::test]
async fn upserts_do_nothing_or_update_with_what_was_proposed() {
    plain(async |db| {
        fill(db).await;
        let new = |wage| worker("Ann", Grade::Junior).wage(wage);
        let nothing = insert_into(Worker).values(new(1)).on_conflict((Worker.name,)).do_nothing();
        assert_eq!(nothing.execute(db).await.unwrap().rows_affected, 0);
        let any = insert_into(Worker).values(new(1)).on_conflict_do_nothing().returning(Worker.id);
        assert!(any.fetch_optional(db).await.unwrap().is_none());
        let raised = |wage| {
            insert_into(Worker)
                .rows([new(wage), worker("Gus", Grade::Junior).wage(5)])
                .on_conflict((Worker.name,))
                .do_update(|update, excluded| {
                    update
                        .set(Worker.wage.set(Worker.wage + excluded.wage))
                        .set(Worker.remark.set("raised"))
                        .filter(excluded.wage.lt(Worker.wage))
                })
                .returning((Worker.name, Worker.wage))
        };
        if !is_sqlite(db) && !is_postgres(db) {
            // `on duplicate key update` has no condition, and there are no partial indexes.
            let error = raised(10).fetch_all(db).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
            let rows = [new(10), worker("Gus", Grade::Junior).wage(5)];
            let into = insert_into(Worker).rows(rows).on_conflict((Worker.name,));
            let all = into.do_update(|update, new| update.set(Worker.wage.set(Worker.wage + new.wage)));
            assert_eq!(all.execute(db).await.unwrap().rows_affected, 2);
            let expected = [("Ann", 310), ("Bea", 200), ("Cem", 100), ("Dan", 150), ("Gus", 5)];
            assert_eq!(wages(db).await, paid(expected));
            return;
        }
        let mut rows = raised(10).fetch_all(db).await.unwrap();
        rows.sort();
        assert_eq!(rows, paid([("Ann", 310), ("Gus", 5)]));
        assert!(raised(999).fetch_all(db).await.unwrap().is_empty(), "the filter keeps the rows as they are");

        create_index("one_open", Shift, (Shift.worker_id,))
            .unique()
            .filter(Shift.day.is_not_null())
            .if_not_exists()
            .execute(db)
            .await
            .unwrap_err();
        delete_from(Shift).filter(Shift.worker_id.eq(2)).filter(Shift.day.eq(2)).execute(db).await.unwrap();
        create_index("one_open", Shift, (Shift.worker_id,))
            .unique()
            .filter(Shift.day.is_not_null())
            .execute(db)
            .await
            .unwrap();
        let partial = insert_into(Shift)
            .values(NewShift { worker_id: 2, day: 9, hours: 1.0 })
            .on_conflict((Shift.worker_id,))
            .index_filter(Shift.day.is_not_null())
            .do_update(|update, excluded| update.set(Shift.hours.set(Shift.hours + excluded.hours)))
            .returning((Shift.day, Shift.hours));
        assert_eq!(partial.fetch_one(db).await.unwrap(), (1, 9.0));
    })
    .await;
}

#[tokio::test]
async fn updates_compute_read_other_tables_and_return() {
    plain(async |db| {
        fill(db).await;
        let raised = update(Worker)
            .set(Worker.wage.set(Worker.wage + 10))
            .set(Worker.remark.set(None::<String>))
            .filter(Worker.grade.eq(Grade::Junior))
            .returning((Worker.name, Worker.wage, Worker.remark))
            .fetch_all(db)
            .await
            .unwrap();
        assert_eq!(raised.len(), 2);
        assert!(raised.iter().all(|(_, _, remark)| remark.is_none()));

        let boss = alias!(Worker as boss);
        let levelled = update(Worker)
            .from(&boss)
            .set(Worker.wage.set(boss.wage))
            .filter(boss.id.eq(Worker.boss_id))
            .filter(Worker.name.eq("Bea"))
            .execute(db)
            .await
            .unwrap();
        assert_eq!(levelled.rows_affected, 1);
        assert_eq!(wages(db).await, paid([("Ann", 300), ("Bea", 300), ("Cem", 110), ("Dan", 160)]));
        let patched = update(Shift).patch(ShiftPatch::new().state("done").hours(0.5)).all_rows();
        assert_eq!(patched.execute(db).await.unwrap().rows_affected, 3);
        let empty = update(Shift).patch(ShiftPatch::new()).all_rows().execute(db).await.unwrap_err();
        assert_eq!(empty.kind(), ErrorKind::InvalidQuery, "{empty}");
    })
    .await;
}

#[tokio::test]
async fn deletes_cascade_return_and_read_other_tables() {
    plain(async |db| {
        fill(db).await;
        let gone = delete_from(Worker).filter(Worker.name.eq("Cem")).returning(Worker.all());
        assert_eq!(gone.fetch_one(db).await.unwrap().remark.as_deref(), Some("new"));
        let left = select_from(Shift).select(count_all());
        assert_eq!(left.clone().fetch_one(db).await.unwrap(), 2, "its shift went with it");
        let using =
            delete_from(Shift).using(Worker).filter(Worker.id.eq(Shift.worker_id)).filter(Shift.day.eq(2));
        if !is_sqlite(db) {
            assert_eq!(using.execute(db).await.unwrap().rows_affected, 1);
        } else {
            assert_eq!(using.execute(db).await.unwrap_err().kind(), ErrorKind::Unsupported);
            let exists =
                exists(select_from(Worker).filter(Worker.id.eq(Shift.worker_id.outer())).select(Worker.id));
            let instead = delete_from(Shift).filter(Shift.day.eq(2)).filter(exists);
            assert_eq!(instead.execute(db).await.unwrap().rows_affected, 1);
        }
        assert_eq!(left.fetch_one(db).await.unwrap(), 1);
        delete_from(Shift).all_rows().execute(db).await.unwrap();
        drop_table(Shift).execute(db).await.unwrap();
        drop_table(Shift).if_exists().execute(db).await.unwrap();
        let error = select_from(Shift).select(Shift.day).fetch_all(db).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Undefined, "{error}");
    })
    .await;
}
