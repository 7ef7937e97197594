//! Conditions by the ten thousand: wide, not deep.

use super::{on_small_stack, shapes};
use kysera::expr::any_of;
use kysera::extend::sql::ast::BinaryOp;
use kysera::extend::sql::compile::compile;
use kysera::extend::sql::dialect::Sqlite as SqliteDialect;
use kysera::plugins::SoftDelete;
use kysera::postgres::{Postgres, PostgresOptions, Reset};
use kysera::prelude::*;
use kysera::sqlite::Sqlite;
use kysera::{ErrorKind, raw, script};
use kysera_core::tree;

const MANY: usize = 40_000;

#[derive(Debug, Clone, Table)]
struct Post {
    #[column(primary_key)]
    id: i64,
    deleted_at: Option<jiff::Timestamp>,
}

/// Three posts, of which the last is no answer to the conditions.
async fn database(plugins: bool) -> Db {
    let db = Db::builder(Sqlite::memory().unwrap());
    let db = if plugins { db.plugin(SoftDelete::new()) } else { db }.build().unwrap();
    let tables = "create table post (id integer primary key, deleted_at text); \
                  insert into post (id) values (1), (39999), (50000)";
    script(tables).run(&db).await.unwrap();
    db
}

fn run<F: Future<Output = ()>>(work: impl FnOnce() -> F + Send + 'static) {
    on_small_stack(|| {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work());
    });
}

#[test]
fn forty_thousand_conditions_run_on_sqlite_whose_expressions_have_a_thousand_levels() {
    run(|| async {
        for plugins in [false, true] {
            let db = database(plugins).await;
            let found = tree(shapes::conditions(MANY, BinaryOp::Or)).rows::<i64>().fetch_all(&db).await;
            assert_eq!(found.unwrap(), [1, 39999]);
            // SQLite takes its time for `and`: four times as much for twice as many.
            let none = tree(shapes::conditions(2_000, BinaryOp::And)).rows::<i64>().fetch_all(&db).await;
            assert_eq!(none.unwrap(), [0_i64; 0]);
        }
    });
}

#[test]
fn conditions_from_outside_run_until_there_are_too_many_values() {
    run(|| async {
        let db = database(true).await;
        let ids = |n: i64| any_of((0..n).map(|id| Post.id.eq(id)).collect::<Vec<_>>());
        let query = |n| select_from(Post).filter(ids(n)).select(Post.id).order_by(Post.id.asc());
        assert_eq!(query(32_000).fetch_all(&db).await.unwrap(), [1]);
        let error = query(40_000).fetch_all(&db).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidQuery, "{error}");
        let mut filtered = select_from(Post).select(Post.id);
        // More of them on PostgreSQL, below: SQLite takes its time for `and`.
        for id in 2..3_000 {
            filtered = filtered.filter(Post.id.ne(id));
        }
        assert_eq!(filtered.fetch_all(&db).await.unwrap(), [1, 39999, 50000]);
    });
}

#[test]
fn ten_thousand_conditions_and_filters_run_on_postgres() {
    let Some(url) = kysera_testing::postgres_url() else { return };
    run(|| async move {
        // A table of its own connection. Forty thousand run as well, in the twenty seconds that PostgreSQL takes to plan them.
        let driver =
            Postgres::connect(url.parse::<PostgresOptions>().unwrap().max_connections(1).reset(Reset::Never));
        let db = Db::new(driver.await.unwrap());
        let table = "create temporary table post (id bigint, deleted_at timestamptz); \
                     insert into post (id) values (1), (9999), (50000)";
        script(table).run(&db).await.unwrap();
        let found = tree(shapes::conditions(10_000, BinaryOp::Or)).rows::<i64>().fetch_all(&db).await;
        assert_eq!(found.unwrap(), [1, 9999]);
        let ids = any_of((0..10_000_i64).map(|id| Post.id.eq(id)).collect::<Vec<_>>());
        let found =
            select_from(Post).filter(ids).select(Post.id).order_by(Post.id.asc()).fetch_all(&db).await;
        assert_eq!(found.unwrap(), [1, 9999]);
        let mut filtered = select_from(Post).select(Post.id).order_by(Post.id.asc());
        for id in 2..10_000 {
            filtered = filtered.filter(Post.id.ne(id));
        }
        assert_eq!(filtered.fetch_all(&db).await.unwrap(), [1, 50000]);
    });
}

#[test]
fn groups_of_conditions_mean_what_the_list_means() {
    for n in [499, 501, 502, 999, 1_000, 1_001, 10_001] {
        let statement = shapes::conditions(n, BinaryOp::Or).into();
        let sql = compile(&statement, &SqliteDialect::default()).unwrap().sql;
        let mut at = 0;
        for id in 0..n {
            let condition = format!("\"post\".\"id\" = {id}");
            at += sql[at..].find(&condition).unwrap() + condition.len();
        }
        assert_eq!(sql.matches(" or ").count(), n - 1, "{n}");
        assert_eq!(sql.matches('(').count(), sql.matches(')').count(), "{n}");
        assert_eq!(sql.contains('('), n > 501, "{n}");
    }
}

#[test]
fn a_union_in_a_loop_is_an_error_and_no_overflow() {
    run(|| async {
        let db = database(true).await;
        let mut query = select_from(Post).select(Post.id).erase();
        for _ in 0..3_000 {
            query = select_from(Post).select(Post.id).union_all(query);
        }
        let error = query.fetch_all(&db).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidQuery, "{error}");
        let rows = raw("select count(*) from post").rows::<i64>().fetch_one(&db).await;
        assert_eq!(rows.unwrap(), 3);
    });
}
