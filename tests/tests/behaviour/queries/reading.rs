//! SELECT: joins, groups, CTEs, set operations, subqueries and operators, with the rows they give.

use super::{Grade, Shift, Worker, fill};
use crate::database::{full_join, is_postgres, plain};
use kysera::expr::{avg_as, sum_as};
use kysera::prelude::*;

fn names(rows: &[&str]) -> Vec<String> {
    rows.iter().map(|&name| name.to_owned()).collect()
}

#[tokio::test]
async fn joins_of_all_kinds_chain() {
    plain(async |db| {
        fill(db).await;
        let boss = alias!(Worker as boss);
        let rows = select_from(Worker)
            .inner_join(&boss, boss.id.eq(Worker.boss_id))
            .left_join(Shift, Shift.worker_id.eq(Worker.id).and(Shift.day.eq(1)))
            .select((Worker.name, boss.name, Shift.hours))
            .order_by(Worker.id)
            .fetch_all(db)
            .await
            .unwrap();
        let row = |worker: &str, boss: &str, hours| (worker.to_owned(), boss.to_owned(), hours);
        assert_eq!(
            rows,
            [row("Bea", "Ann", Some(8.0)), row("Cem", "Ann", Some(6.25)), row("Dan", "Bea", None)]
        );
        let rows = select_from(Shift)
            .right_join(Worker, Worker.id.eq(Shift.worker_id))
            .select((Worker.name, Shift.day))
            .order_by((Worker.id.asc(), Shift.day.asc()))
            .fetch_all(db)
            .await
            .unwrap();
        let seen: Vec<_> = rows.iter().map(|(name, day)| (name.as_str(), *day)).collect();
        assert_eq!(
            seen,
            [("Ann", None), ("Bea", Some(1)), ("Bea", Some(2)), ("Cem", Some(1)), ("Dan", None)]
        );
        let all = select_from(Worker)
            .full_join(Shift, Shift.worker_id.eq(Worker.id))
            .select(count_all())
            .fetch_one(db)
            .await;
        if let Some(all) = full_join(db, all) {
            assert_eq!(all, 5);
        }
        let product = select_from(Worker).cross_join(Shift).select(count_all()).fetch_one(db).await.unwrap();
        assert_eq!(product, 12);
    })
    .await;
}

#[tokio::test]
async fn groups_are_counted_summed_and_filtered() {
    plain(async |db| {
        fill(db).await;
        let rows = select_from(Worker)
            .left_join(Shift, Shift.worker_id.eq(Worker.id))
            .filter(Worker.wage.ge(100))
            .group_by((Worker.id, Worker.name))
            .having(count(Shift.day).ge(1))
            .select(row! {
                name: Worker.name,
                shifts: count(Shift.day),
                hours: sum(Shift.hours),
                mean: avg(Shift.hours),
                first: min(Shift.day),
                last: max(Shift.day),
                long: count_all().filter_where(Shift.hours.gt(5)),
            })
            .order_by_output(|row| row.shifts.desc())
            .fetch_all(db)
            .await
            .unwrap();
        let seen: Vec<_> = rows
            .iter()
            .map(|row| (row.name.as_str(), row.shifts, row.hours, row.mean, row.first, row.last, row.long))
            .collect();
        assert_eq!(
            seen,
            [
                ("Bea", 2, Some(12.5), Some(6.25), Some(1), Some(2), 1),
                ("Cem", 1, Some(6.25), Some(6.25), Some(1), Some(1), 1),
            ]
        );
        let (sum, mean, grades, none) = select_from(Worker)
            .select((
                sum_as::<i64, _>(Worker.wage),
                avg_as::<f64, _>(Worker.wage),
                count(Worker.grade).distinct(),
                max(Worker.wage).filter_where(Worker.wage.gt(9999)),
            ))
            .fetch_one(db)
            .await
            .unwrap();
        assert_eq!((sum, mean, grades, none), (Some(750), Some(187.5), 2, None));
        let grades = select_from(Worker).distinct().select(Worker.grade).fetch_all(db).await.unwrap();
        assert_eq!(grades.len(), 2);
    })
    .await;
}

#[tokio::test]
async fn ctes_recursion_and_set_operations_give_their_rows() {
    plain(async |db| {
        fill(db).await;
        let seniors = cte(
            "seniors",
            select_from(Worker)
                .filter(Worker.grade.eq(Grade::Senior))
                .select(row! { id: Worker.id, name: Worker.name }),
        );
        let led = select_from(Worker)
            .inner_join(&seniors, seniors.id.eq(Worker.boss_id))
            .with(&seniors)
            .select((Worker.name, seniors.name))
            .order_by(Worker.id)
            .fetch_all(db)
            .await
            .unwrap();
        assert_eq!(led.len(), 3);
        let line = recursive(
            "line",
            select_from(Worker)
                .filter(Worker.boss_id.is_null())
                .select(row! { id: Worker.id, name: Worker.name, depth: val(0_i64) }),
            |line| {
                select_from(Worker).inner_join(line, line.id.eq(Worker.boss_id)).select((
                    Worker.id,
                    Worker.name,
                    line.depth + 1,
                ))
            },
        );
        let tree = select_from(&line)
            .with(&line)
            .select((line.name, line.depth))
            .order_by((line.depth.asc(), line.name.asc()))
            .fetch_all(db)
            .await
            .unwrap();
        let seen: Vec<_> = tree.iter().map(|(name, depth)| (name.as_str(), *depth)).collect();
        assert_eq!(seen, [("Ann", 0), ("Bea", 1), ("Cem", 1), ("Dan", 2)]);

        let of =
            |grade| select_from(Worker).filter(Worker.grade.eq(grade)).select(row! { name: Worker.name });
        let paid = || select_from(Worker).filter(Worker.wage.ge(200)).select(Worker.name);
        let sorted = async |query: kysera::query::Erased<_>| {
            let mut rows: Vec<String> = query.fetch_all(db).await.unwrap();
            rows.sort();
            rows
        };
        let junior = || select_from(Worker).filter(Worker.grade.eq(Grade::Junior)).select(Worker.name);
        assert_eq!(sorted(junior().union(paid())).await, names(&["Ann", "Bea", "Cem", "Dan"]));
        assert_eq!(sorted(junior().union_all(junior())).await, names(&["Cem", "Cem", "Dan", "Dan"]));
        assert!(sorted(junior().intersect(paid())).await.is_empty());
        assert_eq!(sorted(junior().except(paid())).await, names(&["Cem", "Dan"]));
        let page = of(Grade::Senior)
            .union_all(of(Grade::Junior))
            .order_by_output(|row| row.name.desc())
            .limit(2)
            .offset(1)
            .fetch_all(db)
            .await
            .unwrap();
        assert_eq!(page.into_iter().map(|row| row.name).collect::<Vec<_>>(), names(&["Cem", "Bea"]));
    })
    .await;
}

#[tokio::test]
async fn subqueries_stand_in_from_select_and_filter() {
    plain(async |db| {
        fill(db).await;
        let hours = derived(
            "hours",
            select_from(Shift)
                .group_by(Shift.worker_id)
                .select(row! { worker: Shift.worker_id, total: sum(Shift.hours) }),
        );
        let rows = select_from(Worker)
            .left_join(&hours, hours.worker.eq(Worker.id))
            .select((
                Worker.name,
                hours.total,
                scalar(
                    select_from(Shift).filter(Shift.worker_id.eq(Worker.id.outer())).select(max(Shift.hours)),
                ),
                exists(select_from(Shift).filter(Shift.worker_id.eq(Worker.id.outer())).select(Shift.day)),
            ))
            .order_by(Worker.id)
            .fetch_all(db)
            .await
            .unwrap();
        assert_eq!(rows[1], ("Bea".into(), Some(12.5), Some(8.0), true));
        assert_eq!(rows[3], ("Dan".into(), None, None, false));

        let idle = select_from(Worker)
            .filter(not_exists(
                select_from(Shift).filter(Shift.worker_id.eq(Worker.id.outer())).select(Shift.day),
            ))
            .filter(Worker.id.not_in_subquery(select_from(Shift).select(Shift.worker_id)))
            .filter(Worker.id.in_list([1, 2, 4]))
            .select(Worker.name)
            .order_by(Worker.id)
            .fetch_all(db)
            .await
            .unwrap();
        assert_eq!(idle, names(&["Ann", "Dan"]));
        let nobody = select_from(Worker).filter(Worker.id.in_list(Vec::<i64>::new())).select(Worker.id);
        assert!(nobody.fetch_all(db).await.unwrap().is_empty());
        let everybody =
            select_from(Worker).filter(Worker.id.not_in_list(Vec::<i64>::new())).select(count_all());
        assert_eq!(everybody.fetch_one(db).await.unwrap(), 4);
    })
    .await;
}

#[tokio::test]
async fn operators_mean_the_same_on_every_database() {
    plain(async |db| {
        fill(db).await;
        let matching = async |condition: Expr<Option<bool>, kysera::extend::sql::typed::Ref<Worker>>| {
            select_from(Worker)
                .filter(condition)
                .select(Worker.name)
                .order_by(Worker.id)
                .fetch_all(db)
                .await
                .unwrap()
        };
        assert_eq!(matching(Worker.wage.between(100, 150).on()).await, names(&["Cem", "Dan"]));
        assert_eq!(matching(Worker.wage.not_between(100, 150).on()).await, names(&["Ann", "Bea"]));
        assert_eq!(matching(Worker.name.like("%e%").on()).await, names(&["Bea", "Cem"]));
        assert_eq!(matching(Worker.name.not_like("_e%").on()).await, names(&["Ann", "Dan"]));
        assert_eq!(matching(Worker.remark.like_escape("%!% off!_", '!').on()).await, names(&["Ann"]));
        assert_eq!(matching(Worker.remark.like_escape("%!!%", '!').on()).await, names(&[]));
        assert_eq!(matching(Worker.remark.is(None::<String>).on()).await, names(&["Bea"]));
        assert_eq!(matching(Worker.remark.is_not(Some("new")).on()).await, names(&["Ann", "Bea", "Dan"]));
        assert_eq!(matching(Worker.remark.ne("new").on()).await, names(&["Ann", "Dan"]));
        assert_eq!(matching(not(Worker.remark.eq("new")).on()).await, names(&["Ann", "Dan"]));
        assert_eq!(
            matching(Worker.id.eq(1).or(Worker.id.eq(2)).and(Worker.wage.lt(250)).on()).await,
            names(&["Bea"])
        );

        let row = select_from(Worker)
            .filter(Worker.id.eq(3))
            .select((
                Worker.wage * 3 + 1 - Worker.id,
                Worker.wage / 30,
                Worker.wage % 30,
                Worker.boss_id + 1,
                Worker.boss_id.coalesce(0),
                Worker.remark.coalesce("none").upper(),
                case()
                    .when(Worker.wage.gt(150), val("much"))
                    .when(Worker.wage.gt(99), "some")
                    .otherwise("none"),
                Worker.wage.cast::<f64>(),
                Worker.wage.cast::<String>(),
                concat(Worker.name, concat(val(":"), Worker.remark)),
            ))
            .fetch_one(db)
            .await
            .unwrap();
        let expected = (
            298,
            3,
            10,
            Some(2),
            1,
            "NEW".to_owned(),
            "some".to_owned(),
            100.0,
            "100".to_owned(),
            Some("Cem:new".to_owned()),
        );
        assert_eq!(row, expected);
    })
    .await;
}

#[tokio::test]
async fn rows_are_ordered_paged_and_locked() {
    plain(async |db| {
        fill(db).await;
        let ordered = |nulls_first: bool| {
            let key = Worker.remark.asc();
            let key = if nulls_first { key.nulls_first() } else { key.nulls_last() };
            select_from(Worker).select(Worker.name).order_by((key, Worker.id.desc()))
        };
        let first = ordered(true).fetch_all(db).await.unwrap();
        let last = ordered(false).fetch_all(db).await.unwrap();
        assert_eq!((first[0].as_str(), last[3].as_str()), ("Bea", "Bea"));
        let page = select_from(Worker).select(Worker.id).order_by(Worker.id).limit(2).offset(1);
        assert_eq!(page.fetch_all(db).await.unwrap(), [2, 3]);
        let rest = select_from(Worker).select(Worker.id).order_by(Worker.id).offset(2);
        assert_eq!(rest.fetch_all(db).await.unwrap(), [3, 4]);
        if is_postgres(db) {
            use kysera::dialect::postgres::{PostgresSelect, PostgresText};
            db.transaction(async |tx| {
                let locked =
                    select_from(Worker).filter(Worker.name.ilike("a%")).select(Worker.id).for_update();
                assert_eq!(locked.skip_locked().fetch_all(tx).await?, [1]);
                Ok(())
            })
            .await
            .unwrap();
            let best = select_from(Worker)
                .distinct_on(Worker.grade)
                .select(Worker.name)
                .order_by((Worker.grade.asc(), Worker.wage.desc()));
            assert_eq!(best.fetch_all(db).await.unwrap(), names(&["Dan", "Ann"]));
        }
    })
    .await;
}

/// MariaDB 11.8 left the condition of the join out.
#[tokio::test]
async fn the_condition_of_an_outer_join_was_lost_in_a_query_for_the_row_around() {
    plain(async |db| {
        fill(db).await;
        let (a, b) = (alias!(Worker as a), alias!(Worker as b));
        let ann = || Worker.id.outer().eq(1);
        macro_rules! joined {
            ($on:expr) => {{
                let query = select_from(a).left_join(b, $on).select(count(b.id));
                let counted = select_from(Worker).order_by(Worker.id).select(scalar(query).not_null());
                counted.fetch_all(db).await.unwrap()
            }};
        }
        assert_eq!(joined!(ann()), [16, 0, 0, 0]);
        assert_eq!(joined!(ann().and(b.id.eq(a.id))), [4, 0, 0, 0]);
        assert_eq!(joined!(ann().and(a.id.gt(2))), [8, 0, 0, 0]);
        assert_eq!(joined!(not(Worker.id.outer().ne(1).or(a.id.lt(0)))), [16, 0, 0, 0]);
        assert_eq!(joined!(b.id.eq(Worker.id.outer())), [4, 4, 4, 4]);
    })
    .await;
}

/// MariaDB 11.8 answered false for each row.
#[tokio::test]
async fn one_value_was_in_every_list_that_depends_on_the_row() {
    plain(async |db| {
        fill(db).await;
        let (a, b) = (alias!(Worker as a), alias!(Worker as b));
        let greatest = || scalar(select_from(a).select(max(a.id + 0)));
        let later = || select_from(b).filter(b.id.gt(Worker.id.outer())).select(b.id - 1);
        let ids = select_from(Worker).order_by(Worker.id).select(Worker.id);
        let none = ids.clone().filter(greatest().not_in_subquery(later()));
        assert_eq!(none.fetch_all(db).await.unwrap(), [1, 2, 3, 4]);
        let some = ids.filter((greatest() - 1).in_subquery(later()));
        assert_eq!(some.fetch_all(db).await.unwrap(), [1, 2, 3]);
    })
    .await;
}
