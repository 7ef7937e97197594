//! Instants that the database itself writes have the form of those that are bound.

use crate::database::{is_postgres, plain};
use jiff::Timestamp;
use kysera::executor::script;
use kysera::prelude::*;
use kysera::schema::create_table;

#[derive(Table, Debug, Clone, PartialEq)]
struct Event {
    #[column(primary_key)]
    id: i64,
    #[column(default = "current_timestamp")]
    at: Timestamp,
}

#[tokio::test]
async fn an_instant_that_the_default_wrote_is_equal_to_itself_when_bound() {
    plain(async |db| {
        create_table(Event).execute(db).await.unwrap();
        insert_into(Event).values(NewEvent { id: 1 }).execute(db).await.unwrap();
        let rows = [NewEvent { id: 2 }.at("2024-05-01T12:00:00Z".parse::<Timestamp>().unwrap())];
        insert_into(Event).rows(rows).execute(db).await.unwrap();
        let at = select_from(Event).filter(Event.id.eq(1)).select(Event.at).fetch_one(db).await.unwrap();
        let found = select_from(Event).filter(Event.at.eq(at)).select(Event.id).fetch_all(db).await.unwrap();
        assert_eq!(found, [1]);
        let before = select_from(Event).filter(Event.at.lt(at)).select(Event.id).fetch_all(db).await.unwrap();
        assert_eq!(before, [2]);
    })
    .await;
}

#[tokio::test]
async fn an_instant_in_a_foreign_form_is_refused_when_it_is_read() {
    plain(async |db| {
        if is_postgres(db) {
            return;
        }
        script("create table event (id integer primary key, at datetime)").run(db).await.unwrap();
        for (id, text) in (1..).zip([
            "2024-05-01 12:00:00",
            "2024-05-01T12:00:00.000000Z",
            "2024-05-01 12:00:00.000000+02:00",
        ]) {
            let sql = format!("insert into event (id, at) values ({id}, '{text}')");
            script(sql).run(db).await.unwrap();
            let query = select_from(Event).filter(Event.id.eq(id)).select(Event.at);
            let error = query.fetch_all(db).await.unwrap_err().to_string();
            assert!(error.contains("another form") && error.contains("strftime"), "{error}");
        }
    })
    .await;
}
