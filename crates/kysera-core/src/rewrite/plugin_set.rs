//! The plugins of an executor: checked and ordered once, applied to every statement.
//!
//! Knows how they run; where a row filter goes is the business of `rewrite`.

use super::compiled_filter::PolicyError;
use super::plugin_order;
use super::policies::Policies;
use crate::error::{Error, ErrorKind, Result};
use crate::plugin::{Context, Plugin};
use kysera_sql::ast::Statement;
use kysera_sql::dialect::{Dialect, Raise};
use kysera_sql::ident::Name;
use kysera_sql::table::TableMeta;
use std::sync::Arc;

/// The plugins of an executor, in the order in which they run.
#[derive(Debug, Default)]
pub struct PluginSet {
    policies: Option<Box<Policies>>,
}

/// Why plugins do not go together. The source of the error that building an executor returns.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PluginSetError {
    /// Two plugins of one name.
    #[error("plugin `{plugin}` is installed twice; install it once")]
    Duplicate {
        /// The name.
        plugin: &'static str,
    },
    /// A plugin needs one that is not there.
    #[error("plugin `{plugin}` needs plugin `{dependency}`; install that too")]
    Missing {
        /// Which one needs it.
        plugin: &'static str,
        /// What it needs.
        dependency: &'static str,
    },
    /// Two plugins that do not go together.
    #[error("plugin `{plugin}` cannot be used together with plugin `{with}`; install one of them")]
    Conflict {
        /// Which one says so.
        plugin: &'static str,
        /// Of which other.
        with: &'static str,
    },
    /// Plugins that depend on each other.
    #[error("plugins depend on each other in a circle: {}", path.join(" -> "))]
    Cycle {
        /// The circle; the first name comes again at the end.
        path: Vec<&'static str>,
    },
    /// A row filter that cannot be placed.
    #[error(transparent)]
    Policy(#[from] PolicyError),
}

impl From<PluginSetError> for Error {
    fn from(source: PluginSetError) -> Error {
        Error::new(ErrorKind::Plugin, source.to_string()).with_source(source)
    }
}

impl PluginSet {
    /// Checks and orders plugins for one executor. `tables` is the registry: references by name are looked up there,
    /// and the filters of its tables are checked at once; those of other tables when they are first met.
    ///
    /// # Errors
    /// An error of kind `Plugin` whose source is a [`PluginSetError`]: a duplicate, a missing dependency, a conflict, a
    /// circle of plugins or of row filters.
    pub fn new(
        plugins: Vec<Arc<dyn Plugin>>,
        tables: &[&'static TableMeta],
        dialect: &dyn Dialect,
    ) -> Result<PluginSet> {
        if plugins.is_empty() {
            return Ok(PluginSet::default());
        }
        let policies = Policies::new(plugin_order::ordered(plugins)?, tables, dialect.filtering().clone());
        let policies = policies.map_err(PluginSetError::from)?;
        Ok(PluginSet { policies: Some(Box::new(policies)) })
    }

    /// True when there is no plugin, so that statements pass as they are.
    pub fn is_empty(&self) -> bool {
        self.policies.is_none()
    }

    /// The plugins, in the order in which they run.
    pub fn plugins(&self) -> &[Arc<dyn Plugin>] {
        self.policies.as_ref().map_or(&[], |policies| policies.plugins())
    }

    /// True when one rewriting of a statement may serve all its executions.
    pub(crate) fn rewrite_by_form(&self) -> bool {
        self.policies.as_ref().is_none_or(|policies| policies.rewrite_by_form())
    }

    /// Runs every plugin's rewriting and then places the row filters, in place. A statement that says why plugins are
    /// passed by is left alone.
    ///
    /// # Errors
    /// A plugin's own, or `Refused` when a guard does not let the statement pass. The statement may be half
    /// rewritten then and must be dropped.
    pub fn apply(&self, statement: &mut Statement, context: &Context<'_>) -> Result<Applied> {
        match &self.policies {
            None => Ok(Applied::default()),
            Some(policies) => policies.apply(statement, context),
        }
    }
}

/// What an execution must know of the rewriting of its statement.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Applied {
    /// How the statement fails on purpose, when it holds a check.
    pub(crate) check: Option<Check>,
}

/// A check inside the statement: an upsert must not update a hidden row.
#[derive(Debug)]
pub(crate) struct Check {
    pub(crate) raise: Raise,
    pub(crate) table: Name,
}

impl Applied {
    /// Says what an error of this execution means: the failure of our own check is `HiddenConflict`; any other error
    /// stays as it is.
    #[must_use = "returns the error"]
    pub fn explain(&self, error: Error) -> Error {
        let Some(check) = &self.check else { return error };
        if !check.raise.raised(error.code(), &texts(&error)) {
            return error;
        }
        // Neither code nor source: they tell of the trick, not of the conflict.
        Error::new(ErrorKind::HiddenConflict, "the row conflicts with one that is hidden")
            .with_hint("use another key, or revive the hidden row")
            .with_table(check.table.clone())
    }
}

/// The message of an error and of what caused it.
fn texts(error: &Error) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text.push('\n');
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
