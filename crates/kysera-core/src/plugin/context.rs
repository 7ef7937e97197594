//! What a plugin is told about an execution: the dialect, the instant, the values of the handle.
//!
//! While a prepared query is rewritten for many executions, the context notes what was read, so that nothing of one
//! execution gets into another.

use crate::plugin::bypass;
use crate::plugin::clock::Clock;
use crate::plugin::dependencies::{Dependencies, DependencyTracker};
use crate::plugin::extensions::Extensions;
use kysera_sql::ast::Expr;
use kysera_sql::dialect::{Dialect, Version};
use kysera_sql::ident::Name;
use kysera_sql::value::{ParamSlot, Value};
use std::any::Any;
use std::sync::OnceLock;

/// What a plugin is told about the execution.
#[derive(Debug)]
pub struct Context<'a> {
    /// The dialect that the statement is for.
    pub dialect: &'a dyn Dialect,
    clock: &'a dyn Clock,
    extensions: &'a Extensions,
    now: OnceLock<i64>,
    /// There while a statement is rewritten for many executions.
    pub(super) tracker: Option<Box<DependencyTracker>>,
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

    /// The server's version, where the driver knows it.
    pub fn server_version(&self) -> Option<Version> {
        self.dialect.server_version()
    }

    /// The instant of this statement, in microseconds since 1970-01-01T00:00:00Z: the same for every plugin. The clock
    /// is read when it is first asked for.
    pub fn now(&self) -> i64 {
        self.note_reading();
        *self.now.get_or_init(|| self.clock.now())
    }

    /// The value of that type that the application gave to its handle with `Db::with`.
    pub fn get<V: Any>(&self) -> Option<&'a V> {
        self.note_reading();
        self.extensions.get()
    }

    /// The node for a value that a plugin gave.
    pub(crate) fn bound(&self, plugin: &'static str, name: &Name, item: usize, value: Value) -> Expr {
        Expr::Value(match &self.tracker {
            None => value,
            Some(_) => ParamSlot::plugin(plugin, name.clone(), item, value.sql_type()).into(),
        })
    }

    /// Logs that plugins are bypassed.
    pub(crate) fn note_bypass(&self, reason: &Name, statement: &'static str) {
        bypass::note(reason, statement);
        if let Some(tracker) = &self.tracker {
            tracker.note(reason, statement);
        }
    }

    /// What to ask again before others use the statement; `None` when it must be used for this execution only.
    pub(crate) fn into_dependencies(self) -> Option<Dependencies> {
        self.tracker.and_then(|tracker| tracker.into_dependencies())
    }

    pub(super) fn aside<T>(&self, ask: impl FnOnce() -> T) -> T {
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
