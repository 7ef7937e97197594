//! What a plugin may do: say entry_ref rows exist, rewrite a statement, stand around its execution.
//!
//! A plugin sees trees and descriptions, never SQL text. The core alone places row filters, so that no reference to a
//! table is missed and none is filtered twice.

pub(crate) mod bypass;
pub(crate) mod clock;
pub(crate) mod dependencies;
pub(crate) mod extensions;
pub(crate) mod interception;

use crate::driver::BoxFuture;
use crate::error::{Error, ErrorKind, Result};
use crate::plugin::clock::Clock;
use crate::plugin::dependencies::{Dependencies, DependencyTracker, Types};
use crate::plugin::extensions::Extensions;
use crate::plugin::interception::Interception;
use kysera_sql::ast::{Expr, Statement};
use kysera_sql::dialect::Dialect;
use kysera_sql::ident::Name;
use kysera_sql::table::TableMeta;
use kysera_sql::value::{ParamSlot, Value};
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

    /// True when [`around`](Plugin::around) does anything for this statement, so that others cost nothing. Asked after
    /// the rewriting.
    fn intercepts(&self, statement: &Statement) -> bool {
        let _ = statement;
        false
    }

    /// Stands around the execution: may run statements of its own on the same connection before and after it. Must call
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

/// What a plugin is told about the execution.
#[derive(Debug)]
pub struct Context<'a> {
    /// The dialect that the statement is for.
    pub dialect: &'a dyn Dialect,
    clock: &'a dyn Clock,
    extensions: &'a Extensions,
    now: OnceLock<i64>,
    /// There while a statement is rewritten for many executions.
    tracker: Option<Box<DependencyTracker>>,
}

impl<'a> Context<'a> {
    /// The context of one statement.
    pub fn new(dialect: &'a dyn Dialect, clock: &'a dyn Clock, extensions: &'a Extensions) -> Context<'a> {
        Context { dialect, clock, extensions, now: OnceLock::new(), tracker: None }
    }

    /// This context for a statement that is rewritten for more executions than this one.
    pub(crate) fn recorded(&self) -> Context<'a> {
        Context { now: self.now.clone(), tracker: Some(Box::default()), ..*self }
    }

    /// Keeps the instant that was read in the other one, so that the clock is read once for a statement.
    pub(crate) fn same_instant(&self, recorded: &Context<'_>) {
        if let Some(now) = recorded.now.get() {
            self.now.get_or_init(|| *now);
        }
    }

    /// The instant of this statement, in microseconds since 1970-01-01T00:00:00Z: the same for every plugin. The clock
    /// is read when it is first asked for.
    pub fn now(&self) -> i64 {
        self.note_reading();
        *self.now.get_or_init(|| self.clock.now())
    }

    /// The value of that type that the application put beside its handle with `Db::with`.
    pub fn get<V: Any>(&self) -> Option<&'a V> {
        self.note_reading();
        self.extensions.get()
    }

    /// A value that `plugin` puts into a statement in [`Plugin::rewrite`], as [`Plugin::parameter`] gives it under that
    /// name: at each execution anew, where a prepared query is rewritten once for many. Pass `self`.
    ///
    /// # Errors
    /// Those of [`Plugin::parameter`]; a list is one too.
    pub fn parameter(&self, plugin: &dyn Plugin, name: &'static str) -> Result<Expr> {
        match self.ask(plugin, name)? {
            Parameter::One(value) => Ok(self.bound(plugin, &Name::Borrowed(name), 0, value)),
            Parameter::Many(_) => Err(list_of_values(name, plugin)),
        }
    }

    /// What a plugin answers for a parameter.
    pub(crate) fn ask(&self, plugin: &dyn Plugin, name: &str) -> Result<Parameter> {
        let answer = self.aside(|| plugin.parameter(name, self))?;
        if let Some(tracker) = &self.tracker {
            let types = match &answer {
                Parameter::One(value) => Types::One(value.sql_type()),
                Parameter::Many(items) => Types::of(items),
            };
            tracker.parameter(plugin.name(), name, types);
        }
        Ok(answer)
    }

    /// What stands in the tree for a value that a plugin answered.
    pub(crate) fn bound(&self, plugin: &dyn Plugin, name: &Name, item: usize, value: Value) -> Expr {
        Expr::Value(match &self.tracker {
            None => value,
            Some(_) => ParamSlot::plugin(plugin.name(), name.clone(), item, value.sql_type()).into(),
        })
    }

    /// The mode that the plugin at `place` in the order is in.
    pub(crate) fn mode(&self, place: usize, plugin: &dyn Plugin) -> Result<Option<&'static str>> {
        let mode = self.aside(|| plugin.mode(self))?;
        if let Some(tracker) = &self.tracker {
            tracker.mode(place, mode);
        }
        Ok(mode)
    }

    /// Notes in the log that plugins are passed by.
    pub(crate) fn note_bypass(&self, reason: &Name, statement: &'static str) {
        bypass::note(reason, statement);
        if let Some(tracker) = &self.tracker {
            tracker.note(reason, statement);
        }
    }

    /// What to ask again before others use the statement; `None` when it is good for this execution only.
    pub(crate) fn into_dependencies(self) -> Option<Dependencies> {
        self.tracker.and_then(|tracker| tracker.into_dependencies())
    }

    fn aside<T>(&self, ask: impl FnOnce() -> T) -> T {
        match &self.tracker {
            None => ask(),
            Some(tracker) => tracker.aside(ask),
        }
    }

    fn note_reading(&self) {
        if let Some(tracker) = &self.tracker {
            tracker.read();
        }
    }
}

#[cold]
pub(crate) fn list_of_values(name: &str, plugin: &dyn Plugin) -> Error {
    let plugin = plugin.name();
    Error::new(
        ErrorKind::Plugin,
        format!("parameter `{name}` of plugin `{plugin}` is a list outside of `in (..)`"),
    )
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

/// What a directive does to a plugin's filter.
#[derive(Clone, Debug, PartialEq)]
pub enum ModeFilter {
    /// Nothing: the directive is not known to it.
    Unchanged,
    /// No filter.
    Off,
    /// Another filter.
    Instead(RowFilter),
}
