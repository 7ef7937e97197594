//! Dates that are not there.

use crate::database::{is_postgres, is_sqlite, plain};
use jiff::civil::{Date, date};
use kysera::expr::{max, min};
use kysera::prelude::*;
use kysera::schema::create_table;
use kysera::script;

#[derive(Table, Debug, Clone, PartialEq)]
struct Born {
    #[column(primary_key)]
    id: i64,
    place: i32,
    day: Option<Date>,
    since: Date,
}

/// MySQL warns that the greatest date of a group without any is none, and the query failed.
#[tokio::test]
async fn the_greatest_date_of_a_group_without_any_was_an_error() {
    plain(async |db| {
        create_table(Born).execute(db).await.unwrap();
        let day = date(2000, 2, 29);
        let row = |id: i64, place, day: Option<Date>| NewBorn { id, place, since: date(1, 1, 1) }.day(day);
        let rows = [row(1, 1, None), row(2, 2, Some(day)), row(3, 3, None)];
        insert_into(Born).rows(rows).execute(db).await.unwrap();
        let query = || select_from(Born).group_by(Born.place).order_by(Born.place.asc());
        assert_eq!(query().select(max(Born.day)).fetch_all(db).await.unwrap(), [None, Some(day), None]);
        let least = query().select((min(Born.day), max(Born.since))).fetch_all(db).await.unwrap();
        assert_eq!(least[0], (None, Some(date(1, 1, 1))));
        let later = max(Born.day).filter_where(Born.id.gt(1));
        let found = query().select(later).fetch_all(db).await.unwrap();
        assert_eq!(found, [None, Some(day), None]);
        // More groups than warnings are kept.
        let many = (10..1_500).map(|place| row(place.into(), place, None));
        insert_into(Born).rows(many).execute(db).await.unwrap();
        assert_eq!(query().select(max(Born.day)).fetch_all(db).await.unwrap().len(), 1_493);
    })
    .await;
}

/// A zero date, which a session in another mode has written, was taken for the NULL of a row that is not there.
#[tokio::test]
async fn a_zero_date_was_taken_for_a_row_that_is_not_there() {
    plain(async |db| {
        create_table(Born).execute(db).await.unwrap();
        let zero = "set sql_mode = ''; insert into born values (1, 1, null, '0000-00-00'), (2, 2, null, '2000-02-29')";
        let one = "insert into born values (1, 1, null, '0001-01-01'), (2, 2, null, '2000-02-29')";
        let text = if is_sqlite(db) || is_postgres(db) { one } else { zero };
        script(text).run(db).await.unwrap();
        let b = alias!(Born as b);
        let missing = select_from(Born)
            .left_join(b, b.id.eq(Born.id).and(b.id.eq(1)))
            .filter(b.since.is_null())
            .select(Born.id);
        assert_eq!(missing.fetch_all(db).await.unwrap(), [2]);
    })
    .await;
}
