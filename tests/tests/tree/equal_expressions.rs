//! An expression with values that stands in a query twice, where the database compares the two.

use crate::build::*;
use crate::check::{check, compiled, no, same, sql};
use kysera_sql::ast::*;
use kysera_sql::value::{ParamSlot, SqlType, Value};

const KEY_USED_AGAIN: &str = "a grouping key with values that is used again";

fn rest(column: &'static str, of: i64) -> Expr {
    op(col(column), BinaryOp::Rem, int(of))
}

fn coalesce(of: Expr, value: Expr) -> Expr {
    Expr::call("coalesce", vec![of, value])
}

fn grouped(keys: Vec<Expr>, items: Vec<SelectItem>) -> Select {
    let mut query = from("person").items(items);
    query.group_by = keys;
    query
}

/// Every database that has numbers for its placeholders writes the one that is there.
fn numbered(query: &Select, sqlite: &'static str, postgres: &'static str) {
    assert_eq!(compiled(query.clone(), "sqlite").sql, sqlite);
    assert_eq!(compiled(query.clone(), "postgres").sql, postgres);
    assert_eq!(compiled(query.clone(), "mssql").sql, postgres.replace('$', "@P"));
}

#[test]
fn a_grouping_key_with_a_value_is_one_expression_wherever_it_stands() {
    let key = || rest("children", 10);
    let query = grouped(vec![key()], vec![item(key()), item(expr(count_all()))]).order_by([asc(key())]);
    check(
        query.clone(),
        sql! {
            sqlite: r#"select "children" % ?, count(*) from "person" group by "children" % ?1 order by "children" % ?1 asc"#,
            postgres: r#"select "children" % $1, count(*) from "person" group by "children" % $1 order by "children" % $1 asc"#,
            mysql: "select `children` % ?, count(*) from `person` group by 1 order by 1 asc",
            mariadb: "select `children` % ?, count(*) from `person` group by 1 order by 1 asc",
            mssql: r#"select "children" % @P1, count(*) from "person" group by "children" % @P1 order by "children" % @P1 asc"#,
        },
    );
    for database in ["sqlite", "postgres", "mysql", "mariadb", "mssql"] {
        assert_eq!(compiled(query.clone(), database).params, [Value::I64(10)], "on {database}");
    }
}

#[test]
fn a_key_is_found_in_having_and_inside_other_expressions() {
    let key = || coalesce(col("first_name"), text("?"));
    let longer = Expr::binary(key(), BinaryOp::Concat, text("!"));
    let mut query = grouped(vec![key()], vec![item(longer), item(key())]).order_by([desc(key())]);
    query.and_filter(eq(key(), text("Ann")));
    query.and_having(op(key(), BinaryOp::Ne, text("?")));
    let query = query.limit(5);
    assert_eq!(
        compiled(query.clone(), "sqlite").sql,
        r#"select coalesce("first_name", ?) || ?, coalesce("first_name", ?1) from "person" where coalesce("first_name", ?) = ? group by coalesce("first_name", ?1) having coalesce("first_name", ?1) <> ? order by coalesce("first_name", ?1) desc limit ?"#
    );
    let of = ["?", "!", "?", "Ann", "?"].map(|text| Value::Text(text.into()));
    assert_eq!(compiled(query.clone(), "sqlite").params, [&of[..], &[Value::I64(5)]].concat());
    check(
        query,
        sql! {
            sqlite: r#"select coalesce("first_name", ?) || ?, coalesce("first_name", ?1) from "person" where coalesce("first_name", ?) = ? group by coalesce("first_name", ?1) having coalesce("first_name", ?1) <> ? order by coalesce("first_name", ?1) desc limit ?"#,
            postgres: r#"select coalesce("first_name", $1) || $2, coalesce("first_name", $1) from "person" where coalesce("first_name", $3) = $4 group by coalesce("first_name", $1) having coalesce("first_name", $1) <> $5 order by coalesce("first_name", $1) desc limit $6"#,
            mysql: no(KEY_USED_AGAIN),
            mariadb: no(KEY_USED_AGAIN),
            mssql: r#"select top(@P1) coalesce("first_name", @P2) + @P3, coalesce("first_name", @P2) from "person" where coalesce("first_name", @P4) = @P5 group by coalesce("first_name", @P2) having coalesce("first_name", @P2) <> @P6 order by coalesce("first_name", @P2) desc"#,
        },
    );
}

/// The first place of a placeholder decides its type: `$1` for both would compare another way.
#[test]
fn equal_values_alone_do_not_share_a_placeholder() {
    let either = or(eq(col("first_name"), text("a")), eq(col("last_name"), text("a")));
    same(
        &["sqlite", "postgres", "mysql", "mssql"],
        from("person").columns(&["id"]).filter(either.clone()),
        r#"select "id" from "person" where "first_name" = ? or "last_name" = ?"#,
    );
    let key = coalesce(col("first_name"), text("a"));
    let mut query =
        grouped(vec![key], vec![item(Expr::call("max", vec![coalesce(col("last_name"), text("a"))]))]);
    query.and_having(either);
    same(
        &["sqlite", "postgres", "mysql", "mssql"],
        query,
        r#"select max(coalesce("last_name", ?)) from "person" group by coalesce("first_name", ?) having "first_name" = ? or "last_name" = ?"#,
    );
}

#[test]
fn values_that_differ_make_two_keys() {
    let query = grouped(vec![rest("children", 10), rest("children", 7)], vec![item(rest("children", 7))]);
    numbered(
        &query,
        r#"select "children" % ? from "person" group by "children" % ?, "children" % ?1"#,
        r#"select "children" % $1 from "person" group by "children" % $2, "children" % $1"#,
    );
    assert_eq!(
        compiled(query, "mysql").sql,
        "select `children` % ? from `person` group by `children` % ?, 1"
    );
    // Equal as numbers, and not the same.
    let over = |zero| op(col("children"), BinaryOp::Div, Expr::Value(Value::F64(zero)));
    let query = grouped(vec![over(-0.0)], vec![item(over(0.0))]);
    assert_eq!(compiled(query, "postgres").params, [Value::F64(0.0), Value::F64(-0.0)]);
}

#[test]
fn a_key_inside_another_key_keeps_its_placeholder() {
    let inner = || rest("children", 10);
    let outer = || coalesce(inner(), int(0));
    let query = grouped(vec![inner(), outer()], vec![item(outer()), item(inner()), item(outer())]);
    numbered(
        &query,
        r#"select coalesce("children" % ?, ?), "children" % ?1, coalesce("children" % ?1, ?2) from "person" group by "children" % ?1, coalesce("children" % ?1, ?2)"#,
        r#"select coalesce("children" % $1, $2), "children" % $1, coalesce("children" % $1, $2) from "person" group by "children" % $1, coalesce("children" % $1, $2)"#,
    );
    assert_eq!(compiled(query, "postgres").params, [Value::I64(10), Value::I64(0)]);
}

#[test]
fn the_front_of_a_chain_of_operators_is_found() {
    let sum = || op(col("children"), BinaryOp::Add, int(1));
    let longer = op(op(sum(), BinaryOp::Add, int(2)), BinaryOp::Add, col("id"));
    let query = grouped(vec![sum(), col("id")], vec![item(longer)]);
    numbered(
        &query,
        r#"select "children" + ? + ? + "id" from "person" group by "children" + ?1, "id""#,
        r#"select "children" + $1 + $2 + "id" from "person" group by "children" + $1, "id""#,
    );
    assert_eq!(compiled(query, "sqlite").params, [Value::I64(1), Value::I64(2)]);
}

#[test]
fn distinct_on_and_distinct_are_ordered_by_the_same_expression() {
    let key = || coalesce(col("gender"), text("?"));
    let mut query = from("person").items([item(col("id"))]).order_by([asc(key()), asc(col("id"))]);
    query.distinct = Distinct::On(vec![key()]);
    check(
        query,
        sql! {
            sqlite: no("distinct on"),
            postgres: r#"select distinct on (coalesce("gender", $1)) "id" from "person" order by coalesce("gender", $1) asc, "id" asc"#,
            mysql: no("distinct on"),
            mssql: no("distinct on"),
        },
    );
    let mut query = from("person").items([item(col("id")), item(key())]).order_by([desc(key())]);
    query.distinct = Distinct::Yes;
    check(
        query,
        sql! {
            sqlite: r#"select distinct "id", coalesce("gender", ?) from "person" order by coalesce("gender", ?1) desc"#,
            postgres: r#"select distinct "id", coalesce("gender", $1) from "person" order by coalesce("gender", $1) desc"#,
            mysql: "select distinct `id`, coalesce(`gender`, ?) from `person` order by 2 desc",
            mssql: r#"select distinct "id", coalesce("gender", @P1) from "person" order by coalesce("gender", @P1) desc"#,
        },
    );
    let mut query = from("person").items([item(text("x"))]).order_by([asc(text("x"))]);
    query.distinct = Distinct::Yes;
    assert_eq!(compiled(query.clone(), "sqlite").sql, r#"select distinct ? from "person" order by ?1 asc"#);
}

#[test]
fn a_position_is_no_position_behind_a_star_or_in_a_window() {
    let key = || rest("children", 10);
    let behind = grouped(vec![key()], vec![all_of("person"), item(key())]);
    let used = grouped(vec![key()], vec![item(expr(count_all()))]).order_by([asc(key())]);
    let twice = grouped(vec![key()], vec![item(key()), item(key())]);
    let mut rank = call("rank", vec![]);
    let mut over = Over::default();
    over.order_by = vec![asc(key())];
    rank.over = Some(over);
    let window = grouped(vec![key()], vec![item(key()), item(expr(rank))]);
    for query in [behind, used, twice, window] {
        let error = crate::check::refused(query.clone(), "mysql").to_string();
        assert!(error.contains(KEY_USED_AGAIN), "{error}");
        assert_eq!(compiled(query, "postgres").params, [Value::I64(10)]);
    }
    let alone = grouped(vec![key()], vec![item(expr(count_all()))]);
    assert_eq!(compiled(alone, "mysql").sql, "select count(*) from `person` group by `children` % ?");
}

/// Each query compares its own: an equal expression of an inner one may be of another table.
#[test]
fn an_inner_query_has_keys_of_its_own() {
    let key = || rest("children", 10);
    let mut inner = from("person").items([item(key())]);
    inner.group_by = vec![key()];
    inner.limit = Some(lit(1));
    let mut query = grouped(vec![key()], vec![item(key()), item(scalar(inner))]);
    query.and_filter(eq(key(), int(3)));
    numbered_but_mssql(
        &query,
        r#"select "children" % ?, (select "children" % ? from "person" group by "children" % ?2 limit 1) from "person" where "children" % ? = ? group by "children" % ?1"#,
        r#"select "children" % $1, (select "children" % $2 from "person" group by "children" % $2 limit 1) from "person" where "children" % $3 = $4 group by "children" % $1"#,
    );
    let values = [10, 10, 10, 3].map(Value::I64);
    assert_eq!(compiled(query, "postgres").params, values);
}

fn numbered_but_mssql(query: &Select, sqlite: &'static str, postgres: &'static str) {
    assert_eq!(compiled(query.clone(), "sqlite").sql, sqlite);
    assert_eq!(compiled(query.clone(), "postgres").sql, postgres);
}

#[test]
fn the_operands_of_a_union_have_keys_of_their_own() {
    let key = || rest("children", 10);
    let one = || grouped(vec![key()], vec![item(key())]);
    let mut query = one();
    query.set_ops = vec![SetOp { kind: SetOpKind::Union, all: false, right: one() }];
    numbered(
        &query,
        r#"select "children" % ? from "person" group by "children" % ?1 union select "children" % ? from "person" group by "children" % ?2"#,
        r#"select "children" % $1 from "person" group by "children" % $1 union select "children" % $2 from "person" group by "children" % $2"#,
    );
}

#[test]
fn an_aggregate_of_distinct_values_is_ordered_by_the_same_expression() {
    let of = || coalesce(col("first_name"), text("?"));
    let mut list = call("string_agg", vec![of(), lit_text(", ")]);
    list.distinct = true;
    list.order_by = vec![asc(of())];
    let query = from("person").items([item(expr(list))]);
    assert_eq!(
        compiled(query, "postgres").sql,
        r#"select string_agg(distinct coalesce("first_name", $1), ', ' order by coalesce("first_name", $1) asc) from "person""#
    );
}

#[test]
fn a_parameter_is_equal_to_itself_alone() {
    let param = |index| Expr::Value(ParamSlot::argument(7, index, SqlType::I64).into());
    let key = |index| op(col("children"), BinaryOp::Rem, param(index));
    let sql = |query: Select| {
        let statement = Statement::from(query);
        let postgres = kysera_sql::dialect::Postgres::default();
        kysera_sql::compile::compile_prepared(&statement, &postgres, false).unwrap().sql.into_string()
    };
    assert_eq!(
        sql(grouped(vec![key(0)], vec![item(key(0))])),
        r#"select "children" % $1 from "person" group by "children" % $1"#
    );
    assert_eq!(
        sql(grouped(vec![key(0)], vec![item(key(1))])),
        r#"select "children" % $1 from "person" group by "children" % $2"#
    );
}

#[test]
fn a_key_too_deep_to_be_compared_is_refused_or_left_alone() {
    let mut deep = int(1);
    for _ in 0..500 {
        deep = Expr::negate(deep);
    }
    let query = grouped(vec![deep.clone()], vec![item(deep)]);
    assert!(matches!(
        crate::check::refused(query, "postgres"),
        kysera_sql::compile::CompileError::TooDeep { .. }
    ));
    let mut long = eq(col("id"), int(0));
    for n in 1..500 {
        long = or(long, eq(col("id"), int(n)));
    }
    let query = grouped(vec![long.clone()], vec![item(long)]);
    assert_eq!(compiled(query, "postgres").params.len(), 1_000);
}
