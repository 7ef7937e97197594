//! Rows of raw SQL: a struct is read by the names of its columns, a tuple by their positions.

use crate::database::plain;
use kysera::executor::script;
use kysera::prelude::*;
use std::fmt::Debug;

#[derive(FromRow, Clone, Debug, PartialEq)]
struct Names {
    name: String,
    email: String,
}

#[derive(Table, Clone, Debug, PartialEq)]
#[table(name = "pet")]
struct Pet {
    #[column(primary_key)]
    id: i64,
    #[column(name = "called")]
    name: String,
}

const SWAPPED: &str = "select 'a@b.c' as email, 'Ann' as name union all select 'b@b.c', 'Bob'";

fn people() -> Vec<Names> {
    let person = |name: &str, email: &str| Names { name: name.to_owned(), email: email.to_owned() };
    vec![person("Ann", "a@b.c"), person("Bob", "b@b.c")]
}

async fn refused<T: FromRow + Debug + Send + 'static>(db: &Db, sql: &'static str) -> String {
    raw(sql).rows::<T>().fetch_all(db).await.unwrap_err().to_string()
}

#[tokio::test]
async fn columns_in_another_order_are_not_swapped() {
    plain(async |db| {
        let query = || raw(SWAPPED).rows::<Names>();
        assert_eq!(query().fetch_all(db).await.unwrap(), people());
        assert_eq!(query().fetch_first(db).await.unwrap(), Some(people().remove(0)));
        let (all, first) = db.pipeline().fetch_all(query()).fetch_first(query()).run().await.unwrap();
        assert_eq!((all, first), (people(), Some(people().remove(0))));
        let mut stream = query().fetch_stream(db);
        let mut streamed = Vec::new();
        while let Some(person) = stream.next().await {
            streamed.push(person.unwrap());
        }
        assert_eq!(streamed, people());
        let inside = db.transaction(async |tx| query().fetch_all(&*tx).await).await.unwrap();
        assert_eq!(inside, people());
    })
    .await;
}

#[tokio::test]
async fn long_streams_keep_their_order_from_batch_to_batch() {
    plain(async |db| {
        let sql = "with recursive n(i) as (select 1 union all select i + 1 from n where i < 3000) \
                   select concat('e', i) as email, concat('n', i) as name from n order by i";
        let mut stream = raw(sql).rows::<Names>().fetch_stream(db);
        let mut at = 0;
        while let Some(person) = stream.next().await {
            at += 1;
            assert_eq!(person.unwrap(), Names { name: format!("n{at}"), email: format!("e{at}") });
        }
        assert_eq!(at, 3000);
    })
    .await;
}

#[tokio::test]
async fn a_write_that_returns_rows_is_read_by_name() {
    plain(async |db| {
        script("create table pet (id bigint primary key, called text not null)").run(db).await.unwrap();
        let insert = |id| {
            raw("insert into pet (id, called) values ({}, 'Rex') returning called, id").bind(id).rows::<Pet>()
        };
        let rex = |id| Pet { id, name: "Rex".to_owned() };
        if db.dialect().name() == "MySQL" {
            // It has no such clause, and raw SQL is sent as it is.
            assert_eq!(insert(1_i64).fetch_one(db).await.unwrap_err().kind(), kysera::ErrorKind::Syntax);
            script("insert into pet (id, called) values (1, 'Rex'), (2, 'Rex')").run(db).await.unwrap();
        } else {
            assert_eq!(insert(1_i64).fetch_one(db).await.unwrap(), rex(1));
            let mut stream = insert(2_i64).fetch_stream(db);
            assert_eq!(stream.next().await.unwrap().unwrap(), rex(2));
            // To its end: a write that is dropped before may be undone.
            assert!(stream.next().await.is_none());
        }
        let both = "select p.called, p.id, q.* from pet p join pet q on q.id = 2 and p.id = 1";
        assert_eq!(raw(both).rows::<(Pet, Pet)>().fetch_one(db).await.unwrap(), (rex(1), rex(2)));
        let outer = "select p.id, q.called, q.id from pet p left join pet q on q.id = p.id + 1 order by p.id";
        let found = raw(outer).rows::<(i64, Option<Pet>)>().fetch_all(db).await.unwrap();
        assert_eq!(found, [(1, Some(rex(2))), (2, None)]);
    })
    .await;
}

#[tokio::test]
async fn a_missing_a_doubled_and_an_unread_column_are_errors_that_name_it() {
    plain(async |db| {
        for (sql, says) in [
            ("select 'x' as name, 'y' as mail", "no column `email` among `name`, `mail`"),
            ("select 'x' as name", "no column `email` among `name`"),
            ("select 'x' as name, 'y' as email, 'z' as name", "two columns `name`"),
            ("select 'x' as name, 'y' as email, 1 as age", "`age`, which is no field"),
        ] {
            let text = refused::<Names>(db, sql).await;
            assert!(text.contains(says), "{text}");
        }
        let text = refused::<(String, String)>(db, "select 'x', 'y', 'z'").await;
        assert!(text.contains("a row of 3 columns"), "{text}");
        let text = refused::<(Names, i32)>(db, "select 'x' as name, 'y' as email").await;
        assert!(text.contains("it reads 3 columns"), "{text}");
    })
    .await;
}

#[tokio::test]
async fn an_error_of_a_cell_names_the_column_that_holds_it() {
    plain(async |db| {
        let text = refused::<Names>(db, "select 'x' as email, 1 as name").await;
        assert!(text.contains("column 1") || text.contains("cannot read name"), "{text}");
    })
    .await;
}
