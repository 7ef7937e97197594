//! What a query tells a plugin: it holds for the tables of that query's own FROM, or for the target, and no further.

use super::{on_each, rows, text};
use crate::plugin::{Guard, Hide};
use crate::tree::*;
use kysera_core::plugin::Plugin;
use kysera_sql::ast::*;
use kysera_sql::dialect::Sqlite;
use kysera_sql::node;
use std::sync::Arc;

fn plugins() -> Vec<Arc<dyn Plugin>> {
    vec![Arc::new(Hide), Arc::new(Guard)]
}

fn hide(mode: &'static str) -> Directives {
    Directive { plugin: "hide", mode }.into()
}

#[track_caller]
fn is(statement: impl Into<Statement>, expected: &str) {
    assert_eq!(text(plugins(), statement, &Sqlite::default()).expect("nothing is refused"), expected);
}

#[test]
fn a_switch_reaches_the_joins_of_its_query_but_no_query_inside() {
    let from = join(p(), JoinKind::Left, o(), eq(c("o.person_id"), c("p.id")));
    let query = select([c("p.id")], from).filter(exists(one(post().aliased("inside"))));
    is(
        node!(Select { directives: hide("all"), ..query }),
        r#"select "p"."id" from "person" as "p" left join "post" as "o" on "o"."person_id" = "p"."id" where exists (select 1 from "post" as "inside" where "inside"."del" is null)"#,
    );
}

#[test]
fn a_switch_on_a_query_inside_does_not_reach_out() {
    let inside = node!(Select { directives: hide("all"), ..one(o()) });
    is(
        select([c("p.id")], p()).filter(exists(inside)),
        r#"select "p"."id" from "person" as "p" where "p"."del" is null and exists (select 1 from "post" as "o")"#,
    );
}

#[test]
fn a_switch_can_ask_for_the_hidden_rows_alone() {
    let query = || node!(Select { directives: hide("hidden"), ..select([c("o.id")], o()) });
    is(query(), r#"select "o"."id" from "post" as "o" where "o"."del" is not null"#);
    on_each(|engine| assert_eq!(rows(engine, plugins(), query()), [["2"], ["3"], ["5"]]));
}

#[test]
fn a_mode_that_no_table_of_the_query_answers_is_refused() {
    let query = node!(Select { directives: hide("what"), ..select([c("o.id")], o()) });
    let error = text(plugins(), query, &Sqlite::default()).expect_err("nobody answers");
    assert!(error.to_string().contains("no table of this query answers to `what`"), "{error}");
}

#[test]
fn a_switch_for_a_plugin_that_is_not_there_is_refused() {
    let query = || {
        node!(Select {
            directives: Directive { plugin: "other", mode: "all" }.into(),
            ..select([c("o.id")], o())
        })
    };
    for statement in [query().into(), Statement::from(select([c("p.id")], p()).filter(exists(query())))] {
        let error = text(plugins(), statement, &Sqlite::default()).expect_err("nobody hears it");
        assert!(error.to_string().contains("plugin `other`, which is not installed"), "{error}");
    }
}

#[test]
fn a_switch_on_a_write_is_about_its_target() {
    let mut update = Update::of(post());
    update.set = vec![Assignment { column: "n".into(), value: scalar(select([count()], p())) }];
    update.directives = hide("hidden");
    is(
        update,
        r#"update "post" set "n" = integer_32((select count(*) from "person" as "p" where "p"."del" is null)) where "post"."del" is not null"#,
    );
    let delete = node!(Delete { directives: hide("all"), ..Delete::from(post()) });
    is(delete, r#"delete from "post""#);
}

#[test]
fn a_switch_on_one_operand_of_a_union_is_about_that_operand() {
    let second = node!(Select { directives: hide("all"), ..select([c("o.id")], o()) });
    is(
        select([c("p.id")], p()).set(SetOpKind::Union, false, second),
        r#"select "p"."id" from "person" as "p" where "p"."del" is null union select "o"."id" from "post" as "o""#,
    );
}
