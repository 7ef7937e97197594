//! What plugins say is asked at each call: values, modes, instants; nothing of one execution gets into another.

use super::{Account, Entry, Tenants, Who, each};
use kysera::executor::Clock;
use kysera::extend::plugin::{Context, Interception, Parameter, Plugin};
use kysera::plugins::{SoftDelete, SoftDeletes as _, Timestamps};
use kysera::prelude::*;
use kysera::{Error, ErrorKind, Result};
use kysera_sql::ast::{Assignment, Expr as Node, Statement};
use kysera_sql::value::{SqlType, Value};
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

fn names() -> Prepared<i32, String> {
    prepare(|age: Param<i32>| {
        select_from(Account).filter(Account.age.ge(age)).order_by(Account.id.asc()).select(Account.name)
    })
}

#[tokio::test]
async fn two_tenants_share_one_text_and_see_their_own_rows() {
    for plugin in [Tenants::ONE, Tenants { by_form: false, ..Tenants::ONE }] {
        let names = names();
        each(
            |builder| builder.plugin(plugin),
            async |db| {
                let (one, two) = (db.with(Who::Tenant(1)), db.with(Who::Tenant(2)));
                for _ in 0..2 {
                    assert_eq!(names.bind(0).fetch_all(&one).await.unwrap(), ["ann", "bob", "eve"]);
                    assert_eq!(names.bind(0).fetch_all(&two).await.unwrap(), ["cem", "dee"]);
                    assert_eq!(names.bind(60).fetch_all(&two).await.unwrap(), ["dee"]);
                }
                let texts = [&one, &two].map(|db| names.bind(0).compile(db).unwrap().sql);
                assert_eq!(texts[0], texts[1]);
                assert_eq!(texts[0].id().is_some(), plugin.by_form);
                assert_eq!(texts[0].id(), texts[1].id());
            },
        )
        .await;
    }
}

#[tokio::test]
async fn without_a_tenant_nothing_is_sent_at_the_first_call_or_later() {
    for plugin in [Tenants::ONE, Tenants::MANY, Tenants { by_form: false, ..Tenants::ONE }] {
        each(
            |builder| builder.plugin(plugin),
            async |db| {
                let names = names();
                let refused = async || names.bind(0).fetch_all(db).await.unwrap_err().kind();
                assert_eq!(refused().await, ErrorKind::Refused);
                assert_eq!(names.bind(0).fetch_all(&db.with(Who::Tenant(2))).await.unwrap(), ["cem", "dee"]);
                assert_eq!(refused().await, ErrorKind::Refused);
            },
        )
        .await;
    }
}

#[tokio::test]
async fn modes_are_asked_at_each_call() {
    each(
        |builder| builder.plugin(Tenants::ONE),
        async |db| {
            let names = names();
            for _ in 0..2 {
                for (who, expected) in [
                    (Who::Root, &["ann", "bob", "cem", "dee", "eve"][..]),
                    (Who::Tenant(2), &["cem", "dee"]),
                    (Who::Root, &["ann", "bob", "cem", "dee", "eve"]),
                    (Who::Tenant(1), &["ann", "bob", "eve"]),
                ] {
                    assert_eq!(names.bind(0).fetch_all(&db.with(who)).await.unwrap(), expected);
                }
            }
            let id = |who| names.bind(0).compile(&db.with(who)).unwrap().sql.id();
            assert_ne!(id(Who::Root), id(Who::Tenant(1)));
            assert_eq!(id(Who::Root), id(Who::Root));
        },
    )
    .await;
}

#[tokio::test]
async fn lists_of_other_lengths_are_other_texts_and_an_empty_one_is_not_remembered_as_false() {
    each(
        |builder| builder.plugin(Tenants::MANY),
        async |db| {
            let names = names();
            for _ in 0..2 {
                for (tenants, expected) in [
                    (&[][..], &[][..]),
                    (&[2], &["cem", "dee"]),
                    (&[1, 2], &["ann", "bob", "cem", "dee", "eve"]),
                    (&[2, 3], &["cem", "dee"]),
                    (&[1], &["ann", "bob", "eve"]),
                ] {
                    assert_eq!(
                        names.bind(0).fetch_all(&db.with(Who::Tenants(tenants))).await.unwrap(),
                        expected
                    );
                }
            }
        },
    )
    .await;
}

#[tokio::test]
async fn rows_that_are_deleted_stay_hidden_and_switches_are_part_of_the_query() {
    each(
        |builder| builder.plugin(SoftDelete::new()),
        async |db| {
            let texts = prepare(|name: Param<String>| {
                select_from(Account)
                    .left_join(Entry, Entry.account_id.eq(Account.id))
                    .filter(Account.name.ge(name))
                    .order_by((Account.id.asc(), Entry.id.asc()))
                    .select((Account.name, Entry.text))
            });
            let all = prepare(|name: Param<String>| {
                select_from(Account).filter(Account.name.ge(name)).with_deleted().select(count_all())
            });
            for _ in 0..2 {
                let rows = texts.bind("c").fetch_all(db).await.unwrap();
                let text = |text: &str| Some(text.to_owned());
                assert_eq!(rows, [("cem".to_owned(), text("cem one")), ("eve".to_owned(), text("eve one"))]);
                assert_eq!(all.bind("a").fetch_one(db).await.unwrap(), 5);
            }
            let mark =
                prepare(|id: Param<i64>| kysera::plugins::soft_delete(Account).filter(Account.id.eq(id)));
            assert_eq!(mark.bind(1).execute(db).await.unwrap().rows_affected, 1);
            assert_eq!(mark.bind(1).execute(db).await.unwrap().rows_affected, 0);
            assert_eq!(texts.bind("a").fetch_all(db).await.unwrap().len(), 2);
        },
    )
    .await;
}

/// Says what it is told to.
#[derive(Clone, Debug)]
pub(super) struct Told(pub(super) Arc<AtomicI64>);

impl Clock for Told {
    fn now(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }
}

#[tokio::test]
async fn instants_are_those_of_each_call() {
    let now = Told(Arc::new(AtomicI64::new(100)));
    each(
        |builder| builder.plugin(Timestamps::new().columns("deleted_at", "nobody")).clock(now.clone()),
        async |db| {
            let insert = prepare(|name: Param<String>| {
                insert_into(Account)
                    .values((Account.tenant.set(1), Account.name.set(name), Account.age.set(1)))
                    .returning(Account.deleted_at)
            });
            for (instant, name) in [(200, "x"), (300, "y"), (400, "z")] {
                now.0.store(instant, Ordering::Relaxed);
                assert_eq!(insert.bind(name).fetch_one(db).await.unwrap(), Some(instant));
            }
            let insert = prepare(|name: Param<String>| {
                insert_into(Account).values((
                    Account.tenant.set(1),
                    Account.name.set(name),
                    Account.age.set(1),
                ))
            });
            let id = || insert.bind("w").compile(db).unwrap().sql.id();
            assert!(id().is_some());
            assert_eq!(id(), id());
        },
    )
    .await;
}

/// Stamps every update in a way of its own.
#[derive(Clone, Debug)]
struct Stamps {
    by_form: bool,
    seen: Arc<Mutex<Vec<Value>>>,
}

impl Plugin for Stamps {
    fn name(&self) -> &'static str {
        "stamps"
    }

    fn rewrites_by_form(&self) -> bool {
        self.by_form
    }

    fn rewrite(&self, statement: &mut Statement, context: &Context<'_>) -> Result<()> {
        let Statement::Update(update) = statement else { return Ok(()) };
        let mut seen = self.seen.lock().unwrap();
        seen.extend(update.set.iter().filter_map(|assignment| match &assignment.value {
            Node::Value(value) => Some(value.clone()),
            _ => None,
        }));
        let stamp = context
            .get::<&'static str>()
            .map_or(Value::Null(SqlType::Text), |who| (*who).to_owned().into_value());
        update.set.push(Assignment { column: "nick".into(), value: Node::Value(stamp) });
        Ok(())
    }
}

trait IntoValue {
    fn into_value(self) -> Value;
}

impl IntoValue for String {
    fn into_value(self) -> Value {
        Value::Text(self.into())
    }
}

#[tokio::test]
async fn what_a_rewriting_reads_of_an_execution_stays_in_it_even_if_the_plugin_claims_otherwise() {
    for by_form in [false, true] {
        let plugin = Stamps { by_form, seen: Arc::default() };
        each(
            |builder| builder.plugin(plugin.clone()),
            async |db| {
                let grow = prepare(|id: Param<i64>, age: Param<i32>| {
                    update(Account)
                        .set(Account.age.set(age))
                        .filter(Account.id.eq(id))
                        .returning(Account.nick)
                });
                for (who, age) in [("ann", 1), ("bob", 2), ("cem", 3)] {
                    let nick = grow.bind((1, age)).fetch_one(&db.with(who)).await.unwrap();
                    assert_eq!(nick.as_deref(), Some(who));
                    assert_eq!(plugin.seen.lock().unwrap().last(), Some(&Value::I32(age)));
                }
            },
        )
        .await;
    }
}

/// Puts a place into statements that nobody fills.
#[derive(Debug)]
struct Forgets;

impl Plugin for Forgets {
    fn name(&self) -> &'static str {
        "forgets"
    }

    fn rewrites_by_form(&self) -> bool {
        true
    }

    fn rewrite(&self, statement: &mut Statement, _: &Context<'_>) -> Result<()> {
        let Statement::Select(select) = statement else { return Ok(()) };
        let slot = kysera_sql::value::ParamSlot::plugin("forgets", "it", 0, SqlType::I64);
        select.limit = Some(Node::Value(slot.into()));
        Ok(())
    }
}

#[tokio::test]
async fn a_place_that_a_plugin_left_empty_is_never_sent() {
    each(
        |builder| builder.plugin(Forgets),
        async |db| {
            let error = names().bind(0).fetch_all(db).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Plugin);
            let built = select_from(Account).select(Account.name);
            let error = built.fetch_all(db).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidQuery, "{error}");
        },
    )
    .await;
}

/// Notes each statement that it stands around, as it is.
#[derive(Clone, Debug, Default)]
struct Notes {
    statements: Arc<Mutex<Vec<String>>>,
    asked: Arc<AtomicUsize>,
}

impl Plugin for Notes {
    fn name(&self) -> &'static str {
        "notes"
    }

    fn rewrites_by_form(&self) -> bool {
        true
    }

    fn intercepts(&self, statement: &Statement) -> bool {
        self.asked.fetch_add(1, Ordering::Relaxed);
        matches!(statement, Statement::Update(_))
    }

    fn intercept<'a>(
        &'a self,
        interception: &'a mut Interception<'_>,
    ) -> kysera::extend::driver::BoxFuture<'a, Result<()>> {
        let compiled = kysera_sql::compile::compile(interception.statement(), interception.context().dialect);
        match compiled {
            Ok(compiled) => self.statements.lock().unwrap().push(format!("{:?}", compiled.params)),
            Err(error) => return Box::pin(std::future::ready(Err(Error::from(error)))),
        }
        interception.proceed()
    }
}

#[tokio::test]
async fn plugins_that_stand_around_see_the_values() {
    let notes = Notes::default();
    each(
        |builder| builder.plugin(notes.clone()).plugin(Tenants::ONE),
        async |db| {
            notes.statements.lock().unwrap().clear();
            let rename = prepare(|id: Param<i64>, name: Param<String>| {
                update(Account).set(Account.name.set(name)).filter(Account.id.eq(id))
            });
            for (id, name) in [(1, "first"), (2, "second")] {
                let done = rename.bind((id, name)).execute(&db.with(Who::Tenant(1))).await.unwrap();
                assert_eq!(done.rows_affected, 1);
            }
            assert_eq!(
                *notes.statements.lock().unwrap(),
                [r#"[Text("first"), I64(1), I64(1)]"#, r#"[Text("second"), I64(1), I64(2)]"#]
            );
        },
    )
    .await;
}

/// Answers for a parameter with a value of another type now and then.
#[derive(Clone, Debug)]
struct Fickle(Arc<AtomicUsize>);

impl Plugin for Fickle {
    fn name(&self) -> &'static str {
        "fickle"
    }

    fn rewrites_by_form(&self) -> bool {
        true
    }

    fn parameter(&self, _: &str, _: &Context<'_>) -> Result<Parameter> {
        Ok(Parameter::One(match self.0.load(Ordering::Relaxed) % 2 {
            0 => Value::I64(2),
            _ => Value::I32(1),
        }))
    }

    fn rewrite(&self, statement: &mut Statement, context: &Context<'_>) -> Result<()> {
        if let Statement::Select(select) = statement {
            select.limit = Some(context.parameter(self, "rows")?);
        }
        Ok(())
    }
}

#[tokio::test]
async fn an_answer_of_another_type_is_another_text() {
    let turn = Arc::new(AtomicUsize::new(0));
    each(
        |builder| builder.plugin(Fickle(Arc::clone(&turn))),
        async |db| {
            let names = names();
            for expected in [2, 1, 2, 1] {
                assert_eq!(names.bind(0).fetch_all(db).await.unwrap().len(), expected);
                turn.fetch_add(1, Ordering::Relaxed);
            }
        },
    )
    .await;
}

#[tokio::test]
async fn bypassing_plugins_is_part_of_the_query() {
    each(
        |builder| builder.plugin(Tenants::ONE),
        async |db| {
            let all = prepare(|age: Param<i32>| {
                select_from(Account)
                    .filter(Account.age.ge(age))
                    .bypass_plugins("a report")
                    .select(count_all())
            });
            for _ in 0..2 {
                assert_eq!(all.bind(0).fetch_one(db).await.unwrap(), 5);
            }
        },
    )
    .await;
}
