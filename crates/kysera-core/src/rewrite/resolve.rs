//! What references by name mean, before any plugin rewrites. Knows nothing of scopes.

use super::depth::within_limits;
use super::pass::refused;
use super::policies::Policies;
use super::registry::Named;
use crate::error::{Error, Result};
use kysera_sql::ast::{
    Cte, Delete, Derived, Directives, Expr, Insert, Join, Select, SetOp, Statement, TableRef, Update,
};
use kysera_sql::ident::Name;
use kysera_sql::visit::{Visit, VisitMut, walk};
use std::convert::Infallible;

/// Gives references by name their description where that is clear, so that plugins find it. A name that some CTE
/// of the statement has is left to the row filter pass, which knows scopes. What is nested too deep is refused here,
/// before anybody walks over it again.
pub(super) fn resolve(policies: &Policies, statement: &mut Statement) -> Result<()> {
    let mut names = Unresolved::default();
    names.statement(statement)?;
    if let (Some(guard), Some(table)) = (policies.guard, names.unfiltered) {
        return Err(refused(format!(
            "plugin `{guard}` refuses a reference to table `{table}` marked as unfiltered"
        ))
        .with_hint("say why the query may pass with `.bypass_plugins(\"reason\")`")
        .with_table(table));
    }
    if names.tables > 0 && !policies.registry.is_empty() {
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
    /// How many expressions, joins and queries are around this node.
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
        self.deeper(|inside| walk::cte(inside, node))
    }

    fn derived(&mut self, node: &Derived) -> Result<()> {
        self.deeper(|inside| walk::derived(inside, node))
    }

    fn join(&mut self, node: &Join) -> Result<()> {
        self.deeper(|inside| walk::join(inside, node))
    }

    fn set_op(&mut self, node: &SetOp) -> Result<()> {
        self.deeper(|inside| walk::set_op(inside, node))
    }

    fn expr(&mut self, node: &Expr) -> Result<()> {
        self.deeper(|inside| walk::expr(inside, node))
    }
}

impl Unresolved {
    fn deeper(&mut self, walk: impl FnOnce(&mut Self) -> Result<()>) -> Result<()> {
        self.level += 1;
        within_limits(self.level)?;
        let done = walk(self);
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
