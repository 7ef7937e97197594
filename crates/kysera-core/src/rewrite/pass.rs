//! The state of the row filter pass over one statement, and what a reference to a table means there.
//!
//! `walk` goes through the statement, `from` through trees of joins, `write` through writes; each changes this state.

use super::applied::Check;
use super::compiled_filter::CompiledFilter;
use super::fill;
use super::names;
use super::policies::Policies;
use super::registry::Named;
use super::scope::{Mark, Scope, Seen};
use super::table_policy::{PluginPolicy, TablePolicy};
use crate::error::{Error, ErrorKind, Result};
use crate::plugin::{Context, Operation, Write};
use kysera_sql::ast::{Directive, Expr, TableRef};
use kysera_sql::ident::Name;
use kysera_sql::visit::VisitMut;

/// Adds the row filters of one statement.
pub(super) struct RowFilterPass<'a> {
    pub(super) policies: &'a Policies,
    pub(super) context: &'a Context<'a>,
    pub(super) scope: Scope,
    /// How many predicates stand around this place; none in the user's own tree.
    depth: usize,
    /// How many of our aliases are in use around this node.
    aliases: usize,
    /// How many expressions are around this node.
    pub(super) level: usize,
    /// The query whose FROM is dealt with groups its rows.
    pub(super) grouped: bool,
    /// What the statement fails for on purpose, as far as placed.
    pub(super) checks: Vec<Check>,
    /// The plugins that know the mode which the query at hand asks of them, for one of its own tables.
    answered: Vec<usize>,
    /// How many writes were enclosed.
    pub(super) enclosed: usize,
}

/// Predicates inside predicates: more than this is a circle that modes made.
const DEEPEST: usize = 16;

/// What a reference to a table means.
pub(super) enum Meaning<'a> {
    Table(&'a TablePolicy),
    Cte,
    Unknown,
}

impl<'a> RowFilterPass<'a> {
    pub(super) fn new(policies: &'a Policies, context: &'a Context<'a>) -> RowFilterPass<'a> {
        let scope = Scope::new(policies.facts.names);
        RowFilterPass {
            policies,
            context,
            scope,
            depth: 0,
            aliases: 0,
            level: 0,
            grouped: false,
            checks: Vec::new(),
            answered: Vec::new(),
            enclosed: 0,
        }
    }

    /// True when the walk is inside a predicate that a filter placed.
    pub(super) fn in_filter(&self) -> bool {
        self.depth > 0
    }

    /// The predicate for one reference: every plugin's, joined with `and`, in the order of the plugins.
    pub(super) fn predicate(
        &mut self,
        policy: &TablePolicy,
        operation: Operation,
        directives: &[Directive],
        label: &Name,
    ) -> Result<Option<Expr>> {
        let mut all = None;
        for plugin in 0..self.policies.plugins().len() {
            if !directives.is_empty() && self.policies.answers(policy, plugin, directives)? {
                self.answered.push(plugin);
            }
            let found = self.policies.filter(policy, plugin, operation, directives, self.context)?;
            self.add(&mut all, found, plugin, label)?;
        }
        Ok(all)
    }

    /// The check of a row that is written: every plugin's, joined with `and`.
    pub(super) fn write_check(
        &mut self,
        policy: &TablePolicy,
        operation: Operation,
        directives: &[Directive],
        label: &Name,
    ) -> Result<Option<Expr>> {
        let mut all = None;
        for plugin in 0..self.policies.plugins().len() {
            let found = self.policies.check(policy, plugin, operation, directives, self.context)?;
            self.add(&mut all, found, plugin, label)?;
        }
        Ok(all)
    }

    /// Adds a plugin's predicate with its values, and with filters on the queries inside it.
    fn add(
        &mut self,
        all: &mut Option<Expr>,
        filter: Option<&CompiledFilter>,
        plugin: usize,
        label: &Name,
    ) -> Result<()> {
        let Some(filter) = filter else { return Ok(()) };
        let mut one = fill::fill(filter, label, self.aliases, self.policies.plugin(plugin), self.context)?;
        if filter.has_query {
            self.inside(filter.aliases, |pass| pass.expr(&mut one))?;
        }
        *all = Some(match all.take() {
            None => one,
            Some(first) => first.and(one),
        });
        Ok(())
    }

    /// Answers the directives of an insert by the plugins whose checks the asked mode changes.
    pub(super) fn answer_by_checks(&mut self, policy: &TablePolicy, directives: &[Directive]) -> Result<()> {
        if directives.is_empty() {
            return Ok(());
        }
        for plugin in 0..self.policies.plugins().len() {
            if self.policies.changes_checks(policy, plugin, directives)? {
                self.answered.push(plugin);
            }
        }
        Ok(())
    }

    /// Notes in the log that a part of the statement passes plugins by.
    pub(super) fn note_bypass(&self, reason: &Name, statement: &'static str) {
        self.context.note_bypass(reason, statement);
    }

    /// Runs `work` on a query's own FROM or target, and refuses the query when one of its directives is answered by
    /// none of its own tables: `only_deleted` would mean every row.
    pub(super) fn answering<T>(
        &mut self,
        directives: &[Directive],
        work: impl FnOnce(&mut Self) -> Result<T>,
    ) -> Result<T> {
        if directives.is_empty() {
            return work(self);
        }
        self.policies.must_be_taken(directives)?;
        let outer = std::mem::take(&mut self.answered);
        let done = work(self)?;
        let answered = std::mem::replace(&mut self.answered, outer);
        let is_answered = |directive: &&Directive| {
            answered.iter().any(|plugin| self.policies.plugin(*plugin).name() == directive.plugin)
        };
        match directives.iter().find(|directive| !is_answered(directive)) {
            None => Ok(done),
            Some(directive) => Err(Error::new(
                ErrorKind::Plugin,
                format!(
                    "no table of this query answers to `{}` of plugin `{}`",
                    directive.mode, directive.plugin
                ),
            )
            .with_hint("say it on the query whose own FROM has such a table, or leave it out")),
        }
    }

    /// Lets every plugin change a write.
    pub(super) fn rewrite_write(&self, write: &mut Write<'_>) -> Result<()> {
        self.policies.plugins().iter().try_for_each(|plugin| plugin.rewrite_write(write, self.context))
    }

    /// Filters the queries inside a predicate.
    fn inside(&mut self, aliases: usize, work: impl FnOnce(&mut Self) -> Result<()>) -> Result<()> {
        if self.depth == DEEPEST {
            return Err(Error::new(
                ErrorKind::Plugin,
                "row filters need each other in a circle under this mode",
            )
            .with_hint("mark one reference as `unfiltered` to break it"));
        }
        self.depth += 1;
        self.aliases += aliases;
        let done = work(self);
        self.depth -= 1;
        self.aliases -= aliases;
        done
    }

    /// What a reference in FROM means, spelled so that the database takes it for the same.
    pub(super) fn meaning(&mut self, table: &mut TableRef) -> Result<Meaning<'a>> {
        // A reference that is done already is one of ours: the statement has been through another executor.
        if !self.in_filter() && !table.unfiltered {
            names::not_reserved(table.label())?;
        }
        let seen = if table.schema.is_none() { self.scope.see(&table.name) } else { Seen::Nothing };
        match (table.meta.is_some(), seen) {
            (_, Seen::Nothing) => self.table_meaning(table),
            (true, _) => {
                // The description says that this is the table; a bare name would be the CTE.
                match &self.policies.facts.default_schema {
                    Some(schema) => table.schema = Some(schema.clone()),
                    None => return Err(captured(&table.name)),
                }
                self.table_meaning(table)
            }
            (false, Seen::Cte) => Ok(Meaning::Cte),
            (false, Seen::Unclear) => match self.table_meaning(table)? {
                Meaning::Table(policy) if policy.plugins.iter().any(PluginPolicy::is_any) => {
                    Err(captured(&table.name))
                }
                other => Ok(other),
            },
        }
    }

    /// What the target of a write means. Only SQL Server takes a CTE for one, and a bare name for the CTE.
    pub(super) fn target(&mut self, table: &mut TableRef) -> Result<Meaning<'a>> {
        names::not_reserved(table.label())?;
        if table.schema.is_none() && self.scope.see(&table.name) != Seen::Nothing {
            table.schema = self.policies.facts.default_schema.clone();
        }
        self.table_meaning(table)
    }

    /// The columns of a table that its filters read for an operation.
    pub(super) fn filter_columns(
        &self,
        policy: &'a TablePolicy,
        operation: Operation,
        directives: &[Directive],
    ) -> Result<Vec<&'a Name>> {
        let mut columns = Vec::new();
        for plugin in 0..self.policies.plugins().len() {
            if let Some(filter) = self.policies.filter(policy, plugin, operation, directives, self.context)? {
                columns.extend(&filter.columns);
            }
        }
        Ok(columns)
    }

    /// The table behind a reference that is none to a CTE.
    fn table_meaning(&self, table: &mut TableRef) -> Result<Meaning<'a>> {
        if let Some(meta) = &table.meta {
            return self.guarded(self.policies.policy(meta)?, table);
        }
        match self.policies.registry.find(table.schema.as_deref(), &table.name) {
            Named::Table(meta) => {
                table.meta = Some(meta.clone());
                self.guarded(self.policies.policy(meta)?, table)
            }
            Named::Unknown => self.unknown(&table.name, "is not registered"),
            Named::Ambiguous => self.unknown(&table.name, "is registered in several schemas"),
        }
    }

    /// Refuses a description that a guard does not know, and one that is put on another table than it describes. The
    /// tables inside a filter are its author's business.
    fn guarded(&self, policy: &'a TablePolicy, table: &TableRef) -> Result<Meaning<'a>> {
        if self.in_filter() {
            return Ok(Meaning::Table(policy));
        }
        if let Some(guard) = policy.missed_by {
            return Err(refused(format!(
                "plugin `{guard}` has nothing to filter this description of table `{}` by",
                table.name
            ))
            .with_hint(
                "describe the column that the plugin goes by, register the description that has it, or say that the \
                 table is for everybody: `Db::builder(..).unguarded(table, \"reason\")`",
            )
            .with_table(table.name.clone()));
        }
        if let Some(guard) = self.policies.guard
            && !self.policies.describes(policy, table)
        {
            return Err(refused(format!(
                "plugin `{guard}` refuses table `{}`, whose description is that of table `{}`",
                table.name, policy.table.name
            ))
            .with_hint("refer to it by its name alone, or by its own description")
            .with_table(table.name.clone()));
        }
        Ok(Meaning::Table(policy))
    }

    fn unknown(&self, name: &str, why: &str) -> Result<Meaning<'a>> {
        match self.policies.guard {
            None => Ok(Meaning::Unknown),
            Some(guard) => Err(refused(format!("plugin `{guard}` refuses table `{name}`, which {why}"))
                .with_hint("register its description with the executor, or name its schema")
                .with_table(name)),
        }
    }

    /// The name of a CTE in scope as it was defined.
    pub(super) fn cte_name(&self, name: &Name) -> Name {
        self.scope.defined_name(name).unwrap_or(name).clone()
    }

    /// A reference to a CTE must find one: otherwise the database would look for a table of that name.
    pub(super) fn cte_in_scope(&self, name: &Name) -> Result<()> {
        if self.scope.has_cte(name) {
            return Ok(());
        }
        Err(Error::new(ErrorKind::InvalidQuery, format!("no CTE named `{name}` is in scope here"))
            .with_hint("define it in a `with` before its use"))
    }

    pub(super) fn leave(&mut self, mark: Mark) {
        self.scope.back_to(mark);
    }
}

/// Puts predicates in front of a condition, each a node of its own.
pub(super) fn put_first(filter: &mut Option<Expr>, predicates: impl IntoIterator<Item = Expr>) {
    let mut predicates = predicates.into_iter();
    let Some(first) = predicates.next() else { return };
    *filter = Some(predicates.chain(filter.take()).fold(first, Expr::and));
}

pub(super) fn refused(message: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(ErrorKind::Refused, message)
}

fn captured(name: &Name) -> Error {
    Error::new(ErrorKind::InvalidQuery, format!("`{name}` may be the CTE or the table of that name"))
        .with_hint("rename the CTE, or name the schema of the table")
        .with_table(name.clone())
}
