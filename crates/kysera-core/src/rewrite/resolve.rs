//! What references by name mean, before any plugin rewrites. Knows nothing of scopes.

use super::depth::within_limits;
use super::pass::refused;
use super::policies::Policies;
use super::registry::Named;
use crate::error::{Error, Result};
use kysera_sql::ast::{Cte, Delete, Directives, Expr, Insert, Select, Statement, TableRef, Update};
use kysera_sql::ident::Name;
use kysera_sql::visit::{Visit, VisitMut, walk};
use std::convert::Infallible;

/// Gives references by name their description where that is clear, so that plugins find it. A name that some CTE
/// of the statement has is left to the row filter pass, which knows scopes.
pub(super) fn resolve(policies: &Policies, statement: &mut Statement) -> Result<()> {
    if policies.registry.is_empty() && policies.guard.is_none() {
        return Ok(());
    }
    let mut names = Unresolved::default();
    names.statement(statement)?;
    if let (Some(guard), Some(table)) = (policies.guard, names.unfiltered) {
        return Err(refused(format!(
            "plugin `{guard}` refuses a reference to table `{table}` marked as unfiltered"
        ))
        .with_hint("say why the query may pass with `.bypass_plugins(\"reason\")`")
        .with_table(table));
    }
    if names.tables > 0 {
        let Ok(()) = Resolve { policies, ctes: &names.ctes }.statement(statement);
    }
    Ok(())
}

/// How many references by name a statement has, and the names of its CTEs.
#[derive(Default)]
struct Unresolved {
    tables: usize,
    ctes: Vec<Name>,
    /// A table that filters would leave alone, though nobody said why.
    unfiltered: Option<Name>,
    /// Inside what bypasses plugins.
    bypassed: bool,
    /// How many expressions are around this node.
    level: usize,
}

impl Unresolved {
    fn inside<T>(&mut self, directives: &Directives, work: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        let around = self.bypassed;
        self.bypassed |= directives.bypass.is_some();
        let done = work(self);
        self.bypassed = around;
        done
    }
}

impl Visit for Unresolved {
    type Error = Error;

    fn table(&mut self, node: &TableRef) -> Result<()> {
        self.tables += usize::from(node.meta.is_none());
        if node.unfiltered && !self.bypassed {
            self.unfiltered.get_or_insert_with(|| node.name.clone());
        }
        Ok(())
    }

    fn select(&mut self, node: &Select) -> Result<()> {
        self.inside(&node.directives, |names| walk::select(names, node))
    }

    fn insert(&mut self, node: &Insert) -> Result<()> {
        self.inside(&node.directives, |names| walk::insert(names, node))
    }

    fn update(&mut self, node: &Update) -> Result<()> {
        self.inside(&node.directives, |names| walk::update(names, node))
    }

    fn delete(&mut self, node: &Delete) -> Result<()> {
        self.inside(&node.directives, |names| walk::delete(names, node))
    }

    fn cte(&mut self, node: &Cte) -> Result<()> {
        self.ctes.push(node.name.clone());
        walk::cte(self, node)
    }

    fn expr(&mut self, node: &Expr) -> Result<()> {
        self.level += 1;
        within_limits(self.level)?;
        let done = walk::expr(self, node);
        self.level -= 1;
        done
    }
}

struct Resolve<'a> {
    policies: &'a Policies,
    ctes: &'a [Name],
}

impl VisitMut for Resolve<'_> {
    type Error = Infallible;

    fn table(&mut self, node: &mut TableRef) -> Result<(), Infallible> {
        let names = self.policies.facts.names;
        let may_be_cte =
            node.schema.is_none() && self.ctes.iter().any(|cte| names.may_be_same(cte, &node.name));
        if node.meta.is_none()
            && !may_be_cte
            && let Named::Table(meta) = self.policies.registry.find(node.schema.as_deref(), &node.name)
        {
            node.meta = Some(meta.clone());
        }
        Ok(())
    }
}
