//! Functions, aggregates and windows.

use crate::build::*;
use crate::check::{check, no, sql};
use kysera_sql::ast::*;
use kysera_sql::node;

const AGGREGATES: [&str; 5] = ["avg", "count", "max", "min", "sum"];

/// Both columns of one call on `"id"` and one on `"person"."id"`.
fn two(change: impl Fn(&mut Call), name: &'static str) -> Select {
    let of = |column| {
        let mut call = call(name, vec![col(column)]);
        change(&mut call);
        expr(call)
    };
    from("person").items([named(of("id"), "a"), named(of("person.id"), "b")])
}

/// The text on the database that quotes with `"` and the one that quotes with a backtick.
fn ticks(text: &str) -> String {
    text.replace('"', "`")
}

#[test]
fn plain_aggregates() {
    for name in AGGREGATES {
        let text = format!(r#"select {name}("id") as "a", {name}("person"."id") as "b" from "person""#);
        check(
            two(|_| {}, name),
            sql! { sqlite: text.clone(), postgres: text.clone(), mysql: ticks(&text), mssql: text },
        );
    }
}

#[test]
fn distinct_aggregates() {
    for name in AGGREGATES {
        let text = format!(
            r#"select {name}(distinct "id") as "a", {name}(distinct "person"."id") as "b" from "person""#
        );
        check(
            two(|call| call.distinct = true, name),
            sql! { sqlite: text.clone(), postgres: text.clone(), mysql: ticks(&text), mssql: text },
        );
    }
}

#[test]
fn aggregates_over_a_window() {
    for name in AGGREGATES {
        let text = format!(
            r#"select {name}("id") over() as "a", {name}("person"."id") over() as "b" from "person""#
        );
        check(
            two(|call| call.over = Some(Over::default()), name),
            sql! { sqlite: text.clone(), postgres: text.clone(), mysql: ticks(&text), mssql: text },
        );
    }
}

#[test]
fn windows_with_partitions_and_order() {
    let window =
        node!(Over { partition_by: vec![col("gender")], order_by: vec![desc(col("id"))], ..Over::default() });
    let ordered = node!(Over { order_by: vec![key(col("id"))], ..Over::default() });
    let rank = node!(Call { over: Some(window), ..call("row_number", vec![]) });
    let total = node!(Call { over: Some(ordered), ..call("sum", vec![col("id")]) });
    check(
        from("person").items([named(expr(rank), "r"), named(expr(total), "t")]),
        sql! {
            sqlite: r#"select row_number() over(partition by "gender" order by "id" desc) as "r", sum("id") over(order by "id") as "t" from "person""#,
            postgres: r#"select row_number() over(partition by "gender" order by "id" desc) as "r", sum("id") over(order by "id") as "t" from "person""#,
            mysql: "select row_number() over(partition by `gender` order by `id` desc) as `r`, sum(`id`) over(order by `id`) as `t` from `person`",
            mssql: r#"select row_number() over(partition by "gender" order by "id" desc) as "r", sum("id") over(order by "id") as "t" from "person""#,
        },
    );
}

#[test]
fn having_and_order_by_an_aggregate() {
    for name in AGGREGATES {
        let children = || Expr::call(name, vec![col("person.children")]);
        let mut having = from("person").columns(&["person.children"]);
        having.group_by = vec![col("person.children")];
        let mut ordered = having.clone().order_by([desc(children())]);
        having.having = Some(op(children(), BinaryOp::Ge, int(3)));
        let text = |placeholder: &str| {
            format!(
                r#"select "person"."children" from "person" group by "person"."children" having {name}("person"."children") >= {placeholder}"#
            )
        };
        check(
            having,
            sql! { sqlite: text("?"), postgres: text("$1"), mysql: ticks(&text("?")), mssql: text("@P1") },
        );
        ordered.limit = None;
        let text = format!(
            r#"select "person"."children" from "person" group by "person"."children" order by {name}("person"."children") desc"#
        );
        check(
            ordered,
            sql! { sqlite: text.clone(), postgres: text.clone(), mysql: ticks(&text), mssql: text },
        );
    }
}

#[test]
fn a_filter_on_an_aggregate_is_a_case_where_there_is_none() {
    for name in AGGREGATES {
        let filter = |call: &mut Call| {
            let female = eq(col("person.gender"), text("female"));
            call.filter = Some(and(female, Expr::is_not_null(col("person.middle_name"))));
        };
        let mut call = call(name, vec![col("person.id")]);
        filter(&mut call);
        let text = |placeholder: &str| {
            format!(
                r#"select {name}("person"."id") filter(where "person"."gender" = {placeholder} and "person"."middle_name" is not null) as "n" from "person""#
            )
        };
        let case = |placeholder: &str| {
            format!(
                r#"select {name}(case when "person"."gender" = {placeholder} and "person"."middle_name" is not null then "person"."id" end) as "n" from "person""#
            )
        };
        check(
            from("person").items([named(expr(call), "n")]),
            sql! { sqlite: text("?"), postgres: text("$1"), mysql: ticks(&case("?")), mssql: case("@P1") },
        );
    }
}

#[test]
fn a_filter_on_count_of_everything() {
    let count = || node!(Call { filter: Some(eq(col("gender"), text("female"))), ..count_all() });
    check(
        from("person").items([named(expr(count()), "count"), named(expr(count()), "another_count")]),
        sql! {
            sqlite: r#"select count(*) filter(where "gender" = ?) as "count", count(*) filter(where "gender" = ?) as "another_count" from "person""#,
            postgres: r#"select count(*) filter(where "gender" = $1) as "count", count(*) filter(where "gender" = $2) as "another_count" from "person""#,
            mysql: "select count(case when `gender` = ? then 1 end) as `count`, count(case when `gender` = ? then 1 end) as `another_count` from `person`",
            mssql: r#"select count(case when "gender" = @P1 then 1 end) as "count", count(case when "gender" = @P2 then 1 end) as "another_count" from "person""#,
        },
    );
}

#[test]
fn a_filter_on_an_aggregate_that_keeps_nulls_is_refused_where_there_is_none() {
    let call = node!(Call {
        filter: Some(eq(col("gender"), text("x"))),
        ..call("json_group_array", vec![col("id")])
    });
    check(
        from("person").items([item(expr(call))]),
        sql! {
            sqlite: r#"select json_group_array("id") filter(where "gender" = ?) from "person""#,
            postgres: r#"select json_group_array("id") filter(where "gender" = $1) from "person""#,
            mysql: no("filter on this aggregate"),
            mssql: no("filter on this aggregate"),
        },
    );
}

#[test]
fn count_of_everything_over_a_window() {
    let count = || node!(Call { over: Some(Over::default()), ..count_all() });
    check(
        from("person").items([named(expr(count()), "count"), named(expr(count()), "another_count")]),
        sql! {
            sqlite: r#"select count(*) over() as "count", count(*) over() as "another_count" from "person""#,
            postgres: r#"select count(*) over() as "count", count(*) over() as "another_count" from "person""#,
            mysql: "select count(*) over() as `count`, count(*) over() as `another_count` from `person`",
            mssql: r#"select count(*) over() as "count", count(*) over() as "another_count" from "person""#,
        },
    );
}

#[test]
fn count_of_a_case() {
    let jennifer =
        Case::new(vec![CaseWhen { condition: eq(col("first_name"), text("Jennifer")), result: lit(1) }]);
    let count = Expr::call("count", vec![Expr::Case(Box::new(jennifer))]);
    check(
        from("person").items([named(count, "num_jennifers")]),
        sql! {
            sqlite: r#"select count(case when "first_name" = ? then 1 end) as "num_jennifers" from "person""#,
            postgres: r#"select count(case when "first_name" = $1 then 1 end) as "num_jennifers" from "person""#,
            mysql: "select count(case when `first_name` = ? then 1 end) as `num_jennifers` from `person`",
            mssql: r#"select count(case when "first_name" = @P1 then 1 end) as "num_jennifers" from "person""#,
        },
    );
}

#[test]
fn order_inside_an_aggregate() {
    let call =
        node!(Call { order_by: vec![desc(col("id"))], ..call("group_concat", vec![col("first_name")]) });
    check(
        from("person").items([named(expr(call), "names")]),
        sql! {
            sqlite: r#"select group_concat("first_name" order by "id" desc) as "names" from "person""#,
            postgres: r#"select group_concat("first_name" order by "id" desc) as "names" from "person""#,
            mysql: "select group_concat(`first_name` order by `id` desc) as `names` from `person`",
            mssql: no("order by inside an aggregate"),
        },
    );
}

#[test]
fn count_of_a_row_of_a_table() {
    let of = |alias| {
        let row = raw_parts(vec![RawPart::Ident("person".into()), sql(".*")]);
        named(Expr::call("count", vec![row]), alias)
    };
    let on = eq(col("pet.owner_id"), col("person.id"));
    let people = join(table("person").into(), JoinKind::Inner, "pet", on);
    let text = r#"select count("person".*) as "count", count("person".*) as "another_count" from "person" inner join "pet" on "pet"."owner_id" = "person"."id""#;
    let found =
        crate::check::compiled(Select::from(people).items([of("count"), of("another_count")]), "postgres");
    assert_eq!(found.sql, text);
}

#[test]
fn coalesce() {
    let args = || {
        vec![
            col("first_name"),
            col("last_name"),
            Expr::call("max", vec![col("last_name")]),
            lit_text("(N/A)"),
        ]
    };
    let mut query = from("person").items([named(Expr::call("coalesce", args()), "name")]);
    query.group_by = vec![col("first_name"), col("last_name")];
    check(
        query,
        sql! {
            sqlite: r#"select coalesce("first_name", "last_name", max("last_name"), '(N/A)') as "name" from "person" group by "first_name", "last_name""#,
            postgres: r#"select coalesce("first_name", "last_name", max("last_name"), '(N/A)') as "name" from "person" group by "first_name", "last_name""#,
            mysql: "select coalesce(`first_name`, `last_name`, max(`last_name`), '(N/A)') as `name` from `person` group by `first_name`, `last_name`",
            mssql: r#"select coalesce("first_name", "last_name", max("last_name"), '(N/A)') as "name" from "person" group by "first_name", "last_name""#,
        },
    );
}

#[test]
fn a_star_goes_with_no_argument_and_distinct_with_at_least_one() {
    let count = || Call::new("count", vec![]);
    let one = || vec![Expr::column("person", "id")];
    let order_by = vec![OrderBy::new(Expr::column("person", "id"), Direction::Default)];
    for call in [
        node!(Call { star: true, distinct: true, ..count() }),
        node!(Call { star: true, args: one(), ..count() }),
        node!(Call { star: true, order_by: order_by, ..count() }),
        node!(Call { distinct: true, ..count() }),
    ] {
        let mut query = Select::from(TableRef::named("person"));
        query.items.push(SelectItem::expr(Expr::Call(Box::new(call))));
        let error = crate::check::refused(query, "postgres");
        assert!(error.to_string().starts_with("a call of a function with `*` or `distinct`"), "{error}");
    }
}
