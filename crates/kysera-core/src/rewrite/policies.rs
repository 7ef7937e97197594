//! The plugins of an executor with what they said about each table, and the order of work for a statement.

use super::compiled_filter::{self, CompiledFilter, PolicyError};
use super::raw_guard::RawRules;
use super::registry::Registry;
use super::table_policy::{Change, FilterInMode, TablePolicies, TablePolicy};
use crate::error::Result;
use crate::plugin::{Context, ModeFilter, Plugin, RowFilter};
use kysera_sql::ast::Directive;
use kysera_sql::compile::CompileError;
use kysera_sql::dialect::{Dialect, Filtering};
use kysera_sql::table::TableMeta;
use std::sync::Arc;

/// The plugins of an executor with what they said about each table.
#[derive(Debug)]
pub(crate) struct Policies {
    plugins: Vec<Arc<dyn Plugin>>,
    pub(super) registry: Registry,
    policies: TablePolicies,
    pub(super) facts: Filtering,
    pub(super) raw: RawRules,
    /// The guard that refuses what nobody can filter.
    pub(super) guard: Option<&'static str>,
}

impl Policies {
    /// Asks every plugin about every registered table.
    pub(crate) fn new(
        plugins: Vec<Arc<dyn Plugin>>,
        tables: &[&'static TableMeta],
        dialect: &dyn Dialect,
    ) -> Result<Policies, PolicyError> {
        let guard = plugins.iter().find(|plugin| plugin.is_guard()).map(|plugin| plugin.name());
        let facts = dialect.filtering().clone();
        let raw = RawRules { lexer: dialect.syntax().lexer, table_after_in: facts.table_after_in };
        let registry = Registry::new(tables, facts.clone());
        let known = Policies { plugins, registry, policies: TablePolicies::new(), facts, raw, guard };
        for table in tables {
            known.policy(table)?;
        }
        Ok(known)
    }

    pub(crate) fn plugins(&self) -> &[Arc<dyn Plugin>] {
        &self.plugins
    }

    /// True when one rewriting of a statement may serve all its executions.
    pub(crate) fn rewrite_by_form(&self) -> bool {
        self.plugins.iter().all(|plugin| plugin.rewrites_by_form())
    }

    /// What there is to do for a table: looked up by address, made when it is first met.
    pub(super) fn policy(&self, table: &'static TableMeta) -> Result<&TablePolicy, PolicyError> {
        match self.policies.find(table) {
            Some(policy) => Ok(policy),
            None => self.make_policy(table, &mut Vec::new()),
        }
    }

    /// What a query says to a plugin must be heard: else it would not mean what it says.
    pub(super) fn heard(&self, directives: &[Directive]) -> Result<()> {
        let unheard =
            |directive: &&Directive| self.plugins.iter().all(|plugin| plugin.name() != directive.plugin);
        match directives.iter().find(unheard) {
            None => Ok(()),
            Some(directive) => Err(CompileError::NoPlugin { plugin: directive.plugin }.into()),
        }
    }

    /// True when a plugin's filter for a table knows one of these directives.
    pub(super) fn answers(
        &self,
        policy: &TablePolicy,
        plugin: usize,
        directives: &[Directive],
    ) -> Result<bool> {
        let name = self.plugins[plugin].name();
        for directive in directives.iter().filter(|directive| directive.plugin == name) {
            if self.filter_in_mode(policy, plugin, directive.mode)?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The predicate of a plugin for a table under the directives of the query that refers to it.
    pub(super) fn compiled_filter<'a>(
        &'a self,
        policy: &'a TablePolicy,
        plugin: usize,
        directives: &[Directive],
        context: &Context<'_>,
    ) -> Result<Option<&'a CompiledFilter>> {
        let base = policy.filters.get(plugin).and_then(Option::as_ref);
        let name = self.plugins[plugin].name();
        for directive in directives.iter().filter(|directive| directive.plugin == name) {
            if let Some(filter) = self.filter_in_mode(policy, plugin, directive.mode)? {
                return Ok(filter);
            }
        }
        if base.is_some()
            && let Some(mode) = context.mode(plugin, self.plugin(plugin))?
            && let Some(filter) = self.filter_in_mode(policy, plugin, mode)?
        {
            return Ok(filter);
        }
        Ok(base)
    }

    /// What a mode makes of a plugin's filter; the outer `None` when the plugin does not know the mode.
    fn filter_in_mode<'a>(
        &'a self,
        policy: &'a TablePolicy,
        plugin: usize,
        mode: &str,
    ) -> Result<Option<Option<&'a CompiledFilter>>, PolicyError> {
        let is = |known: &FilterInMode| known.plugin == plugin && *known.mode == *mode;
        let known = match policy.modes.find(is) {
            Some(known) => known,
            None => {
                let change = self.ask_for_mode(policy.table, plugin, mode)?;
                policy.modes.find_or_add(is, FilterInMode { plugin, mode: mode.into(), change })
            }
        };
        Ok(match &known.change {
            Change::Unchanged => None,
            Change::Off => Some(None),
            Change::Instead(filter) => Some(Some(filter)),
        })
    }

    fn ask_for_mode(
        &self,
        table: &'static TableMeta,
        plugin: usize,
        mode: &str,
    ) -> Result<Change, PolicyError> {
        let asked = self.plugins[plugin].as_ref();
        let known = |table: &'static TableMeta| match asked.filter_in_mode(table, mode) {
            ModeFilter::Unchanged => None,
            other => Some(other),
        };
        match known(table).or_else(|| self.registry.twins(table).find_map(known)) {
            None | Some(ModeFilter::Unchanged) => Ok(Change::Unchanged),
            Some(ModeFilter::Off) => Ok(Change::Off),
            Some(ModeFilter::Instead(filter)) => {
                let filter = self.compile(&filter, asked, table)?;
                for inside in &filter.tables {
                    self.policy(inside)?;
                }
                Ok(Change::Instead(filter))
            }
        }
    }

    /// Asks every plugin about a table, and about the tables that its filters read. `path` leads here from the table
    /// that was asked about first.
    fn make_policy(
        &self,
        table: &'static TableMeta,
        path: &mut Vec<&'static TableMeta>,
    ) -> Result<&TablePolicy, PolicyError> {
        if let Some(start) = path.iter().position(|above| above.is(table)) {
            let circle = path[start..].iter().chain([&table]);
            return Err(PolicyError::Cycle { path: circle.map(|table| table.name).collect() });
        }
        if let Some(policy) = self.policies.find(table) {
            return Ok(policy);
        }
        let mut filters = Vec::with_capacity(self.plugins.len());
        for plugin in &self.plugins {
            let said = plugin.row_filter(table);
            let said = said.or_else(|| self.registry.twins(table).find_map(|twin| plugin.row_filter(twin)));
            filters.push(said.map(|filter| self.compile(&filter, plugin.as_ref(), table)).transpose()?);
        }
        path.push(table);
        for filter in filters.iter().flatten() {
            for inside in &filter.tables {
                self.make_policy(inside, path)?;
            }
        }
        path.pop();
        let policy =
            TablePolicy { table, filters, modes: Default::default(), key: TablePolicy::key_of(table) };
        Ok(self.policies.add(policy))
    }

    fn compile(
        &self,
        filter: &RowFilter,
        plugin: &dyn Plugin,
        table: &'static TableMeta,
    ) -> Result<CompiledFilter, PolicyError> {
        compiled_filter::compile_filter(filter, plugin.name(), table, &self.registry, &self.facts, &self.raw)
    }

    pub(super) fn plugin(&self, plugin: usize) -> &dyn Plugin {
        self.plugins[plugin].as_ref()
    }
}
