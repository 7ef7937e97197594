//! Inserts that run into a row: a hidden one is never changed, and is said to be there by one kind of error only.

use super::{Pair, ROWS, check_texts, contents, on_mysql, on_postgres, plugins, sqlite, texts};
use crate::engine::Engine;
use crate::plugin::{Hide, PERSON, POST, Policy};
use crate::tree::*;
use crate::{apply, sql};
use kysera_core::plugin::{Plugin, RowFilter};
use kysera_core::{Error, ErrorKind, PluginSet};
use kysera_sql::ast::*;
use kysera_sql::dialect::{Dialect, MySql, Sqlite};
use kysera_sql::node;
use kysera_sql::table::TableMeta;
use std::sync::Arc;

/// `insert into post (id, n) values .. on conflict (id) do update set n = excluded.n`.
fn upsert(ids: &[i64]) -> Insert {
    let mut insert = Insert::into(post());
    insert.columns = vec!["id".into(), "n".into()];
    insert.source = InsertSource::Values(ids.iter().map(|id| vec![int(*id), int(99)]).collect());
    insert.on_conflict = Some(OnConflict::new(
        ConflictTarget::Columns(vec!["id".into()]),
        ConflictAction::DoUpdate { set: vec![set("n", Expr::Excluded("n".into()))], filter: None },
    ));
    insert
}

fn set(column: &'static str, value: Expr) -> Assignment {
    Assignment { column: column.into(), value }
}

/// What an insert ends with, and whether it changed anything.
fn outcome(engine: &mut dyn Engine, insert: &Insert) -> (Result<(), Error>, bool) {
    let mut statement = Statement::from(insert.clone());
    let applied =
        apply(&plugins(engine.dialect()), &mut statement, engine.dialect()).expect("nothing is refused");
    let text = sql(&statement, engine.dialect()).expect("it compiles");
    let before = contents(engine);
    let done = engine.run(&text).map(drop).map_err(|error| applied.explain(as_a_driver_says(&error)));
    (done, contents(engine) != before)
}

/// The text of an upsert with a condition; `None` on the databases that have none, where it is refused.
fn conditional(upsert: &Statement, dialect: &dyn Dialect) -> Option<String> {
    let text = sql(upsert, dialect);
    if !matches!(dialect.name(), "MySQL" | "MariaDB") {
        return Some(text.expect("it compiles"));
    }
    let says = "no condition on an upsert's update: put it into each value with `case`";
    assert!(text.as_ref().is_err_and(|error| error.ends_with(says)), "{text:?}");
    None
}

fn as_a_driver_says(message: &str) -> Error {
    match message.split_once(": ") {
        Some((code, text)) if matches!(code.len(), 4 | 5) => {
            Error::new(ErrorKind::Database, text.to_owned()).with_code(code.to_owned())
        }
        _ => Error::new(ErrorKind::Database, message.to_owned()),
    }
}

/// Runs a test on each engine with all rows there.
fn on_each(test: impl Fn(&mut dyn Engine)) {
    test(&mut sqlite().all);
    fn restore(engine: &mut impl Engine) {
        engine.script("delete from person; delete from post; delete from tag");
        engine.script(ROWS);
    }
    on_postgres(|Pair { all, .. }| {
        test(all);
        restore(all);
    });
    on_mysql(|_, Pair { all, .. }| {
        test(all);
        restore(all);
    });
}

#[test]
fn a_conflict_with_a_visible_row_updates_it() {
    check_texts(
        &upsert(&[1]).into(),
        &texts! {
            all: r#"insert into "post" ("id", "n") values (1, 99) on conflict ("id") do update set "n" = "excluded"."n" where case when "post"."del" is null then 1 else json_extract('{}', 'kysera: hidden row') end = 1"#,
            postgres: r#"insert into "post" ("id", "n") values (1, 99) on conflict ("id") do update set "n" = "excluded"."n" where case when "post"."del" is null then 1 else cast(jsonb_path_exists(jsonb_build_object('key', left(cast("post"."id" as text), 0)), 'strict $."kysera: hidden row"') as integer) end = 1"#,
            mysql: "insert into `post` (`id`, `n`) values (1, 99) as `excluded` on duplicate key update `n` = case when `post`.`del` is null then `excluded`.`n` else (select 1 union all select 2) end",
            mariadb: "insert into `post` (`id`, `n`) values (1, 99) on duplicate key update `n` = case when `post`.`del` is null then values(`n`) else (select 1 union all select 2) end",
            mssql: none,
        },
    );
    on_each(|engine| {
        let (done, changed) = outcome(engine, &upsert(&[1, 100]));
        assert!(done.is_ok() && changed, "{done:?}");
        let rows = engine.run("select id, n from post where n = 99 order by id").expect("the table is there");
        assert_eq!(rows, [["1", "99"], ["100", "99"]]);
    });
}

#[test]
fn a_conflict_with_a_hidden_row_is_an_error_that_undoes_the_whole_statement() {
    on_each(|engine| {
        let (done, changed) = outcome(engine, &upsert(&[1, 100, 2]));
        let error = done.expect_err("post 2 is hidden");
        assert_eq!(error.kind(), ErrorKind::HiddenConflict, "{error}");
        assert!(error.is_unique_violation());
        assert_eq!(error.table(), Some("post"));
        assert_eq!(
            error.to_string(),
            "the row conflicts with one that is hidden; use another key, or revive the hidden row"
        );
        assert!(!changed);
    });
}

#[test]
fn a_policy_that_reads_tables_checks_an_upsert_too() {
    // A post exists if its person does.
    let filter = |table: &TableMeta| {
        let person = || one(p()).filter(eq(c("p.id"), RowFilter::column("person_id")));
        table.is(&POST).then(|| exists(person()))
    };
    on_each(|engine| {
        let dialect = engine.dialect();
        let plugins = vec![Arc::new(Policy::new("with_person", filter)) as Arc<dyn Plugin>, Arc::new(Hide)];
        let set = PluginSet::new(plugins, [&PERSON, &POST], dialect).expect("they go together");
        // Post 4 belongs to a hidden person, post 1 does not.
        for (id, kind) in [(1, None), (4, Some(ErrorKind::HiddenConflict))] {
            let mut statement = Statement::from(upsert(&[id]));
            let applied = apply(&set, &mut statement, engine.dialect()).expect("nothing is refused");
            let text = sql(&statement, engine.dialect()).expect("it compiles");
            let done = engine.run(&text).map_err(|error| applied.explain(as_a_driver_says(&error)));
            assert_eq!(done.err().map(|error| error.kind()), kind, "{text}");
        }
    });
}

#[test]
fn a_condition_that_is_false_on_a_hidden_row_does_not_hide_that_it_is_hidden() {
    let filter = |table: &TableMeta| {
        let person = || one(p()).filter(eq(c("p.id"), RowFilter::column("person_id")));
        table.is(&POST).then(|| exists(person()))
    };
    on_each(|engine| {
        let plugins = vec![Arc::new(Policy::new("with_person", filter)) as Arc<dyn Plugin>, Arc::new(Hide)];
        let set = PluginSet::new(plugins, [&PERSON, &POST], engine.dialect()).expect("they go together");
        for (id, kind) in [(1, None), (4, Some(ErrorKind::HiddenConflict))] {
            let mut insert = upsert(&[id]);
            if let Some(OnConflict { action: ConflictAction::DoUpdate { filter, .. }, .. }) =
                &mut insert.on_conflict
            {
                *filter = Some(eq(c("post.n"), int(-1)));
            }
            let mut statement = Statement::from(insert);
            let applied = apply(&set, &mut statement, engine.dialect()).expect("nothing is refused");
            let Some(text) = conditional(&statement, engine.dialect()) else { continue };
            let done = engine.run(&text).map_err(|error| applied.explain(as_a_driver_says(&error)));
            assert_eq!(done.err().map(|error| error.kind()), kind, "{text}");
        }
    });
}

#[test]
fn a_condition_of_the_user_does_not_loosen_the_check_of_an_upsert() {
    let mut insert = upsert(&[2]);
    if let Some(OnConflict { action: ConflictAction::DoUpdate { filter, .. }, .. }) = &mut insert.on_conflict
    {
        *filter = Some(or(gt(c("post.n"), int(0)), eq(int(1), int(1))));
    }
    check_texts(
        &insert.clone().into(),
        &texts! {
            all: r#"insert into "post" ("id", "n") values (2, 99) on conflict ("id") do update set "n" = "excluded"."n" where case when "post"."del" is null then case when "post"."n" > 0 or 1 = 1 then 1 else 0 end else json_extract('{}', 'kysera: hidden row') end = 1"#,
            postgres: r#"insert into "post" ("id", "n") values (2, 99) on conflict ("id") do update set "n" = "excluded"."n" where case when "post"."del" is null then case when "post"."n" > 0 or 1 = 1 then 1 else 0 end else cast(jsonb_path_exists(jsonb_build_object('key', left(cast("post"."id" as text), 0)), 'strict $."kysera: hidden row"') as integer) end = 1"#,
            mysql: none,
            mssql: none,
        },
    );
    on_each(|engine| {
        if conditional(&insert.clone().into(), engine.dialect()).is_none() {
            return;
        }
        let (done, changed) = outcome(engine, &insert);
        assert_eq!(done.expect_err("post 2 is hidden").kind(), ErrorKind::HiddenConflict);
        assert!(!changed);
    });
}

#[test]
fn an_error_of_another_kind_is_not_taken_for_a_hidden_row() {
    // The key is visible, and the value cannot be computed.
    let mut insert = upsert(&[1]);
    let Some(conflict) = &mut insert.on_conflict else { unreachable!("it is an upsert") };
    let ConflictAction::DoUpdate { set, .. } = &mut conflict.action else { unreachable!("it updates") };
    let text = Expr::Literal(Literal::Text("no number"));
    let path = Expr::call("json_extract", vec![Expr::Literal(Literal::Text("{}")), text.clone()]);
    set[0].value = path;
    let (done, _) = outcome(&mut sqlite().all, &insert);
    assert_eq!(done.expect_err("the path is none").kind(), ErrorKind::Database);
    on_mysql(|_, Pair { all, .. }| {
        let (done, _) = outcome(all, &insert);
        assert_eq!(done.expect_err("the path is none").kind(), ErrorKind::Database);
    });
    on_postgres(|Pair { all, .. }| {
        let mut insert = insert.clone();
        let Some(conflict) = &mut insert.on_conflict else { unreachable!("it is an upsert") };
        let ConflictAction::DoUpdate { set, .. } = &mut conflict.action else { unreachable!("it updates") };
        set[0].value = Expr::cast(text.clone(), kysera_sql::value::SqlType::I32);
        let (done, _) = outcome(all, &insert);
        assert_eq!(done.expect_err("the text is no number").kind(), ErrorKind::Database);
    });
}

#[test]
fn a_switch_on_the_insert_lifts_the_check() {
    let mut insert = upsert(&[2]);
    insert.directives = Directive { plugin: "hide", mode: "all" }.into();
    on_each(|engine| {
        let (done, changed) = outcome(engine, &insert);
        assert!(done.is_ok() && changed, "{done:?}");
    });
}

#[test]
fn an_upsert_that_revives_takes_the_mark_away() {
    let mut insert = upsert(&[2]);
    insert.directives = Directive { plugin: "soft_delete", mode: "revive" }.into();
    on_each(|engine| {
        let soft_delete = Arc::new(kysera::plugins::SoftDelete::new().column("del"));
        let set = PluginSet::new(vec![soft_delete], [&POST], engine.dialect()).expect("there is one");
        let mut statement = Statement::from(insert.clone());
        apply(&set, &mut statement, engine.dialect()).expect("nothing is refused");
        engine.run(&sql(&statement, engine.dialect()).expect("it compiles")).expect("post 2 is revived");
        let row = engine.run("select id, n, del from post where id = 2").expect("the table is there");
        assert_eq!(row, [["2", "99", "null"]]);
    });
}

#[test]
fn do_nothing_leaves_a_hidden_row_alone() {
    let mut insert = upsert(&[2]);
    if let Some(conflict) = &mut insert.on_conflict {
        conflict.action = ConflictAction::DoNothing;
    }
    check_texts(
        &insert.clone().into(),
        &texts! {
            all: r#"insert into "post" ("id", "n") values (2, 99) on conflict ("id") do nothing"#,
            mysql: "insert into `post` (`id`, `n`) values (2, 99) on duplicate key update `id` = case last_insert_id(18446744073709551557) when 0 then `post`.`id` else `post`.`id` end",
            mssql: none,
        },
    );
    on_each(|engine| {
        let (done, changed) = outcome(engine, &insert);
        assert!(done.is_ok() && !changed, "{done:?}");
    });
}

#[test]
fn replace_would_delete_a_hidden_row_and_is_refused() {
    let mut insert = node!(Insert { on_conflict: None, or: Some(InsertOr::Replace), ..upsert(&[2]) });
    let refused = |insert: &Insert, dialect: &dyn Dialect| {
        apply(&plugins(dialect), &mut Statement::from(insert.clone()), dialect).map(drop)
    };
    for dialect in [&Sqlite::default() as &dyn Dialect, &MySql::default()] {
        let error = refused(&insert, dialect).expect_err("it is refused");
        assert_eq!(error.kind(), ErrorKind::Refused);
        assert_eq!(
            error.to_string(),
            "`replace` would delete hidden rows of table `post`; use an upsert that names its columns"
        );
    }
    insert.or = Some(InsertOr::Ignore);
    assert!(refused(&insert, &Sqlite::default()).is_ok());
    let unfiltered = node!(Insert { into: tag(), or: Some(InsertOr::Replace), ..insert });
    assert!(refused(&unfiltered, &Sqlite::default()).is_ok());
}

#[test]
fn mysql_checks_in_the_first_assignment_and_refuses_two_columns_of_a_filter() {
    let assign = |columns: &[&'static str]| {
        let mut insert = upsert(&[1]);
        if let Some(OnConflict { action: ConflictAction::DoUpdate { set: list, .. }, .. }) =
            &mut insert.on_conflict
        {
            *list = columns.iter().map(|column| set(column, int(5))).collect();
        }
        Statement::from(insert)
    };
    let dialect = MySql::default();
    let text = |statement: &Statement| sql(&super::filtered(statement, &dialect), &dialect);
    assert_eq!(
        text(&assign(&["del", "n"])),
        Ok("insert into `post` (`id`, `n`) values (1, 99) on duplicate key update \
         `del` = case when `post`.`del` is null then 5 else (select 1 union all select 2) end, `n` = 5"
            .to_owned())
    );
    let both = Policy::new("both", |table| {
        let both = || Expr::is_null(RowFilter::column("del")).and(Expr::is_null(RowFilter::column("n")));
        table.is(&POST).then(both)
    });
    let set = PluginSet::new(vec![Arc::new(both)], [&POST; 0], &dialect).expect("it is one");
    let error = apply(&set, &mut assign(&["n", "person_id", "del"]), &dialect).expect_err("two are assigned");
    assert_eq!(error.kind(), ErrorKind::InvalidQuery);
    assert_eq!(error.columns(), ["n", "del"]);
    assert!(apply(&set, &mut assign(&["n", "person_id"]), &dialect).is_ok());
}
