//! Where WHERE and ON go wrong.

use super::{on_each, rows, text};
use crate::engine::Engine;
use crate::plugin::{Hide, PERSON, Policy, nullable, required, table};
use crate::tree::*;
use kysera_core::plugin::{Plugin, RowFilter};
use kysera_sql::ast::*;
use kysera_sql::dialect::Sqlite;
use kysera_sql::node;
use kysera_sql::table::TableMeta;
use std::sync::Arc;

fn hide() -> Vec<Arc<dyn Plugin>> {
    vec![Arc::new(Hide)]
}

#[test]
fn a_person_whose_posts_are_all_hidden_stays() {
    let query = || {
        let on = eq(c("o.person_id"), c("p.id"));
        select([c("p.id"), c("o.id")], join(p(), JoinKind::Left, o(), on)).filter(eq(c("p.id"), int(2)))
    };
    on_each(|engine| assert_eq!(rows(engine, hide(), query()), [["2", "null"]]));
}

#[test]
fn a_hidden_person_does_not_come_back_without_posts() {
    let query = || {
        let on = eq(c("o.person_id"), c("p.id"));
        select([c("p.id"), c("o.id")], join(p(), JoinKind::Left, o(), on)).filter(eq(c("p.id"), int(3)))
    };
    on_each(|engine| assert!(rows(engine, hide(), query()).is_empty()));
}

#[test]
fn a_full_join_neither_loses_nor_invents_rows() {
    let query = || {
        let on = eq(c("o.person_id"), c("p.id"));
        select([c("p.id"), c("o.id")], join(p(), JoinKind::Full, o(), on))
    };
    let expected = [["1", "1"], ["2", "null"], ["4", "7"], ["null", "4"], ["null", "6"], ["null", "8"]];
    on_each(|engine| {
        if matches!(engine.dialect().name(), "MySQL" | "MariaDB") {
            let refused = text(hide(), query(), engine.dialect()).expect_err("there is none");
            let says = "no full join: unite a left join and a right join";
            return assert!(refused.to_string().ends_with(says), "{refused}");
        }
        assert_eq!(rows(engine, hide(), query()), expected);
    });
}

#[test]
fn a_missing_row_inside_not_exists_would_be_a_leak_outside() {
    // Tag 2 has a hidden post, and its tag row must still be there inside, or `not exists` would become true.
    let inside = || {
        let on = eq(c("o.id"), c("u.post_id"));
        let from = join(tag().aliased("u").into(), JoinKind::Left, o(), on);
        one(from).filter(eq(c("u.id"), c("t.id")))
    };
    let query = || select([c("t.id")], t()).filter(Expr::negate(exists(inside())));
    on_each(|engine| assert!(rows(engine, hide(), query()).is_empty()));
}

#[test]
fn an_unknown_answer_hides_the_row() {
    let known = || -> Vec<Arc<dyn Plugin>> {
        let not_ten =
            |table: &TableMeta| table.is(&PERSON).then(|| op(RowFilter::column("n"), BinaryOp::Ne, int(10)));
        vec![Arc::new(Policy::new("not_ten", not_ten))]
    };
    // Person 4 has no `n`: neither ten nor not ten.
    on_each(|engine| assert_eq!(rows(engine, known(), select([c("p.id")], p())), [["2"], ["3"]]));
}

#[test]
fn a_comma_before_a_right_join_keeps_its_precedence_on_sqlite() {
    let query = || {
        let right = join(t(), JoinKind::Right, o(), eq(c("t.post_id"), c("o.id")));
        select([c("p.id"), c("t.id"), c("o.id")], p()).also(right).filter(eq(c("p.id"), int(1)))
    };
    assert_eq!(
        text(hide(), query(), &Sqlite::default()).expect("nothing is refused"),
        r#"select "p"."id", "t"."id", "o"."id" from "person" as "p", ("tag" as "t" right join "post" as "o" on "t"."post_id" = "o"."id") where "p"."del" is null and "o"."del" is null and "p"."id" = 1"#
    );
    let expected =
        [["1", "1", "1"], ["1", "4", "4"], ["1", "6", "7"], ["1", "null", "6"], ["1", "null", "8"]];
    on_each(|engine| assert_eq!(rows(engine, hide(), query()), expected));
}

#[test]
fn a_hidden_row_whose_key_is_null_does_not_pass_a_full_join() {
    static SLIP: TableMeta = table("slip", const { &[required("id"), required("n"), nullable("del")] });
    // Nowhere else is a key NULL.
    let mut engine = super::sqlite().all;
    engine.script(
        "create table slip (id text primary key, n integer, del integer); \
         insert into slip values (null, 1, 9), ('a', 2, 9), ('b', 3, null)",
    );
    for kind in [JoinKind::Full, JoinKind::Left, JoinKind::Right] {
        let slip = FromItem::from(TableRef::typed(&SLIP).aliased("s"));
        let mut shown =
            rows(&mut engine, hide(), select([c("s.n")], join(slip, kind, p(), eq(c("s.n"), int(-1)))));
        shown.dedup();
        assert!(shown.iter().all(|row| row[0] == "null" || row[0] == "3"), "{kind:?}: {shown:?}");
    }
}

#[test]
fn a_table_without_a_key_takes_a_derived_table_under_a_full_join_on_sqlite() {
    static KEYLESS: TableMeta = TableMeta::new("post", const { &[required("id"), required("del")] });
    let keyless = FromItem::from(TableRef::typed(&KEYLESS).aliased("o"));
    let on = eq(c("p.id"), c("o.id"));
    let query = select([c("p.id"), c("o.id")], join(p(), JoinKind::Full, keyless, on));
    assert_eq!(
        text(hide(), query, &Sqlite::default()).expect("nothing is refused"),
        r#"select "p"."id", "o"."id" from "person" as "p" full join (select "__k0"."id", "__k0"."del" from "post" as "__k0" where "__k0"."del" is null) as "o" on "p"."del" is null and "p"."id" = "o"."id" where "p"."id" is null and "p"."n" is null and "p"."del" is null or "p"."del" is null"#
    );
}

#[test]
fn a_cheap_filter_is_tested_before_what_fails_on_hidden_rows() {
    // Only hidden rows have an `n` of 30, 20 or 50.
    on_each(|engine| {
        let fails = match engine.dialect().name() {
            "SQLite" => {
                let text = |text| Expr::Literal(Literal::Text(text));
                let bad = Expr::call("json_extract", vec![text("{}"), text("no path")]);
                Expr::Case(Box::new(node!(Case {
                    otherwise: Some(int(1)),
                    ..Case::new(vec![CaseWhen { condition: eq(c("o.n"), int(30)), result: bad }])
                })))
            }
            // A quotient would be NULL.
            "MySQL" | "MariaDB" => {
                let when = CaseWhen { condition: eq(c("o.n"), int(30)), result: int(1) };
                let case = node!(Case { otherwise: Some(int(0)), ..Case::new(vec![when]) });
                let beyond = op(int(i64::MAX), BinaryOp::Add, Expr::Case(Box::new(case)));
                op(beyond, BinaryOp::Sub, int(i64::MAX))
            }
            _ => op(int(1), BinaryOp::Div, op(c("o.n"), BinaryOp::Sub, int(30))),
        };
        let query = || select([c("o.id")], o()).filter(op(fails.clone(), BinaryOp::Lt, int(2)));
        let plain = crate::sql(&query().into(), engine.dialect()).expect("it compiles");
        assert!(engine.run(&plain).is_err(), "hidden rows must make it fail");
        assert_eq!(rows(engine, hide(), query()).len(), 5);
    });
}

#[test]
fn grouping_by_the_key_still_decides_the_other_columns() {
    // PostgreSQL lets `o.n` be selected because `o.id` is the key; a derived table would lose that.
    let query = || select([c("o.id"), c("o.n"), count()], o()).group_by([c("o.id")]);
    on_each(|engine| assert_eq!(rows(engine, hide(), query()).len(), 5));
}

#[test]
fn columns_that_no_description_names_stay_visible() {
    on_each(|engine| {
        let hidden = match engine.dialect().name() {
            "SQLite" => "o.rowid",
            "PostgreSQL" => "o.ctid",
            _ => {
                engine.script("alter table post add column unseen integer default 7 invisible");
                "o.unseen"
            }
        };
        let on = eq(c("o.person_id"), c("p.id"));
        let query = select([c(hidden)], join(p(), JoinKind::Left, o(), on));
        assert_eq!(rows(engine, hide(), query).len(), 3);
        if hidden == "o.unseen" {
            engine.script("alter table post drop column unseen");
        }
    });
}

#[test]
fn small_queries_keep_their_plans_on_sqlite() {
    // A derived table would be materialised in the first two.
    let mut distinct = select([c("p.n")], join(p(), JoinKind::Left, o(), eq(c("o.person_id"), c("p.id"))));
    distinct.distinct = Distinct::Yes;
    let full = select([c("p.n")], join(p(), JoinKind::Full, o(), eq(c("o.id"), c("p.id"))));
    let keyed = select([c("o.n")], o()).filter(eq(c("o.id"), int(1)));
    let mut engine = super::sqlite().all;
    for (query, by_key) in [(distinct, false), (full, true), (keyed, true)] {
        let text = text(hide(), query, &Sqlite::default()).expect("nothing is refused");
        let plan = Engine::run(&mut engine, &format!("explain query plan {text}")).expect("a plan");
        let plan: Vec<String> = plan.into_iter().filter_map(|row| row.into_iter().last()).collect();
        assert!(
            !plan.iter().any(|step| step.contains("MATERIALIZE") || step.contains("CO-ROUTINE")),
            "{plan:?}"
        );
        if by_key {
            assert!(plan.iter().any(|step| step.contains("USING INTEGER PRIMARY KEY")), "{plan:?}");
        }
    }
}
