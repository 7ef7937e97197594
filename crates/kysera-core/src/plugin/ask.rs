//! What plugins are asked at each execution: the values of their parameters, and their modes.

use crate::error::{Error, ErrorKind, Result};
use crate::plugin::context::Context;
use crate::plugin::contract::Plugin;
use crate::plugin::dependencies::Types;
use crate::plugin::row_filter::Parameter;
use kysera_sql::ast::Expr;
use kysera_sql::ident::Name;
use kysera_sql::table::TableHandle;

impl Context<'_> {
    /// A value that `plugin` puts into a statement in [`Plugin::rewrite`], as [`Plugin::parameter`] gives it under that
    /// name: at each execution anew, where a prepared query is rewritten once for many. Pass `self`.
    ///
    /// # Errors
    /// Those of [`Plugin::parameter`]; a list is one too.
    pub fn parameter(&self, plugin: &dyn Plugin, name: &'static str) -> Result<Expr> {
        match self.ask(plugin, name)? {
            Parameter::One(value) => Ok(self.bound(plugin.name(), &Name::Borrowed(name), 0, value)),
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

    /// The mode that the plugin at `index` in the order is in for a table.
    pub(crate) fn mode(
        &self,
        index: usize,
        plugin: &dyn Plugin,
        table: &TableHandle,
    ) -> Result<Option<Name>> {
        let mode = self.aside(|| plugin.mode(table, self))?;
        if let Some(tracker) = &self.tracker {
            tracker.mode(index, table, mode.as_ref());
        }
        Ok(mode)
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
