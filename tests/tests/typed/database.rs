//! The tables that every scenario reads, on SQLite in memory and, where there is a server, on PostgreSQL.

use kysera::prelude::*;
use kysera::schema::create_table;
use kysera_core::script;
use kysera_postgres::{Postgres, PostgresOptions};
use kysera_sqlite::{Sqlite, SqliteOptions};

#[derive(Table, Debug, Clone, PartialEq)]
pub(crate) struct Person {
    #[column(primary_key)]
    pub(crate) id: i64,
    #[column(name = "firstName")]
    pub(crate) first_name: String,
    pub(crate) nick: Option<String>,
    pub(crate) age: i32,
    pub(crate) mother_id: Option<i64>,
}

/// Its first column may be NULL, so that only another can say whether a joined row is there.
#[derive(Table, Debug, Clone, PartialEq)]
pub(crate) struct Pet {
    pub(crate) weight: Option<f64>,
    #[column(primary_key)]
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) owner_id: Option<i64>,
}

/// Nothing in it must be there.
#[derive(Table, Debug, Clone, PartialEq)]
pub(crate) struct Note {
    pub(crate) pet_id: Option<i64>,
    pub(crate) text: Option<String>,
}

#[derive(FromRow, Debug, Clone, PartialEq)]
pub(crate) struct PetName {
    pub(crate) id: i64,
    pub(crate) name: String,
}

pub(crate) fn ann() -> Person {
    Person { id: 1, first_name: "Ann".into(), nick: None, age: 60, mother_id: None }
}

pub(crate) fn bea() -> Person {
    Person { id: 2, first_name: "Bea".into(), nick: Some("B".into()), age: 30, mother_id: Some(1) }
}

pub(crate) fn cleo() -> Person {
    Person { id: 3, first_name: "Cleo".into(), nick: None, age: 5, mother_id: Some(2) }
}

pub(crate) fn rex() -> Pet {
    Pet { weight: None, id: 10, name: "Rex".into(), owner_id: Some(2) }
}

pub(crate) fn tom() -> Pet {
    Pet { weight: Some(4.5), id: 11, name: "Tom".into(), owner_id: Some(2) }
}

pub(crate) fn stray() -> Pet {
    Pet { weight: Some(2.0), id: 12, name: "Stray".into(), owner_id: None }
}

/// The databases of one test, filled.
pub(crate) async fn open_each(test: &str) -> Vec<Db> {
    let each = open_empty(test).await;
    for db in &each {
        fill(db).await;
    }
    each
}

/// The databases of one test, without tables.
pub(crate) async fn open_empty(test: &str) -> Vec<Db> {
    let mut each = vec![Db::new(Sqlite::connect(SqliteOptions::memory()).await.unwrap())];
    if let Some(url) = kysera_testing::postgres_url() {
        each.push(postgres(&url, test).await);
    }
    each
}

async fn postgres(url: &str, test: &str) -> Db {
    let schema = format!("typed_{}_{test}", std::process::id());
    let options: PostgresOptions = url.parse().unwrap();
    let server = Db::new(Postgres::connect(options.clone()).await.unwrap());
    script(format!("create schema {schema}")).run(&server).await.unwrap();
    Db::new(Postgres::connect(options.options(format!("-c search_path={schema}"))).await.unwrap())
}

async fn fill(db: &Db) {
    create_table(Person).execute(db).await.unwrap();
    create_table(Pet).execute(db).await.unwrap();
    create_table(Note).execute(db).await.unwrap();
    for Person { id, first_name, nick, age, mother_id } in [ann(), bea(), cleo()] {
        let new = NewPerson { id, first_name, age }.nick(nick).mother_id(mother_id);
        insert_into(Person).values(new).execute(db).await.unwrap();
    }
    for Pet { id, name, owner_id, weight } in [rex(), tom(), stray()] {
        insert_into(Pet)
            .values(NewPet { id, name }.weight(weight).owner_id(owner_id))
            .execute(db)
            .await
            .unwrap();
    }
    insert_into(Note).values(NewNote {}.pet_id(10).text("bites")).execute(db).await.unwrap();
}
