//! What references by name mean, before any plugin rewrites. Knows nothing of scopes.

use super::depth::within_limits;
use super::policies::Policies;
use super::registry::Named;
use crate::error::{Error, Result};
use kysera_sql::ast::{Cte, Expr, Statement, TableRef};
use kysera_sql::ident::Name;
use kysera_sql::visit::{Visit, VisitMut, walk};
use std::convert::Infallible;

/// Gives references by name their description where that is clear, so that plugins find it. A name that some CTE
/// of the statement has is left to the row filter pass, which knows scopes.
pub(super) fn resolve(policies: &Policies, statement: &mut Statement) -> Result<()> {
    if policies.registry.is_empty() {
        return Ok(());
    }
    let mut names = Unresolved::default();
    names.statement(statement)?;
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
    /// How many expressions are around this node.
    level: usize,
}

impl Visit for Unresolved {
    type Error = Error;

    fn table(&mut self, node: &TableRef) -> Result<()> {
        self.tables += usize::from(node.meta.is_none());
        Ok(())
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
