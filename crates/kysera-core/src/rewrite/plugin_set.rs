//! The plugins of an executor: checked and ordered once, applied to every statement.
//!
//! Knows how they run; where a row filter goes is the business of `rewrite`.

use super::applied::Applied;
use super::pass::RowFilterPass;
use super::plugin_order;
use super::plugin_set_error::PluginSetError;
use super::policies::Policies;
use super::resolve;
use crate::error::Result;
use crate::plugin::{Context, Plugin};
use kysera_sql::ast::Statement;
use kysera_sql::dialect::Dialect;
use kysera_sql::table::TableHandle;
use std::sync::Arc;

/// The plugins of an executor, in the order in which they run.
#[derive(Debug, Default)]
pub struct PluginSet {
    policies: Option<Box<Policies>>,
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
        tables: impl IntoIterator<Item: Into<TableHandle>>,
        dialect: &dyn Dialect,
    ) -> Result<PluginSet> {
        let tables: Vec<TableHandle> = tables.into_iter().map(Into::into).collect();
        PluginSet::of(plugins, &tables, Vec::new(), dialect)
    }

    /// As [`new`](PluginSet::new), with tables that no guard is meant for: see
    /// [`DbBuilder::unguarded`](crate::DbBuilder::unguarded).
    pub(crate) fn of(
        plugins: Vec<Arc<dyn Plugin>>,
        tables: &[TableHandle],
        unguarded: Vec<TableHandle>,
        dialect: &dyn Dialect,
    ) -> Result<PluginSet> {
        if plugins.is_empty() {
            return Ok(PluginSet::default());
        }
        let policies = Policies::new(plugin_order::ordered(plugins)?, tables, unguarded, dialect);
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

    /// Shows a statement with its values to the plugins that look at it.
    pub(crate) fn inspect(&self, statement: &Statement, context: &Context<'_>) -> Result<()> {
        let mut looking = self.plugins().iter().filter(|plugin| plugin.inspects(statement));
        looking.try_for_each(|plugin| plugin.inspect(statement, context))
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
            Some(policies) => {
                if statement.bypass().is_some() {
                    return Ok(Applied::default());
                }
                resolve::resolve(policies, statement)?;
                for plugin in policies.plugins() {
                    plugin.rewrite(statement, context)?;
                }
                RowFilterPass::new(policies, context).place(statement)
            }
        }
    }
}
