//! UNION, INTERSECT, EXCEPT.

use crate::build::*;
use crate::check::{check, compiled, database, no, sql};
use kysera_sql::ast::*;

fn people() -> Select {
    from("person").items([item(col("id")), named(col("first_name"), "name")])
}

fn pets() -> Select {
    from("pet").columns(&["id", "name"])
}

fn op(mut left: Select, kind: SetOpKind, all: bool, right: Select) -> Select {
    left.set_ops.push(SetOp { kind, all, right });
    left
}

#[test]
fn plain_operands() {
    for (kind, word) in
        [(SetOpKind::Union, "union"), (SetOpKind::Intersect, "intersect"), (SetOpKind::Except, "except")]
    {
        let text = format!(
            r#"select "id", "first_name" as "name" from "person" {word} select "id", "name" from "pet" order by "name""#
        );
        check(
            op(people(), kind, false, pets()).order_by([key(col("name"))]),
            sql! { sqlite: text.clone(), postgres: text.clone(), mysql: text.replace('"', "`"), mssql: text },
        );
    }
}

#[test]
fn duplicates_kept() {
    check(
        op(people(), SetOpKind::Union, true, pets()).order_by([key(col("name"))]),
        sql! {
            sqlite: r#"select "id", "first_name" as "name" from "person" union all select "id", "name" from "pet" order by "name""#,
            postgres: r#"select "id", "first_name" as "name" from "person" union all select "id", "name" from "pet" order by "name""#,
            mysql: "select `id`, `first_name` as `name` from `person` union all select `id`, `name` from `pet` order by `name`",
            mssql: r#"select "id", "first_name" as "name" from "person" union all select "id", "name" from "pet" order by "name""#,
        },
    );
    check(
        op(people(), SetOpKind::Except, true, pets()).order_by([key(col("name"))]),
        sql! {
            sqlite: no("intersect all or except all"),
            postgres: r#"select "id", "first_name" as "name" from "person" except all select "id", "name" from "pet" order by "name""#,
            mysql: "select `id`, `first_name` as `name` from `person` except all select `id`, `name` from `pet` order by `name`",
            mssql: no("intersect all or except all"),
        },
    );
}

#[test]
fn several_operands() {
    let species = from("pet").items([item(col("id")), named(col("species"), "name")]);
    let query = op(op(people(), SetOpKind::Union, false, pets()), SetOpKind::Union, false, species);
    check(
        query.order_by([key(col("name"))]),
        sql! {
            sqlite: r#"select "id", "first_name" as "name" from "person" union select "id", "name" from "pet" union select "id", "species" as "name" from "pet" order by "name""#,
            postgres: r#"select "id", "first_name" as "name" from "person" union select "id", "name" from "pet" union select "id", "species" as "name" from "pet" order by "name""#,
            mysql: "select `id`, `first_name` as `name` from `person` union select `id`, `name` from `pet` union select `id`, `species` as `name` from `pet` order by `name`",
            mssql: r#"select "id", "first_name" as "name" from "person" union select "id", "name" from "pet" union select "id", "species" as "name" from "pet" order by "name""#,
        },
    );
}

#[test]
fn an_operand_with_its_own_order_and_limit() {
    let first = pets().order_by([key(col("name"))]).limit(1);
    check(
        op(people(), SetOpKind::Union, false, first).order_by([key(col("name"))]).limit(5),
        sql! {
            sqlite: r#"select "id", "first_name" as "name" from "person" union select * from (select "id", "name" from "pet" order by "name" limit ?) as "operand" order by "name" limit ?"#,
            postgres: r#"select "id", "first_name" as "name" from "person" union (select "id", "name" from "pet" order by "name" limit $1) order by "name" limit $2"#,
            mysql: "select `id`, `first_name` as `name` from `person` union (select `id`, `name` from `pet` order by `name` limit ?) order by `name` limit ?",
            mssql: r#"select "id", "first_name" as "name" from "person" union select * from (select top(@P1) "id", "name" from "pet" order by "name") as "operand" order by "name" offset 0 rows fetch next @P2 rows only"#,
        },
    );
}

#[test]
fn an_operand_that_is_a_set_operation() {
    let inner = op(pets(), SetOpKind::Except, false, pets());
    check(
        op(people(), SetOpKind::Union, false, inner),
        sql! {
            sqlite: r#"select "id", "first_name" as "name" from "person" union select * from (select "id", "name" from "pet" except select "id", "name" from "pet") as "operand""#,
            postgres: r#"select "id", "first_name" as "name" from "person" union (select "id", "name" from "pet" except select "id", "name" from "pet")"#,
            mysql: "select `id`, `first_name` as `name` from `person` union (select `id`, `name` from `pet` except select `id`, `name` from `pet`)",
            mssql: r#"select "id", "first_name" as "name" from "person" union (select "id", "name" from "pet" except select "id", "name" from "pet")"#,
        },
    );
}

fn number(n: i64) -> Select {
    Select::default().items([item(lit(n))])
}

#[test]
fn operations_are_applied_from_left_to_right() {
    let query = op(number(1), SetOpKind::Union, false, number(2));
    let query = op(op(query, SetOpKind::Intersect, false, number(2)), SetOpKind::Except, false, number(3));
    let query = op(query, SetOpKind::Intersect, false, number(2));
    check(
        query.clone(),
        sql! {
            sqlite: "select 1 union select 2 intersect select 2 except select 3 intersect select 2",
            postgres: "((select 1 union select 2) intersect select 2 except select 3) intersect select 2",
            mysql: "((select 1 union select 2) intersect select 2 except select 3) intersect select 2",
            mssql: "((select 1 union select 2) intersect select 2 except select 3) intersect select 2",
        },
    );
    let text = compiled(query, "sqlite").sql;
    let found: i64 = database().query_row(&text, [], |row| row.get(0)).unwrap();
    assert_eq!(found, 2);
}

#[test]
fn intersections_alone_need_no_parentheses() {
    let query =
        op(op(number(1), SetOpKind::Intersect, false, number(2)), SetOpKind::Intersect, false, number(3));
    assert_eq!(compiled(query, "postgres").sql, "select 1 intersect select 2 intersect select 3");
}

#[test]
fn a_limit_of_a_whole_that_has_no_order() {
    check(
        op(number(1), SetOpKind::Union, false, number(2)).limit(1),
        sql! {
            sqlite: "select 1 union select 2 limit ?",
            postgres: "select 1 union select 2 limit $1",
            mysql: "select 1 union select 2 limit ?",
            mssql: no("limit on a set operation without order by"),
        },
    );
}
