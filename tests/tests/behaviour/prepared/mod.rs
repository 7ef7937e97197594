//! Prepared queries: they answer as the query built each time, with every plugin, in every mode and on every database.

mod concurrent;
mod oracle;
mod plugins;
mod running;
mod wrong;

use crate::database;
use kysera::executor::DbBuilder;
use kysera::extend::plugin::{Context, ModeFilter, Operation, Parameter, Plugin, RowFilter};
use kysera::prelude::*;
use kysera::schema::create_table;
use kysera::{Error, ErrorKind, Result};
use kysera_sql::ast::{BinaryOp, Expr as Node, InList};
use kysera_sql::ident::Name;
use kysera_sql::table::TableHandle;
use kysera_sql::value::Value;

#[derive(Table, Debug, Clone, PartialEq)]
pub(crate) struct Account {
    #[column(primary_key, generated)]
    pub(crate) id: i64,
    pub(crate) tenant: i64,
    #[column(unique)]
    pub(crate) name: String,
    pub(crate) nick: Option<String>,
    pub(crate) age: i32,
    pub(crate) deleted_at: Option<i64>,
}

#[derive(Table, Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    #[column(primary_key, generated)]
    pub(crate) id: i64,
    pub(crate) account_id: i64,
    pub(crate) text: String,
    pub(crate) deleted_at: Option<i64>,
}

/// Rows of the tenants 1 and 2, of whom one each is deleted.
pub(crate) async fn filled(db: &Db) {
    create_table(Account).execute(db).await.unwrap();
    create_table(Entry).execute(db).await.unwrap();
    for (name, tenant, age, deleted) in [
        ("ann", 1, 30, None),
        ("bob", 1, 40, Some(5)),
        ("cem", 2, 50, None),
        ("dee", 2, 60, Some(6)),
        ("eve", 1, 70, None),
    ] {
        let new = NewAccount { tenant, name: name.into(), age }.nick(None).deleted_at(deleted);
        let id = insert_into(Account).values(new).returning(Account.id).fetch_one(db).await.unwrap();
        for (text, deleted) in [("one", None), ("two", Some(7))] {
            let new = NewEntry { account_id: id, text: format!("{name} {text}") }.deleted_at(deleted);
            insert_into(Entry).values(new).execute(db).await.unwrap();
        }
    }
}

/// The tenant of an execution, or everything.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Who {
    Tenant(i64),
    Tenants(&'static [i64]),
    Root,
}

/// Shows each tenant its own accounts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tenants {
    /// Whether prepared queries may keep what it made of them.
    pub(crate) by_form: bool,
    pub(crate) list: bool,
}

impl Tenants {
    pub(crate) const ONE: Tenants = Tenants { by_form: true, list: false };
    pub(crate) const MANY: Tenants = Tenants { by_form: true, list: true };
}

impl Plugin for Tenants {
    fn name(&self) -> &'static str {
        "tenants"
    }

    fn is_guard(&self) -> bool {
        true
    }

    fn rewrites_by_form(&self) -> bool {
        self.by_form
    }

    fn row_filter(&self, table: &TableHandle, _: Operation) -> Option<RowFilter> {
        table.column("tenant")?;
        let (column, tenant) = (RowFilter::column("tenant"), RowFilter::parameter("tenant"));
        Some(RowFilter::new(if self.list {
            let list = InList { operand: column, items: vec![tenant], negated: false };
            Node::InList(Box::new(list))
        } else {
            Node::binary(column, BinaryOp::Eq, tenant)
        }))
    }

    fn filter_in_mode(&self, _: &TableHandle, _: Operation, mode: &str) -> ModeFilter {
        if mode == "root" { ModeFilter::Off } else { ModeFilter::Unchanged }
    }

    fn mode(&self, _: &TableHandle, context: &Context<'_>) -> Result<Option<Name>> {
        Ok((context.get::<Who>() == Some(&Who::Root)).then_some(Name::Borrowed("root")))
    }

    fn parameter(&self, _: &str, context: &Context<'_>) -> Result<Parameter> {
        match context.get::<Who>() {
            Some(Who::Tenant(tenant)) if self.list => Ok(Parameter::Many(vec![Value::I64(*tenant)])),
            Some(Who::Tenant(tenant)) => Ok(Parameter::One(Value::I64(*tenant))),
            Some(Who::Tenants(some)) => {
                Ok(Parameter::Many(some.iter().map(|tenant| Value::I64(*tenant)).collect()))
            }
            _ => {
                Err(Error::new(ErrorKind::Refused, "no tenant is known")
                    .with_hint("add one with `db.with(..)`"))
            }
        }
    }
}

/// Runs a scenario on every database there is, beside the same database without plugins.
pub(crate) async fn each(with: impl Fn(DbBuilder) -> DbBuilder, scenario: impl AsyncFn(&Db)) {
    database::pairs(with, async |plain, db| {
        filled(plain).await;
        scenario(db).await;
    })
    .await;
}
