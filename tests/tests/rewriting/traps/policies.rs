//! Policies that read tables, that compose, and that cannot be used.

use super::{on_each, rows, set, text};
use crate::apply;
use crate::plugin::{Guard, Hide, PERSON, POST, Policy, TAG};
use crate::tree::*;
use kysera_core::plugin::{Context, ModeFilter, Operation, Parameter, Plugin, RowFilter, priority};
use kysera_core::{Error, ErrorKind, PluginSet, Result};
use kysera_core::{PluginSetError, PolicyError};
use kysera_sql::ast::*;
use kysera_sql::dialect::{Postgres, Sqlite};
use kysera_sql::ident::Name;
use kysera_sql::node;
use kysera_sql::table::{TableHandle, TableMeta};
use kysera_sql::value::Value;
use std::error::Error as _;
use std::sync::Arc;

fn policy(
    name: &'static str,
    filter: impl Fn(&TableMeta) -> Option<Expr> + Send + Sync + 'static,
) -> Arc<dyn Plugin> {
    Arc::new(Policy::new(name, filter))
}

/// A tag exists if its post does, a post if its person does, a person if it is not hidden.
fn chain() -> Vec<Arc<dyn Plugin>> {
    let filter = |table: &TableMeta| {
        if table.is(&TAG) {
            Some(exists(one(post()).filter(eq(c("post.id"), RowFilter::column("post_id")))))
        } else if table.is(&POST) {
            Some(is_in(RowFilter::column("person_id"), select([c("p.id")], p()), false))
        } else {
            None
        }
    };
    vec![policy("chain", filter), Arc::new(Hide)]
}

#[test]
fn the_tables_of_a_policy_are_filtered_too() {
    assert_eq!(
        text(chain(), select([c("t.id")], t()), &Postgres::default()).expect("nothing is refused"),
        r#"select "t"."id" from "tag" as "t" where exists (select 1 from "public"."post" as "__k1" where "__k1"."person_id" in (select "__k2"."id" from "public"."person" as "__k2" where "__k2"."del" is null) and "__k1"."del" is null and "__k1"."id" = "t"."post_id")"#
    );
    on_each(|engine| assert_eq!(rows(engine, chain(), select([c("t.id")], t())), [["1"], ["6"]]));
}

#[test]
fn a_policy_with_joins_takes_filters_by_the_same_law() {
    let filter = |table: &TableMeta| {
        let from = || join(t(), JoinKind::Left, o(), eq(c("o.id"), c("t.post_id")));
        table.is(&PERSON).then(|| {
            exists(one(from()).filter(eq(c("t.n"), RowFilter::column("id")).and(Expr::is_null(c("o.id")))))
        })
    };
    let plugins = || vec![policy("lonely", filter), Arc::new(Hide) as Arc<dyn Plugin>];
    assert_eq!(
        text(plugins(), select([c("p.id")], p()), &Sqlite::default()).expect("nothing is refused"),
        r#"select "p"."id" from "person" as "p" where "p"."del" is null and exists (select 1 from "main"."tag" as "__k1" left join "main"."post" as "__k2" on "__k2"."del" is null and "__k2"."id" = "__k1"."post_id" where "__k1"."n" = "p"."id" and "__k2"."id" is null)"#
    );
    on_each(|engine| assert_eq!(rows(engine, plugins(), select([c("p.id")], p())), [["1"], ["2"]]));
}

#[test]
fn a_reference_marked_unfiltered_is_left_alone() {
    let filter = |table: &TableMeta| {
        let all = || FromItem::from(node!(TableRef { unfiltered: true, ..person() }));
        table.is(&POST).then(|| exists(one(all()).filter(eq(c("person.id"), RowFilter::column("person_id")))))
    };
    let plugins = || vec![policy("known", filter), Arc::new(Hide) as Arc<dyn Plugin>];
    let expected = [["1"], ["4"], ["7"], ["8"]];
    on_each(|engine| assert_eq!(rows(engine, plugins(), select([c("o.id")], o())), expected));
}

#[test]
fn filters_of_several_plugins_are_one_condition_in_the_order_of_the_plugins() {
    let low = policy("low", |table| table.is(&POST).then(|| gt(RowFilter::column("id"), int(1))));
    #[derive(Debug)]
    struct High;

    impl Plugin for High {
        fn name(&self) -> &'static str {
            "high"
        }

        fn priority(&self) -> i32 {
            priority::SECURITY
        }

        fn row_filter(&self, table: &TableHandle, _: Operation) -> Option<RowFilter> {
            let either = || or(eq(RowFilter::column("n"), int(1)), eq(RowFilter::column("n"), int(10)));
            table.is(&POST).then(|| RowFilter::new(either()))
        }
    }

    let query = || select([c("o.id")], o()).filter(or(eq(c("o.id"), int(1)), eq(int(1), int(1))));
    let plugins = || -> Vec<Arc<dyn Plugin>> { vec![low.clone(), Arc::new(Hide), Arc::new(High)] };
    assert_eq!(
        text(plugins(), query(), &Sqlite::default()).expect("nothing is refused"),
        r#"select "o"."id" from "post" as "o" where ("o"."n" = 1 or "o"."n" = 10) and "o"."del" is null and "o"."id" > 1 and ("o"."id" = 1 or 1 = 1)"#
    );
    on_each(|engine| assert_eq!(rows(engine, plugins(), query()), [["6"], ["8"]]));
}

/// What building the executor says, as its typed source.
fn refused(plugins: Vec<Arc<dyn Plugin>>) -> PluginSetError {
    let error = PluginSet::new(plugins, super::TABLES, &Sqlite::default()).expect_err("it cannot be used");
    assert_eq!(error.kind(), ErrorKind::Plugin);
    let source = error.source().expect("it has a source");
    source.downcast_ref::<PluginSetError>().expect("it is typed").clone()
}

#[test]
fn filters_that_need_each_other_are_refused_with_their_circle() {
    let filter = |table: &TableMeta| {
        let next = if table.is(&PERSON) {
            post()
        } else if table.is(&POST) {
            tag()
        } else {
            person()
        };
        Some(exists(one(next.aliased("x"))))
    };
    let error = refused(vec![policy("ring", filter)]);
    let path = ["person", "post", "tag", "person"].map(Into::into).to_vec();
    assert_eq!(error, PluginSetError::Policy(PolicyError::Cycle { path }));
    assert_eq!(
        error.to_string(),
        "row filters need each other in a circle: person -> post -> tag -> person; \
         mark one reference as `unfiltered` to break it"
    );
    let itself = |table: &TableMeta| table.is(&POST).then(|| exists(one(o())));
    let error = refused(vec![policy("itself", itself)]);
    assert_eq!(
        error,
        PluginSetError::Policy(PolicyError::Cycle { path: vec!["post".into(), "post".into()] })
    );
}

#[test]
fn a_filter_that_could_be_captured_or_cannot_be_rewritten_is_refused() {
    let of = |filter: fn() -> Expr| {
        let error = refused(vec![policy("bad", move |table| table.is(&POST).then(filter))]);
        let PluginSetError::Policy(error) = error else { panic!("{error}") };
        error.to_string()
    };
    assert_eq!(
        of(|| Expr::is_null(c("del"))),
        "the row filter of `bad` on `post` names column `del` without its table; qualify it"
    );
    assert_eq!(
        of(|| Expr::is_null(c("o.del"))),
        "the row filter of `bad` on `post` uses `o`, which none of its queries defines"
    );
    assert_eq!(
        of(|| exists(one(TableRef::named("secret")))),
        "the row filter of `bad` on `post` reads `secret`, which is not registered"
    );
    assert_eq!(
        of(|| exists(one(FromItem::Raw { raw: Box::default(), alias: Some("r".into()) }))),
        "the row filter of `bad` on `post` holds raw SQL in FROM, which a row filter cannot"
    );
    assert_eq!(
        of(|| exists(one(person().aliased("__k1")))),
        "the row filter of `bad` on `post` holds an alias that begins with `__k`, which a row filter cannot"
    );
}

#[test]
fn a_policy_may_name_its_tables_and_have_ctes_of_its_own() {
    let filter = |table: &TableMeta| {
        let mine = || select([c("PERSON.id")], TableRef::named("PERSON")).filter(gt(c("PERSON.id"), int(1)));
        let query = || select([c("tag.id")], TableRef::named("tag")).with([("tag", mine())]);
        table.is(&POST).then(|| is_in(RowFilter::column("person_id"), query(), false))
    };
    let plugins = || vec![policy("named", filter), Arc::new(Hide) as Arc<dyn Plugin>];
    assert_eq!(
        text(plugins(), select([c("o.id")], o()), &Sqlite::default()).expect("nothing is refused"),
        r#"select "o"."id" from "post" as "o" where "o"."del" is null and "o"."person_id" in (with "tag" as (select "__k1"."id" from "main"."PERSON" as "__k1" where "__k1"."del" is null and "__k1"."id" > 1) select "__k2"."id" from "tag" as "__k2")"#
    );
}

/// Rows of a tenant, for roles that do not see everything.
#[derive(Debug)]
struct Tenant {
    tenant: Option<i32>,
    friends: Vec<i32>,
    sees_all: bool,
}

impl Plugin for Tenant {
    fn name(&self) -> &'static str {
        "tenant"
    }

    fn is_guard(&self) -> bool {
        true
    }

    fn row_filter(&self, table: &TableHandle, _: Operation) -> Option<RowFilter> {
        let mine = || eq(RowFilter::column("person_id"), RowFilter::parameter("tenant"));
        let items = vec![RowFilter::parameter("friends"), int(0)];
        let list = InList { operand: RowFilter::column("person_id"), items, negated: false };
        table.is(&POST).then(|| RowFilter::new(or(mine(), Expr::InList(Box::new(list)))))
    }

    fn mode(&self, _: &TableHandle, _: &Context<'_>) -> Result<Option<Name>> {
        Ok(self.sees_all.then_some(Name::Borrowed("everything")))
    }

    fn filter_in_mode(&self, table: &TableHandle, _: Operation, mode: &str) -> ModeFilter {
        if table.is(&POST) && mode == "everything" { ModeFilter::Off } else { ModeFilter::Unchanged }
    }

    fn parameter(&self, name: &str, _: &Context<'_>) -> Result<Parameter> {
        match (name, self.tenant) {
            ("tenant", Some(tenant)) => Ok(Parameter::One(Value::I32(tenant))),
            ("friends", _) => Ok(Parameter::Many(self.friends.iter().map(|id| Value::I32(*id)).collect())),
            _ => Err(Error::new(ErrorKind::Refused, "no tenant is set")),
        }
    }
}

/// The filter that a tenant gets.
fn tenants(tenant: Tenant) -> Result<(String, Vec<Value>)> {
    let dialect = Postgres::default();
    let mut statement = Statement::from(select([c("o.id")], o()));
    apply(&set(vec![Arc::new(tenant)], &dialect), &mut statement, &dialect)?;
    let compiled = kysera_sql::compile::compile(&statement, &dialect).expect("it compiles");
    Ok((compiled.sql.into(), compiled.params))
}

#[test]
fn values_of_the_context_are_bound_and_a_missing_one_denies() {
    let (sql, params) =
        tenants(Tenant { tenant: Some(7), friends: vec![1, 2], sees_all: false }).expect("it is set");
    assert_eq!(
        sql,
        r#"select "o"."id" from "post" as "o" where "o"."person_id" = $1 or "o"."person_id" in ($2, $3, 0)"#
    );
    assert_eq!(params, [Value::I32(7), Value::I32(1), Value::I32(2)]);
    let (sql, _) = tenants(Tenant { tenant: Some(7), friends: vec![], sees_all: false }).expect("it is set");
    assert!(sql.ends_with(r#"or "o"."person_id" in (0)"#), "{sql}");
    let error =
        tenants(Tenant { tenant: None, friends: vec![], sees_all: false }).expect_err("there is none");
    assert_eq!(error.kind(), ErrorKind::Refused);
}

#[test]
fn the_context_can_put_another_filter_in_force() {
    let (sql, _) =
        tenants(Tenant { tenant: None, friends: vec![], sees_all: true }).expect("nothing is asked");
    assert_eq!(sql, r#"select "o"."id" from "post" as "o""#);
}

#[test]
fn plugins_find_the_description_of_a_table_that_was_named() {
    #[derive(Debug)]
    struct Sees;

    impl Plugin for Sees {
        fn name(&self) -> &'static str {
            "sees"
        }

        fn rewrite(&self, statement: &mut Statement, _: &Context<'_>) -> Result<()> {
            match statement {
                Statement::Update(update)
                    if update.table.meta.as_ref().is_some_and(|meta| meta.is(&POST)) =>
                {
                    Ok(())
                }
                _ => Err(Error::new(ErrorKind::Plugin, "the description is missing")),
            }
        }
    }

    let mut update = Update::of(TableRef::named("post"));
    update.set = vec![Assignment { column: "n".into(), value: int(1) }];
    let plugins: Vec<Arc<dyn Plugin>> = vec![Arc::new(Sees), Arc::new(Hide), Arc::new(Guard)];
    assert_eq!(
        text(plugins, update, &Sqlite::default()).expect("it is there"),
        r#"update "post" set "n" = 1 where "post"."del" is null"#
    );
}
