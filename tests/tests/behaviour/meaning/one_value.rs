//! A subquery that stands for one value is an error of one kind when it gives several rows, and gives the row as it is
//! stored when it gives one.

use crate::database::plain;
use kysera::ErrorKind;
use kysera::expr::{count, max, scalar};
use kysera::prelude::*;
use kysera::schema::create_table;
use kysera::types::Json;
use rust_decimal::Decimal;

#[derive(Table, Debug, Clone, PartialEq)]
struct Room {
    #[column(primary_key)]
    id: i64,
    name: String,
    floor: i64,
    is_free: bool,
    height: f64,
    price: Decimal,
    key: uuid::Uuid,
    made: jiff::Timestamp,
    plan: Json<serde_json::Value>,
    bytes: Vec<u8>,
    note: Option<String>,
}

fn rooms() -> Vec<NewRoom> {
    let row = |id: i64, floor| NewRoom {
        id,
        name: format!("room {id}"),
        floor,
        is_free: id == 1,
        height: 2.5,
        price: Decimal::new(1250, 2),
        key: uuid::Uuid::from_u128(7),
        made: "2024-01-31T12:00:00.5Z".parse().unwrap(),
        plan: Json(serde_json::json!({ "doors": [1, 2] })),
        bytes: vec![0, 255],
    };
    vec![row(1, 0), row(2, 1), row(3, 1)]
}

async fn fill(db: &Db) {
    create_table(Room).execute(db).await.unwrap();
    insert_into(Room).rows(rooms()).execute(db).await.unwrap();
}

macro_rules! several {
    ($db:ident, $($query:expr),+ $(,)?) => {$(
        let found = $query.fetch_all($db).await;
        let error = found.expect_err(concat!("went through: ", stringify!($query)));
        assert_eq!(error.kind(), ErrorKind::TooManyRows, "{}: {error}", stringify!($query));
    )+};
}

#[tokio::test]
async fn a_subquery_of_several_rows_is_no_value_on_any_database() {
    plain(async |db| {
        fill(db).await;
        let r = alias!(Room as r);
        let one = || select_from(Room).filter(Room.id.eq(1));
        let beside = || select_from(r).filter(r.floor.eq(1));
        several!(
            db,
            one().select(scalar(beside().select(r.name))),
            one().select(scalar(beside().select(r.floor + 1))),
            one().select(scalar(beside().select(r.note))),
            one().select(scalar(beside().order_by(r.id).select(r.id))),
            one().select(scalar(beside().select(r.id).limit(2))),
            one().select(scalar(select_from(r).order_by(r.id).select(r.id).offset(1))),
            one().select(scalar(beside().distinct().select(r.id))),
            one().select(scalar(select_from(r).group_by(r.floor).select(count(r.id)))),
            one().select(scalar(beside().select(r.id).union(select_from(r).select(r.floor)))),
            // Of the query around: no row of its own, and still two of them.
            one().select(scalar(beside().select(Room.name.outer()))),
            one().select(scalar(beside().select(max(Room.floor.outer()).coalesce(0)))),
            one().select(scalar(beside().select(max(kysera::sql!(i64: "{}", Room.id.outer()))))),
            select_from(Room).filter(Room.name.eq(scalar(beside().select(r.name)))).select(Room.id),
            select_from(Room).order_by(scalar(beside().select(r.name))).select(Room.id),
            one().select(scalar(beside().select(scalar(beside().select(r.name).limit(1))))),
        );
        let renamed = update(Room).set(Room.name.set(scalar(beside().select(r.name)).not_null())).all_rows();
        assert_eq!(renamed.execute(db).await.unwrap_err().kind(), ErrorKind::TooManyRows);
        assert_eq!(one().select(Room.name).fetch_one(db).await.unwrap(), "room 1");
    })
    .await;
}

#[tokio::test]
async fn a_subquery_of_one_row_is_the_value_as_it_is_stored() {
    plain(async |db| {
        fill(db).await;
        let r = alias!(Room as r);
        let first = || select_from(r).filter(r.floor.eq(0));
        let row = select_from(Room).filter(Room.id.eq(2)).select((
            scalar(first().select(r.id)),
            scalar(first().select(r.name)),
            scalar(first().select(r.is_free)),
            scalar(first().select(r.height)),
            scalar(first().select(r.price)),
            scalar(first().select(r.key)),
            scalar(first().select(r.made)),
            scalar(first().select(r.plan)),
            scalar(first().select(r.bytes)),
            scalar(first().select(r.note)),
            scalar(first().select(r.price + r.price)),
            scalar(select_from(r).filter(r.floor.eq(9)).select(r.name)),
        ));
        let stored = rooms().remove(0);
        let expected = (
            Some(stored.id),
            Some(stored.name),
            Some(stored.is_free),
            Some(stored.height),
            Some(stored.price),
            Some(stored.key),
            Some(stored.made),
            Some(stored.plan),
            Some(stored.bytes),
            None::<String>,
            Some(Decimal::new(2500, 2)),
            None::<String>,
        );
        assert_eq!(row.fetch_one(db).await.unwrap(), expected);
        // Of each row of the query around its own.
        let above = || select_from(r).filter(r.floor.lt(Room.floor.outer()));
        let each = select_from(Room).order_by(Room.id).select((Room.id, scalar(above().select(r.name))));
        let first = || Some("room 1".to_owned());
        assert_eq!(each.fetch_all(db).await.unwrap(), [(1, None), (2, first()), (3, first())]);
        let outer = select_from(Room).order_by(Room.id).select(scalar(above().select(Room.name.outer())));
        let found = outer.fetch_all(db).await.unwrap();
        assert_eq!(found, [None, Some("room 2".to_owned()), Some("room 3".to_owned())]);
        let same = Room.price.eq(scalar(select_from(r).filter(r.floor.eq(0)).select(r.price)));
        assert_eq!(select_from(Room).filter(same).select(Room.id).fetch_all(db).await.unwrap().len(), 3);
    })
    .await;
}

#[tokio::test]
async fn of_several_rows_an_object_is_the_first() {
    plain(async |db| {
        fill(db).await;
        let r = alias!(Room as r);
        let last = || select_from(r).order_by(r.id.desc());
        let found = select_from(Room).filter(Room.id.eq(1)).select((
            kysera::expr::object_from(last().select(r.id)),
            kysera::expr::object_from(last().select((r.id, r.name))),
        ));
        assert_eq!(found.fetch_one(db).await.unwrap(), (Some(3), Some((3, "room 3".to_owned()))));
    })
    .await;
}

#[tokio::test]
async fn in_raw_sql_the_text_says_what_a_subquery_stands_for() {
    plain(async |db| {
        fill(db).await;
        let r = alias!(Room as r);
        let among = kysera::sql!(bool: "{} in {}", Room.id, scalar(select_from(r).filter(r.floor.eq(1)).select(r.id)));
        let found = select_from(Room).filter(among).order_by(Room.id).select(Room.id);
        assert_eq!(found.fetch_all(db).await.unwrap(), [2, 3]);
    })
    .await;
}
