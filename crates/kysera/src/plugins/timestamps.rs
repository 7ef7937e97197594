//! Stamps rows with the instant of the statement that wrote them.
//!
//! Works on statements, so repositories, the builder, bulk inserts, upserts and writes inside a CTE are stamped alike.
//! Changes made by the database itself (triggers, cascades) are not seen.

use super::attach::Attachment;
use super::instant::{self, instant};
use kysera_core::plugin::{Context, Parameter, Plugin, Write, priority};
use kysera_core::{Error, ErrorKind, Result};
use kysera_sql::ast::{
    Assignment, ConflictAction, Derived, Expr, FromItem, Insert, InsertSource, Select, SelectItem, TableRef,
};
use kysera_sql::expr::Column;
use kysera_sql::ident::Name;
use kysera_sql::node;
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

    fn insert(&self, insert: &mut Insert, context: &Context<'_>) -> Result<()> {
        let stamps = self.on_insert(&insert.into, context)?;
        if !stamps.is_empty() && gives_unnamed_columns(insert) {
            return Err(unnamed(&insert.into));
        }
        for stamp in stamps {
            match insert.columns.iter().position(|column| *column == stamp.column) {
                Some(column) => fill_gaps(insert, column, &stamp.value),
                None => add_to_rows(insert, stamp),
            }
        }
        if let Some(conflict) = &mut insert.on_conflict
            && let ConflictAction::DoUpdate { set, .. } = &mut conflict.action
        {
            add_to_set(set, self.on_update(&insert.into, context)?);
        }
        Ok(())
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
        match write {
            Write::Insert(insert) => self.insert(insert, context),
            Write::Update(update) => {
                let stamp = self.on_update(&update.table, context)?;
                add_to_set(&mut update.set, stamp);
                Ok(())
            }
            Write::MergeInsert { target, columns, values } => {
                for stamp in self.on_insert(target.table(), context)? {
                    if !columns.contains(&stamp.column) {
                        columns.push(stamp.column);
                        values.push(stamp.value);
                    }
                }
                Ok(())
            }
            Write::MergeUpdate { target, set } => {
                add_to_set(set, self.on_update(target.table(), context)?);
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

/// Adds an assignment at the end, where MySQL's upsert sees the other columns' new values last, unless the statement
/// sets that column itself, or nothing: that stays an error.
fn add_to_set(set: &mut Vec<Assignment>, stamp: Option<Assignment>) {
    if let Some(stamp) = stamp
        && !set.is_empty()
        && !set.iter().any(|assignment| assignment.column == stamp.column)
    {
        set.push(stamp);
    }
}

/// True for an insert that gives values without saying of which columns.
fn gives_unnamed_columns(insert: &Insert) -> bool {
    insert.columns.is_empty()
        && match &insert.source {
            InsertSource::Values(rows) => rows.iter().any(|row| !row.is_empty()),
            InsertSource::Select(_) => true,
            _ => false,
        }
}

#[cold]
fn unnamed(table: &TableRef) -> Error {
    Error::new(ErrorKind::Plugin, "timestamps cannot stamp an insert that names no columns")
        .with_hint("name the columns that the values are of")
        .with_table(table.name.clone())
}

/// Stamps the rows that leave the column to others, where some rows of the statement give it.
fn fill_gaps(insert: &mut Insert, column: usize, value: &Expr) {
    let InsertSource::Values(rows) = &mut insert.source else { return };
    for given in rows.iter_mut().filter_map(|row| row.get_mut(column)) {
        if *given == Expr::Default {
            *given = value.clone();
        }
    }
}

/// Adds a column to every row of an insert.
fn add_to_rows(insert: &mut Insert, stamp: Assignment) {
    match &mut insert.source {
        InsertSource::Values(rows) => {
            for row in rows {
                row.push(stamp.value.clone());
            }
        }
        InsertSource::Select(select) => add_to_select(select, stamp.value),
        // `default values` has no list to add to; one column given leaves the others at their defaults all the same.
        InsertSource::DefaultValues => insert.source = InsertSource::Values(vec![vec![stamp.value]]),
        _ => return,
    }
    insert.columns.push(stamp.column);
}

/// Adds an item to the query of an insert. A set operation or `*` is wrapped, so that operands keep their width.
fn add_to_select(select: &mut Select, value: Expr) {
    let wrap = !select.set_ops.is_empty()
        || select.distinct != kysera_sql::ast::Distinct::No
        || select.items.iter().any(|item| matches!(item, SelectItem::Star(_)));
    if wrap {
        let with = select.with.take();
        let query = std::mem::take(select);
        let alias = Name::Borrowed("stamped");
        let derived = Derived::new(query, alias.clone());
        *select = node!(Select {
            with,
            items: vec![SelectItem::Star(Some(alias))],
            from: vec![FromItem::Derived(Box::new(derived))],
            ..Select::default()
        });
    }
    select.items.push(SelectItem::expr(value));
}
