//! The state of the row filter pass over one statement, and what a reference to a table means there.
//!
//! `walk` goes through the statement, `from` through trees of joins, `write` through writes; each changes this state.

use super::applied::Check;
use super::fill;
use super::names;
use super::policies::Policies;
use super::registry::Named;
use super::scope::{Mark, Scope, Seen};
use super::table_policy::TablePolicy;
use crate::error::{Error, ErrorKind, Result};
use crate::plugin::Context;
use kysera_sql::ast::{Directive, Expr, TableRef, With};
use kysera_sql::ident::Name;
use kysera_sql::visit::VisitMut;

/// Places the filters of one statement.
pub(super) struct RowFilterPass<'a> {
    pub(super) policies: &'a Policies,
    pub(super) context: &'a Context<'a>,
    scope: Scope,
    /// How many predicates stand around this place; none in the user's own tree.
    depth: usize,
    /// How many of our aliases are in use around this place.
    aliases: usize,
    /// How many expressions stand around this place.
    pub(super) level: usize,
    pub(super) check: Option<Check>,
    /// How many references had a filter that knew a directive of its query.
    answered: usize,
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
        RowFilterPass { policies, context, scope, depth: 0, aliases: 0, level: 0, check: None, answered: 0 }
    }

    /// True when the walk is inside a predicate that a filter placed.
    pub(super) fn in_filter(&self) -> bool {
        self.depth > 0
    }

    /// The predicate for one reference: every plugin's, joined with `and`, in the order of the plugins.
    pub(super) fn predicate(
        &mut self,
        policy: &TablePolicy,
        directives: &[Directive],
        label: &Name,
    ) -> Result<Option<Expr>> {
        let mut all: Option<Expr> = None;
        for plugin in 0..self.policies.plugins().len() {
            if !directives.is_empty() && self.policies.answers(policy, plugin, directives)? {
                self.answered += 1;
            }
            let Some(filter) = self.policies.compiled_filter(policy, plugin, directives, self.context)?
            else {
                continue;
            };
            let mut one =
                fill::fill(filter, label, self.aliases, self.policies.plugin(plugin), self.context)?;
            if filter.has_query {
                self.inside(filter.aliases, |pass| pass.expr(&mut one))?;
            }
            all = Some(match all {
                None => one,
                Some(first) => first.and(one),
            });
        }
        Ok(all)
    }

    /// Notes in the log that a part of the statement passes plugins by.
    pub(super) fn note_bypass(&self, reason: &Name, statement: &'static str) {
        self.context.note_bypass(reason, statement);
    }

    /// How many directives were answered so far, to be given to [`RowFilterPass::must_answer`] later.
    pub(super) fn answered(&self) -> usize {
        self.answered
    }

    /// Refuses a query whose words no table of its own FROM answers: `only_deleted` would mean every row.
    pub(super) fn must_answer(&self, directives: &[Directive], before: usize) -> Result<()> {
        match directives.first() {
            Some(directive) if self.answered == before => Err(Error::new(
                ErrorKind::Plugin,
                format!(
                    "no table of this query answers to `{}` of plugin `{}`",
                    directive.mode, directive.plugin
                ),
            )
            .with_hint("say it on the query whose own FROM has such a table, or leave it out")),
            _ => Ok(()),
        }
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
        match (table.meta, seen) {
            (Some(_), Seen::Nothing) | (None, Seen::Nothing) => self.table_meaning(table),
            (Some(_), _) => {
                // The description says that this is the table; a bare name would be the CTE.
                match &self.policies.facts.default_schema {
                    Some(schema) => table.schema = Some(schema.clone()),
                    None => return Err(captured(&table.name)),
                }
                self.table_meaning(table)
            }
            (None, Seen::Cte) => Ok(Meaning::Cte),
            (None, Seen::Unclear) => match self.table_meaning(table)? {
                Meaning::Table(policy) if policy.filters.iter().any(Option::is_some) => {
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

    /// The columns of a table that its filters read.
    pub(super) fn filter_columns(
        &self,
        policy: &'a TablePolicy,
        directives: &[Directive],
    ) -> Result<Vec<&'a Name>> {
        let mut columns = Vec::new();
        for plugin in 0..self.policies.plugins().len() {
            if let Some(filter) = self.policies.compiled_filter(policy, plugin, directives, self.context)? {
                columns.extend(&filter.columns);
            }
        }
        Ok(columns)
    }

    /// The table behind a reference that is none to a CTE.
    fn table_meaning(&self, table: &mut TableRef) -> Result<Meaning<'a>> {
        let meta = match table.meta {
            Some(meta) => meta,
            None => match self.policies.registry.find(table.schema.as_deref(), &table.name) {
                Named::Table(meta) => {
                    table.meta = Some(meta);
                    meta
                }
                Named::Unknown => return self.unknown(&table.name, "is not registered"),
                Named::Ambiguous => return self.unknown(&table.name, "is registered in several schemas"),
            },
        };
        Ok(Meaning::Table(self.policies.policy(meta)?))
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

    /// Places the filters inside the CTEs and leaves their names in scope.
    pub(super) fn enter(&mut self, with: Option<&mut With>) -> Result<Mark> {
        let before = self.scope.mark();
        let Some(with) = with else { return Ok(before) };
        for at in 0..with.ctes.len() {
            let inside = self.scope.mark();
            // From the last one to itself: the nearest of two equal names is the earlier one.
            for later in (at..with.ctes.len()).rev() {
                let certain = later == at && with.recursive;
                self.scope.add(with.ctes[later].name.clone(), certain);
            }
            self.cte(&mut with.ctes[at])?;
            self.scope.back_to(inside);
            self.scope.add(with.ctes[at].name.clone(), true);
        }
        Ok(before)
    }

    pub(super) fn leave(&mut self, mark: Mark) {
        self.scope.back_to(mark);
    }
}

/// Puts predicates in front of a condition, each a node of its own.
pub(super) fn put_first(filter: &mut Option<Expr>, predicates: impl IntoIterator<Item = Expr>) {
    let parts = predicates.into_iter().chain(filter.take());
    *filter = parts.reduce(Expr::and);
}

pub(super) fn refused(message: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(ErrorKind::Refused, message)
}

fn captured(name: &Name) -> Error {
    Error::new(ErrorKind::InvalidQuery, format!("`{name}` may be the CTE or the table of that name"))
        .with_hint("rename the CTE, or name the schema of the table")
        .with_table(name.clone())
}
