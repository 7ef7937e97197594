//! Filters all the way: typed queries, plugins, executor, driver, database.

use crate::plugin::Policy;
use kysera::ErrorKind;
use kysera::mysql::{MySql, MySqlOptions};
use kysera::plugins::{Revives, SoftDelete, SoftDeletes, soft_delete};
use kysera::prelude::*;
use kysera_core::plugin::RowFilter;
use kysera_core::{Clock, script};
use kysera_postgres::{Postgres, PostgresOptions};
use kysera_sql::ast::{BinaryOp, Expr, Select, TableRef};
use kysera_sql::table::TableMeta;
use kysera_sqlite::{Sqlite, SqliteOptions};

#[derive(Table, Debug, Clone)]
#[table(name = "staff")]
struct Staff {
    #[column(primary_key)]
    id: i64,
    deleted_at: Option<i64>,
}

#[derive(Table, Debug, Clone)]
#[table(name = "note")]
struct Note {
    #[column(primary_key)]
    id: i64,
    staff_id: i64,
    text: String,
    deleted_at: Option<i64>,
}

const SCRIPT: &str = "
    create table staff (id bigint primary key, deleted_at bigint);
    create table note (id bigint primary key, staff_id bigint not null, text text not null, deleted_at bigint);
    insert into staff values (1, null), (2, 5);
    insert into note values (1, 1, 'seen', null), (2, 1, 'marked', 5), (3, 2, 'of marked staff', null);
";

/// A note exists if its author does, and nothing exists that is marked as deleted.
fn with_plugins(driver: impl kysera_core::driver::Driver) -> Db {
    let db = Db::builder(driver).plugin(by_staff(Note::META, Staff::META)).plugin(SoftDelete::new());
    db.tables([Staff::META, Note::META]).build().expect("they go together")
}

fn by_staff(note: &'static TableMeta, staff: &'static TableMeta) -> Policy {
    Policy::new("by_staff", move |table| {
        let author = Expr::binary(Expr::column("staff", "id"), BinaryOp::Eq, RowFilter::column("staff_id"));
        let mut query = Select::from(TableRef::typed(staff));
        query.items =
            vec![kysera_sql::ast::SelectItem::expr(Expr::Literal(kysera_sql::ast::Literal::Int(1)))];
        query.and_filter(author);
        table.is(note).then(|| Expr::Exists(Box::new(query)))
    })
}

async fn sqlite() -> Db {
    with_plugins(Sqlite::connect(SqliteOptions::memory()).await.expect("memory is at hand"))
}

/// A database on the server whose tables stand in a schema that only the search path names.
async fn postgres(schema: &str) -> Option<Db> {
    let options: PostgresOptions = kysera_testing::postgres_url()?.parse().expect("the address is one");
    let server = Db::new(Postgres::connect(options.clone()).await.expect("the server answers"));
    let made = script(format!("drop schema if exists {schema} cascade; create schema {schema}"));
    made.run(&server).await.expect("a schema can be made");
    let options = options.options(format!("-c search_path={schema}"));
    Some(with_plugins(Postgres::connect(options).await.expect("the server answers")))
}

/// The same in databases of MySQL and of MariaDB, where there are such servers.
async fn mysqls(database: &str) -> Vec<Db> {
    let mut all = Vec::new();
    for url in [kysera_testing::mysql_url(), kysera_testing::mariadb_url()].into_iter().flatten() {
        let options: MySqlOptions = url.parse().expect("the address is one");
        let server = Db::new(MySql::connect(options.clone()).await.expect("the server answers"));
        let made = script(format!("drop database if exists {database}; create database {database}"));
        made.run(&server).await.expect("a database can be made");
        all.push(with_plugins(MySql::connect(options.database(database)).await.expect("the server answers")));
    }
    all
}

#[tokio::test]
async fn a_policy_finds_its_tables_in_the_schema_of_the_connection() {
    policy(&sqlite().await).await;
    if let Some(db) = postgres("rewriting_drivers_policy").await {
        policy(&db).await;
    }
    for db in mysqls("rewriting_drivers_policy").await {
        policy(&db).await;
    }
}

/// The same tables, each with the schema that it stands in.
mod placed {
    use kysera::prelude::*;

    #[derive(Table, Debug, Clone)]
    #[table(name = "staff", schema = "rewriting_drivers_second")]
    pub(super) struct Staff {
        #[column(primary_key)]
        id: i64,
        deleted_at: Option<i64>,
    }

    #[derive(Table, Debug, Clone)]
    #[table(name = "note", schema = "rewriting_drivers_second")]
    pub(super) struct Note {
        #[column(primary_key)]
        pub(super) id: i64,
        staff_id: i64,
        pub(super) text: String,
        deleted_at: Option<i64>,
    }
}

#[tokio::test]
async fn a_policy_over_tables_of_the_second_schema_of_a_search_path_fails_until_they_name_it() {
    let (first, second) = ("rewriting_drivers_first", "rewriting_drivers_second");
    let Some(owner) = postgres(second).await else { return };
    script(SCRIPT).run(&owner).await.expect("the script runs");
    script(format!("drop schema if exists {first} cascade; create schema {first}"))
        .run(&owner)
        .await
        .expect("a schema can be made");
    let connect = async || {
        let options: PostgresOptions =
            kysera_testing::postgres_url().expect("there is one").parse().expect("the address is one");
        let options = options.options(format!("-c search_path={first},{second}"));
        Postgres::connect(options).await.expect("the server answers")
    };
    // The policy's own table is written with the first schema, so that nothing else can be meant: it is not there.
    let unplaced = with_plugins(connect().await);
    let texts = select_from(Note).select(Note.text).order_by(Note.id.asc());
    let error = texts.clone().fetch_all(&unplaced).await.expect_err("the policy's table is not found");
    assert_eq!(error.kind(), ErrorKind::Undefined, "{error}");
    for error in [
        update(Note).set(Note.text.set("lost")).all_rows().execute(&unplaced).await,
        delete_from(Note).all_rows().execute(&unplaced).await,
    ] {
        assert_eq!(error.expect_err("nor is it for a write").kind(), ErrorKind::Undefined);
    }
    assert_eq!(texts.fetch_all(&owner).await.expect("a query"), ["seen"], "nothing was written");

    let placed = Db::builder(connect().await)
        .plugin(by_staff(placed::Note::META, placed::Staff::META))
        .plugin(SoftDelete::new())
        .tables([placed::Staff::META, placed::Note::META]);
    let placed = placed.build().expect("they go together");
    let texts = select_from(placed::Note).select(placed::Note.text).order_by(placed::Note.id.asc());
    assert_eq!(texts.fetch_all(&placed).await.expect("a query"), ["seen"]);
}

async fn policy(db: &Db) {
    script(SCRIPT).run(db).await.expect("the script runs");
    let texts = select_from(Note).select(Note.text).order_by(Note.id.asc());
    assert_eq!(texts.clone().fetch_all(db).await.expect("a query"), ["seen"]);
    let all = texts.with_deleted().fetch_all(db).await.expect("a query");
    assert_eq!(all, ["seen", "marked"], "the directive is for soft delete alone");
}

#[tokio::test]
async fn a_conflict_with_a_hidden_row_is_told_from_other_errors() {
    conflict(&sqlite().await).await;
    if let Some(db) = postgres("rewriting_drivers_conflict").await {
        conflict(&db).await;
    }
    for db in mysqls("rewriting_drivers_conflict").await {
        conflict(&db).await;
    }
}

async fn conflict(db: &Db) {
    script(SCRIPT).run(db).await.expect("the script runs");
    let upsert = |id| {
        insert_into(Note)
            .values(NewNote { id, staff_id: 1, text: "new".into() })
            .on_conflict(Note.id)
            .do_update(|update, new| update.set(Note.text.set(new.text)))
    };
    upsert(1).execute(db).await.expect("the row is visible");
    for hidden in [2, 3] {
        let error = upsert(hidden).execute(db).await.expect_err("the row is hidden");
        assert_eq!(error.kind(), ErrorKind::HiddenConflict, "{error}");
        assert_eq!(error.table(), Some("note"));
        assert!(error.is_unique_violation() && error.code().is_none());
    }
    upsert(2).revive().execute(db).await.expect("it is revived");
    let texts = select_from(Note).select((Note.id, Note.text)).order_by(Note.id.asc());
    let seen = texts.fetch_all(db).await.expect("a query");
    assert_eq!(seen, [(1, "new".to_owned()), (2, "new".to_owned())]);
    let error = upsert(3).revive().execute(db).await.expect_err("it is not soft delete that hides it");
    assert_eq!(error.kind(), ErrorKind::HiddenConflict, "{error}");
}

/// Where MySQL and MariaDB merge a derived table into the query, or make a join of `in`: rows that are hidden stay so.
#[tokio::test]
async fn subqueries_and_merged_derived_tables_see_no_hidden_row() {
    for db in mysqls("rewriting_drivers_traps").await {
        traps(&db).await;
    }
}

async fn traps(db: &Db) {
    script(SCRIPT).run(db).await.expect("the script runs");
    let other = alias!(Note as other);
    let shown = derived("shown", select_from(Note).select(row! { id: Note.id, author: Note.staff_id }));
    // A derived table that is merged into the query, below a left join: its condition must not make an inner one of it.
    let left = select_from(Staff)
        .with_deleted()
        .left_join(&shown, shown.author.eq(Staff.id))
        .order_by((Staff.id.asc(), shown.id.asc()))
        .select((Staff.id, shown.id));
    assert_eq!(left.fetch_all(db).await.expect("a query"), [(1, Some(1)), (2, None)]);
    // `in` becomes a join or `exists`, with the condition inside.
    let ids = select_from(other).filter(other.staff_id.eq(Note.staff_id.outer())).select(other.id);
    let inside = select_from(Note).filter(Note.id.in_subquery(ids)).select(Note.id);
    assert_eq!(inside.fetch_all(db).await.expect("a query"), [1]);
}

#[tokio::test]
async fn marking_reaches_visible_rows_alone() {
    marking(&sqlite().await).await;
    for db in mysqls("rewriting_drivers_marking").await {
        marking(&db).await;
    }
}

async fn marking(db: &Db) {
    script(SCRIPT).run(db).await.expect("the script runs");
    let before = kysera_core::SystemClock.now();
    let marked = soft_delete(Note).filter(Note.id.ge(1)).execute(db).await.expect("an update");
    assert_eq!(marked.rows_affected, 1);
    let at = select_from(Note).with_deleted().filter(Note.id.eq(1)).select(Note.deleted_at);
    assert!(at.fetch_one(db).await.expect("a row").is_some_and(|at| at >= before));
}
