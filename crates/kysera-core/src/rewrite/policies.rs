//! The plugins of an executor with what they said about each table, and the order of work for a statement.

use super::compiled_filter::{self, CompiledFilter, PolicyError};
use super::raw_guard::RawRules;
use super::registry::Registry;
use super::table_policy::{
    Change, Checks, OwnFilter, PluginPolicy, PolicyInMode, TablePolicies, TablePolicy,
};
use crate::error::{Error, ErrorKind, Result};
use crate::plugin::{Context, ModeFilter, Operation, Plugin, RowFilter, mode_of};
use kysera_sql::ast::{Directive, TableRef};
use kysera_sql::compile::CompileError;
use kysera_sql::dialect::{Dialect, Filtering};
use kysera_sql::table::TableHandle;
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
    /// Tables that no guard is meant for.
    unguarded: Vec<TableHandle>,
}

impl Policies {
    /// Asks every plugin about every registered table.
    pub(crate) fn new(
        plugins: Vec<Arc<dyn Plugin>>,
        tables: &[TableHandle],
        unguarded: Vec<TableHandle>,
        dialect: &dyn Dialect,
    ) -> Result<Policies, PolicyError> {
        let guard = plugins.iter().find(|plugin| plugin.is_guard()).map(|plugin| plugin.name());
        let facts = dialect.filtering().clone();
        let raw = RawRules { lexer: dialect.syntax().lexer, table_after_in: facts.table_after_in };
        let registry = Registry::new(tables, facts.clone());
        let known =
            Policies { plugins, registry, policies: TablePolicies::new(), facts, raw, guard, unguarded };
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
    pub(super) fn policy(&self, table: &TableHandle) -> Result<&TablePolicy, PolicyError> {
        match self.policies.find(table) {
            Some(policy) => Ok(policy),
            None => self.make_policy(table, &mut Vec::new()),
        }
    }

    /// True when the description behind a reference is that of the table which the reference names. What is filtered may
    /// stand in another schema: the filter goes with it.
    pub(super) fn describes(&self, policy: &TablePolicy, table: &TableRef) -> bool {
        let same_schema = || self.registry.may_be_in(&policy.table, table.schema.as_deref());
        self.facts.names.may_be_same(&policy.table.name, &table.name) && (!policy.unguarded || same_schema())
    }

    /// Refuses a directive to a plugin that is not installed, or that takes none: the query would not mean what it says.
    pub(super) fn must_be_taken(&self, directives: &[Directive]) -> Result<()> {
        for directive in directives {
            let plugin = directive.plugin;
            match self.plugins.iter().find(|installed| installed.name() == plugin) {
                None => return Err(CompileError::NoPlugin { plugin }.into()),
                Some(installed) if !installed.takes_directives() => return Err(takes_none(plugin)),
                Some(_) => {}
            }
        }
        Ok(())
    }

    /// True when a plugin knows the mode that these directives ask of it for a table.
    pub(super) fn answers(
        &self,
        policy: &TablePolicy,
        plugin: usize,
        directives: &[Directive],
    ) -> Result<bool> {
        Ok(self.asked_mode(policy, plugin, directives)?.is_some_and(PolicyInMode::is_known))
    }

    /// True when the mode that these directives ask of a plugin changes what it checks.
    pub(super) fn changes_checks(
        &self,
        policy: &TablePolicy,
        plugin: usize,
        directives: &[Directive],
    ) -> Result<bool> {
        Ok(self.asked_mode(policy, plugin, directives)?.is_some_and(|asked| asked.changes_checks))
    }

    /// The mode that these directives ask of a plugin for a table.
    fn asked_mode<'a>(
        &'a self,
        policy: &'a TablePolicy,
        plugin: usize,
        directives: &[Directive],
    ) -> Result<Option<&'a PolicyInMode>> {
        let mode = mode_of(directives, self.plugins[plugin].name());
        Ok(mode.map(|mode| self.in_mode(policy, plugin, mode)).transpose()?)
    }

    /// The filter of a plugin for an operation on a table, under the directives of the query that refers to it.
    pub(super) fn filter<'a>(
        &'a self,
        policy: &'a TablePolicy,
        plugin: usize,
        operation: Operation,
        directives: &[Directive],
        context: &Context<'_>,
    ) -> Result<Option<&'a CompiledFilter>> {
        let said = &policy.plugins[plugin];
        if !directives.is_empty()
            && let Some(mode) = mode_of(directives, self.plugins[plugin].name())
        {
            match self.in_mode(policy, plugin, mode)?.change(operation) {
                Change::Unchanged => {}
                Change::Off => return Ok(None),
                Change::Instead(filter) => return Ok(Some(filter)),
            }
        }
        if said.is_any()
            && let Some(mode) = context.mode(plugin, self.plugin(plugin), &policy.table)?
        {
            match self.in_mode(policy, plugin, &mode)?.change(operation) {
                Change::Unchanged => {}
                Change::Off => return Ok(None),
                Change::Instead(filter) => return Ok(Some(filter)),
            }
        }
        Ok(said.filter(operation))
    }

    /// The check of a plugin for rows that an operation writes.
    pub(super) fn check<'a>(
        &'a self,
        policy: &'a TablePolicy,
        plugin: usize,
        operation: Operation,
        directives: &[Directive],
        context: &Context<'_>,
    ) -> Result<Option<&'a CompiledFilter>> {
        let said = &policy.plugins[plugin];
        if !directives.is_empty()
            && let Some(mode) = mode_of(directives, self.plugins[plugin].name())
        {
            let known = self.in_mode(policy, plugin, mode)?;
            if known.is_known() {
                return Ok(known.checks.check(operation));
            }
        }
        if said.is_any()
            && let Some(mode) = context.mode(plugin, self.plugin(plugin), &policy.table)?
        {
            return Ok(self.in_mode(policy, plugin, &mode)?.checks.check(operation));
        }
        Ok(said.checks.check(operation))
    }

    /// What a mode makes of what a plugin says of a table.
    fn in_mode<'a>(
        &'a self,
        policy: &'a TablePolicy,
        plugin: usize,
        mode: &str,
    ) -> Result<&'a PolicyInMode, PolicyError> {
        let is = |known: &PolicyInMode| known.plugin == plugin && *known.mode == *mode;
        if let Some(known) = policy.modes.find(is) {
            return Ok(known);
        }
        let table = &policy.table;
        let checks = self.checks(table, plugin, Some(mode))?;
        let made = PolicyInMode {
            plugin,
            mode: mode.into(),
            read: self.change_in_mode(table, plugin, Operation::Read, mode)?,
            update: self.change_in_mode(table, plugin, Operation::Update, mode)?,
            delete: self.change_in_mode(table, plugin, Operation::Delete, mode)?,
            changes_checks: checks != policy.plugins[plugin].checks,
            checks,
        };
        for inside in made.compiled().flat_map(|filter| &filter.tables) {
            self.policy(inside)?;
        }
        Ok(policy.modes.find_or_add(is, made))
    }

    fn change_in_mode(
        &self,
        table: &TableHandle,
        plugin: usize,
        operation: Operation,
        mode: &str,
    ) -> Result<Change, PolicyError> {
        let asked = self.plugin(plugin);
        let known = |table: &TableHandle| match asked.filter_in_mode(table, operation, mode) {
            ModeFilter::Unchanged => None,
            other => Some(other),
        };
        match known(table).or_else(|| self.registry.twins(table).find_map(known)) {
            None | Some(ModeFilter::Unchanged) => Ok(Change::Unchanged),
            Some(ModeFilter::Off) => Ok(Change::Off),
            Some(ModeFilter::Instead(filter)) => Ok(Change::Instead(self.compile(&filter, asked, table)?)),
        }
    }

    /// The checks of a plugin for a table.
    fn checks(&self, table: &TableHandle, plugin: usize, mode: Option<&str>) -> Result<Checks, PolicyError> {
        let asked = self.plugin(plugin);
        let check = |operation| {
            let said = |table: &TableHandle| asked.write_check(table, operation, mode);
            let said = said(table).or_else(|| self.registry.twins(table).find_map(said));
            said.map(|check| self.compile(&check, asked, table)).transpose()
        };
        Ok(Checks { insert: check(Operation::Insert)?, update: check(Operation::Update)? })
    }

    /// What a plugin says of a table.
    fn plugin_policy(&self, table: &TableHandle, plugin: usize) -> Result<PluginPolicy, PolicyError> {
        let asked = self.plugin(plugin);
        let said = |operation| {
            let said = |table: &TableHandle| asked.row_filter(table, operation);
            said(table).or_else(|| self.registry.twins(table).find_map(said))
        };
        let read = said(Operation::Read);
        let own = |operation| {
            let own = said(operation);
            if own == read {
                return Ok(OwnFilter::AsRead);
            }
            own.map(|filter| self.compile(&filter, asked, table)).transpose().map(OwnFilter::Own)
        };
        Ok(PluginPolicy {
            update: own(Operation::Update)?,
            delete: own(Operation::Delete)?,
            checks: self.checks(table, plugin, None)?,
            read: read.as_ref().map(|filter| self.compile(filter, asked, table)).transpose()?,
        })
    }

    /// Asks every plugin about a table, and about the tables that its filters read. `path` leads here from the table
    /// that was asked about first.
    fn make_policy(
        &self,
        table: &TableHandle,
        path: &mut Vec<TableHandle>,
    ) -> Result<&TablePolicy, PolicyError> {
        if let Some(start) = path.iter().position(|above| above.is(table)) {
            let circle = path[start..].iter().chain([table]);
            return Err(PolicyError::Cycle { path: circle.map(|table| table.name.clone()).collect() });
        }
        if let Some(policy) = self.policies.find(table) {
            return Ok(policy);
        }
        let plugins = (0..self.plugins.len()).map(|plugin| self.plugin_policy(table, plugin));
        let plugins: Vec<PluginPolicy> = plugins.collect::<Result<_, _>>()?;
        path.push(table.clone());
        for inside in plugins.iter().flat_map(PluginPolicy::compiled).flat_map(|filter| &filter.tables) {
            self.make_policy(inside, path)?;
        }
        path.pop();
        let unguarded = self.unguarded.iter().any(|known| known.is(table));
        let misses =
            |(plugin, said): &(&Arc<dyn Plugin>, &PluginPolicy)| plugin.guards(table) && !said.is_any();
        let missed_by = self.plugins.iter().zip(&plugins).find(misses).map(|(plugin, _)| plugin.name());
        let policy = TablePolicy {
            table: table.clone(),
            missed_by: missed_by.filter(|_| !unguarded),
            unguarded,
            plugins,
            modes: Default::default(),
            key: TablePolicy::key_of(table),
        };
        Ok(self.policies.add(policy))
    }

    fn compile(
        &self,
        filter: &RowFilter,
        plugin: &dyn Plugin,
        table: &TableHandle,
    ) -> Result<CompiledFilter, PolicyError> {
        compiled_filter::compile_filter(filter, plugin.name(), table, &self.registry, &self.facts, &self.raw)
    }

    pub(super) fn plugin(&self, plugin: usize) -> &dyn Plugin {
        self.plugins[plugin].as_ref()
    }
}

#[cold]
fn takes_none(plugin: &str) -> Error {
    Error::new(ErrorKind::Refused, format!("plugin `{plugin}` lets no query choose its mode"))
        .with_hint("say why the query may pass with `.bypass_plugins(\"reason\")`")
}
