//! Stands in for the set of plugins: runs `rewrite`, places nothing.

use crate::error::{Error, Result};
use crate::plugin::{Context, Plugin};
use kysera_sql::ast::Statement;
use kysera_sql::dialect::Dialect;
use kysera_sql::table::TableMeta;
use std::sync::Arc;

#[derive(Debug, Default)]
pub(crate) struct PluginSet(Vec<Arc<dyn Plugin>>);

#[derive(Debug, Default)]
pub(crate) struct Applied {}

impl PluginSet {
    pub(crate) fn new(
        plugins: Vec<Arc<dyn Plugin>>,
        _: &[&'static TableMeta],
        _: &dyn Dialect,
    ) -> Result<PluginSet> {
        Ok(PluginSet(plugins))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn plugins(&self) -> &[Arc<dyn Plugin>] {
        &self.0
    }

    pub(crate) fn apply(&self, statement: &mut Statement, context: &Context<'_>) -> Result<Applied> {
        if statement.bypass().is_none() {
            for plugin in &self.0 {
                plugin.rewrite(statement, context)?;
            }
        }
        Ok(Applied {})
    }
}

impl Applied {
    pub(crate) fn explain(&self, error: Error) -> Error {
        error
    }
}
