//! Rows that cannot be told by their keys: what is refused, and what the refusal says of it.

use crate::returning::{NewSeat, Pet, Seat, count, create, pet};
use crate::support::{Flavour, on_both};
use kysera_core::{Db, Error, ErrorKind, QueryExt};
use kysera_sql::Table;
use kysera_sql::expr::{concat, val};
use kysera_sql::prelude::*;
use kysera_sql::query::{cte, select_from};
use kysera_sql::schema::create_table;
use kysera_sql::write::{delete_from, insert_into, update};

/// A table without a key.
#[derive(Table, Clone, Debug)]
#[table(name = "note", crate = kysera_sql)]
struct Note {
    text: String,
}

/// One whose key is of a type that may not be equal to itself.
#[derive(Table, Clone, Debug)]
#[table(name = "answer", crate = kysera_sql)]
struct Answer {
    #[column(primary_key)]
    yes: bool,
    times: i32,
}

/// The refusal names the database, the table and the column, says why and what to do.
fn is_told<T: std::fmt::Debug>(
    ran: Result<T, Error>,
    table: &str,
    column: Option<&str>,
    why: &str,
    hint: &str,
) {
    let error = ran.expect_err(why);
    assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
    assert_eq!(
        (error.table(), error.columns()),
        (Some(table), &*Vec::from_iter(column.map(str::to_owned))),
        "{error}"
    );
    let text = error.to_string();
    assert!(text.contains(&format!("{table:?}")) && text.contains(why), "{text}");
    assert!(error.hint().is_some_and(|text| text.contains(hint)), "{text}");
}

#[tokio::test]
async fn a_refused_returning_said_that_the_database_has_none_and_no_more() {
    on_both("told", async |driver, flavour| {
        let db = Db::new(driver);
        create(&db).await;
        create_table(Note).execute(&db).await.unwrap();
        create_table(Answer).execute(&db).await.unwrap();

        let moved = update(Pet).set(Pet.id.set(Pet.id + 8)).filter(Pet.id.eq(1)).returning(Pet.id);
        is_told(
            moved.fetch_all(&db).await,
            "pet",
            Some("id"),
            "it computes the key column \"id\"",
            "set it to a value",
        );
        let changed = update(Note).set(Note.text.set("b")).filter(Note.text.eq("a")).returning(Note.text);
        is_told(changed.fetch_all(&db).await, "note", None, "no primary key", "#[column(primary_key)]");
        let counted = update(Answer).set(Answer.times.set(1)).filter(Answer.yes).returning(Answer.times);
        is_told(counted.fetch_all(&db).await, "answer", Some("yes"), "\"yes\" holds booleans", "for_update");

        let computed = || {
            insert_into(Seat).values((
                Seat.room.set(concat(val("a"), "b")),
                Seat.number.set(1),
                Seat.free.set(true),
            ))
        };
        let passing = computed().on_conflict_do_nothing().returning(Seat.room).fetch_all(&db).await;
        is_told(
            passing,
            "seat",
            Some("room"),
            "the database computes the key column \"room\"",
            "give it a value",
        );
        if flavour == Flavour::MariaDb {
            return;
        }
        let seat = computed().returning(Seat.room).fetch_all(&db).await;
        is_told(
            seat,
            "seat",
            Some("room"),
            "the database computes the key column \"room\"",
            "give it a value",
        );
        let partly = insert_into(Seat).values((Seat.room.set("a"), Seat.free.set(true))).returning(Seat.room);
        is_told(
            partly.fetch_all(&db).await,
            "seat",
            Some("number"),
            "a row gives no value for",
            "give it one",
        );
        let keyless = insert_into(Note).values(NewNote { text: "a".to_owned() }).returning(Note.text);
        is_told(keyless.fetch_all(&db).await, "note", None, "no primary key", "#[column(primary_key)]");
        let copied =
            insert_into(Pet).columns((Pet.name,)).from_select(select_from(Pet).select(Pet.name.upper()));
        is_told(
            copied.returning(Pet.name).fetch_all(&db).await,
            "pet",
            None,
            "they come from a query",
            "as values",
        );
        let renamed = insert_into(Pet)
            .values(pet("rex"))
            .on_conflict(Pet.name)
            .do_update(|update, _| update.set(Pet.name.set("tom")));
        is_told(
            renamed.returning(Pet.id).fetch_all(&db).await,
            "pet",
            Some("name"),
            "its key is changed",
            "keep the key",
        );
        let old = cte("old", select_from(Pet).filter(Pet.age.gt(9)).select(kysera_sql::row! { id: Pet.id }));
        let gone = delete_from(Pet).with(&old).filter(Pet.id.in_subquery(select_from(&old).select(old.id)));
        is_told(
            gone.returning(Pet.id).fetch_all(&db).await,
            "pet",
            None,
            "it begins with CTEs",
            "where they are used",
        );
    })
    .await;
}

/// MariaDB gives back what `on duplicate key update` has left as it was.
#[tokio::test]
async fn a_row_that_was_passed_over_was_given_back_where_its_key_is_computed() {
    on_both("kept", async |driver, flavour| {
        let db = Db::new(driver);
        create(&db).await;
        let seat = NewSeat { room: "ab".to_owned(), number: 1, free: true };
        insert_into(Seat).values(seat).execute(&db).await.unwrap();
        let again = insert_into(Seat)
            .values((Seat.room.set(concat(val("a"), "b")), Seat.number.set(1), Seat.free.set(false)))
            .on_conflict_do_nothing();
        let given = again.clone().returning(Seat.free).fetch_all(&db).await;
        assert_eq!(given.unwrap_err().kind(), ErrorKind::Unsupported, "{flavour:?}");
        assert_eq!(again.execute(&db).await.unwrap().rows_affected, 0, "{flavour:?}");
        // Of rows that come from a query it gives back those that are new.
        insert_into(Pet).rows(["a", "b"].map(pet)).execute(&db).await.unwrap();
        let louder = |end: &'static str| select_from(Pet).select(concat(Pet.name, end));
        let copied = insert_into(Pet)
            .columns((Pet.name,))
            .from_select(louder("").union(louder("!")))
            .on_conflict_do_nothing()
            .returning(Pet.name)
            .fetch_all(&db)
            .await;
        match flavour {
            Flavour::MySql => assert_eq!(copied.unwrap_err().kind(), ErrorKind::Unsupported),
            Flavour::MariaDb => {
                let mut names = copied.unwrap();
                names.sort();
                assert_eq!(names, ["a!", "b!"]);
                assert_eq!(count(&db).await, 4);
            }
        }
    })
    .await;
}
