//! A dialect of somebody else's, with public items only: no database of ours spells things like this one.

use kysera_sql::ast::*;
use kysera_sql::compile::compile;
use kysera_sql::dialect::{
    Capabilities, Dialect, Filtering, IdentityForm, JsonFromEnd, JsonFunctions, JsonPathForm, KeyedJson,
    LimitForm, NameCase, OwnRaise, Placeholder, Raise, RaiseReason, Raised, Syntax, TypePlace,
};
use kysera_sql::node;
use kysera_sql::value::{SqlType, Value};

#[derive(Debug)]
struct Acme {
    capabilities: Capabilities,
    syntax: Syntax,
    filtering: Filtering,
}

fn acme() -> Acme {
    let mut capabilities = Capabilities::ansi();
    capabilities.returning = true;
    let mut syntax = Syntax::ansi();
    syntax.quote = '~';
    syntax.placeholder = Placeholder::Numbered(":");
    syntax.limit = LimitForm::Limit { all: Some("all") };
    syntax.json_path =
        Some(JsonPathForm::Functions(JsonFunctions { json: ["part(", ")"], text: ["text(part(", "))"] }));
    syntax.json_from_end = Some(JsonFromEnd::Last);
    syntax.keyed_json = Some(KeyedJson::Objects { list: ["to_list(", ")"] });
    syntax.derived_order_dropped = true;
    syntax.identity = IdentityForm::AtEnd("counted");
    let mut filtering = Filtering::ANSI;
    filtering.names = NameCase::Sensitive;
    filtering.raise = Raise::Own(OwnRaise { expr: |_, _| Expr::call("fail", vec![]), raised });
    Acme { capabilities, syntax, filtering }
}

impl Dialect for Acme {
    fn name(&self) -> &'static str {
        "Acme"
    }

    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    fn syntax(&self) -> &Syntax {
        &self.syntax
    }

    fn filtering(&self) -> &Filtering {
        &self.filtering
    }

    fn type_name(&self, ty: SqlType, _: TypePlace) -> Option<&'static str> {
        (ty == SqlType::I64).then_some("whole")
    }
}

fn sql(statement: impl Into<Statement>) -> String {
    match compile(&statement.into(), &acme()) {
        Ok(compiled) => compiled.sql.to_string(),
        Err(error) => error.to_string(),
    }
}

fn people(items: Vec<SelectItem>) -> Select {
    node!(Select { items, ..Select::from(TableRef::named("person")) })
}

#[test]
fn its_words_are_written_and_nothing_of_another_database() {
    let one = || Expr::Value(Value::I64(1));
    let query = node!(Select { offset: Some(one()), ..people(vec![SelectItem::expr(one())]) });
    assert_eq!(sql(query), "select :1 from ~person~ limit all offset :2");
    let steps = || vec![JsonStep::Key("a".into()), JsonStep::Index(-2)];
    let path = || JsonPath::new(Expr::column("person", "data"), steps());
    let part = |path| people(vec![SelectItem::expr(Expr::JsonPath(Box::new(path)))]);
    assert_eq!(sql(part(path())), r#"select part(~person~.~data~, '$."a"[last-1]') from ~person~"#);
    let text = node!(JsonPath { text: true, ..path() });
    assert_eq!(sql(part(text)), r#"select text(part(~person~.~data~, '$."a"[last-1]')) from ~person~"#);
}

#[test]
fn nested_rows_take_its_aggregate_and_what_it_cannot_say_is_an_error() {
    let mut pets = Select::from(TableRef::named("pet"));
    pets.items.push(SelectItem::expr(Expr::column("pet", "id")));
    pets.order_by.push(OrderBy::new(Expr::column("pet", "id"), Direction::Asc));
    let nested = |encoding| {
        let nested = Nested::new(NestedKind::Array, encoding, pets.clone());
        sql(people(vec![SelectItem::expr(Expr::Nested(Box::new(nested)))]))
    };
    assert_eq!(
        nested(NestedEncoding::Json),
        concat!(
            "select (select to_list(json_object('id', ~agg~.~id~)) from ",
            "(select ~pet~.~id~ from ~pet~ order by ~pet~.~id~ asc limit all) as agg) from ~person~",
        ),
    );
    let error = nested(NestedEncoding::Positional);
    assert!(error.contains("Acme") && error.contains("nested rows"), "{error}");
}

#[test]
fn it_fails_on_purpose_in_its_own_way() {
    let raise = acme().filtering.raise;
    assert_eq!(raise.expr(RaiseReason::HiddenRow, Expr::column("t", "id")), Expr::call("fail", vec![]));
    assert_eq!(raise.raised(Some("A1"), ""), Raised::Unknown);
    assert_eq!((raise.raised(Some("A2"), ""), raise.raised(None, "A1")), (Raised::No, Raised::No));
    assert_eq!(raise, raise);
}

/// This database has one code for all that fails on purpose.
fn raised(code: Option<&str>, _: &str) -> Raised {
    if code == Some("A1") { Raised::Unknown } else { Raised::No }
}
