//! What a guard refuses, because nobody could filter it, and how to say that it may pass.

use super::text;
use crate::plugin::{Guard, Hide, POST};
use crate::tree::*;
use kysera_core::plugin::Plugin;
use kysera_core::{ErrorKind, PluginSet};
use kysera_sql::ast::*;
use kysera_sql::dialect::Sqlite;
use kysera_sql::node;
use kysera_sql::value::CustomType;
use std::sync::Arc;

fn guarded() -> Vec<Arc<dyn Plugin>> {
    vec![Arc::new(Hide), Arc::new(Guard)]
}

fn raw(parts: &[&'static str]) -> Raw {
    Raw::new(parts.iter().map(|part| RawPart::Sql((*part).into())).collect())
}

fn raw_expr(text: &'static str) -> Expr {
    Expr::Raw(Box::new(raw(&[text])))
}

#[track_caller]
fn refused(statement: impl Into<Statement>, message: &str) {
    let statement = statement.into();
    let error = text(guarded(), statement.clone(), &Sqlite::default()).expect_err("the guard refuses it");
    assert_eq!(error.kind(), ErrorKind::Refused);
    assert_eq!(error.to_string(), message);
    // Without a guard it passes: a filter is a convenience, a guard a promise.
    text(vec![Arc::new(Hide)], statement, &Sqlite::default()).expect("no guard, no refusal");
}

#[test]
fn raw_statements() {
    let statement = |bypass: Option<&'static str>| Statement::Raw {
        raw: Box::new(raw(&["delete from post"])),
        returns_rows: false,
        bypass: bypass.map(Into::into),
    };
    refused(
        statement(None),
        "raw SQL cannot be filtered, so plugin `guard` refuses it; \
         write it with the builder, or say why it may pass with `.bypass_plugins(\"reason\")`",
    );
    assert!(text(guarded(), statement(Some("clean up")), &Sqlite::default()).is_ok());
}

#[test]
fn raw_sql_in_from() {
    let from = FromItem::Raw { raw: Box::new(raw(&["post"])), alias: Some("r".into()) };
    refused(
        select([int(1)], from),
        "plugin `guard` refuses raw SQL in FROM; say why the query may pass with `.bypass_plugins(\"reason\")`",
    );
}

#[test]
fn raw_expressions_that_read_tables_or_leave_their_place() {
    let hint = "write it with the builder, or say why the query may pass with `.bypass_plugins(\"reason\")`";
    let of = |text| select([c("t.id")], t()).filter(raw_expr(text));
    refused(
        of("exists (select 1 from post)"),
        &format!("plugin `guard` refuses a raw fragment: it reads a table; {hint}"),
    );
    refused(
        of("1 = 1) or (1 = 1"),
        &format!("plugin `guard` refuses a raw fragment: its parentheses do not match; {hint}"),
    );
    for reads in ["'a' in tag", "1 from post", "true, post"] {
        let why = if reads.contains(',') { "it is more than one expression" } else { "it reads a table" };
        refused(of(reads), &format!("plugin `guard` refuses a raw fragment: {why}; {hint}"));
    }
    let in_values = node!(Insert {
        columns: vec!["n".into()],
        source: InsertSource::values(vec![vec![raw_expr("(select max(n) from post)")]]),
        ..Insert::into(tag())
    });
    refused(in_values, &format!("plugin `guard` refuses a raw fragment: it reads a table; {hint}"));
}

#[test]
fn raw_expressions_that_read_nothing_pass_and_stay_one_operand() {
    let query = select([c("o.id")], o()).filter(raw_expr("1 = 1 or 1 = 0"));
    assert_eq!(
        text(guarded(), query, &Sqlite::default()).expect("it is harmless"),
        r#"select "o"."id" from "post" as "o" where "o"."del" is null and (1 = 1 or 1 = 0)"#
    );
}

#[test]
fn queries_inside_raw_expressions_are_filtered() {
    let inside = RawPart::Expr(scalar(select([count()], o())));
    let parts = vec![RawPart::Sql("abs(".into()), inside, RawPart::Sql(")".into())];
    let query = select([Expr::Raw(Box::new(Raw::new(parts)))], t());
    assert_eq!(
        text(guarded(), query, &Sqlite::default()).expect("it is harmless"),
        r#"select abs((select count(*) from "post" as "o" where "o"."del" is null)) from "tag" as "t""#
    );
}

#[test]
fn tables_that_nobody_described() {
    let hint = "register its description with the executor, or name its schema";
    let message = format!("plugin `guard` refuses table `a_view`, which is not registered; {hint}");
    refused(select([int(1)], TableRef::named("a_view")), &message);
    refused(select([int(1)], t()).filter(exists(one(TableRef::named("a_view")))), &message);
    refused(Delete::from(TableRef::named("a_view")), &message);
    let set = vec![Assignment { column: "n".into(), value: int(1) }];
    refused(node!(Update { set, ..Update::of(TableRef::named("a_view")) }), &message);
}

#[test]
fn changes_of_the_schema() {
    let drop = DropTable { table: post(), if_exists: false };
    refused(
        Statement::from(drop),
        "plugin `guard` refuses changes of the schema; \
         run them on a database without this plugin, as migrations do",
    );
}

#[test]
fn a_bypass_covers_its_query_and_all_inside_it_and_no_more() {
    let inside = one(o()).filter(exists(one(p())));
    let inside = node!(Select { directives: Directives::bypassing("a count over all"), ..inside });
    let query = select([c("post.id")], post()).filter(exists(inside));
    assert_eq!(
        text(guarded(), query, &Sqlite::default()).expect("it says why"),
        r#"select "post"."id" from "post" where "post"."del" is null and exists (select 1 from "post" as "o" where exists (select 1 from "person" as "p"))"#
    );
    let whole = node!(Select {
        directives: Directives::bypassing("a report"),
        ..select([int(1)], TableRef::named("a_view"))
    });
    assert!(text(guarded(), whole, &Sqlite::default()).is_ok());
}

#[test]
fn an_empty_set_leaves_everything_alone() {
    let dialect = Sqlite::default();
    let set = PluginSet::new(vec![], [&POST], &dialect).expect("nothing cannot be wrong");
    assert!(set.is_empty() && set.plugins().is_empty());
    let statement = Statement::from(select([int(1)], post().aliased("__k1")));
    let mut applied = statement.clone();
    crate::apply(&set, &mut applied, &dialect).expect("nothing refuses it");
    assert_eq!(applied, statement);
}

#[test]
fn long_lists_of_conditions_pass_and_bottomless_ones_are_refused() {
    let is = |id| eq(c("o.id"), int(id));
    let long = (0..3_000).map(is).reduce(or).expect("there are some");
    let query = select([c("o.id")], o()).filter(long);
    let written = text(guarded(), query, &Sqlite::default()).expect("nothing is refused");
    assert!(
        written.contains(r#"where "o"."del" is null and (("o"."id" = 0 or "o"."id" = 1 or"#),
        "{written:.200}"
    );
    let deep =
        |levels| (0..levels).fold(select([c("o.id")], o()), |inside, _| one(o()).filter(exists(inside)));
    let written = text(vec![Arc::new(Hide)], deep(60), &Sqlite::default()).expect("nothing is refused");
    assert_eq!(written.matches("is null").count(), 61);
    // The deepest that passes must not overflow the stack of a thread, nor must what is refused.
    let dialect = Sqlite::default();
    let apply = |levels| crate::apply(&super::set(guarded(), &dialect), &mut deep(levels).into(), &dialect);
    assert!(apply(199).is_ok());
    assert_eq!(apply(300).expect_err("it has no end").kind(), ErrorKind::InvalidQuery);
}

#[test]
fn types_can_be_made_beside_filters_but_not_under_a_guard() {
    static MOOD: CustomType = CustomType::labelled("mood", &["fine"]);
    let drop = DropType { name: MOOD.name.into(), if_exists: true };
    let hint = "run them on a database without this plugin, as migrations do";
    let mut statement = Statement::from(drop);
    let dialect = kysera_sql::dialect::Postgres::default();
    let apply = |plugins, statement: &mut Statement| {
        crate::apply(&super::set(plugins, &dialect), statement, &dialect)
    };
    let error = apply(guarded(), &mut statement).expect_err("the guard refuses it");
    assert_eq!(error.to_string(), format!("plugin `guard` refuses changes of the schema; {hint}"));
    assert!(apply(vec![Arc::new(Hide)], &mut statement).is_ok());
}
