//! A plugin as somebody outside of the workspace would write it: each tenant sees and writes its own rows, and what a
//! statement returns is counted.

use kysera_core::driver::BoxFuture;
use kysera_core::plugin::{Context, Operation, Parameter, Plugin, RowFilter, RowObserver, priority};
use kysera_core::{Error, ErrorKind, Interception, Result};
use kysera_sql::ast::{BinaryOp, Expr, Statement};
use kysera_sql::cell::Cell;
use kysera_sql::table::TableHandle;
use kysera_sql::value::Value;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The column by which rows belong to a tenant.
const COLUMN: &str = "tenant_id";

/// The tenant that a handle works for: `db.with(Tenant(7))`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tenant(pub i64);

/// Keeps the rows of tenants apart, in every table that has a `tenant_id`.
#[derive(Debug, Default)]
pub struct Tenants {
    returned: Arc<AtomicUsize>,
}

impl Tenants {
    /// How many rows statements have returned through it.
    pub fn returned(&self) -> Arc<AtomicUsize> {
        Arc::clone(&self.returned)
    }
}

impl Plugin for Tenants {
    fn name(&self) -> &'static str {
        "tenants"
    }

    fn priority(&self) -> i32 {
        priority::SECURITY
    }

    fn is_guard(&self) -> bool {
        true
    }

    fn row_filter(&self, table: &TableHandle, _: Operation) -> Option<RowFilter> {
        let column = RowFilter::column(table.column(COLUMN)?.name.clone());
        Some(RowFilter::new(Expr::binary(column, BinaryOp::Eq, RowFilter::parameter(COLUMN))))
    }

    // A row that is written belongs to the tenant as one that is read does.
    fn write_check(&self, table: &TableHandle, operation: Operation, _: Option<&str>) -> Option<RowFilter> {
        self.row_filter(table, operation)
    }

    fn parameter(&self, _: &str, context: &Context<'_>) -> Result<Parameter> {
        let tenant = context.get::<Tenant>().ok_or_else(|| {
            Error::new(ErrorKind::Plugin, "nobody knows for which tenant this runs")
                .with_hint("use a handle that `db.with(Tenant(..))` gives")
        })?;
        Ok(Parameter::One(Value::I64(tenant.0)))
    }

    fn intercepts(&self, statement: &Statement) -> bool {
        matches!(statement, Statement::Select(_))
    }

    fn intercept<'a>(&'a self, interception: &'a mut Interception<'_>) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            let count = interception.proceed_observing(0, Count::default()).await?;
            self.returned.fetch_add(count.0, Ordering::Relaxed);
            Ok(())
        })
    }
}

/// Counts the rows that the caller gets.
#[derive(Default)]
struct Count(usize);

impl RowObserver for Count {
    fn row(&mut self, _: &[Cell<'_>]) -> Result<()> {
        self.0 += 1;
        Ok(())
    }

    fn clear(&mut self) {
        self.0 = 0;
    }
}
