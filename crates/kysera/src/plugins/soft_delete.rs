//! Hides rows that were marked as deleted, in every reference to their table.
//!
//! The marking itself is an explicit statement: [`Delete`](kysera_sql::ast::Delete) stays what it says.

use super::attach::Attachment;
use super::instant::{self, instant};
use kysera_core::Result;
use kysera_core::error::{Error, ErrorKind};
use kysera_core::plugin::{Context, ModeFilter, Operation, Parameter, Plugin, RowFilter, Write, priority};
use kysera_sql::ast::{Assignment, ConflictAction, Expr, Insert, Literal, OnConflict, TableRef, Update};
use kysera_sql::expr::Column;
use kysera_sql::ident::Name;
use kysera_sql::table::{TableHandle, TableMeta};
use kysera_sql::typed::Table;
use kysera_sql::value::{SqlType, Value};

/// The name under which queries address this plugin.
pub(crate) const NAME: &str = "soft_delete";
/// Deleted rows too.
pub(crate) const WITH_DELETED: &str = "with_deleted";
/// Deleted rows alone.
pub(crate) const ONLY_DELETED: &str = "only_deleted";
/// An update that marks rows as deleted.
pub(crate) const MARK: &str = "mark";
/// An update that takes the mark away.
pub(crate) const RESTORE: &str = "restore";
/// An upsert that takes the mark away from the row it meets.
pub(crate) const REVIVE: &str = "revive";

/// Hides rows whose `deleted_at` is set.
///
/// Attaches to every table that has a column of that name. A join, a subquery, a CTE, a relation, a count: each
/// reference to such a table sees only rows that are not deleted, and so do updates and deletes.
///
/// ```
/// # use kysera::{Db, extend::driver::Driver, plugins::SoftDelete};
/// # fn example(driver: impl Driver) -> kysera::Result<()> {
/// let db = Db::builder(driver).plugin(SoftDelete::new()).build()?;
/// // select .. from "post" where "post"."deleted_at" is null and ..
/// # Ok(())
/// # }
/// ```
///
/// [`soft_delete`](crate::plugins::soft_delete) and [`restore`](crate::plugins::restore) mark rows and take the mark
/// away; [`SoftDeletes`](crate::plugins::SoftDeletes) lets a query see them.
#[derive(Clone, Debug)]
pub struct SoftDelete {
    attachment: Attachment,
}

impl Default for SoftDelete {
    fn default() -> Self {
        SoftDelete::new()
    }
}

impl SoftDelete {
    /// Attaches to tables that have `deleted_at`.
    pub fn new() -> SoftDelete {
        SoftDelete { attachment: Attachment::new("deleted_at") }
    }

    /// Attaches to tables that have a column of another name.
    #[must_use = "returns the plugin"]
    pub fn column(mut self, column: &'static str) -> SoftDelete {
        self.attachment.set_column(column);
        self
    }

    /// Attaches to a table by another column: `.table(Order, Order.removed_at)`.
    #[must_use = "returns the plugin"]
    pub fn table<T: Table, V>(mut self, table: T::Columns<T>, column: Column<T, Option<V>>) -> SoftDelete {
        let _ = table;
        self.attachment.tell(T::META, column.name());
        self
    }

    /// Leaves a table alone: `.except::<Event>()`.
    #[must_use = "returns the plugin"]
    pub fn except<T: Table>(mut self) -> SoftDelete {
        self.attachment.except(T::META);
        self
    }

    fn set_mark(&self, update: &mut Update, mode: &str, context: &Context<'_>) -> Result<()> {
        let (meta, column) = self.marked_column(&update.table)?;
        let value = match mode {
            MARK => instant(meta, column, self, context)?,
            _ => Expr::Value(Value::Null(column_type(meta, column))),
        };
        update.set.push(Assignment { column: Name::Borrowed(column), value });
        Ok(())
    }

    /// Lets an upsert that is told to revive clear the mark of the row it meets.
    fn revive(&self, insert: &mut Insert) -> Result<()> {
        let (_, column) = self.marked_column(&insert.into)?;
        if let Some(OnConflict { action: ConflictAction::DoUpdate { set, .. }, .. }) = &mut insert.on_conflict
            && !set.iter().any(|assignment| assignment.column == column)
        {
            let value = Expr::Literal(Literal::Null);
            set.push(Assignment { column: Name::Borrowed(column), value });
        }
        Ok(())
    }

    fn marked_column<'t>(&self, table: &'t TableRef) -> Result<(&'t TableMeta, &'static str)> {
        let attached = table.meta.as_deref().and_then(|meta| Some((meta, self.attachment.column_of(meta)?)));
        attached.ok_or_else(|| {
            Error::new(ErrorKind::Plugin, format!("table {} has no soft delete", table.name))
                .with_hint("add a `deleted_at` column, or delete with `delete_from(..)`")
                .with_table(table.name.clone())
        })
    }
}

impl Plugin for SoftDelete {
    fn name(&self) -> &'static str {
        NAME
    }

    fn priority(&self) -> i32 {
        priority::FILTER
    }

    fn row_filter(&self, table: &TableHandle, _: Operation) -> Option<RowFilter> {
        let column = self.attachment.column_of(table)?;
        Some(RowFilter::new(Expr::is_null(RowFilter::column(column))))
    }

    fn filter_in_mode(&self, table: &TableHandle, _: Operation, mode: &str) -> ModeFilter {
        let Some(column) = self.attachment.column_of(table) else { return ModeFilter::Unchanged };
        match mode {
            MARK => ModeFilter::Instead(RowFilter::new(Expr::is_null(RowFilter::column(column)))),
            WITH_DELETED | REVIVE => ModeFilter::Off,
            ONLY_DELETED | RESTORE => {
                ModeFilter::Instead(RowFilter::new(Expr::is_not_null(RowFilter::column(column))))
            }
            _ => ModeFilter::Unchanged,
        }
    }

    fn rewrites_by_form(&self) -> bool {
        true
    }

    fn parameter(&self, name: &str, context: &Context<'_>) -> Result<Parameter> {
        instant::parameter(self, name, context)
    }

    fn rewrite_write(&self, write: &mut Write<'_>, context: &Context<'_>) -> Result<()> {
        match (write.mode_of(NAME), write) {
            (Some(mode @ (MARK | RESTORE)), Write::Update(update)) => self.set_mark(update, mode, context),
            // `soft_delete(..)` and `restore(..)` assign nothing themselves.
            (Some(mode @ (WITH_DELETED | ONLY_DELETED)), Write::Update(update)) if update.set.is_empty() => {
                Err(no_mark(mode))
            }
            (Some(REVIVE), Write::Insert(insert)) => self.revive(insert),
            _ => Ok(()),
        }
    }
}

#[cold]
fn no_mark(mode: &str) -> Error {
    Error::new(ErrorKind::Plugin, format!("`{mode}` on an update that assigns nothing"))
        .with_hint("leave it out: `soft_delete` reaches rows that are not deleted, `restore` those that are")
}

fn column_type(meta: &TableMeta, column: &str) -> SqlType {
    meta.column(column).map_or(SqlType::Unknown, |column| column.sql_type)
}
