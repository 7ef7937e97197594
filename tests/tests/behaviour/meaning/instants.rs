//! Instants that the database itself writes have the form of those that are bound.

use crate::database::{is_sqlite, plain};
use jiff::{SignedDuration, Timestamp};
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

/// Events 1 and 2 have the instant of one statement from the default, event 3 has it bound; event 4 is a second later.
async fn events_of_two_instants(db: &Db) -> (Timestamp, Timestamp) {
    create_table(Event).execute(db).await.unwrap();
    insert_into(Event).rows([1, 2].map(|id| NewEvent { id })).execute(db).await.unwrap();
    let first = select_from(Event).filter(Event.id.eq(1)).select(Event.at).fetch_one(db).await.unwrap();
    let later = first + SignedDuration::from_secs(1);
    let bound = [(3, first), (4, later)].map(|(id, at)| NewEvent { id }.at(at));
    insert_into(Event).rows(bound).execute(db).await.unwrap();
    (first, later)
}

#[tokio::test]
async fn a_page_by_key_over_instants_of_the_default_loses_no_row() {
    plain(async |db| {
        let (first, later) = events_of_two_instants(db).await;
        let page = async |at: Timestamp, id: i64| {
            let behind = Event.at.gt(at).or(Event.at.eq(at).and(Event.id.gt(id)));
            let query = select_from(Event).filter(behind).order_by((Event.at.asc(), Event.id.asc()));
            query.select(Event.id).fetch_all(db).await.unwrap()
        };
        assert_eq!(page(first, 1).await, [2, 3, 4]);
        assert_eq!(page(first, 2).await, [3, 4]);
        assert_eq!(page(first, 3).await, [4]);
        assert_eq!(page(later, 4).await, [0; 0]);
        let newest = select_from(Event).order_by((Event.at.desc(), Event.id.desc())).select(Event.id);
        assert_eq!(newest.fetch_all(db).await.unwrap(), [4, 3, 2, 1]);
        let early = delete_from(Event).filter(Event.at.lt(first)).execute(db).await.unwrap();
        assert_eq!(early.rows_affected, 0, "none is before the first");
    })
    .await;
}

#[tokio::test]
async fn one_instant_of_the_default_and_of_a_value_is_one_group() {
    plain(async |db| {
        let (first, later) = events_of_two_instants(db).await;
        let each = select_from(Event).distinct().order_by(Event.at.asc()).select(Event.at);
        assert_eq!(each.fetch_all(db).await.unwrap(), [first, later]);
        let groups = select_from(Event).group_by(Event.at).order_by(Event.at.asc());
        let groups = groups.select((Event.at, count_all())).fetch_all(db).await.unwrap();
        assert_eq!(groups, [(first, 3), (later, 1)]);
        let counted = select_from(Event).select(count(Event.at).distinct()).fetch_one(db).await.unwrap();
        assert_eq!(counted, 2);
        let listed = select_from(Event).filter(Event.at.in_list([later, first])).select(count_all());
        assert_eq!(listed.fetch_one(db).await.unwrap(), 4);
        let ends = select_from(Event).select((min(Event.at), max(Event.at))).fetch_one(db).await.unwrap();
        assert_eq!(ends, (Some(first), Some(later)));
    })
    .await;
}

#[tokio::test]
async fn an_instant_in_a_foreign_form_is_refused_when_it_is_read() {
    plain(async |db| {
        if !is_sqlite(db) {
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
