//! What the log says when plugins are passed by.

use crate::fake::{Fake, Number};
use kysera_core::plugin::Plugin;
use kysera_core::{Db, QueryExt, prepare, raw, script, tree};
use kysera_sql::ast::{Derived, Expr, FromItem, Select, SelectItem, TableRef};
use kysera_sql::value::Value;
use std::fmt::{Debug, Write};
use std::sync::{Arc, Mutex};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// Keeps every event of the bypass log as a line.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<String>>>);

impl Subscriber for Lines {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "kysera::bypass"
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut line = Line(String::new());
        event.record(&mut line);
        self.0.lock().expect("not poisoned").push(line.0);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0, "{field}={value:?} ").expect("a string takes everything");
    }
}

#[derive(Debug)]
struct Idle;

impl Plugin for Idle {
    fn name(&self) -> &'static str {
        "idle"
    }

    fn rewrites_by_form(&self) -> bool {
        true
    }
}

#[tokio::test]
async fn a_bypass_is_logged_with_its_reason_and_without_values() {
    let lines = Lines::default();
    let _guard = tracing::subscriber::set_default(lines.clone());
    let db = Db::builder(Fake::new()).plugin(Idle).build().unwrap();

    raw("delete {}").bind("secret").bypass_plugins("clean up").execute(&db).await.unwrap();
    script("drop").bypass_plugins("tear down").run(&db).await.unwrap();
    let mut inner = Select::from(TableRef::named("t"));
    inner.items.push(SelectItem::aliased(Expr::Value(Value::Text("secret".into())), "n"));
    inner.directives.bypass = Some("statistics".into());
    let derived = Derived::new(inner, "d");
    let mut outer = Select::from(FromItem::Derived(Box::new(derived)));
    outer.items.push(SelectItem::expr(Expr::column("d", "n")));
    tree(outer).rows::<Number>().fetch_all(&db).await.unwrap();
    raw("delete").execute(&db).await.unwrap();

    let lines = lines.0.lock().expect("not poisoned").clone();
    let expected = [("clean up", "raw"), ("tear down", "script"), ("statistics", "select")];
    assert_eq!(lines.len(), expected.len(), "{lines:?}");
    for (line, (reason, statement)) in lines.iter().zip(expected) {
        assert!(line.contains(&format!("reason={reason:?} statement={statement:?}")), "{line}");
        assert!(!line.contains("secret"), "{line}");
    }
}

#[tokio::test]
async fn a_prepared_query_logs_its_bypass_at_each_call_where_there_are_plugins() {
    let lines = Lines::default();
    let _guard = tracing::subscriber::set_default(lines.clone());
    let whole = prepare(|| raw("delete").bypass_plugins("clean up"));
    let part = prepare(|| {
        let mut inner = Select::from(TableRef::named("t"));
        inner.items.push(SelectItem::aliased(Expr::Value(Value::I64(1)), "n"));
        inner.directives.bypass = Some("statistics".into());
        let mut outer = Select::default();
        outer.items.push(SelectItem::expr(Expr::Subquery(Box::new(inner))));
        tree(outer)
    });
    let plain = Fake::new().db();
    let db = Db::builder(Fake::new()).plugin(Idle).build().unwrap();
    for calls in 1..4 {
        for db in [&plain, &db] {
            whole.bind(()).execute(db).await.unwrap();
            part.bind(()).execute(db).await.unwrap();
        }
        let lines = lines.0.lock().expect("not poisoned").clone();
        let about = |reason| lines.iter().filter(|line| line.contains(reason)).count();
        assert_eq!((about("clean up"), about("statistics")), (calls, calls), "{lines:?}");
    }
}
