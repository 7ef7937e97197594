//! The error of a unique key says which table and which columns, however the key is called and the statement was sent.

use crate::database::plain;
use kysera::ErrorKind;
use kysera::prelude::*;
use kysera::schema::{create_index, create_table};

#[derive(Table, Debug, Clone, PartialEq)]
struct Seat {
    #[column(primary_key)]
    id: i64,
    #[column(unique)]
    number: i64,
    hall: i64,
    place: i64,
}

fn seat(id: i64, number: i64, hall: i64, place: i64) -> NewSeat {
    NewSeat { id, number, hall, place }
}

#[track_caller]
fn is_taken<T: std::fmt::Debug>(result: kysera::Result<T>, columns: &[&str]) {
    let error = result.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UniqueViolation, "{error}");
    assert_eq!(
        (error.table(), error.columns()),
        (Some("seat"), &*columns.iter().map(|&c| c.to_owned()).collect::<Vec<_>>()),
        "{error:?}"
    );
}

/// MySQL and MariaDB name the key alone: the columns were empty there.
#[tokio::test]
async fn a_unique_violation_did_not_say_which_columns_are_taken() {
    plain(async |db| {
        create_table(Seat).execute(db).await.unwrap();
        create_index("seat_place", Seat, (Seat.hall, Seat.place)).unique().execute(db).await.unwrap();
        insert_into(Seat).rows([seat(1, 10, 1, 1), seat(2, 20, 1, 2)]).execute(db).await.unwrap();
        let insert = |row| insert_into(Seat).values(row);
        is_taken(insert(seat(1, 30, 9, 9)).execute(db).await, &["id"]);
        is_taken(insert(seat(3, 10, 9, 9)).execute(db).await, &["number"]);
        is_taken(insert(seat(3, 30, 1, 2)).execute(db).await, &["hall", "place"]);
        is_taken(insert(seat(3, 10, 9, 9)).returning(Seat.all()).fetch_one(db).await, &["number"]);
        let many = insert_into(Seat).rows([seat(3, 30, 3, 3), seat(4, 30, 4, 4)]);
        is_taken(many.execute(db).await, &["number"]);
        let s = alias!(Seat as s);
        is_taken(update(s).set(s.number.set(20)).filter(s.id.eq(1)).execute(db).await, &["number"]);
        let swap = update(Seat).set(Seat.place.set(Seat.place + 1)).filter(Seat.id.eq(1));
        is_taken(swap.execute(db).await, &["hall", "place"]);
        let inside: kysera::Result<()> = db
            .transaction(async |tx| {
                insert_into(Seat).values(seat(5, 50, 5, 5)).execute(tx).await?;
                insert_into(Seat).values(seat(6, 50, 6, 6)).execute(tx).await?;
                Ok(())
            })
            .await;
        is_taken(inside, &["number"]);
        let raw = kysera::raw("insert into seat values (7, 20, 7, 7)").execute(db).await;
        is_taken(raw, &["number"]);
        assert_eq!(select_from(Seat).select(count_all()).fetch_one(db).await.unwrap(), 2);
    })
    .await;
}
