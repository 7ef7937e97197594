//! Parentheses come from precedence, and only from it.

use crate::build::*;
use crate::check::{check, compiled, database, no, sql};
use kysera_sql::ast::*;
use kysera_sql::dialect::Postgres;
use kysera_sql::node;
use kysera_sql::value::SqlType;

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
    let between = Between::new(a(), a(), or(a(), a()));
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
    assert_eq!(where_of(raw_parts(vec![sql("a-"), RawPart::Expr(lit(-1))])), "a-(-1)");
    assert_eq!(where_of(minus(op(lit(1), BinaryOp::Add, lit(2)))), "-(1 + 2)");
}

/// A minus is a sign of the database's own operators too, so `a * -1` beside text would be read as another one.
#[test]
fn an_argument_of_raw_sql_is_one_value_whatever_stands_beside_it() {
    let around =
        |before, operand, behind| where_of(raw_parts(vec![sql(before), RawPart::Expr(operand), sql(behind)]));
    let sum = || op(col("a"), BinaryOp::Add, lit(1));
    assert_eq!(around("", sum(), " * 2 = 4"), r#"("a" + 1) * 2 = 4"#);
    assert_eq!(around("2 *", sum(), ""), r#"2 *("a" + 1)"#);
    assert_eq!(around("not ", or(col("a"), col("b")), ""), r#"not ("a" or "b")"#);
    assert_eq!(around("", lit(-32768), "::smallint = a"), "(-32768)::smallint = a");
    assert_eq!(around("a#", lit(-1), " = b"), "a#(-1) = b");
    assert_eq!(around("coalesce(", sum(), ", 0) > 1"), r#"coalesce("a" + 1, 0) > 1"#);
    assert_eq!(around("f(1, ", lit(-1), " ) > 1"), "f(1, -1 ) > 1");
    assert_eq!(around("", col("a"), " * 2 = 4"), r#""a" * 2 = 4"#);
    assert_eq!(around("2 * ", raw("a + 1"), " = 4"), "2 * (a + 1) = 4");
    let two = vec![RawPart::Expr(sum()), sql(" "), RawPart::Expr(lit(-1))];
    assert_eq!(where_of(raw_parts(two)), r#"("a" + 1) (-1)"#);
    assert_eq!(where_of(raw_parts(vec![sql(""), RawPart::Expr(sum()), sql("")])), r#""a" + 1"#);
}

#[test]
fn a_minus_over_a_negative_value_is_no_comment_where_values_are_written_out() {
    let minus = |operand| Expr::Unary(Box::new(Unary { op: UnaryOp::Neg, operand }));
    let conditions = [
        (eq(col("id"), minus(int(-5))), r#""id" = -(-5)"#),
        (eq(col("id"), minus(minus(int(-5)))), r#""id" = -(-(-5))"#),
        (Expr::is_null(op(col("id"), BinaryOp::Concat, int(-5))), r#""id" || -5 is null"#),
        (eq(col("id"), raw_parts(vec![sql("1-"), RawPart::Expr(int(-5))])), r#""id" = (1-(-5))"#),
    ];
    for (filter, text) in conditions {
        let index = CreateIndex {
            name: "i".into(),
            table: table("person"),
            unique: false,
            columns: vec!["id".into()],
            filter: Some(filter),
            if_not_exists: false,
        };
        for name in ["sqlite", "postgres"] {
            let sql = compiled(index.clone(), name).sql;
            assert!(sql.ends_with(&format!(" where {text}")), "on {name}: {sql}");
            if name == "sqlite" {
                database().execute_batch(&sql).unwrap();
            }
        }
    }
}

/// There an argument would have become `case when .. end`, beside an `or` that wants a condition.
#[test]
fn a_condition_as_an_argument_of_raw_sql_is_refused_where_conditions_are_no_values() {
    let either = raw_parts(vec![
        RawPart::Expr(eq(col("id"), lit(1))),
        sql(" or "),
        RawPart::Expr(Expr::is_null(col("first_name"))),
    ]);
    check(
        from("person").items([all()]).filter(either),
        sql! {
            sqlite: r#"select * from "person" where ("id" = 1) or ("first_name" is null)"#,
            postgres: r#"select * from "person" where ("id" = 1) or ("first_name" is null)"#,
            mysql: "select * from `person` where (`id` = 1) or (`first_name` is null)",
            mssql: no("conditions as values, and raw SQL does not say which one an argument of it is to be"),
        },
    );
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

/// Random trees: what SQLite computes from the text is what the tree says. It reads SQL Server's text as well, where
/// conditions are written for the place they stand in.
#[test]
fn the_text_means_what_the_tree_means() {
    let database = database();
    let mut random = Random(42);
    for _ in 0..2000 {
        let (number, worth) = random.number(4);
        let (condition, truth) = random.condition(4);
        let query = Select::default().items([item(number), item(condition)]);
        for dialect in ["sqlite", "mssql"] {
            let sql = compiled(query.clone(), dialect).sql;
            let found: (Option<i64>, Option<bool>) =
                database.query_row(&sql, [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
            assert_eq!(found, (worth, truth), "{sql}");
        }
    }
}

/// Makes trees together with what they are worth; `None` is NULL.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }

    fn number(&mut self, depth: u32) -> (Expr, Option<i64>) {
        if depth == 0 || self.below(5) == 0 {
            return match self.below(7) {
                0 => (Expr::cast(Expr::Literal(Literal::Null), SqlType::I64), None),
                n => (lit(n.cast_signed() - 3), Some(n.cast_signed() - 3)),
            };
        }
        let (left, a) = self.number(depth - 1);
        let (right, b) = self.number(depth - 1);
        let both = |f: fn(i64, i64) -> i64| a.zip(b).map(|(a, b)| f(a, b));
        match self.below(7) {
            0 => (op(left, BinaryOp::Add, right), both(|a, b| a + b)),
            1 => (op(left, BinaryOp::Sub, right), both(|a, b| a - b)),
            2 => (op(left, BinaryOp::Mul, right), both(|a, b| a * b)),
            3 => (op(left, BinaryOp::BitAnd, right), both(|a, b| a & b)),
            4 => (op(left, BinaryOp::BitOr, right), both(|a, b| a | b)),
            5 => (Expr::Unary(Box::new(Unary { op: UnaryOp::Neg, operand: left })), a.map(|a| -a)),
            _ => {
                let (condition, truth) = self.condition(depth - 1);
                let branches = vec![CaseWhen { condition, result: left }];
                let case = node!(Case { otherwise: Some(right), ..Case::new(branches) });
                (Expr::Case(Box::new(case)), if truth == Some(true) { a } else { b })
            }
        }
    }

    fn condition(&mut self, depth: u32) -> (Expr, Option<bool>) {
        if depth > 0 && self.below(2) == 0 {
            return self.logic(depth);
        }
        let (left, a) = self.number(depth.saturating_sub(1));
        let (right, b) = self.number(depth.saturating_sub(1));
        let both = |f: fn(i64, i64) -> bool| a.zip(b).map(|(a, b)| f(a, b));
        match self.below(8) {
            0 => (op(left, BinaryOp::Lt, right), both(|a, b| a < b)),
            1 => (op(left, BinaryOp::Ge, right), both(|a, b| a >= b)),
            2 => (eq(left, right), both(|a, b| a == b)),
            3 => (op(left, BinaryOp::Ne, right), both(|a, b| a != b)),
            4 => (op(left, BinaryOp::IsNotDistinctFrom, right), Some(a == b)),
            5 => (op(left, BinaryOp::IsDistinctFrom, right), Some(a != b)),
            6 => (Expr::is_null(left), Some(a.is_none())),
            _ => {
                let (high, c) = self.number(depth.saturating_sub(1));
                let above = both(|a, b| a >= b);
                let under = a.zip(c).map(|(a, c)| a <= c);
                let between = Between::new(left, right, high);
                (Expr::Between(Box::new(between)), both_true(above, under))
            }
        }
    }

    fn logic(&mut self, depth: u32) -> (Expr, Option<bool>) {
        let (left, a) = self.condition(depth - 1);
        let (right, b) = self.condition(depth - 1);
        let negated = |truth: Option<bool>| truth.map(|truth| !truth);
        match self.below(7) {
            0 => (and(left, right), both_true(a, b)),
            1 => (or(left, right), negated(both_true(negated(a), negated(b)))),
            2 => (Expr::negate(left), negated(a)),
            3 => (eq(left, right), a.zip(b).map(|(a, b)| a == b)),
            4 => (op(left, BinaryOp::IsDistinctFrom, right), Some(a != b)),
            5 => (Expr::is_not_null(left), Some(a.is_some())),
            _ => {
                let found = match (a.zip(b).map(|(a, b)| a == b), a) {
                    (Some(true), _) => Some(true),
                    (None, _) | (_, None) => None,
                    (Some(false), Some(_)) => Some(false),
                };
                (in_list(left, vec![right]), found)
            }
        }
    }
}

fn both_true(a: Option<bool>, b: Option<bool>) -> Option<bool> {
    match (a, b) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    }
}
