//! The trait that plugins implement.

use crate::driver::BoxFuture;
use crate::error::{Error, ErrorKind, Result};
use crate::plugin::context::Context;
use crate::plugin::enclosure::Enclosure;
use crate::plugin::interception::Interception;
use crate::plugin::operation::Operation;
use crate::plugin::row_filter::{ModeFilter, Parameter, RowFilter};
use crate::plugin::write::Write;
use kysera_sql::ast::Statement;
use kysera_sql::ident::Name;
use kysera_sql::table::TableHandle;
use std::fmt::Debug;

/// Priorities by purpose; higher runs first.
pub mod priority {
    /// Row-level security.
    pub const SECURITY: i32 = 1000;
    /// Row filters such as soft delete.
    pub const FILTER: i32 = 500;
    /// Changes of values, such as timestamps.
    pub const TRANSFORM: i32 = 100;
    /// Records of what was done.
    pub const AUDIT: i32 = 50;
}

/// A plugin of the executor. Every method but `name` has a default that does nothing.
///
/// ```
/// use kysera_core::plugin::{Operation, Plugin, RowFilter};
/// use kysera_sql::{ast::Expr, table::TableHandle};
///
/// /// Hides what is not published, in every table that has such a column.
/// #[derive(Debug)]
/// struct Published;
///
/// impl Plugin for Published {
///     fn name(&self) -> &'static str {
///         "published"
///     }
///
///     fn row_filter(&self, table: &TableHandle, _: Operation) -> Option<RowFilter> {
///         let column = table.column("published_at")?;
///         Some(RowFilter::new(Expr::is_not_null(RowFilter::column(column.name.clone()))))
///     }
/// }
/// ```
pub trait Plugin: Debug + Send + Sync + 'static {
    /// A unique name, in `snake_case`.
    fn name(&self) -> &'static str;

    /// Its position among the others; higher runs first.
    fn priority(&self) -> i32 {
        0
    }

    /// Plugins that must be there, and run before this one.
    fn dependencies(&self) -> &'static [&'static str] {
        &[]
    }

    /// Plugins that must not be there.
    fn conflicts(&self) -> &'static [&'static str] {
        &[]
    }

    /// True when a statement that cannot be filtered must be refused: raw SQL, unknown relations, unknown kinds.
    fn is_guard(&self) -> bool {
        false
    }

    /// For a guard: false for a table that it leaves to others. A description of which a guard says nothing, neither a
    /// filter nor a check, is refused, because a struct may be made without the column that the guard goes by, and
    /// everything would be seen through it. Tables for everybody are named with
    /// [`DbBuilder::unguarded`](crate::DbBuilder::unguarded).
    fn guards(&self, table: &TableHandle) -> bool {
        let _ = table;
        self.is_guard()
    }

    /// False when queries cannot choose the plugin's mode: a directive to it is refused. For a guard whose modes open what
    /// its filters hide.
    fn takes_directives(&self) -> bool {
        true
    }

    /// Which rows of `table` exist for an operation, as far as this plugin is concerned: those that a query reads, that an
    /// update changes, that a delete removes. Never asked for [`Operation::Insert`]. Asked once for each table,
    /// operation and executor.
    ///
    /// An update or delete is filtered by what is said for its own operation alone: what must be readable to be changed
    /// has to be said there too.
    fn row_filter(&self, table: &TableHandle, operation: Operation) -> Option<RowFilter> {
        let _ = (table, operation);
        None
    }

    /// The filter of [`row_filter`](Plugin::row_filter) in one of the plugin's modes.
    fn filter_in_mode(&self, table: &TableHandle, operation: Operation, mode: &str) -> ModeFilter {
        let _ = (table, operation, mode);
        ModeFilter::Unchanged
    }

    /// What a row must satisfy as an insert or update leaves it, whatever it was before. NULL does not satisfy. A write
    /// of a row that does not fails with [`ErrorKind::Refused`] and is undone as a whole. `mode` is the one in force, if
    /// any. Asked once for each table, operation, mode and executor.
    ///
    /// The check sees what the database makes of the row: defaults, generated columns and what a trigger that runs
    /// before the write changes, where it can be asked for the written row (`returning`); elsewhere the values that
    /// the statement gives, and a check that reads a column without a value refuses the statement.
    ///
    /// # Dialects
    /// In `returning` on PostgreSQL, SQLite and MariaDB's inserts; in the values or WHERE elsewhere, and in merges, where a
    /// checked column takes a value, a column or an operation on these. So does the update of an upsert on MySQL and MariaDB,
    /// where the check is around the first value that it assigns. Elsewhere an upsert whose checks for inserted and updated
    /// rows differ is refused as [`Unsupported`](ErrorKind::Unsupported), as is an insert from a query where there is no
    /// `returning`.
    fn write_check(
        &self,
        table: &TableHandle,
        operation: Operation,
        mode: Option<&str>,
    ) -> Option<RowFilter> {
        let _ = (table, operation, mode);
        None
    }

    /// The mode in force for a table, unless a query names one by a directive: what the context of the execution
    /// decides, such as a role that sees everything. Asked at each execution for each table that the plugin filters or
    /// checks without a mode: a mode cannot restrict a table of which `row_filter` and `write_check` say nothing.
    ///
    /// # Errors
    /// When the context that the plugin needs is missing.
    fn mode(&self, table: &TableHandle, context: &Context<'_>) -> Result<Option<Name>> {
        let _ = (table, context);
        Ok(None)
    }

    /// The value of a [`RowFilter::parameter`] or of a [`Context::parameter`] for this execution. It is bound, so the SQL
    /// text stays the same.
    ///
    /// # Errors
    /// When there is no value: the statement is refused, never sent without the predicate.
    fn parameter(&self, name: &str, context: &Context<'_>) -> Result<Parameter> {
        let _ = context;
        Err(Error::new(ErrorKind::Plugin, format!("plugin `{}` knows no parameter `{name}`", self.name())))
    }

    /// Changes a statement before filters are placed. References by name have their description where the registry
    /// knows it. For writes, implement [`rewrite_write`](Plugin::rewrite_write) instead.
    ///
    /// # Errors
    /// When the statement must not run.
    fn rewrite(&self, statement: &mut Statement, context: &Context<'_>) -> Result<()> {
        let _ = (statement, context);
        Ok(())
    }

    /// Changes one write, such as adding a column or an assignment. Called for each write of a statement, at the top, in
    /// a CTE or in a branch of a merge, that does not bypass plugins; after every `rewrite`, before the write's filters
    /// and checks are placed.
    ///
    /// # Errors
    /// When the statement must not run.
    fn rewrite_write(&self, write: &mut Write<'_>, context: &Context<'_>) -> Result<()> {
        let _ = (write, context);
        Ok(())
    }

    /// The last change of a write: puts it into a CTE, with others beside it that read the rows it returns. Called for
    /// each write as [`rewrite_write`](Plugin::rewrite_write) is, but not for branches of a merge, once all filters and
    /// checks are in place. What it adds is not filtered.
    ///
    /// # Errors
    /// When the statement must not run.
    ///
    /// # Dialects
    /// Writes in CTEs are PostgreSQL's: elsewhere it is not called; use [`intercept`](Plugin::intercept) there.
    fn enclose(&self, enclosure: &mut Enclosure<'_>, context: &Context<'_>) -> Result<()> {
        let _ = (enclosure, context);
        Ok(())
    }

    /// True when [`inspect`](Plugin::inspect) looks at this statement, so that others cost nothing. Asked after the
    /// rewriting.
    fn inspects(&self, statement: &Statement) -> bool {
        let _ = statement;
        false
    }

    /// Looks at a statement as it will be sent, with all its values, at each execution: of a prepared query too, when its
    /// values are bound.
    ///
    /// # Errors
    /// When the statement must not run: nothing is sent.
    fn inspect(&self, statement: &Statement, context: &Context<'_>) -> Result<()> {
        let _ = (statement, context);
        Ok(())
    }

    /// True when [`rewrite`](Plugin::rewrite), [`rewrite_write`](Plugin::rewrite_write), [`enclose`](Plugin::enclose),
    /// [`inspects`](Plugin::inspects) and [`intercepts`](Plugin::intercepts) look at the form of a statement alone: not
    /// at bound values, nor at anything that differs between executions but for what they take by
    /// [`Context::parameter`]. A prepared query is then rewritten once for all its executions, and `rewrite` meets
    /// [`Value::Param`](kysera_sql::value::Value::Param) in the place of values. Unless every plugin says so, prepared
    /// queries are rewritten at each call.
    ///
    /// Reading [`Context::now`] or [`Context::get`] in `rewrite` makes that statement uncacheable: what is read there never
    /// gets into another execution. `row_filter` and `filter_in_mode` are asked once anyway, `mode` and
    /// `parameter` at each execution.
    fn rewrites_by_form(&self) -> bool {
        false
    }

    /// True when [`intercept`](Plugin::intercept) does anything for this statement, so that others cost nothing. Asked
    /// after the rewriting.
    fn intercepts(&self, statement: &Statement) -> bool {
        let _ = statement;
        false
    }

    /// True when [`intercept`](Plugin::intercept) writes beside a query that only reads: a log of who read what. Asked
    /// for such queries alone, after [`intercepts`](Plugin::intercepts) has said yes. While no plugin says so, the
    /// transaction that is begun for the query only reads too: on SQLite it takes a reader and not the one writer.
    fn writes_beside(&self, statement: &Statement) -> bool {
        let _ = statement;
        false
    }

    /// Runs the statement, and perhaps statements of its own on the same connection before and after it. Must call
    /// [`proceed`](Interception::proceed) or fail. All of it happens in one transaction: the caller's, or one of its own
    /// that is rolled back when this fails. Beginning and ending one costs a statement two more round trips on a
    /// database that is a server, so say [`intercepts`](Plugin::intercepts) only where it is needed.
    ///
    /// # Errors
    /// Its own, or those of the statement. After an error that comes when the statement has run, the caller's
    /// transaction can only roll back.
    fn intercept<'a>(&'a self, interception: &'a mut Interception<'_>) -> BoxFuture<'a, Result<()>> {
        interception.proceed()
    }
}
