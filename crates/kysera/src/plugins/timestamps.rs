//! Stamps rows with the instant of the statement that wrote them.
//!
//! Works on statements, so repositories, the builder, bulk inserts, upserts and writes inside a CTE are stamped alike.
//! Changes made by the database itself (triggers, cascades) are not seen.

use super::attach::Attachment;
use super::instant::{self, instant};
use kysera_core::Result;
use kysera_core::plugin::{Context, Operation, Parameter, Plugin, Write, priority};
use kysera_sql::ast::{Assignment, TableRef};
use kysera_sql::expr::Column;
use kysera_sql::ident::Name;
use kysera_sql::table::TableMeta;
use kysera_sql::typed::Table;

/// Sets `created_at` and `updated_at` on insert, and `updated_at` on update.
///
/// Attaches to every table that has a column of that name. A value that the statement gives itself wins. All rows of
/// a statement get the same instant, taken from the executor's clock.
///
/// ```
/// # use kysera::{Db, extend::driver::Driver, plugins::Timestamps};
/// # fn example(driver: impl Driver) -> kysera::Result<()> {
/// let db = Db::builder(driver).plugin(Timestamps::new()).build()?;
/// // update "post" set "title" = $1, "updated_at" = $2 where ..
/// # Ok(())
/// # }
/// ```
///
/// The columns may be instants, dates with times, or 64-bit integers (microseconds since 1970). Leave them out of the
/// required fields of `NewX` with `#[column(default)]`.
#[derive(Clone, Debug)]
pub struct Timestamps {
    created: Attachment,
    updated: Attachment,
}

impl Default for Timestamps {
    fn default() -> Self {
        Timestamps::new()
    }
}

impl Timestamps {
    /// Stamps `created_at` and `updated_at`, on every table that has them.
    pub fn new() -> Timestamps {
        Timestamps { created: Attachment::new("created_at"), updated: Attachment::new("updated_at") }
    }

    /// Uses columns of other names.
    #[must_use = "returns the plugin"]
    pub fn columns(mut self, created: &'static str, updated: &'static str) -> Timestamps {
        self.created.set_column(created);
        self.updated.set_column(updated);
        self
    }

    /// Stamps a table in columns of other names: `.table(Order, Order.placed_at, Order.changed_at)`.
    #[must_use = "returns the plugin"]
    pub fn table<T: Table, V, W>(
        mut self,
        table: T::Columns<T>,
        created: Column<T, V>,
        updated: Column<T, W>,
    ) -> Timestamps {
        let _ = table;
        self.created.tell(T::META, created.name());
        self.updated.tell(T::META, updated.name());
        self
    }

    /// Leaves a table alone: `.except::<Event>()`.
    #[must_use = "returns the plugin"]
    pub fn except<T: Table>(mut self) -> Timestamps {
        self.created.except(T::META);
        self.updated.except(T::META);
        self
    }

    /// What an insert into `table` must stamp.
    fn on_insert(&self, table: &TableRef, context: &Context<'_>) -> Result<Vec<Assignment>> {
        let Some(meta) = table.meta.as_deref() else { return Ok(Vec::new()) };
        [&self.created, &self.updated]
            .into_iter()
            .filter_map(|attachment| attachment.column_of(meta))
            .map(|column| self.stamp(meta, column, context))
            .collect()
    }

    /// What an update of `table` must stamp.
    fn on_update(&self, table: &TableRef, context: &Context<'_>) -> Result<Option<Assignment>> {
        let Some(meta) = table.meta.as_deref() else { return Ok(None) };
        self.updated.column_of(meta).map(|column| self.stamp(meta, column, context)).transpose()
    }

    /// `column = now`.
    fn stamp(&self, table: &TableMeta, column: &'static str, context: &Context<'_>) -> Result<Assignment> {
        Ok(Assignment { column: Name::Borrowed(column), value: instant(table, column, self, context)? })
    }
}

impl Plugin for Timestamps {
    fn name(&self) -> &'static str {
        "timestamps"
    }

    fn priority(&self) -> i32 {
        priority::TRANSFORM
    }

    fn rewrites_by_form(&self) -> bool {
        true
    }

    fn parameter(&self, name: &str, context: &Context<'_>) -> Result<Parameter> {
        instant::parameter(self, name, context)
    }

    fn rewrite_write(&self, write: &mut Write<'_>, context: &Context<'_>) -> Result<()> {
        let stamps = match write.operation() {
            Operation::Insert => self.on_insert(write.table(), context)?,
            Operation::Update => self.on_update(write.table(), context)?.into_iter().collect(),
            _ => Vec::new(),
        };
        for stamp in stamps {
            write.set_if_absent(stamp.column, stamp.value)?;
        }
        if write.updates_on_conflict()
            && let Some(stamp) = self.on_update(write.table(), context)?
        {
            write.set_on_conflict_if_absent(stamp.column, stamp.value);
        }
        Ok(())
    }
}
