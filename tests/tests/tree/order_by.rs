//! ORDER BY.

use crate::build::*;
use crate::check::{check, refused, sql};
use kysera_sql::ast::*;
use kysera_sql::compile::{CompileError, compile};
use kysera_sql::dialect::MySql;
use kysera_sql::node;

#[test]
fn directions() {
    check(
        from("person").items([all()]).order_by([
            key(col("first_name")),
            desc(col("last_name")),
            asc(col("id")),
        ]),
        sql! {
            sqlite: r#"select * from "person" order by "first_name", "last_name" desc, "id" asc"#,
            postgres: r#"select * from "person" order by "first_name", "last_name" desc, "id" asc"#,
            mysql: "select * from `person` order by `first_name`, `last_name` desc, `id` asc",
            mssql: r#"select * from "person" order by "first_name", "last_name" desc, "id" asc"#,
        },
    );
}

#[test]
fn expressions_as_keys() {
    let of = |name| Expr::call("coalesce", vec![col(name), lit_text("foo")]);
    let keys = [asc(of("first_name")), key(of("last_name")), key(of("gender")), desc(of("middle_name"))];
    check(
        from("person").items([all()]).order_by(keys),
        sql! {
            sqlite: r#"select * from "person" order by coalesce("first_name", 'foo') asc, coalesce("last_name", 'foo'), coalesce("gender", 'foo'), coalesce("middle_name", 'foo') desc"#,
            postgres: r#"select * from "person" order by coalesce("first_name", 'foo') asc, coalesce("last_name", 'foo'), coalesce("gender", 'foo'), coalesce("middle_name", 'foo') desc"#,
            mysql: "select * from `person` order by coalesce(`first_name`, 'foo') asc, coalesce(`last_name`, 'foo'), coalesce(`gender`, 'foo'), coalesce(`middle_name`, 'foo') desc",
            mssql: r#"select * from "person" order by coalesce("first_name", 'foo') asc, coalesce("last_name", 'foo'), coalesce("gender", 'foo'), coalesce("middle_name", 'foo') desc"#,
        },
    );
}

fn nulls(key: OrderBy, nulls: NullsOrder) -> OrderBy {
    node!(OrderBy { nulls: Some(nulls), ..key })
}

#[test]
fn nulls_first_and_last_with_an_extra_key_where_need_be() {
    let keys = [
        nulls(desc(col("last_name")), NullsOrder::First),
        nulls(key(col("first_name")), NullsOrder::First),
        nulls(asc(col("gender")), NullsOrder::Last),
        nulls(desc(col("id")), NullsOrder::Last),
    ];
    check(
        from("person").items([all()]).order_by(keys),
        sql! {
            sqlite: r#"select * from "person" order by "last_name" desc nulls first, "first_name" nulls first, "gender" asc nulls last, "id" desc nulls last"#,
            postgres: r#"select * from "person" order by "last_name" desc nulls first, "first_name" nulls first, "gender" asc nulls last, "id" desc nulls last"#,
            mysql: "select * from `person` order by case when `last_name` is null then 0 else 1 end, `last_name` desc, `first_name`, case when `gender` is null then 1 else 0 end, `gender` asc, `id` desc",
            mssql: r#"select * from "person" order by case when "last_name" is null then 0 else 1 end, "last_name" desc, "first_name", case when "gender" is null then 1 else 0 end, "gender" asc, "id" desc"#,
        },
    );
}

#[test]
fn any_number_of_keys_may_put_nulls_where_they_belong() {
    let keys =
        (0..8).map(|at| nulls(asc(col(["a", "b", "c", "d", "e", "f", "g", "h"][at])), NullsOrder::Last));
    let query = from("person").items([all()]).order_by(keys);
    let written = compile(&query.into(), &MySql::default()).expect("the keys are not inside each other");
    assert_eq!(written.sql.matches("is null then 1 else 0 end").count(), 8, "{}", written.sql);
}

fn collated(name: &'static str) -> Select {
    let of = |key: OrderBy| node!(OrderBy { collate: Some(name.into()), ..key });
    from("person").items([all()]).order_by([of(desc(col("last_name"))), of(key(col("first_name")))])
}

#[test]
fn collations() {
    check(
        collated("nocase"),
        sql! {
            sqlite: r#"select * from "person" order by "last_name" collate "nocase" desc, "first_name" collate "nocase""#,
            postgres: r#"select * from "person" order by "last_name" collate "nocase" desc, "first_name" collate "nocase""#,
            mysql: "select * from `person` order by `last_name` collate `nocase` desc, `first_name` collate `nocase`",
            mssql: r#"select * from "person" order by "last_name" collate nocase desc, "first_name" collate nocase"#,
        },
    );
    let error = refused(collated("nocase; drop table person"), "mssql");
    assert!(matches!(error, CompileError::Name { .. }));
}
