//! Rows that an upsert gives back, and rows that are read back in a transaction that has an older snapshot: the same on
//! MySQL, where they are read by their keys, and on MariaDB.

use crate::returning::{Pet, count, create, pet};
use crate::support::{Flavour, on_both};
use kysera_core::{Db, ErrorKind, QueryExt, raw};
use kysera_sql::Table;
use kysera_sql::prelude::*;
use kysera_sql::query::select_from;
use kysera_sql::write::{delete_from, insert_into, update};

#[derive(Table, Clone, Debug, PartialEq)]
#[table(name = "toy", crate = kysera_sql)]
struct Toy {
    #[column(primary_key, generated)]
    id: i64,
    pet_id: i64,
    label: String,
}

#[tokio::test]
async fn an_upsert_gives_back_the_rows_that_it_inserted_and_those_that_it_updated() {
    on_both("upserted", async |driver, flavour| {
        let db = Db::new(driver);
        create(&db).await;
        let names = |names: &[&str]| names.iter().map(|name| pet(name).age(Some(1))).collect::<Vec<_>>();
        insert_into(Pet).rows(names(&["a", "b"])).execute(&db).await.unwrap();
        let upsert = |rows| {
            insert_into(Pet)
                .rows(rows)
                .on_conflict(Pet.name)
                .do_update(|update, _| update.set(Pet.age.set(Pet.age + 1)))
                .returning((Pet.name, Pet.age))
        };
        let found = upsert(names(&["b", "c", "a"])).fetch_all(&db).await.unwrap();
        let expected = [("b", 2), ("c", 1), ("a", 2)].map(|(name, age)| (name.to_owned(), Some(age)));
        assert_eq!(found, expected, "{flavour:?}");
        // The same name twice: PostgreSQL refuses it too, and nothing is stored.
        let twice = upsert(names(&["d", "d"])).fetch_all(&db).await;
        match flavour {
            Flavour::MySql => assert_eq!(twice.unwrap_err().kind(), ErrorKind::Database),
            Flavour::MariaDb => assert_eq!(twice.unwrap().len(), 2),
        }
        assert_eq!(count(&db).await, if flavour == Flavour::MySql { 3 } else { 4 }, "{flavour:?}");
        // Also where one query does not name both.
        let mut many: Vec<String> = (0..300).map(|at| format!("many-{at}")).collect();
        many.push(many[0].clone());
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        let twice = upsert(names(&many)).fetch_all(&db).await;
        match flavour {
            Flavour::MySql => assert_eq!(twice.unwrap_err().kind(), ErrorKind::Database),
            Flavour::MariaDb => assert_eq!(twice.unwrap().len(), 301),
        }
        let once = upsert(names(&many[..300])).fetch_all(&db).await.unwrap();
        assert!(once.iter().map(|(name, _)| &**name).eq(many[..300].iter().copied()), "{flavour:?}");
    })
    .await;
}

#[tokio::test]
async fn an_insert_that_does_nothing_on_conflict_gives_back_only_what_it_inserted() {
    on_both("passed", async |driver, flavour| {
        let db = Db::new(driver);
        create(&db).await;
        let add = |names: &[&str]| {
            insert_into(Pet)
                .rows(names.iter().map(|name| pet(name)).collect::<Vec<_>>())
                .on_conflict(Pet.name)
                .do_nothing()
                .returning(Pet.name)
        };
        assert_eq!(add(&["a"]).fetch_all(&db).await.unwrap(), ["a"], "{flavour:?}");
        assert!(add(&["a"]).fetch_all(&db).await.unwrap().is_empty(), "{flavour:?}");
        assert_eq!(add(&["c", "a", "b", "c"]).fetch_all(&db).await.unwrap(), ["c", "b"], "{flavour:?}");
        assert_eq!(count(&db).await, 3, "{flavour:?}");
        // A key that is given, and is there.
        let given = insert_into(Pet).rows([pet("z").id(1), pet("y").id(9)]).on_conflict_do_nothing();
        let found = given.returning(Pet.id).fetch_all(&db).await.unwrap();
        assert_eq!(found, [9], "{flavour:?}");
        let any = insert_into(Pet).values(pet("b")).on_conflict_do_nothing().returning(Pet.id);
        assert!(any.fetch_all(&db).await.unwrap().is_empty(), "{flavour:?}");
    })
    .await;
}

/// A snapshot of the transaction shows the row as it was; what is written is the row as it is.
#[tokio::test]
async fn an_upsert_that_changes_nothing_gives_back_the_row_as_it_is_and_not_as_an_older_snapshot_shows_it() {
    on_both("snapshot", async |driver, flavour| {
        let db = Db::new(driver);
        create(&db).await;
        insert_into(Pet).values(pet("c")).execute(&db).await.unwrap();
        let seen = db.transaction(async |tx| {
            assert_eq!(select_from(Pet).select(Pet.id).fetch_all(&*tx).await?.len(), 1);
            update(Pet).set(Pet.age.set(7)).all_rows().execute(&db).await?;
            let upsert = insert_into(Pet)
                .values(pet("c"))
                .on_conflict(Pet.name)
                .do_update(|update, excluded| update.set(Pet.name.set(excluded.name)))
                .returning(Pet.age);
            upsert.fetch_one(&*tx).await
        });
        match (seen.await, flavour) {
            (Ok(seen), _) => assert_eq!(seen, Some(7), "{flavour:?}"),
            // Since 11.6 it refuses to write what has changed since the snapshot.
            (Err(error), Flavour::MariaDb) => {
                assert_eq!(error.kind(), ErrorKind::SerializationFailure, "{error}");
            }
            (Err(error), Flavour::MySql) => panic!("{error}"),
        }
    })
    .await;
}

#[tokio::test]
async fn a_write_that_reads_other_tables_gives_each_of_its_rows_back_once() {
    on_both("others", async |driver, flavour| {
        let db = Db::new(driver);
        create(&db).await;
        raw("create table toy (id bigint auto_increment primary key, pet_id bigint not null, label varchar(20) not null)")
            .execute(&db)
            .await
            .unwrap();
        insert_into(Pet).rows(["a", "b", "c"].map(pet)).execute(&db).await.unwrap();
        let toys = [(1, "ball"), (1, "bone"), (3, "ball")];
        let toys = toys.map(|(pet_id, label)| NewToy { pet_id, label: label.to_owned() });
        insert_into(Toy).rows(toys).execute(&db).await.unwrap();
        let played = || update(Pet).from(Toy).set(Pet.age.set(2)).filter(Toy.pet_id.eq(Pet.id));
        let found = played().returning((Pet.id, Pet.age)).fetch_all(&db).await.unwrap();
        assert_eq!(found, [(1, Some(2)), (3, Some(2))], "{flavour:?}");
        let other = played().returning((Pet.id, Toy.label)).fetch_all(&db).await.unwrap_err();
        assert!(other.to_string().contains("columns of other tables in returning"), "{flavour:?}: {other}");
        let gone = delete_from(Pet).using(Toy).filter(Toy.pet_id.eq(Pet.id)).returning(Pet.name);
        assert_eq!(gone.fetch_all(&db).await.unwrap(), ["a", "c"], "{flavour:?}");
        assert_eq!(count(&db).await, 1, "{flavour:?}");
    })
    .await;
}
