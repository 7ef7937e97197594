//! Parentheses come from precedence, and only from it.

use crate::build::*;
use crate::check::{check, compiled, database, sql};
use kysera_sql::ast::*;
use kysera_sql::dialect::Postgres;

fn where_of(condition: Expr) -> String {
    let sql = compiled(from("person").items([all()]).filter(condition), "postgres").sql;
    sql.split_once(" where ").unwrap().1.to_owned()
}

#[test]
fn arithmetic_keeps_its_order() {
    let sum = || op(col("id"), BinaryOp::Add, lit(1));
    let difference = op(col("id"), BinaryOp::Sub, op(col("id"), BinaryOp::Sub, lit(2)));
    let query = from("person").items([
        named(op(sum(), BinaryOp::Mul, lit(2)), "a"),
        named(op(lit(2), BinaryOp::Mul, sum()), "b"),
        named(op(op(col("id"), BinaryOp::Mul, lit(3)), BinaryOp::Add, lit(1)), "c"),
        named(difference, "d"),
        named(op(op(col("id"), BinaryOp::Sub, lit(1)), BinaryOp::Sub, lit(2)), "e"),
    ]);
    check(
        query,
        sql! {
            sqlite: r#"select ("id" + 1) * 2 as "a", 2 * ("id" + 1) as "b", "id" * 3 + 1 as "c", "id" - ("id" - 2) as "d", "id" - 1 - 2 as "e" from "person""#,
            postgres: r#"select ("id" + 1) * 2 as "a", 2 * ("id" + 1) as "b", "id" * 3 + 1 as "c", "id" - ("id" - 2) as "d", "id" - 1 - 2 as "e" from "person""#,
            mysql: "select (`id` + 1) * 2 as `a`, 2 * (`id` + 1) as `b`, `id` * 3 + 1 as `c`, `id` - (`id` - 2) as `d`, `id` - 1 - 2 as `e` from `person`",
            mssql: r#"select ("id" + 1) * 2 as "a", 2 * ("id" + 1) as "b", "id" * 3 + 1 as "c", "id" - ("id" - 2) as "d", "id" - 1 - 2 as "e" from "person""#,
        },
    );
}

#[test]
fn or_beside_and() {
    let a = || eq(col("id"), lit(1));
    assert_eq!(where_of(and(or(a(), a()), a())), r#"("id" = 1 or "id" = 1) and "id" = 1"#);
    assert_eq!(where_of(or(and(a(), a()), a())), r#""id" = 1 and "id" = 1 or "id" = 1"#);
    assert_eq!(where_of(or(a(), and(a(), a()))), r#""id" = 1 or "id" = 1 and "id" = 1"#);
    assert_eq!(where_of(and(a(), and(a(), a()))), r#""id" = 1 and "id" = 1 and "id" = 1"#);
    assert_eq!(where_of(Expr::negate(and(a(), a()))), r#"not ("id" = 1 and "id" = 1)"#);
    assert_eq!(where_of(and(Expr::negate(a()), a())), r#"not "id" = 1 and "id" = 1"#);
    assert_eq!(where_of(eq(Expr::negate(a()), lit_bool(true))), r#"(not "id" = 1) = true"#);
}

#[test]
fn a_raw_or_cannot_pass_a_condition_by() {
    let filter = and(raw("1 = 1 or 1 = 1"), Expr::is_null(col("deleted_at")));
    assert_eq!(where_of(filter), r#"(1 = 1 or 1 = 1) and "deleted_at" is null"#);
    assert_eq!(where_of(Expr::negate(raw("a or b"))), "not (a or b)");
    assert_eq!(where_of(and(raw("active"), raw("p.active"))), "active and p.active");
}

#[test]
fn comparisons_do_not_chain() {
    let a = || eq(col("id"), lit(1));
    assert_eq!(where_of(eq(a(), lit_bool(true))), r#"("id" = 1) = true"#);
    assert_eq!(where_of(eq(lit_bool(true), a())), r#"true = ("id" = 1)"#);
    assert_eq!(where_of(Expr::is_null(a())), r#"("id" = 1) is null"#);
    assert_eq!(where_of(Expr::is_null(Expr::is_null(col("id")))), r#"("id" is null) is null"#);
    let between = Between { operand: a(), low: a(), high: or(a(), a()), negated: false };
    let text = r#"("id" = 1) between ("id" = 1) and ("id" = 1 or "id" = 1)"#;
    assert_eq!(where_of(Expr::Between(Box::new(between))), text);
    assert_eq!(where_of(in_list(a(), vec![or(a(), a())])), r#"("id" = 1) in ("id" = 1 or "id" = 1)"#);
}

#[test]
fn a_minus_never_begins_a_comment() {
    let minus = |operand| Expr::Unary(Box::new(Unary { op: UnaryOp::Neg, operand }));
    assert_eq!(where_of(minus(minus(col("id")))), r#"-(-"id")"#);
    assert_eq!(where_of(minus(lit(-1))), "-(-1)");
    assert_eq!(where_of(op(col("id"), BinaryOp::Sub, lit(-1))), r#""id" - -1"#);
    assert_eq!(where_of(minus(op(lit(1), BinaryOp::Add, lit(2)))), "-(1 + 2)");
}

#[test]
fn operators_whose_rank_differs_between_databases_get_parentheses() {
    let concat = |a, b| op(a, BinaryOp::Concat, b);
    let sum = || op(col("id"), BinaryOp::Add, lit(1));
    assert_eq!(where_of(concat(sum(), sum())), r#"("id" + 1) || ("id" + 1)"#);
    assert_eq!(where_of(op(concat(col("a"), col("b")), BinaryOp::Add, lit(1))), r#"("a" || "b") + 1"#);
    assert_eq!(where_of(concat(concat(col("a"), col("b")), col("c"))), r#""a" || "b" || "c""#);
    let bits = |a, b| op(a, BinaryOp::BitAnd, b);
    assert_eq!(where_of(eq(bits(col("id"), lit(4)), lit(0))), r#""id" & 4 = 0"#);
    assert_eq!(where_of(bits(col("id"), sum())), r#""id" & ("id" + 1)"#);
    assert_eq!(where_of(op(lit(1), BinaryOp::Add, bits(col("id"), lit(4)))), r#"1 + ("id" & 4)"#);
    assert_eq!(where_of(op(bits(col("id"), lit(4)), BinaryOp::BitOr, lit(1))), r#"("id" & 4) | 1"#);
}

/// The tree is not dropped: that takes a stack as deep as the tree.
fn where_of_leaked(condition: Expr) -> String {
    let statement = Statement::from(from("person").items([all()]).filter(condition));
    let text = kysera_sql::compile::compile(&statement, &Postgres::default()).unwrap().sql;
    std::mem::forget(statement);
    text.split_once(" where ").unwrap().1.to_owned()
}

#[test]
fn long_chains_are_flat_and_need_no_stack() {
    let mut chain = eq(col("id"), lit(0));
    for n in 1..20_000 {
        chain = or(chain, eq(col("id"), lit(n)));
    }
    let text = where_of_leaked(and(chain, Expr::is_null(col("deleted_at"))));
    assert!(text.starts_with(r#"("id" = 0 or "id" = 1 or "#));
    assert!(text.ends_with(r#" or "id" = 19999) and "deleted_at" is null"#));
    assert_eq!(text.matches('(').count(), 1);
}

/// Random trees of numbers: what SQLite computes from the text is what the tree says.
#[test]
fn the_text_means_what_the_tree_means() {
    let mut seed = 42_u64;
    let database = database();
    for _ in 0..2000 {
        let (tree, value) = random(&mut seed, 4);
        let sql = compiled(Select::default().items([item(tree)]), "sqlite").sql;
        let found: Option<i64> = database.query_row(&sql, [], |row| row.get(0)).unwrap();
        assert_eq!(found, value, "{sql}");
    }
}

fn next(seed: &mut u64) -> u64 {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    *seed >> 33
}

/// A tree and what it is worth, NULL being `None`.
fn random(seed: &mut u64, depth: u32) -> (Expr, Option<i64>) {
    if depth == 0 || next(seed).is_multiple_of(5) {
        return match next(seed) % 6 {
            0 => (Expr::Literal(Literal::Null), None),
            n => (lit(n as i64 - 3), Some(n as i64 - 3)),
        };
    }
    let (left, a) = random(seed, depth - 1);
    let (right, b) = random(seed, depth - 1);
    let both = |f: fn(i64, i64) -> i64| a.zip(b).map(|(a, b)| f(a, b));
    let truth = |value: Option<i64>| value.map(|value| value != 0);
    match next(seed) % 15 {
        0 => (op(left, BinaryOp::Add, right), both(|a, b| a + b)),
        1 => (op(left, BinaryOp::Sub, right), both(|a, b| a - b)),
        2 => (op(left, BinaryOp::Mul, right), both(|a, b| a * b)),
        3 => (op(left, BinaryOp::Div, right), a.zip(b).and_then(|(a, b)| a.checked_div(b))),
        4 => (op(left, BinaryOp::Lt, right), both(|a, b| i64::from(a < b))),
        5 => (op(left, BinaryOp::Eq, right), both(|a, b| i64::from(a == b))),
        6 => (op(left, BinaryOp::IsNotDistinctFrom, right), Some(i64::from(a == b))),
        7 => (op(left, BinaryOp::BitAnd, right), both(|a, b| a & b)),
        8 => (op(left, BinaryOp::BitOr, right), both(|a, b| a | b)),
        9 => (Expr::is_null(left), Some(i64::from(a.is_none()))),
        10 => (Expr::negate(left), truth(a).map(|a| i64::from(!a))),
        11 => (Expr::Unary(Box::new(Unary { op: UnaryOp::Neg, operand: left })), a.map(|a| -a)),
        12 => {
            let all = match (truth(a), truth(b)) {
                (Some(false), _) | (_, Some(false)) => Some(0),
                (Some(true), Some(true)) => Some(1),
                _ => None,
            };
            (and(left, right), all)
        }
        13 => {
            let any = match (truth(a), truth(b)) {
                (Some(true), _) | (_, Some(true)) => Some(1),
                (Some(false), Some(false)) => Some(0),
                _ => None,
            };
            (or(left, right), any)
        }
        _ => {
            let (high, c) = random(seed, depth - 1);
            let inside = match (both(|a, b| i64::from(a >= b)), a.zip(c).map(|(a, c)| i64::from(a <= c))) {
                (Some(0), _) | (_, Some(0)) => Some(0),
                (Some(1), Some(1)) => Some(1),
                _ => None,
            };
            (Expr::Between(Box::new(Between { operand: left, low: right, high, negated: false })), inside)
        }
    }
}
