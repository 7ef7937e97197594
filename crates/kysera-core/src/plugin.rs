//! What a plugin may do: say which rows exist, rewrite a statement, stand around its execution.
//!
//! A plugin sees trees and descriptions, never SQL text. The core alone places row filters, so that no reference to a
//! table is missed and none is filtered twice.

use crate::clock::Clock;
use crate::driver::BoxFuture;
use crate::error::{Error, ErrorKind, Result};
use crate::execution::Execution;
use crate::extensions::Extensions;
use kysera_sql::ast::{Expr, Statement};
use kysera_sql::dialect::Dialect;
use kysera_sql::table::TableMeta;
use kysera_sql::value::Value;
use std::any::Any;
use std::fmt::Debug;
use std::sync::OnceLock;

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

    /// The filter to use instead where a query carries a switch for this plugin.
    fn switched_filter(&self, table: &'static TableMeta, mode: &str) -> Switched {
        let _ = (table, mode);
        Switched::Unchanged
    }

    /// The switch in force for every table of a statement, unless a query carries one of its own: what the context of
    /// the execution decides, such as a role that sees everything. Asked wherever the plugin filters a table.
    ///
    /// # Errors
    /// When the context that the plugin needs is missing.
    fn mode(&self, context: &Context<'_>) -> Result<Option<&'static str>> {
        let _ = context;
        Ok(None)
    }

    /// The value of a [`RowFilter::parameter`] for this execution. It is bound, so the SQL text stays the same.
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

    /// True when [`around`](Plugin::around) does anything for this statement, so that others cost nothing. Asked after
    /// the rewriting.
    fn stands_around(&self, statement: &Statement) -> bool {
        let _ = statement;
        false
    }

    /// Stands around the execution: may run statements of its own on the same connection before and after it. Must call
    /// [`proceed`](Execution::proceed) or fail. All of it happens in one transaction: the caller's, or one of its own
    /// that is rolled back when this fails.
    ///
    /// # Errors
    /// Its own, or those of the statement. After an error that comes when the statement has run, the caller's
    /// transaction can only roll back.
    fn around<'a>(&'a self, execution: &'a mut Execution<'_>) -> BoxFuture<'a, Result<()>> {
        execution.proceed()
    }
}

/// What a plugin is told about the execution.
#[derive(Debug)]
pub struct Context<'a> {
    /// The dialect that the statement is for.
    pub dialect: &'a dyn Dialect,
    clock: &'a dyn Clock,
    extensions: &'a Extensions,
    now: OnceLock<i64>,
}

impl<'a> Context<'a> {
    /// The context of one statement.
    pub fn new(dialect: &'a dyn Dialect, clock: &'a dyn Clock, extensions: &'a Extensions) -> Context<'a> {
        Context { dialect, clock, extensions, now: OnceLock::new() }
    }

    /// The instant of this statement, in microseconds since 1970-01-01T00:00:00Z: the same for every plugin. The clock
    /// is read when it is first asked for.
    pub fn now(&self) -> i64 {
        *self.now.get_or_init(|| self.clock.now())
    }

    /// The value of that type that the application put beside its handle with `Db::with`.
    pub fn get<V: Any>(&self) -> Option<&'a V> {
        self.extensions.get()
    }
}

/// A predicate over one table, to be placed wherever the table is referred to.
#[derive(Clone, Debug, PartialEq)]
pub struct RowFilter {
    predicate: Expr,
}

impl RowFilter {
    /// The alias that stands for the filtered table inside a predicate.
    pub const TABLE: &'static str = "__kysera_table";

    /// The alias that stands for the values of an execution inside a predicate.
    pub const PARAMETER: &'static str = "__kysera_parameter";

    /// A filter. Columns of the filtered table are written as `RowFilter::column(name)`; other tables stand in
    /// subqueries, where every column carries the alias of its table. Those tables are filtered as well, unless their
    /// reference says `unfiltered`.
    ///
    /// The predicate must be true for a row to exist: NULL hides it. Write what is allowed, never `not (forbidden)`.
    pub fn new(predicate: Expr) -> RowFilter {
        RowFilter { predicate }
    }

    /// A column of the filtered table.
    pub fn column(name: &'static str) -> Expr {
        Expr::column(RowFilter::TABLE, name)
    }

    /// A value that [`Plugin::parameter`] gives at each execution. A list stands in `in (..)` only.
    pub fn parameter(name: &'static str) -> Expr {
        Expr::column(RowFilter::PARAMETER, name)
    }

    /// The predicate, with [`RowFilter::TABLE`] where the table's alias goes.
    pub fn predicate(&self) -> &Expr {
        &self.predicate
    }
}

/// The value of a parameter of a filter.
#[derive(Clone, Debug, PartialEq)]
pub enum Parameter {
    /// One value.
    One(Value),
    /// The items of an `in (..)`; of nothing it is false.
    Many(Vec<Value>),
}

/// What a switch does to a plugin's filter.
#[derive(Clone, Debug, PartialEq)]
pub enum Switched {
    /// Nothing: the switch is not known to it.
    Unchanged,
    /// No filter.
    Off,
    /// Another filter.
    Instead(RowFilter),
}
