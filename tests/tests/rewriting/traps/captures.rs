//! Names that could be taken for others.

use super::{on_each, on_each_that_knows_its_schema, rows, set, text};
use crate::matrix::{Pair, on_mysql};
use crate::plugin::{Guard, Hide, PERSON_COLUMNS, POST, Policy, TAG_COLUMNS, table};
use crate::tree::*;
use crate::{apply, sql};
use kysera_core::plugin::{Plugin, RowFilter};
use kysera_core::{ErrorKind, PluginSet};
use kysera_sql::ast::*;
use kysera_sql::dialect::{MySql, Postgres, SqlServer, Sqlite};
use kysera_sql::node;
use kysera_sql::table::TableMeta;
use std::sync::Arc;

/// A post exists if its person does; the alias is one that users like.
fn with_person() -> Arc<dyn Plugin> {
    Arc::new(Policy::new("with_person", |table| {
        let person = || one(person().aliased("m")).filter(eq(c("m.id"), RowFilter::column("person_id")));
        table.is(&POST).then(|| exists(person()))
    }))
}

fn plugins() -> Vec<Arc<dyn Plugin>> {
    vec![with_person(), Arc::new(Hide)]
}

/// Posts that are not hidden and whose person is not hidden.
const VISIBLE: [[&str; 1]; 2] = [["1"], ["7"]];

#[test]
fn a_cte_named_like_a_table_of_a_policy_does_not_become_it() {
    let everybody = || {
        let all = named([(c("t.id"), "id"), (Expr::Literal(Literal::Null), "del")], t());
        all.set(SetOpKind::Union, true, select([int(3), int(1)], t()))
    };
    let query = || select([c("o.id")], o()).with([("person", everybody())]);
    assert_eq!(
        text(plugins(), select([c("o.id")], o()), &Sqlite::default()).expect("nothing is refused"),
        r#"select "o"."id" from "post" as "o" where "o"."del" is null and exists (select 1 from "main"."person" as "__k1" where "__k1"."del" is null and "__k1"."id" = "o"."person_id")"#
    );
    on_each_that_knows_its_schema(plugins, query, |engine| {
        assert_eq!(rows(engine, plugins(), query()), VISIBLE);
    });
}

#[test]
fn where_no_schema_is_known_such_a_cte_is_refused() {
    let query = || select([c("o.id")], o()).with([("person", select([c("t.id")], t()))]);
    let error = text(plugins(), query(), &MySql::default()).expect_err("it would capture");
    assert_eq!(error.kind(), ErrorKind::InvalidQuery);
    assert_eq!(
        error.to_string(),
        "`person` may be the CTE or the table of that name; rename the CTE, or name the schema of the table"
    );
    // Names that differ in case alone are the same on some servers.
    let query = select([c("o.id")], o()).with([("PERSON", select([c("t.id")], t()))]);
    assert!(text(plugins(), query, &MySql::default()).is_err());
}

#[test]
fn a_policy_table_with_a_schema_is_safe_everywhere() {
    static STAFF: TableMeta = table("person", PERSON_COLUMNS).with_schema("app");
    let policy = Policy::new("staff", |table| {
        let person =
            || one(TableRef::typed(&STAFF)).filter(eq(c("person.id"), RowFilter::column("person_id")));
        table.is(&POST).then(|| exists(person()))
    });
    let query = select([c("o.id")], o()).with([("person", select([c("t.id")], t()))]);
    assert_eq!(
        text(vec![Arc::new(policy)], query, &MySql::default()).expect("nothing is refused"),
        "with `person` as (select `t`.`id` from `tag` as `t`) select `o`.`id` from `post` as `o` where exists (select /*+ no_semijoin() */ 1 from `app`.`person` as `__k1` where `__k1`.`id` = `o`.`person_id`)"
    );
}

#[test]
fn an_alias_of_the_user_is_not_taken_for_that_of_a_policy() {
    // With `m` inside as well, `m.id = m.person_id` would be about one table only.
    let query = || select([c("m.id")], post().aliased("m"));
    on_each(|engine| assert_eq!(rows(engine, plugins(), query()), VISIBLE));
}

#[test]
fn names_that_look_like_ours_are_refused() {
    let refused = |query: Select| {
        let error = text(plugins(), query, &Sqlite::default()).expect_err("the name is reserved");
        assert_eq!(error.kind(), ErrorKind::InvalidQuery, "{error}");
    };
    refused(select([int(1)], post().aliased("__k1")));
    refused(select([int(1)], tag().aliased("__K12")));
    refused(select([int(1)], derived(one(t()), "__k1")));
    refused(select([int(1)], cte("w", "__k1")).with([("w", one(t()))]));
    refused(select([int(1)], post().aliased("__kysera_table")));
    assert!(text(plugins(), select([int(1)], post().aliased("__key")), &Sqlite::default()).is_ok());
}

#[test]
fn a_table_beside_a_cte_of_its_name_is_the_table() {
    let mine = || named([(c("t.id"), "id")], t()).filter(gt(c("t.id"), int(5)));
    let from = || join(post().into(), JoinKind::Inner, cte("post", "q"), eq(c("q.id"), int(6)));
    let query = || select([c("post.id")], from()).with([("post", mine())]);
    let all = vec![["1"], ["4"], ["6"], ["7"], ["8"]];
    let hide = || vec![Arc::new(Hide) as Arc<dyn Plugin>];
    on_each_that_knows_its_schema(hide, query, |engine| assert_eq!(rows(engine, hide(), query()), all));
}

#[test]
fn a_cte_of_a_tables_name_is_not_filtered_again() {
    // The CTE has no `del` to be filtered by.
    let mine = || named([(c("o.id"), "id")], o());
    let query = || select([c("post.id")], cte("post", "post")).with([("post", mine())]);
    assert_eq!(
        text(vec![Arc::new(Hide)], query(), &Sqlite::default()).expect("nothing is refused"),
        r#"with "post" as (select "o"."id" as "id" from "main"."post" as "o" where "o"."del" is null) select "post"."id" from "post""#
    );
    let hide = || vec![Arc::new(Hide) as Arc<dyn Plugin>];
    on_each_that_knows_its_schema(hide, query, |engine| assert_eq!(rows(engine, hide(), query()).len(), 5));
}

#[test]
fn a_bare_name_of_a_cte_in_scope_is_that_cte() {
    let mine = || named([(c("t.id"), "id")], t());
    let query = || select([c("post.id")], TableRef::named("post")).with([("post", mine())]);
    on_each(|engine| assert_eq!(rows(engine, vec![Arc::new(Hide), Arc::new(Guard)], query()).len(), 6));
    // In another case it is the same CTE on SQLite.
    let query = select([c("POST.id")], TableRef::named("POST")).with([("post", mine())]);
    let text = text(vec![Arc::new(Hide)], query, &Sqlite::default()).expect("nothing is refused");
    assert!(!text.contains("del"), "{text}");
}

#[test]
fn a_bare_name_that_databases_read_differently_is_refused() {
    let inside = || select([c("post.id")], TableRef::named("post"));
    // Inside the CTE of that name: itself on SQLite, the table on PostgreSQL.
    let itself = || select([int(1)], cte("post", "post")).with([("post", inside())]);
    // Before its definition: the CTE on PostgreSQL, SQLite and MariaDB, the table on MySQL.
    let before = || {
        select([int(1)], cte("q", "q")).with_recursive([("q", inside()), ("post", select([c("t.id")], t()))])
    };
    for query in [itself(), before()] {
        let error = text(vec![Arc::new(Hide)], query, &Sqlite::default()).expect_err("nobody knows");
        assert_eq!(error.kind(), ErrorKind::InvalidQuery, "{error}");
    }
    // A typed reference says which it is.
    let typed = || select([c("post.id")], post());
    let query = select([int(1)], cte("post", "post")).with([("post", typed())]);
    let written = text(vec![Arc::new(Hide)], query, &Postgres::default()).expect("nothing is refused");
    assert!(written.contains(r#"from "public"."post" where "post"."del" is null"#), "{written}");
}

#[test]
fn a_reference_to_a_cte_that_is_not_in_scope_would_read_a_table() {
    let query = || select([c("post.id")], cte("post", "post"));
    let forward = || {
        let q = select([c("post.id")], cte("post", "post"));
        select([int(1)], cte("q", "q")).with([("q", q), ("post", select([c("t.id")], t()))])
    };
    let outside = || {
        let inside = select([int(1)], cte("post", "post")).with([("post", select([c("t.id")], t()))]);
        select([c("post.id")], cte("post", "post")).filter(exists(inside))
    };
    for query in [query(), forward(), outside()] {
        let error = text(vec![Arc::new(Hide)], query, &Postgres::default()).expect_err("it names nothing");
        assert_eq!(error.kind(), ErrorKind::InvalidQuery);
        assert!(error.to_string().contains("`post`"), "{error}");
    }
}

#[test]
fn a_cte_ends_with_its_query() {
    let inside = one(cte("post", "post")).with([("post", select([c("t.id")], t()))]);
    let query = select([c("post.id")], TableRef::named("post")).filter(exists(inside));
    let written = text(vec![Arc::new(Hide)], query, &Sqlite::default()).expect("nothing is refused");
    assert!(
        written.starts_with(r#"select "post"."id" from "post" where "post"."del" is null and"#),
        "{written}"
    );
}

#[test]
fn a_name_in_capitals_is_the_same_table_where_the_database_says_so() {
    let query = || select([c("x.id")], TableRef::named("POST").aliased("x"));
    let guarded = || -> Vec<Arc<dyn Plugin>> { vec![Arc::new(Hide), Arc::new(Guard)] };
    let filtered = r#"select "x"."id" from "POST" as "x" where "x"."del" is null"#;
    assert_eq!(text(guarded(), query(), &Sqlite::default()).expect("it is known"), filtered);
    assert_eq!(text(guarded(), query(), &SqlServer::default()).expect("it is known"), filtered);
    assert_eq!(
        text(guarded(), query(), &MySql::default()).expect("it may be the same"),
        filtered.replace('"', "`")
    );
    let error = text(guarded(), query(), &Postgres::default()).expect_err("it is another table");
    assert_eq!(error.kind(), ErrorKind::Refused);
}

#[test]
fn a_name_with_its_schema_is_the_same_table() {
    let of =
        |schema: &'static str| node!(TableRef { schema: Some(schema.into()), ..TableRef::named("post") });
    let written = |table| {
        text(vec![Arc::new(Hide), Arc::new(Guard)], select([c("post.id")], table), &Sqlite::default())
    };
    assert!(written(of("main")).expect("it is known").contains("is null"));
    assert_eq!(written(of("other")).expect_err("it is another table").kind(), ErrorKind::Refused);
}

#[test]
fn tables_of_two_schemas_are_two_tables() {
    static OTHER: TableMeta = table("post", TAG_COLUMNS).with_schema("other");
    let dialect = Postgres::default();
    let set =
        PluginSet::new(vec![Arc::new(Hide), Arc::new(Guard)], [&POST, &OTHER], &dialect).expect("one plugin");
    let written = |query: Select| {
        let mut statement = Statement::from(query);
        apply(&set, &mut statement, &dialect).expect("nothing is refused");
        sql(&statement, &dialect).expect("it compiles")
    };
    let both = cross(o(), TableRef::typed(&OTHER).aliased("x").into());
    assert_eq!(
        written(select([c("o.id"), c("x.id")], both)),
        r#"select "o"."id", "x"."id" from "post" as "o" cross join "other"."post" as "x" where "o"."del" is null"#
    );
    let by_name = node!(TableRef { schema: Some("other".into()), ..TableRef::named("post") });
    assert!(!written(select([int(1)], by_name)).contains("del"));
    assert!(written(select([int(1)], TableRef::named("post"))).contains("del"));
}

#[test]
fn a_second_description_of_a_table_sees_the_same_rows() {
    // A struct that leaves `del` out is still a struct over that table.
    static SUMMARY: TableMeta = table("post", TAG_COLUMNS);
    let query = || select([c("s.id")], TableRef::typed(&SUMMARY).aliased("s"));
    on_each(|engine| assert_eq!(rows(engine, vec![Arc::new(Hide)], query()).len(), 5));
}

#[test]
fn a_filter_is_placed_once_however_often_it_is_applied() {
    let dialect = Postgres::default();
    let set = set(plugins(), &dialect);
    let full = join(p(), JoinKind::Full, o(), eq(c("o.person_id"), c("p.id")));
    let mut statement = Statement::from(select([c("p.id")], full).filter(exists(one(post().aliased("z")))));
    apply(&set, &mut statement, &dialect).expect("nothing is refused");
    let once = sql(&statement, &dialect).expect("it compiles");
    assert_eq!(once.matches("is null").count(), 5, "{once}");
    // An executor inside another one applies its plugins to a statement that the other has been through.
    apply(&set, &mut statement, &dialect).expect("nothing is refused");
    assert_eq!(sql(&statement, &dialect), Ok(once));
}

#[test]
fn without_a_known_schema_postgres_qualifies_nothing_and_refuses_what_could_capture() {
    let dialect = Postgres::default().default_schema(None);
    assert_eq!(
        text(plugins(), select([c("o.id")], o()), &dialect).expect("nothing is refused"),
        r#"select "o"."id" from "post" as "o" where "o"."del" is null and exists (select 1 from "person" as "__k1" where "__k1"."del" is null and "__k1"."id" = "o"."person_id")"#
    );
    let query = select([c("o.id")], o()).with([("person", select([c("t.id")], t()))]);
    assert_eq!(
        text(plugins(), query, &dialect).expect_err("it could capture").kind(),
        ErrorKind::InvalidQuery
    );
    let other = Postgres::default().default_schema(Some("tenant".into()));
    let written = text(plugins(), select([c("o.id")], o()), &other).expect("nothing is refused");
    assert!(written.contains(r#"from "tenant"."person" as "__k1""#), "{written}");
}

#[test]
fn behind_its_query_a_cte_does_not_stand_for_the_table_of_its_name() {
    let inside = named([(c("post.id"), "id")], cte("post", "post"));
    let inside = inside.with([("post", named([(c("t.id"), "id")], t()))]);
    // A bare name: nothing but the scope says that it is the table.
    let table = TableRef::named("post").aliased("o");
    let query = select([c("o.id")], derived(inside, "d")).also(table.into());
    assert_eq!(
        text(plugins(), query, &Sqlite::default()).expect("nothing is refused"),
        r#"select "o"."id" from (with "post" as (select "t"."id" as "id" from "tag" as "t") select "post"."id" as "id" from "post") as "d", "post" as "o" where "o"."del" is null and exists (select 1 from "main"."person" as "__k1" where "__k1"."del" is null and "__k1"."id" = "o"."person_id")"#
    );
}

#[test]
fn a_table_inside_a_cte_is_not_taken_for_a_cte_that_only_its_reference_sees() {
    // MySQL reads the body of a CTE where it is referred to: `post`, or the `person` of a filter, would be the CTE there.
    let mine = |name: &'static str| {
        let everything = [(c("t.id"), "id"), (c("t.id"), "person_id"), (Expr::Literal(Literal::Null), "del")];
        let query = select([c("seen.id")], cte("seen", "seen")).with([(name, named(everything, t()))]);
        let seen = named([(c("post.id"), "id")], post());
        select([c("d.id")], derived(query, "d")).with([("seen", seen)])
    };
    for name in ["post", "person", "POST"] {
        on_each(|engine| {
            if engine.dialect().name() == "MySQL" {
                let error = text(plugins(), mine(name), engine.dialect()).expect_err("no schema is known");
                return assert_eq!(error.kind(), ErrorKind::InvalidQuery, "{error}");
            }
            assert_eq!(rows(engine, plugins(), mine(name)), VISIBLE, "{name}");
        });
        on_mysql(|_, Pair { all, .. }| {
            all.know_schema(true);
            assert_eq!(rows(all, plugins(), mine(name)), VISIBLE, "{name}");
            all.know_schema(false);
        });
    }
}
