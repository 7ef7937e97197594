//! The trait that plugins implement.

use crate::driver::BoxFuture;
use crate::error::{Error, ErrorKind, Result};
use crate::plugin::context::Context;
use crate::plugin::interception::Interception;
use crate::plugin::row_filter::{ModeFilter, Parameter, RowFilter};
use kysera_sql::ast::Statement;
use kysera_sql::table::TableMeta;
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
/// use kysera_core::plugin::{Plugin, RowFilter};
/// use kysera_sql::{ast::Expr, table::TableMeta};
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
///     fn row_filter(&self, table: &'static TableMeta) -> Option<RowFilter> {
///         let column = table.column("published_at")?;
///         Some(RowFilter::new(Expr::is_not_null(RowFilter::column(column.name))))
///     }
/// }
/// ```
pub trait Plugin: Debug + Send + Sync + 'static {
    /// A unique name, in `snake_case`.
    fn name(&self) -> &'static str;

    /// Where it stands among the others; higher runs first.
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

    /// True when a statement that nobody can filter must be refused: raw SQL, unknown relations, unknown kinds.
    fn is_guard(&self) -> bool {
        false
    }

    /// Which rows of `table` exist, as far as this plugin is concerned. Asked once for each table and executor.
    fn row_filter(&self, table: &'static TableMeta) -> Option<RowFilter> {
        let _ = table;
        None
    }

    /// The filter to use instead where a query carries a directive for this plugin.
    fn filter_in_mode(&self, table: &'static TableMeta, mode: &str) -> ModeFilter {
        let _ = (table, mode);
        ModeFilter::Unchanged
    }

    /// The directive in force for every table of a statement, unless a query carries one of its own: what the context of
    /// the execution decides, such as a role that sees everything. Asked wherever the plugin filters a table.
    ///
    /// # Errors
    /// When the context that the plugin needs is missing.
    fn mode(&self, context: &Context<'_>) -> Result<Option<&'static str>> {
        let _ = context;
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

    /// Changes a statement before filters are placed. References by name stand resolved where the registry knows them.
    ///
    /// # Errors
    /// When the statement must not run.
    fn rewrite(&self, statement: &mut Statement, context: &Context<'_>) -> Result<()> {
        let _ = (statement, context);
        Ok(())
    }

    /// True when [`rewrite`](Plugin::rewrite) and [`intercepts`](Plugin::intercepts) look at the form of a
    /// statement alone: not at bound values, nor at anything that differs between executions but for what they take by
    /// [`Context::parameter`]. A prepared query is then rewritten once for all its executions, and `rewrite` meets
    /// [`Value::Param`] where values will stand. Unless every plugin says so, prepared queries are rewritten at each call.
    ///
    /// Reading [`Context::now`] or [`Context::get`] in `rewrite` takes the word back for that statement: what is read
    /// there never gets into another execution. `row_filter` and `filter_in_mode` are asked once anyway, `mode` and
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

    /// Runs the statement, and perhaps statements of its own on the same connection before and after it. Must call
    /// [`proceed`](Interception::proceed) or fail. All of it happens in one transaction: the caller's, or one of its own
    /// that is rolled back when this fails.
    ///
    /// # Errors
    /// Its own, or those of the statement. After an error that comes when the statement has run, the caller's
    /// transaction can only roll back.
    fn intercept<'a>(&'a self, interception: &'a mut Interception<'_>) -> BoxFuture<'a, Result<()>> {
        interception.proceed()
    }
}
