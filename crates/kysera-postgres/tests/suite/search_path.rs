//! Names that come to mean something else under prepared statements: another schema, another role, types made anew.

use crate::support::{
    acquire, connect, driver_with, one, options, raw, read, rows, run, run_with, taken, write,
};
use kysera_core::driver::{Connection, TransactionOptions};
use kysera_core::error::{Error, ErrorKind, Result};
use kysera_postgres::Postgres;
use kysera_sql::compiled::Compiled;
use kysera_sql::row::Rows;
use kysera_sql::value::{CustomType, Value};

static MOOD: CustomType = CustomType::new("mood");

/// Two tenants with the same enum over tables of other shapes, and a connection that has prepared the statements for
/// the first.
async fn tenants(name: &str) -> Option<(Postgres, Box<dyn Connection>)> {
    tenants_on(name, 2).await
}

async fn tenants_on(name: &str, connections: usize) -> Option<(Postgres, Box<dyn Connection>)> {
    let path = format!("-c search_path={name}");
    let driver = driver_with(name, |options| options.options(path).max_connections(connections)).await?;
    let mut connection = acquire(&driver).await;
    let sql = format!(
        "drop schema if exists {name}_2 cascade; create schema {name}_2;
         create type {name}.mood as enum ('sad', 'ok'); create type {name}_2.mood as enum ('ok', 'sad');
         create table {name}.t (id int, m {name}.mood); create table {name}_2.t (m {name}_2.mood, note text, id bigint);
         insert into {name}.t values (1, 'ok'); insert into {name}_2.t (id, m) values (2, 'ok')"
    );
    connection.run_script(&sql).await.unwrap();
    drop(connection);
    let mut connection = acquire(&driver).await;
    for _ in 0..4 {
        assert_eq!(found(&mut *connection).await.unwrap(), [1]);
    }
    Some((driver, connection))
}

/// An enum that the server resolves, and a column of another type in the other schema.
fn select() -> Compiled {
    read("select id::bigint from t where m = $1", vec![Value::Custom(&MOOD, "ok".into())])
}

async fn found(connection: &mut dyn Connection) -> Result<Vec<i64>> {
    let all = rows::<i64>(connection, select()).await?;
    let insert = "insert into t (id, m) select 3, $1 where false";
    run_with(connection, write(insert, vec![Value::Custom(&MOOD, "ok".into())])).await?;
    Ok(all)
}

#[tokio::test]
async fn a_second_tenant_on_a_connection_finds_what_is_its_own() {
    let Some((_driver, mut connection)) = tenants("path_set").await else { return };
    for _ in 0..3 {
        for (schema, id) in [("path_set_2", 2), ("path_set", 1)] {
            run_with(&mut *connection, raw(&format!("set search_path = {schema}"), vec![])).await.unwrap();
            for _ in 0..4 {
                assert_eq!(found(&mut *connection).await.unwrap(), [id], "{schema}");
            }
        }
    }
}

#[tokio::test]
async fn a_path_that_is_set_for_a_transaction_fails_no_statement_inside_or_after() {
    let Some((_driver, mut connection)) = tenants("path_local").await else { return };
    for _ in 0..4 {
        connection.begin(TransactionOptions::default()).await.unwrap();
        connection.savepoint("kysera_1").await.unwrap();
        run_with(&mut *connection, raw("set local search_path = path_local_2", vec![])).await.unwrap();
        for _ in 0..3 {
            assert_eq!(found(&mut *connection).await.unwrap(), [2]);
        }
        connection.rollback_to("kysera_1").await.unwrap();
        assert_eq!(found(&mut *connection).await.unwrap(), [1]);
        run_with(&mut *connection, raw("set local search_path = path_local_2", vec![])).await.unwrap();
        assert_eq!(found(&mut *connection).await.unwrap(), [2]);
        connection.commit().await.unwrap();
        assert_eq!(found(&mut *connection).await.unwrap(), [1]);
    }
}

#[tokio::test]
async fn a_path_that_the_driver_does_not_see_costs_one_more_try_outside_and_one_transaction_inside() {
    let Some((_driver, mut connection)) = tenants("path_unseen").await else { return };
    let set = |schema: &str| raw(&format!("select set_config('search_path', '{schema}', false)"), vec![]);
    for (schema, id) in [("path_unseen_2", 2), ("path_unseen", 1), ("path_unseen_2", 2)] {
        rows::<String>(&mut *connection, set(schema)).await.unwrap();
        for _ in 0..4 {
            assert_eq!(found(&mut *connection).await.unwrap(), [id], "{schema}");
        }
    }
    rows::<String>(&mut *connection, set("path_unseen")).await.unwrap();
    let mut failures = 0;
    loop {
        connection.begin(TransactionOptions::default()).await.unwrap();
        match found(&mut *connection).await {
            Ok(all) => {
                assert_eq!(all, [1]);
                connection.commit().await.unwrap();
                break;
            }
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::SchemaChanged, "{error:?}");
                connection.rollback().await.unwrap();
                failures += 1;
            }
        }
    }
    assert!(failures <= 2, "one for each statement at most: {failures}");
}

#[tokio::test]
async fn another_role_has_a_schema_of_its_name() {
    let Some((_driver, mut connection)) = tenants("path_role").await else { return };
    let sql = "set search_path = \"$user\", path_role;
               drop role if exists path_role_2; create role path_role_2;
               grant usage on schema path_role_2 to path_role_2; grant all on path_role_2.t to path_role_2";
    connection.run_script(sql).await.unwrap();
    for _ in 0..4 {
        assert_eq!(found(&mut *connection).await.unwrap(), [1]);
    }
    for (role, id) in [("set role path_role_2", 2), ("reset role", 1), ("set role path_role_2", 2)] {
        run_with(&mut *connection, raw(role, vec![])).await.unwrap();
        for _ in 0..3 {
            assert_eq!(found(&mut *connection).await.unwrap(), [id], "{role}");
        }
    }
    connection.run_script("reset role; drop owned by path_role_2; drop role path_role_2").await.unwrap();
}

#[tokio::test]
async fn discarding_everything_fails_nobody() {
    let Some((_driver, mut connection)) = tenants("path_discard").await else { return };
    for discard in
        ["discard all", "discard plans", "deallocate all", "do $$ begin execute 'deallocate all'; end $$"]
    {
        connection.run_script(discard).await.unwrap();
        for _ in 0..4 {
            assert_eq!(found(&mut *connection).await.unwrap(), [1], "{discard}");
        }
    }
}

#[tokio::test]
async fn a_lease_that_set_its_path_leaves_the_statements_of_the_others_prepared() {
    // Of two, another may be handed out while the one is cleaned.
    let Some((driver, connection)) = tenants_on("path_lease", 1).await else { return };
    drop(connection);
    for _ in 0..3 {
        let mut one_lease = acquire(&driver).await;
        run_with(&mut *one_lease, raw("set search_path = path_lease_2", vec![])).await.unwrap();
        assert_eq!(found(&mut *one_lease).await.unwrap(), [2]);
        drop(one_lease);
        assert_eq!(found(&mut *acquire(&driver).await).await.unwrap(), [1]);
    }
    let prepared = "select count(*) from pg_prepared_statements where statement like 'select id::bigint%'";
    assert_eq!(one::<i64>(&mut *acquire(&driver).await, prepared).await, 1);
}

#[tokio::test]
async fn types_made_anew_are_cured_whatever_the_code() {
    let Some((driver, mut connection)) = tenants("path_types").await else { return };
    let mut other = acquire(&driver).await;
    for change in [
        "alter table t alter m type text; drop type mood; create type mood as enum ('ok', 'sad');
         alter table t alter m type mood using m::mood",
        "alter table t alter m type text; drop type mood",
        "create type mood as enum ('ok'); alter table t alter m type mood using m::mood",
        "drop table t; create table t (id bigint, m mood); insert into t values (1, 'ok')",
        "alter table t rename column id to old; alter table t add id smallint; update t set id = 1",
    ] {
        other.run_script(change).await.unwrap();
        for _ in 0..4 {
            assert_eq!(found(&mut *connection).await.unwrap(), [1], "{change}");
        }
    }
}

#[tokio::test]
async fn an_error_of_the_statement_itself_is_told_as_it_is() {
    let Some((driver, mut connection)) = tenants("path_real").await else { return };
    let mut other = acquire(&driver).await;
    other.run_script("create sequence runs; alter table t rename to gone").await.unwrap();
    assert_eq!(found(&mut *connection).await.unwrap_err().kind(), ErrorKind::Undefined);
    other.run_script("alter table gone rename to t").await.unwrap();
    // A function that runs says the same of what it does, each time.
    let fails = "create function fails() returns int language plpgsql as
                 $$ begin perform nextval('runs'); if (select count(*) from t) > 1 then perform * from nowhere; end if;
                 return 1; end $$";
    other.run_script(fails).await.unwrap();
    let call = || read("select fails()", vec![]);
    for _ in 0..4 {
        rows::<i32>(&mut *connection, call()).await.unwrap();
    }
    run(&mut *other, "insert into t values (2, 'sad')").await.unwrap();
    connection.begin(TransactionOptions::default()).await.unwrap();
    let error = rows::<i32>(&mut *connection, call()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Undefined, "it ran, so its plan held: {error:?}");
    connection.rollback().await.unwrap();
    let error = rows::<i32>(&mut *connection, call()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Undefined, "{error:?}");
}

#[tokio::test]
async fn a_missing_privilege_inside_a_transaction_is_no_change_of_the_schema() {
    let Some(admin) = driver_with("path_revoke", |options| options).await else { return };
    let mut owner = acquire(&admin).await;
    let sql = "drop role if exists path_revoke; create role path_revoke login password 'x';
               grant usage on schema path_revoke to path_revoke; create table t (id int);
               grant select on t to path_revoke";
    owner.run_script(sql).await.unwrap();
    let options = options().unwrap().user("path_revoke").password("x").options("-c search_path=path_revoke");
    let driver = connect(options.max_connections(1)).await;
    let mut connection = acquire(&driver).await;
    for _ in 0..4 {
        rows::<i32>(&mut *connection, read("select id from t", vec![])).await.unwrap();
    }
    run(&mut *owner, "revoke select on t from path_revoke").await.unwrap();
    connection.begin(TransactionOptions::default()).await.unwrap();
    let error = rows::<i32>(&mut *connection, read("select id from t", vec![])).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PermissionDenied, "{error:?}");
    connection.rollback().await.unwrap();
    drop(connection);
    driver_close(driver).await;
    owner.run_script("drop owned by path_revoke; drop role path_revoke").await.unwrap();
}

async fn driver_close(driver: Postgres) {
    use kysera_core::driver::Driver;
    driver.close().await;
}

#[tokio::test]
async fn an_outdated_statement_of_a_pipeline_is_cured_where_its_place_does_not_matter() {
    let Some((driver, mut connection)) = tenants("path_pipeline").await else { return };
    let mut other = acquire(&driver).await;
    let change = |ty: &str| format!("alter table t alter id type {ty}");
    let wide = || read("select id from t", vec![]);
    let insert = || write("insert into t values (5, 'sad')", vec![]);
    let sink = || Box::new(Rows::<(Option<i64>,)>::default()) as Box<dyn kysera_sql::row::RowSink>;
    other.run_script(&change("bigint")).await.unwrap();
    for _ in 0..4 {
        rows::<i64>(&mut *connection, wide()).await.unwrap();
    }
    // Last, or before reads: run once more.
    for batch in [vec![wide()], vec![wide(), read("select 1::bigint", vec![])]] {
        other.run_script(&change("int")).await.unwrap();
        other.run_script(&change("bigint")).await.unwrap();
        other.run_script("alter table t rename column id to x; alter table t add id bigint").await.unwrap();
        let results = connection.pipeline(batch.into_iter().map(|one| (one, sink())).collect()).await;
        for result in results {
            let (_, sink) = result.unwrap();
            assert_eq!(taken::<(Option<i64>,)>(sink).len(), 1);
        }
        other.run_script("alter table t drop column id; alter table t rename column x to id").await.unwrap();
        for _ in 0..4 {
            rows::<i64>(&mut *connection, wide()).await.unwrap();
        }
    }
    // Before a write it would see what it must not: an error worth another try, and nothing is kept.
    other.run_script(&change("int")).await.unwrap();
    let results = connection.pipeline(vec![(wide(), sink()), (insert(), sink())]).await;
    assert_eq!(results[0].as_ref().err().map(Error::kind), Some(ErrorKind::SchemaChanged));
    assert!(results[1].is_ok());
    assert_eq!(rows::<i32>(&mut *connection, wide()).await.unwrap().len(), 2);
    // Inside a transaction as well.
    for _ in 0..4 {
        rows::<i32>(&mut *connection, wide()).await.unwrap();
    }
    other.run_script(&change("bigint")).await.unwrap();
    connection.begin(TransactionOptions::default()).await.unwrap();
    let results = connection.pipeline(vec![(wide(), sink())]).await;
    assert_eq!(results[0].as_ref().err().map(Error::kind), Some(ErrorKind::SchemaChanged));
    connection.rollback().await.unwrap();
    assert_eq!(rows::<i64>(&mut *connection, wide()).await.unwrap().len(), 2);
}

#[tokio::test]
async fn instants_are_in_utc_whatever_the_role_says_and_as_the_user_says() {
    let Some(admin) = driver_with("path_zone", |options| options).await else { return };
    let sql = "drop role if exists path_zone; create role path_zone login password 'x';
               alter role path_zone set timezone = 'Asia/Tokyo'";
    acquire(&admin).await.run_script(sql).await.unwrap();
    let login = options().unwrap().user("path_zone").password("x").max_connections(1);
    for (options, zone) in [
        (login.clone(), "UTC"),
        (login.clone().prepare(false), "UTC"),
        (login.clone().options("-c TimeZone=Europe/Berlin"), "Europe/Berlin"),
        (login.after_connect(|new| Box::pin(new.run_script("set timezone = 'Asia/Tokyo'"))), "Asia/Tokyo"),
    ] {
        let driver = connect(options).await;
        for change in ["select 1", "set timezone = 'America/Lima'", "reset all"] {
            let mut connection = acquire(&driver).await;
            assert_eq!(one::<String>(&mut *connection, "show timezone").await, zone, "before {change}");
            run_with(&mut *connection, raw(change, vec![])).await.unwrap();
        }
        driver_close(driver).await;
    }
    acquire(&admin).await.run_script("drop role path_zone").await.unwrap();
}

/// A type that was inferred for a parameter stayed with the prepared statement: another column's values could not be read as
/// that, for ever.
#[tokio::test]
async fn a_column_of_another_type_takes_values_of_its_own_under_a_prepared_statement() {
    let Some((driver, mut connection)) = tenants("path_inferred").await else { return };
    let mut other = acquire(&driver).await;
    let set = |text: &str| write("update t set note = $1", vec![Value::Text(text.to_owned().into())]);
    let find = |text: &str| {
        read("select count(*) from t where note = $1", vec![Value::Text(text.to_owned().into())])
    };
    other.run_script("alter table t add note int").await.unwrap();
    for (ty, text, spelled) in [
        ("int", "7", "07"),
        ("inet", "10.0.0.1", "10.0.0.1/32"),
        ("date", "2024-01-05", "Jan 5 2024"),
        ("text[]", "{a}", "{ a }"),
        ("mood", "ok", "ok"),
        ("text", "not so bad", "not so bad"),
    ] {
        other.run_script(&format!("alter table t drop note; alter table t add note {ty}")).await.unwrap();
        for _ in 0..4 {
            run_with(&mut *connection, set(text)).await.unwrap_or_else(|error| panic!("{ty}: {error}"));
            assert_eq!(rows::<i64>(&mut *connection, find(spelled)).await.unwrap(), [1], "{ty}");
        }
    }
    // Inside a transaction the error is told as it is, and the next one finds nothing kept.
    other.run_script("alter table t drop note; alter table t add note int").await.unwrap();
    for _ in 0..4 {
        run_with(&mut *connection, set("7")).await.unwrap();
    }
    other.run_script("alter table t drop note; alter table t add note text").await.unwrap();
    connection.begin(TransactionOptions::default()).await.unwrap();
    let error = run_with(&mut *connection, set("seven")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidValue, "{error:?}");
    connection.rollback().await.unwrap();
    connection.begin(TransactionOptions::default()).await.unwrap();
    run_with(&mut *connection, set("seven")).await.unwrap();
    connection.commit().await.unwrap();
    // A value that no type of the column reads stays an error.
    other.run_script("alter table t drop note; alter table t add note int").await.unwrap();
    for _ in 0..4 {
        assert_eq!(
            run_with(&mut *connection, set("seven")).await.unwrap_err().kind(),
            ErrorKind::InvalidValue
        );
    }
}

/// Changed on the same connection, text became `citext` and the prepared statement compared it as text on.
#[tokio::test]
async fn a_column_that_became_citext_on_the_same_connection_is_compared_so() {
    let Some((_driver, mut connection)) = tenants("path_citext").await else { return };
    let find = || read("select count(*) from t where note = $1", vec![Value::Text("ABC".into())]);
    if let Err(error) = connection.run_script("create extension if not exists citext schema public").await {
        return kysera_testing::skip("postgres", &format!("no citext: {error}"));
    }
    // The operators of a type have to be in sight, as in any session.
    let sql = "set search_path = path_citext, public; alter table t add note text; update t set note = 'Abc'";
    connection.run_script(sql).await.unwrap();
    for _ in 0..4 {
        assert_eq!(rows::<i64>(&mut *connection, find()).await.unwrap(), [0]);
    }
    connection.run_script("alter table t alter note type public.citext").await.unwrap();
    for _ in 0..4 {
        assert_eq!(rows::<i64>(&mut *connection, find()).await.unwrap(), [1]);
    }
}
