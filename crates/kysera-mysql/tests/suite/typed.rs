//! From a typed query to the server and back: what users write, on both flavours.

use crate::support::{Flavour, on_both};
use kysera_core::{Db, ErrorKind, QueryExt, raw, script};
use kysera_sql::Table;
use kysera_sql::prelude::*;
use kysera_sql::query::select_from;
use kysera_sql::schema::{create_index, create_table};
use kysera_sql::write::{delete_from, insert_into, update};

#[derive(Table, Clone, Debug, PartialEq)]
#[table(name = "person", crate = kysera_sql)]
struct Person {
    #[column(primary_key, generated)]
    id: i64,
    name: String,
    age: Option<i32>,
    score: u64,
}

#[tokio::test]
async fn typed_queries_run() {
    on_both("typed", async |driver, flavour| {
        let db = Db::new(driver);
        create_table(Person).execute(&db).await.unwrap();
        for (name, age) in [("ann", Some(30)), ("bob", None), ("Cyd \u{1F9C0}", Some(7))] {
            let done = insert_into(Person)
                .values(NewPerson { name: name.to_owned(), score: u64::MAX }.age(age))
                .execute(&db)
                .await
                .unwrap();
            assert_eq!(done.rows_affected, 1, "{flavour:?}");
        }
        let all: Vec<Person> =
            select_from(Person).select(Person.all()).order_by(Person.id.asc()).fetch_all(&db).await.unwrap();
        assert_eq!(all.iter().map(|person| person.age).collect::<Vec<_>>(), [Some(30), None, Some(7)]);
        assert!(all.iter().all(|person| person.score == u64::MAX));
        let names: Vec<String> =
            select_from(Person).filter(Person.age.gt(8)).select(Person.name).fetch_all(&db).await.unwrap();
        assert_eq!(names, ["ann"], "{flavour:?}");
        let changed =
            update(Person).set(Person.age.set(8)).filter(Person.age.is_null()).execute(&db).await.unwrap();
        assert_eq!(changed.rows_affected, 1);
        let few: Vec<i64> = select_from(Person)
            .select(Person.id)
            .order_by(Person.age.desc())
            .limit(2)
            .offset(1)
            .fetch_all(&db)
            .await
            .unwrap();
        assert_eq!(few.len(), 2);
        if flavour == Flavour::MariaDb {
            let gone: Vec<String> = delete_from(Person)
                .filter(Person.age.le(8))
                .returning(Person.name)
                .fetch_all(&db)
                .await
                .unwrap();
            assert_eq!(gone.len(), 2);
        } else {
            assert_eq!(
                delete_from(Person).filter(Person.age.le(8)).execute(&db).await.unwrap().rows_affected,
                2
            );
        }
        db.transaction(async |tx| {
            update(Person).set(Person.name.set("eve".to_owned())).all_rows().execute(&*tx).await?;
            Ok::<_, kysera_core::Error>(())
        })
        .await
        .unwrap();
        let name: String = select_from(Person).select(Person.name).fetch_one(&db).await.unwrap();
        assert_eq!(name, "eve");
        let undone = db
            .transaction(async |tx| {
                delete_from(Person).all_rows().execute(&*tx).await?;
                Err::<(), _>(kysera_core::Error::new(kysera_core::ErrorKind::Application, "undo"))
            })
            .await;
        assert!(undone.is_err());
        let count: Vec<i64> = select_from(Person).select(Person.id).fetch_all(&db).await.unwrap();
        assert_eq!(count.len(), 1, "{flavour:?}");
    })
    .await;
}

#[derive(Table, Clone, Debug)]
#[table(name = "city", crate = kysera_sql)]
struct City {
    #[column(primary_key, generated)]
    id: i64,
    name: String,
    #[column(default = "''")]
    country: String,
    #[column(unique)]
    code: String,
}

/// What the hint says is taken by the server.
#[tokio::test]
async fn the_hint_of_an_index_on_text_led_nowhere() {
    on_both("indexed", async |driver, flavour| {
        let db = Db::new(driver);
        create_table(City).execute(&db).await.unwrap();
        let error = create_index("city_by_name", City, (City.name,)).execute(&db).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported, "{flavour:?}");
        let text = error.to_string();
        assert!(text.contains("`create index i on t (c(255))`") && text.contains("has a default"), "{text}");
        script("create index city_by_name on city (name(255))").run(&db).await.unwrap();
        create_index("city_by_country", City, (City.country, City.code)).execute(&db).await.unwrap();
        let city = NewCity { name: "Bern".repeat(100), code: "BE".to_owned() };
        insert_into(City).values(city.country("CH")).execute(&db).await.unwrap();
        let found = select_from(City).filter(City.name.eq("Bern".repeat(100))).select(City.country);
        assert_eq!(found.fetch_one(&db).await.unwrap(), "CH", "{flavour:?}");
    })
    .await;
}

/// What the guide puts in the place of a partial unique index.
#[tokio::test]
async fn a_computed_column_is_unique_among_rows_that_are_not_deleted() {
    on_both("taken", async |driver, flavour| {
        let db = Db::new(driver);
        let sql = "create table person (email varchar(255), deleted_at datetime(6)); \
                   alter table person add taken varchar(255) as (case when deleted_at is null then email end), add unique (taken)";
        script(sql).run(&db).await.unwrap();
        let add = |deleted: &str| raw(format!("insert into person (email, deleted_at) values ('a@b', {deleted})"));
        for deleted in ["utc_timestamp(6)", "utc_timestamp(6)", "null"] {
            add(deleted).execute(&db).await.unwrap();
        }
        let twice = add("null").execute(&db).await.unwrap_err();
        assert_eq!(twice.kind(), ErrorKind::UniqueViolation, "{flavour:?}");
    })
    .await;
}

#[derive(Table, Clone, Debug, PartialEq)]
#[table(name = "counter", crate = kysera_sql)]
struct Counter {
    #[column(primary_key)]
    id: i64,
    tiny: u8,
    small: i16,
    plain: i32,
    wide: u32,
}

/// Arithmetic over unsigned columns, which tables made by hand have, failed for every value.
#[tokio::test]
async fn unsigned_columns_could_not_be_computed_with() {
    on_both("unsigned", async |driver, flavour| {
        let db = Db::new(driver);
        let table = "create table counter (id bigint primary key, tiny tinyint unsigned not null, \
                     small smallint unsigned not null, plain int unsigned not null, wide int unsigned not null)";
        script(table).run(&db).await.unwrap();
        let row = NewCounter { id: 1, tiny: 5, small: 5, plain: 5, wide: 5 };
        insert_into(Counter).values(row).execute(&db).await.unwrap();
        let sums = (Counter.tiny - 9, Counter.small + 1, Counter.plain * 2, Counter.wide - 9);
        let found = select_from(Counter).select(sums).fetch_one(&db).await.unwrap();
        assert_eq!(found, (-4, 6, 10, -4), "{flavour:?}");
        let raised = update(Counter).set(Counter.plain.set(Counter.plain + 1)).filter((Counter.small - 9).lt(0));
        assert_eq!(raised.execute(&db).await.unwrap().rows_affected, 1);
        let cast = select_from(Counter).select(Counter.plain.cast::<i16>()).fetch_one(&db).await.unwrap();
        assert_eq!(cast, 6);
    })
    .await;
}

/// What the server is set to cut, or to take for something else, holds for no session.
#[tokio::test]
async fn a_setting_of_the_server_cut_results() {
    on_both("cut", async |driver, flavour| {
        let db = Db::new(driver);
        let all = raw("select @@sql_select_limit > 1000000000 and not @@sql_auto_is_null").rows::<bool>();
        assert!(all.fetch_one(&db).await.unwrap(), "{flavour:?}");
    })
    .await;
}
