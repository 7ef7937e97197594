//! Enums by the order in which their labels are declared, as PostgreSQL has it, not by their text.

use crate::database::{is_postgres, is_sqlite, plain};
use kysera::ErrorKind;
use kysera::expr::{case, count_all, max, min, val};
use kysera::prelude::*;
use kysera::query::derived;
use kysera::schema::{create_table, create_type, types_of};

#[derive(SqlEnum, Debug, Clone, Copy, PartialEq, Eq)]
#[sql_enum(name = "mood_by_order", rename_all = "snake_case")]
enum Mood {
    Sad,
    Ok,
    Happy,
}

use Mood::{Happy, Ok, Sad};

#[derive(Table, Debug, Clone, PartialEq)]
struct Day {
    #[column(primary_key)]
    id: i64,
    mood: Mood,
    later: Option<Mood>,
}

async fn fill(db: &Db) {
    if is_postgres(db) {
        for ty in types_of(Day::META) {
            create_type(ty).execute(db).await.unwrap();
        }
    }
    create_table(Day).execute(db).await.unwrap();
    for (id, mood) in (1..).zip([Happy, Sad, Ok]) {
        insert_into(Day).values(NewDay { id, mood }).execute(db).await.unwrap();
    }
    update(Day).set(Day.later.set(Ok)).filter(Day.id.ne(2)).execute(db).await.unwrap();
}

#[tokio::test]
async fn enums_are_compared_and_sorted_by_declared_order() {
    plain(async |db| {
        fill(db).await;
        macro_rules! found {
            ($condition:expr) => {
                select_from(Day)
                    .filter($condition)
                    .select(Day.id)
                    .order_by(Day.id)
                    .fetch_all(db)
                    .await
                    .unwrap()
            };
        }
        assert_eq!(found!(Day.mood.ge(Ok)), [1, 3]);
        assert_eq!(found!(Day.mood.gt(Ok)), [1]);
        assert_eq!(found!(Day.mood.lt(Happy)), [2, 3]);
        assert_eq!(found!(Day.mood.le(Sad)), [2]);
        assert_eq!(found!(Day.mood.lt(Sad)), [0_i64; 0]);
        assert_eq!(found!(Day.mood.between(Sad, Ok)), [2, 3]);
        assert_eq!(found!(Day.mood.not_between(Ok, Happy)), [2]);
        assert_eq!(found!(Day.mood.eq(Ok).or(Day.mood.in_list([Happy]))), [1, 3]);
        assert_eq!(found!(Day.mood.gt(Day.later)), [1]);
        assert_eq!(found!(Day.later.coalesce(Sad).ge(Day.mood)), [2, 3]);
        assert_eq!(found!(not(Day.later.lt(Sad))), [1, 3]);
        let sorted = select_from(Day).select(Day.mood).order_by(Day.mood.desc()).fetch_all(db).await.unwrap();
        assert_eq!(sorted, [Happy, Ok, Sad]);
        let named = select_from(Day)
            .select(row! { mood: case().when(Day.id.eq(1), Day.mood).otherwise(Day.mood), id: Day.id })
            .order_by_output(|row| row.mood)
            .fetch_all(db)
            .await
            .unwrap();
        assert_eq!(named.iter().map(|row| row.id).collect::<Vec<_>>(), [2, 3, 1]);
        let ends = select_from(Day).select((min(Day.mood), max(Day.mood), max(Day.later)));
        assert_eq!(ends.fetch_one(db).await.unwrap(), (Some(Sad), Some(Happy), Some(Ok)));
        let none = select_from(Day).filter(Day.id.lt(0)).select(max(Day.mood)).fetch_one(db).await.unwrap();
        assert_eq!(none, None);
    })
    .await;
}

#[tokio::test]
async fn an_index_serves_the_order_of_an_enum() {
    plain(async |db| {
        fill(db).await;
        let query = select_from(Day).filter(Day.mood.ge(Ok)).select(Day.id);
        let sql = query.to_sql(&kysera::dialect::Sqlite::default()).unwrap().sql;
        assert_eq!(sql, r#"select "day"."id" from "day" where "day"."mood" in ('ok', 'happy')"#);
    })
    .await;
}

#[tokio::test]
async fn a_grouping_key_of_labels_is_one_expression() {
    plain(async |db| {
        fill(db).await;
        let key = || case().when(Day.id.gt(1), val(Happy)).otherwise(Sad);
        let query = select_from(Day).group_by(key()).select((key(), count_all())).order_by(key());
        if !is_postgres(db) && !is_sqlite(db) {
            // They compare no expression inside another one with a key, and labels are sorted by one around it.
            let error = query.fetch_all(db).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Unsupported);
            let keys = derived("keys", select_from(Day).select(row! { mood: key() }));
            let query =
                select_from(&keys).group_by(keys.mood).select((keys.mood, count_all())).order_by(keys.mood);
            assert_eq!(query.fetch_all(db).await.unwrap(), [(Sad, 1), (Happy, 2)]);
            return;
        }
        assert_eq!(query.fetch_all(db).await.unwrap(), [(Sad, 1), (Happy, 2)]);
    })
    .await;
}

#[tokio::test]
async fn a_label_lies_between_a_label_and_a_column() {
    plain(async |db| {
        fill(db).await;
        let query = select_from(Day).filter(val(Ok).between(Sad, Day.mood)).select(Day.id).order_by(Day.id);
        assert_eq!(query.fetch_all(db).await.unwrap(), [1, 3]);
    })
    .await;
}
