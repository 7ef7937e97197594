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

#[test]
fn a_value_of_a_named_type_is_cast_where_nothing_gives_it_a_type() {
    let mood = || Expr::Value(named_type("sad"));
    assert_eq!(selecting(mood()).sql, r#"select cast($1 as "mood") from "person""#);
    assert_eq!(selecting(eq(col("m"), mood())).sql, r#"select "m" = $1 from "person""#);
    assert_eq!(
        selecting(Expr::call("coalesce", vec![mood(), mood()])).sql,
        r#"select coalesce(cast($1 as "mood"), cast($2 as "mood")) from "person""#
    );
    let plain = compiled(from("person").items([SelectItem::expr(mood())]), "mysql");
    assert_eq!(plain.sql, "select ? from `person`");
}
