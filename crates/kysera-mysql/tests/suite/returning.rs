//! Rows that an insert gives back: natively on MariaDB, read by their keys on MySQL, and the same on both.

use crate::support::{Flavour, acquire, on_both, on_both_with, read, rows};
use kysera_core::raw;
use kysera_core::{Db, ErrorKind, QueryExt, prepare};
use kysera_mysql::MySql;
use kysera_sql::Table;
use kysera_sql::expr::Param;
use kysera_sql::prelude::*;
use kysera_sql::query::select_from;
use kysera_sql::write::{delete_from, insert_into, update};

#[derive(Table, Clone, Debug, PartialEq)]
#[table(name = "pet", crate = kysera_sql)]
pub(crate) struct Pet {
    #[column(primary_key, generated)]
    pub(crate) id: i64,
    #[column(unique)]
    pub(crate) name: String,
    pub(crate) age: Option<i32>,
}

#[derive(Table, Clone, Debug, PartialEq)]
#[table(name = "seat", crate = kysera_sql)]
pub(crate) struct Seat {
    #[column(primary_key)]
    pub(crate) room: String,
    #[column(primary_key)]
    pub(crate) number: i32,
    pub(crate) free: bool,
}

pub(crate) async fn create(db: &Db) {
    raw(
        "create table pet (id bigint auto_increment primary key, name varchar(100) not null unique, age int)",
    )
    .execute(db)
    .await
    .unwrap();
    raw("create table seat (room varchar(20), number int, free bool not null, primary key (room, number))")
        .execute(db)
        .await
        .unwrap();
}

pub(crate) fn pet(name: &str) -> NewPet {
    NewPet { name: name.to_owned() }
}

pub(crate) async fn count(db: &Db) -> usize {
    select_from(Pet).select(Pet.id).fetch_all(db).await.unwrap().len()
}

#[tokio::test]
async fn an_insert_gives_its_rows_back_in_the_order_in_which_they_were_given() {
    on_both("returning", async |driver, flavour| {
        let db = Db::new(driver);
        create(&db).await;
        let one = insert_into(Pet).values(pet("rex")).returning(Pet.all()).fetch_one(&db).await.unwrap();
        assert_eq!((one.id, &*one.name, one.age), (1, "rex", None), "{flavour:?}");
        let names = ["tom", "ada", "kim"];
        let many = insert_into(Pet).rows(names.map(pet)).returning((Pet.name, Pet.id)).fetch_all(&db).await;
        let expected = names.map(str::to_owned).into_iter().zip(2_i64..).collect::<Vec<_>>();
        assert_eq!(many.unwrap(), expected, "{flavour:?}");
        let seats = [("b", 2), ("a", 9), ("b", 1)];
        let rows = seats.map(|(room, number)| NewSeat { room: room.to_owned(), number, free: true });
        let found = insert_into(Seat).rows(rows).returning((Seat.room, Seat.number)).fetch_all(&db).await;
        assert_eq!(found.unwrap(), seats.map(|(room, number)| (room.to_owned(), number)), "{flavour:?}");
        // What the database made of a value, and an expression over it.
        let upper = insert_into(Pet).values(pet("zoe")).returning((Pet.name.upper(), Pet.id + 1_i64));
        assert_eq!(upper.fetch_one(&db).await.unwrap(), ("ZOE".to_owned(), 6), "{flavour:?}");
    })
    .await;
}

#[tokio::test]
async fn the_rows_are_those_of_this_insert_beside_others_that_insert_many() {
    on_both("beside", async |driver, flavour| {
        let db = Db::new(driver);
        create(&db).await;
        raw("create table source (name varchar(100))").execute(&db).await.unwrap();
        let writers = (0..6).map(|writer| {
            let db = db.clone();
            async move {
                for round in 0..25 {
                    if writer == 0 {
                        let sql = format!(
                            "insert into pet (name) with recursive n(i) as (select 1 union all select i + 1 from n \
                             where i < 40) select concat('bulk-{round}-', i) from n"
                        );
                        raw(sql).execute(&db).await.unwrap();
                        continue;
                    }
                    let names: Vec<String> = (0..5).map(|at| format!("{writer}-{round}-{at}")).collect();
                    let rows = names.iter().map(|name| pet(name));
                    let found = insert_into(Pet).rows(rows).returning(Pet.name).fetch_all(&db).await;
                    assert_eq!(found.unwrap(), names, "{flavour:?}");
                }
            }
        });
        let tasks: Vec<_> = writers.map(tokio::spawn).collect();
        for task in tasks {
            task.await.unwrap();
        }
        assert_eq!(count(&db).await, 25 * (40 + 5 * 5));
    })
    .await;
}

#[tokio::test]
async fn keys_that_are_further_apart_are_found() {
    on_both_with(
        "apart",
        |options| {
            options.after_connect(|connection| {
                Box::pin(
                    connection.run_script("set auto_increment_increment = 10, auto_increment_offset = 3"),
                )
            })
        },
        async |driver, flavour| {
            let db = Db::new(driver);
            create(&db).await;
            let rows = ["a", "b", "c"].map(pet);
            let found = insert_into(Pet).rows(rows).returning((Pet.id, Pet.name)).fetch_all(&db).await;
            let expected = [(3, "a"), (13, "b"), (23, "c")].map(|(id, name)| (id, name.to_owned()));
            assert_eq!(found.unwrap(), expected, "{flavour:?}");
        },
    )
    .await;
}

#[tokio::test]
async fn it_is_part_of_the_transaction_around_it() {
    on_both("within", async |driver, flavour| {
        let db = Db::new(driver);
        create(&db).await;
        let undone = db.transaction(async |tx| {
            let first = insert_into(Pet).values(pet("a")).returning(Pet.id).fetch_one(&*tx).await?;
            // An insert that fails leaves the transaction as it was.
            let twice = insert_into(Pet).values(pet("a")).returning(Pet.id).fetch_one(&*tx).await;
            assert_eq!(twice.unwrap_err().kind(), ErrorKind::UniqueViolation, "{flavour:?}");
            let second = insert_into(Pet).values(pet("b")).returning(Pet.id).fetch_one(&*tx).await?;
            assert!(second > first);
            Err::<(), _>(kysera_core::Error::new(ErrorKind::Application, "undo"))
        });
        assert_eq!(undone.await.unwrap_err().kind(), ErrorKind::Application);
        assert_eq!(count(&db).await, 0, "{flavour:?}");
    })
    .await;
}

#[tokio::test]
async fn a_prepared_insert_gives_its_rows_back() {
    on_both("prepared", async |driver, _| {
        let db = Db::new(driver);
        create(&db).await;
        let add = prepare(|name: Param<String>| {
            insert_into(Pet).values((Pet.name.set(name),)).returning((Pet.id, Pet.name))
        });
        for (id, name) in [(1, "a"), (2, "b"), (3, "c")] {
            let found = add.bind(name.to_owned()).fetch_one(&db).await.unwrap();
            assert_eq!(found, (id, name.to_owned()));
        }
    })
    .await;
}

#[tokio::test]
async fn rows_that_cannot_be_told_by_their_keys_are_refused_before_anything_is_sent() {
    on_both("refused", async |driver, flavour| {
        let db = Db::new(driver);
        create(&db).await;
        insert_into(Pet).values(pet("rex")).execute(&db).await.unwrap();
        // Which row it was cannot be told once its key is computed.
        let moved = update(Pet).set(Pet.id.set(Pet.id + 8)).filter(Pet.id.eq(1)).returning(Pet.id);
        assert_eq!(moved.fetch_all(&db).await.unwrap_err().kind(), ErrorKind::Unsupported, "{flavour:?}");
        let copied = insert_into(Pet)
            .columns((Pet.name,))
            .from_select(select_from(Pet).select(kysera_sql::expr::concat(Pet.name.upper(), "!")))
            .returning(Pet.name)
            .fetch_all(&db)
            .await;
        match flavour {
            Flavour::MySql => assert_eq!(copied.unwrap_err().kind(), ErrorKind::Unsupported),
            Flavour::MariaDb => assert_eq!(copied.unwrap(), ["REX!"]),
        }
        let stored = if flavour == Flavour::MySql { 1 } else { 2 };
        assert_eq!(count(&db).await, stored, "{flavour:?}");
        let rex = select_from(Pet).filter(Pet.id.eq(1)).select(Pet.name).fetch_one(&db).await;
        assert_eq!(rex.unwrap(), "rex", "{flavour:?}");
    })
    .await;
}

#[tokio::test]
async fn rows_of_which_only_some_give_their_keys_come_back_in_order() {
    on_both("some", async |driver, flavour| {
        let db = Db::new(driver);
        create(&db).await;
        let some_keys = [NewPetRow::from(pet("c")), NewPetRow::from(pet("a")), pet("b").id(7)];
        let some = insert_into(Pet).rows(some_keys).returning((Pet.name, Pet.id)).fetch_all(&db).await;
        let expected = [("c", 1), ("a", 2), ("b", 7)].map(|(name, id)| (name.to_owned(), id));
        assert_eq!(some.unwrap(), expected, "{flavour:?}");
        assert_eq!(count(&db).await, 3, "{flavour:?}");
    })
    .await;
}

/// `default` for a key is 0 in a session that tells 0 from a key that is not given, and 0 was stored.
#[tokio::test]
async fn a_row_that_leaves_its_key_out_beside_one_that_gives_it_was_stored_with_the_key_0() {
    on_both("zero", async |driver, flavour| {
        let db = Db::new(driver);
        create(&db).await;
        let rows = [NewPetRow::from(pet("a")), pet("b").id(7)];
        insert_into(Pet).rows(rows).execute(&db).await.unwrap();
        let ids = select_from(Pet).order_by(Pet.id).select(Pet.id).fetch_all(&db).await.unwrap();
        assert_eq!(ids, [1, 7], "{flavour:?}");
        insert_into(Pet).values(pet("zero").id(0)).execute(&db).await.unwrap();
        let zero = select_from(Pet).filter(Pet.id.eq(0)).select(Pet.name).fetch_one(&db).await;
        assert_eq!(zero.unwrap(), "zero", "{flavour:?}");
    })
    .await;
}

#[tokio::test]
async fn an_update_of_the_key_gives_the_row_back_by_its_new_key() {
    on_both("moved", async |driver, flavour| {
        let db = Db::new(driver);
        create(&db).await;
        let seats = [("a", 1), ("a", 2)];
        let seats = seats.map(|(room, number)| NewSeat { room: room.to_owned(), number, free: true });
        insert_into(Seat).rows(seats).execute(&db).await.unwrap();
        let moved = update(Seat).set(Seat.room.set("b")).filter(Seat.free).returning(Seat.all());
        let mut moved = moved.fetch_all(&db).await.unwrap();
        moved.sort_by_key(|seat| seat.number);
        let seat = |number| Seat { room: "b".to_owned(), number, free: true };
        assert_eq!(moved, [seat(1), seat(2)], "{flavour:?}");
    })
    .await;
}

#[tokio::test]
async fn an_update_gives_the_rows_back_as_they_are_now_and_a_delete_as_they_were() {
    on_both("changed", async |driver, flavour| {
        let db = Db::new(driver);
        create(&db).await;
        insert_into(Pet).rows(["a", "b", "c", "d"].map(pet)).execute(&db).await.unwrap();
        let aged =
            update(Pet).set(Pet.age.set(5)).filter(Pet.id.in_list([3, 1])).returning((Pet.id, Pet.age));
        let mut found = aged.fetch_all(&db).await.unwrap();
        found.sort();
        assert_eq!(found, [(1, Some(5)), (3, Some(5))], "{flavour:?}");
        // The filter holds no more when the row is read.
        let older =
            update(Pet).set(Pet.age.set(6)).filter(Pet.age.eq(5)).returning(Pet.id).fetch_all(&db).await;
        assert_eq!(older.unwrap().len(), 2, "{flavour:?}");
        // A row that already is as it shall be counts.
        let same =
            update(Pet).set(Pet.age.set(6)).filter(Pet.age.eq(6)).returning(Pet.id).fetch_all(&db).await;
        assert_eq!(same.unwrap().len(), 2, "{flavour:?}");
        let none =
            update(Pet).set(Pet.age.set(7)).filter(Pet.id.eq(99)).returning(Pet.id).fetch_all(&db).await;
        assert!(none.unwrap().is_empty());
        let gone = delete_from(Pet).filter(Pet.age.eq(6)).returning((Pet.id, Pet.name)).fetch_all(&db).await;
        let mut gone = gone.unwrap();
        gone.sort();
        assert_eq!(gone, [(1, "a".to_owned()), (3, "c".to_owned())], "{flavour:?}");
        assert_eq!(count(&db).await, 2);
        let rows = [("x", 1), ("x", 2)];
        let rows = rows.map(|(room, number)| NewSeat { room: room.to_owned(), number, free: true });
        insert_into(Seat).rows(rows).execute(&db).await.unwrap();
        let taken = update(Seat).set(Seat.free.set(false)).filter(Seat.number.ge(1)).returning(Seat.all());
        let taken = taken.fetch_all(&db).await.unwrap();
        assert!(taken.len() == 2 && taken.iter().all(|seat| !seat.free), "{flavour:?}: {taken:?}");
    })
    .await;
}

#[tokio::test]
async fn two_that_take_the_same_rows_take_each_of_them_once() {
    on_both("queue", async |driver, flavour| {
        let db = Db::new(driver);
        create(&db).await;
        let names: Vec<String> = (0..60).map(|at| format!("job-{at}")).collect();
        insert_into(Pet).rows(names.iter().map(|name| pet(name))).execute(&db).await.unwrap();
        let tasks = (0..6_i64).map(|worker| {
            let db = db.clone();
            tokio::spawn(async move {
                let mut taken = Vec::new();
                for at in 0..30_i64 {
                    let wanted = [(worker * 7 + at) % 60 + 1, (worker * 7 + at + 1) % 60 + 1];
                    let delete = || delete_from(Pet).filter(Pet.id.in_list(wanted)).returning(Pet.id);
                    loop {
                        match delete().fetch_all(&db).await {
                            Ok(ids) => break taken.extend(ids),
                            Err(error) => assert_eq!(error.kind(), ErrorKind::Deadlock, "{error}"),
                        }
                    }
                }
                taken
            })
        });
        let mut taken = Vec::new();
        for task in tasks.collect::<Vec<_>>() {
            taken.extend(task.await.unwrap());
        }
        let all = taken.len();
        taken.sort_unstable();
        taken.dedup();
        assert_eq!((taken.len(), all), (60 - count(&db).await, taken.len()), "{flavour:?}");
    })
    .await;
}

#[tokio::test]
async fn a_row_whose_key_a_trigger_changes_is_given_back_or_not_stored() {
    on_both("trigger", async |driver, flavour| {
        let db = Db::new(driver);
        create(&db).await;
        let sql = "create trigger other_room before insert on seat for each row set new.room = 'elsewhere'";
        raw(sql).execute(&db).await.unwrap();
        let row = NewSeat { room: "a".to_owned(), number: 1, free: true };
        let found = insert_into(Seat).values(row).returning(Seat.room).fetch_one(&db).await;
        let stored = select_from(Seat).select(Seat.room).fetch_all(&db).await.unwrap();
        match flavour {
            Flavour::MySql => {
                let error = found.unwrap_err().to_string();
                assert!(error.contains("1 rows were written to \"seat\", and 0 were found"), "{error}");
                assert!(stored.is_empty());
            }
            Flavour::MariaDb => {
                assert_eq!((&*found.unwrap(), &*stored), ("elsewhere", &["elsewhere".to_owned()][..]))
            }
        }
    })
    .await;
}

/// How many transactions the session of the only connection began, and how many queries it ran.
async fn begun_and_asked(driver: &MySql) -> Vec<(String, String)> {
    let sql = "show session status where variable_name in ('Com_begin', 'Com_select')";
    rows(&mut *acquire(driver).await, read(sql, vec![])).await.unwrap()
}

#[tokio::test]
async fn the_key_of_one_new_row_costs_nothing_but_the_insert() {
    on_both_with(
        "alone",
        |options| options.max_connections(1),
        async |driver, flavour| {
            let db = Db::new(driver.clone());
            create(&db).await;
            let add = || insert_into(Pet).values(NewPetRow::from(pet("rex")));
            assert_eq!(add().returning(Pet.id).fetch_one(&db).await.unwrap(), 1, "{flavour:?}");
            let before = begun_and_asked(&driver).await;
            let named = |name: &str| insert_into(Pet).values(pet(name)).returning((Pet.id, Pet.id));
            assert_eq!(named("tom").fetch_one(&db).await.unwrap(), (2, 2), "{flavour:?}");
            assert_eq!(named("ada").fetch_all(&db).await.unwrap(), [(3, 3)], "{flavour:?}");
            assert_eq!(begun_and_asked(&driver).await, before, "{flavour:?}");
            let twice = named("ada").fetch_one(&db).await.unwrap_err();
            assert_eq!(twice.kind(), ErrorKind::UniqueViolation, "{flavour:?}");
            assert_eq!(count(&db).await, 3, "{flavour:?}");
        },
    )
    .await;
}

#[tokio::test]
async fn the_generated_key_is_that_of_the_row_whatever_triggers_insert_or_change() {
    on_both("generated", async |driver, flavour| {
        let db = Db::new(driver);
        create(&db).await;
        raw("create table log (id bigint auto_increment primary key, what varchar(100)) auto_increment = 5000")
            .execute(&db)
            .await
            .unwrap();
        for (name, time) in [("log_before", "before"), ("log_after", "after")] {
            let sql = format!("create trigger {name} {time} insert on pet for each row insert into log (what) values (new.name)");
            raw(sql).execute(&db).await.unwrap();
        }
        let add = |name: &str| insert_into(Pet).values(pet(name)).returning(Pet.id);
        assert_eq!(add("rex").fetch_one(&db).await.unwrap(), 1, "{flavour:?}");
        let sql = "create trigger other_key before insert on pet for each row set new.id = 700 + char_length(new.name)";
        raw(sql).execute(&db).await.unwrap();
        let found = add("tom").fetch_one(&db).await.unwrap();
        let stored = select_from(Pet).filter(Pet.name.eq("tom")).select(Pet.id).fetch_one(&db).await.unwrap();
        assert_eq!((found, stored), (703, 703), "{flavour:?}");
    })
    .await;
}
