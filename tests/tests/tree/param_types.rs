//! Which parameters are text wherever they stand: the others take the type of what is beside them.

use crate::build::*;
use crate::check::{compiled, named_type};
use kysera_sql::ast::*;
use kysera_sql::compiled::Compiled;

fn selecting(item: Expr) -> Compiled {
    compiled(from("person").items([SelectItem::expr(item)]), "postgres")
}

#[test]
fn text_beside_something_with_a_type_has_none_of_its_own() {
    let name = || col("first_name");
    let like = |operand, pattern| Expr::Like(Box::new(Like::new(operand, pattern)));
    let between = |a, b, c| Expr::Between(Box::new(Between::new(a, b, c)));
    let when = |then: Expr, otherwise: Expr| {
        let branch = CaseWhen { condition: lit_bool(true), result: then };
        Expr::Case(Box::new(kysera_sql::node!(Case {
            otherwise: Some(otherwise),
            ..Case::new(vec![branch])
        })))
    };
    let open = [
        eq(name(), text("a")),
        eq(text("a"), name()),
        in_list(name(), vec![text("a"), text("b")]),
        in_list(text("a"), vec![text("b"), name()]),
        between(name(), text("a"), text("b")),
        like(name(), text("a")),
        Expr::call("coalesce", vec![name(), text("a")]),
        Expr::call("NULLIF", vec![text("a"), name()]),
        when(text("a"), name()),
        op(op(text("a"), BinaryOp::Concat, name()), BinaryOp::Concat, text("b")),
        in_list(Expr::Tuple(vec![name(), col("id")]), vec![Expr::Tuple(vec![text("a"), text("b")])]),
    ];
    for item in open {
        let found = selecting(item);
        assert_eq!(found.facts.text_params, 0, "{}", found.sql);
    }
    for (item, text_params) in [
        (text("a"), 0b1),
        (eq(text("a"), text("b")), 0b11),
        (Expr::is_null(text("a")), 0b1),
        (Expr::call("lower", vec![text("a")]), 0b1),
        (Expr::call("replace", vec![name(), text("a"), text("b")]), 0b11),
        (Expr::call("coalesce", vec![text("a"), text("b")]), 0b11),
        (when(text("a"), text("b")), 0b11),
        (op(op(text("a"), BinaryOp::Concat, text("b")), BinaryOp::Concat, name()), 0b11),
        (eq(name(), Expr::call("lower", vec![text("a")])), 0b1),
        (eq(when(text("a"), text("b")), text("c")), 0b111),
    ] {
        let found = selecting(item);
        assert_eq!(found.facts.text_params, text_params, "{}", found.sql);
    }
    let assigned =
        insert("person", &["first_name", "id"], vec![vec![text("a"), Expr::call("f", vec![text("b")])]]);
    assert_eq!(compiled(assigned, "postgres").facts.text_params, 0b10);
}

#[test]
fn what_is_too_far_behind_to_be_named_is_cast() {
    let items: Vec<SelectItem> = (0..20).map(|_| SelectItem::expr(text("a"))).collect();
    let found = compiled(from("person").items(items.clone()), "postgres");
    assert_eq!(found.facts.text_params, u16::MAX);
    assert!(found.sql.contains("$16, cast($17 as text)"), "{}", found.sql);
    assert!(!compiled(from("person").items(items), "sqlite").sql.contains("cast"));
}

/// Compared with a column, a `case` or `coalesce` of values alone was text, and `citext` was not found.
#[test]
fn values_alone_take_the_type_of_the_column_that_their_choice_is_compared_with() {
    let choice = || Expr::call("coalesce", vec![text("a"), text("b")]);
    for (item, sql) in [
        (
            eq(col("m"), choice()),
            r#"select "m" = coalesce(case when false then "m" else $1 end, $2) from "person""#,
        ),
        (
            eq(choice(), col("m")),
            r#"select coalesce(case when false then "m" else $1 end, $2) = "m" from "person""#,
        ),
        (
            in_list(col("m"), vec![choice(), text("c")]),
            r#"select "m" in (coalesce(case when false then "m" else $1 end, $2), $3) from "person""#,
        ),
    ] {
        let found = selecting(item);
        assert_eq!((&*found.sql, found.facts.text_params), (sql, 0));
    }
    let plain = compiled(from("person").items([SelectItem::expr(eq(col("m"), choice()))]), "sqlite");
    assert_eq!(plain.sql, r#"select "m" = coalesce(?, ?) from "person""#);
    // What must not be written twice is left as it is.
    let found = selecting(eq(Expr::call("random_text", vec![]), choice()));
    assert_eq!(found.sql, r#"select random_text() = coalesce($1, $2) from "person""#);
    assert_eq!(found.facts.text_params, 0b11);
}

#[test]
fn what_is_selected_into_a_column_or_beside_one_has_its_type() {
    let values = || from("person").items([SelectItem::expr(col("id")), SelectItem::expr(text("a"))]);
    let columns = || from("person").items([SelectItem::expr(col("id")), SelectItem::expr(col("m"))]);
    let into = |select: Select| {
        let mut insert = insert("t", &["id", "m"], vec![]);
        insert.source = InsertSource::Select(Box::new(select));
        insert
    };
    let union = |mut first: Select, second: Select| {
        first.set_ops.push(SetOp { kind: SetOpKind::Union, all: false, right: second });
        first
    };
    assert_eq!(compiled(into(values()), "postgres").facts.text_params, 0);
    let distinct = kysera_sql::node!(Select { distinct: Distinct::Yes, ..values() });
    assert_eq!(compiled(into(distinct), "postgres").facts.text_params, 0b1, "PostgreSQL makes it text");
    assert_eq!(compiled(union(columns(), values()), "postgres").facts.text_params, 0);
    assert_eq!(compiled(union(values(), columns()), "postgres").facts.text_params, 0);
    assert_eq!(compiled(union(values(), values()), "postgres").facts.text_params, 0b11);
}

#[test]
fn a_value_in_raw_sql_has_the_type_of_what_it_is_compared_with() {
    let raw = |sql: &str, value: Expr| Expr::Raw(Box::new(Raw::template(sql, [col("m"), value]).unwrap()));
    let strings = || {
        let items = vec![kysera_sql::value::Value::Text("a".into())];
        Expr::Value(kysera_sql::value::Value::Array(Box::new(kysera_sql::value::ArrayValue::new(
            &kysera_sql::value::SqlType::Text,
            items,
        ))))
    };
    assert_eq!(selecting(raw("{} = {}", text("a"))).facts.text_params, 0);
    assert_eq!(selecting(raw("{} = any({})", strings())).facts.text_params, 0);
    assert_eq!(selecting(raw("concat({}, {})", text("a"))).facts.text_params, 0b1);
}

#[test]
fn a_value_of_a_named_type_is_cast_where_nothing_gives_it_a_type() {
    let mood = || Expr::Value(named_type("sad"));
    assert_eq!(selecting(mood()).sql, r#"select cast($1 as "mood") from "person""#);
    assert_eq!(selecting(eq(col("m"), mood())).sql, r#"select "m" = $1 from "person""#);
    assert_eq!(
        selecting(Expr::call("coalesce", vec![mood(), mood()])).sql,
        r#"select coalesce(cast($1 as "mood"), cast($2 as "mood")) from "person""#
    );
    // The placeholder is text: a type that is inferred is another one after it was made anew.
    assert_eq!(selecting(mood()).facts.text_params, 0b1);
    let items: Vec<SelectItem> = (0..17).map(|_| SelectItem::expr(mood())).collect();
    let found = compiled(from("person").items(items), "postgres");
    assert!(found.sql.contains(r#"cast(cast($17 as text) as "mood")"#), "{}", found.sql);
    let plain = compiled(from("person").items([SelectItem::expr(mood())]), "mysql");
    assert_eq!(plain.sql, "select ? from `person`");
}

/// Written once more the placeholder of a key had lost its cast, so that PostgreSQL saw two expressions.
#[test]
fn a_key_is_written_with_the_casts_of_its_values_each_time() {
    let key = || Expr::call("f", vec![col("id"), Expr::Value(named_type("sad")), text("a")]);
    let mut query = from("person").items([SelectItem::expr(key())]);
    query.group_by.push(key());
    let found = compiled(query, "postgres");
    let text = r#"f("id", cast($1 as "mood"), $2)"#;
    assert_eq!(found.sql, format!(r#"select {text} from "person" group by {text}"#));
    assert_eq!((found.params.len(), found.facts.text_params), (2, 0b11));
}
