//! PostgreSQL: what a typed statement does to its session by a function is gone for whoever gets the connection next.

use kysera::expr::function;
use kysera::postgres::{Postgres, PostgresOptions};
use kysera::prelude::*;

#[derive(Table)]
struct Letter {
    #[column(primary_key)]
    id: i64,
    body: String,
}

/// One connection, which all share.
async fn shared() -> Option<Db> {
    let options: PostgresOptions = kysera_testing::postgres_url()?.parse().unwrap();
    let schema = format!("sessions_{}", std::process::id());
    let options = options.options(format!("-c search_path={schema}")).max_connections(1);
    let db = Db::new(Postgres::connect(options).await.unwrap());
    let tables = format!(
        "drop schema if exists {schema} cascade; create schema {schema}; create table letter (id bigint primary key, body text)"
    );
    kysera::executor::script(tables).run(&db).await.unwrap();
    Some(db)
}

async fn setting(db: &Db) -> String {
    raw("select current_setting('application_name')").rows::<(String,)>().fetch_one(db).await.unwrap().0
}

#[tokio::test]
async fn what_a_function_sets_in_the_session_is_gone_for_the_next_user() {
    let Some(db) = shared().await else { return };
    let before = setting(&db).await;
    let set =
        || function::<String, _>("set_config", (val("application_name"), val("left behind"), val(false)));

    insert_into(Letter).values(NewLetter { id: 1, body: "a".into() }).execute(&db).await.unwrap();
    let reply = select_from(Letter).select(set()).fetch_one(&db).await.unwrap();
    assert_eq!(reply, "left behind");
    assert_eq!(setting(&db).await, before, "set by a query");

    update(Letter).set(Letter.body.set(set())).filter(Letter.id.eq(1)).execute(&db).await.unwrap();
    assert_eq!(setting(&db).await, before, "set by a write");

    let by_raw = sql!(String: "set_config('application_name', 'left behind', false)");
    update(Letter).set(Letter.body.set(by_raw)).filter(Letter.id.eq(1)).execute(&db).await.unwrap();
    assert_eq!(setting(&db).await, before, "set by raw SQL in a write");

    db.transaction(async |tx| select_from(Letter).select(set()).fetch_one(tx).await.map(drop)).await.unwrap();
    assert_eq!(setting(&db).await, before, "set in a transaction");
}
