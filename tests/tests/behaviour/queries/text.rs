//! The text of typed queries, the four dialects side by side. Where a dialect has no such thing, what it says it lacks.

use super::{Grade, Shift, Worker, worker};
use kysera::ErrorKind;
use kysera::dialect::{Dialect, MySql, Postgres, SqlServer, Sqlite};
use kysera::prelude::*;

/// Compares a query with its text on SQLite, PostgreSQL, MySQL and SQL Server; a text of no SQL is part of an error.
macro_rules! text {
    ($query:expr => $($text:expr),+ $(,)?) => {{
        let dialects: [Box<dyn Dialect>; 4] = [
            Box::new(Sqlite::default()),
            Box::new(Postgres::default()),
            Box::new(MySql::default()),
            Box::new(SqlServer::default()),
        ];
        for (dialect, wanted) in dialects.iter().zip([$($text),+]) {
            match $query.clone().to_sql(dialect.as_ref()) {
                Ok(compiled) => assert_eq!(compiled.sql, wanted, "{}", dialect.name()),
                Err(error) => {
                    assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
                    assert!(error.to_string().contains(wanted), "{}: {error}", dialect.name());
                }
            }
        }
    }};
}

#[test]
fn a_page_of_a_join() {
    let query = select_from(Worker)
        .left_join(Shift, Shift.worker_id.eq(Worker.id))
        .filter(Worker.wage.gt(5).or(Worker.remark.is_null()))
        .filter(Worker.grade.ne(Grade::Junior))
        .select(row! { name: Worker.name, day: Shift.day })
        .order_by(Worker.name.asc())
        .limit(2);
    text!(query =>
        r#"select "worker"."name", "shift"."day" from "worker" left join "shift" on "shift"."worker_id" = "worker"."id" where ("worker"."wage" > ? or "worker"."remark" is null) and "worker"."grade" <> 'junior' order by "worker"."name" asc limit ?"#,
        r#"select "worker"."name", "shift"."day" from "worker" left join "shift" on "shift"."worker_id" = "worker"."id" where ("worker"."wage" > $1 or "worker"."remark" is null) and "worker"."grade" <> $2 order by "worker"."name" asc limit $3"#,
        "select `worker`.`name`, `shift`.`day` from `worker` left join `shift` on `shift`.`worker_id` = `worker`.`id` where (`worker`.`wage` > ? or `worker`.`remark` is null) and `worker`.`grade` <> ? order by `worker`.`name` asc limit ?",
        r#"select top(@P1) "worker"."name", "shift"."day" from "worker" left join "shift" on "shift"."worker_id" = "worker"."id" where ("worker"."wage" > @P2 or "worker"."remark" is null) and "worker"."grade" <> @P3 order by "worker"."name" asc"#,
    );
}

#[test]
fn an_upsert() {
    let query = insert_into(Worker)
        .values(worker("Ann", Grade::Senior).wage(1))
        .on_conflict((Worker.name,))
        .do_update(|update, excluded| update.set(Worker.wage.set(excluded.wage)));
    text!(query =>
        r#"insert into "worker" ("name", "grade", "wage") values (?, ?, ?) on conflict ("name") do update set "wage" = "excluded"."wage""#,
        r#"insert into "worker" ("name", "grade", "wage") values ($1, $2, $3) on conflict ("name") do update set "wage" = "excluded"."wage""#,
        "insert into `worker` (`name`, `grade`, `wage`) values (?, ?, ?) as `excluded` on duplicate key update `wage` = `excluded`.`wage`",
        "SQL Server has no on conflict",
    );
}

#[test]
fn rows_that_differ() {
    let query =
        insert_into(Worker).rows([worker("a", Grade::Junior).id(1), worker("b", Grade::Junior).wage(2)]);
    text!(query =>
        r#"insert into "worker" ("name", "grade", "id", "wage") values (?, ?, ?, (100)), (?, ?, null, ?)"#,
        r#"insert into "worker" ("name", "grade", "id", "wage") values ($1, $2, $3, default), ($4, $5, default, $6)"#,
        "insert into `worker` (`name`, `grade`, `id`, `wage`) values (?, ?, ?, default), (?, ?, null, ?)",
        r#"insert into "worker" ("name", "grade", "id", "wage") values (@P1, @P2, @P3, default), (@P4, @P5, default, @P6)"#,
    );
}

#[test]
fn an_update_and_a_delete_that_read_another_table() {
    let set = update(Worker).from(Shift).set(Worker.wage.set(1)).filter(Shift.worker_id.eq(Worker.id));
    text!(set =>
        r#"update "worker" set "wage" = ? from "shift" where "shift"."worker_id" = "worker"."id""#,
        r#"update "worker" set "wage" = $1 from "shift" where "shift"."worker_id" = "worker"."id""#,
        "update `worker`, `shift` set `worker`.`wage` = ? where `shift`.`worker_id` = `worker`.`id`",
        r#"update "worker" set "wage" = @P1 from "shift" where "shift"."worker_id" = "worker"."id""#,
    );
    let gone = delete_from(Shift).using(Worker).filter(Worker.id.eq(Shift.worker_id));
    text!(gone =>
        "SQLite has no delete using other tables",
        r#"delete from "shift" using "worker" where "worker"."id" = "shift"."worker_id""#,
        "delete from `shift` using `shift`, `worker` where `worker`.`id` = `shift`.`worker_id`",
        r#"delete from "shift" from "worker" where "worker"."id" = "shift"."worker_id""#,
    );
}
