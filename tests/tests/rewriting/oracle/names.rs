//! The same statement with looser names, as users write them: what the rewriting must see through.

use super::abilities::Abilities;
use super::chance::Chance;
use kysera_sql::ast::{Cte, CteRef, Delete, FromItem, Insert, Merge, Select, Statement, TableRef, Update};
use kysera_sql::ident::Name;
use kysera_sql::node;
use kysera_sql::visit::{Visit, VisitMut, walk, walk_mut};
use std::convert::Infallible;

/// Qualifies tables that share their name with a CTE, so that the statement means the same to every reader.
pub(super) fn explicit(mut statement: Statement, can: Abilities) -> Statement {
    let ctes = ctes(&statement);
    let Ok(()) = Qualify { ctes: &ctes, schema: can.schema }.statement(&mut statement);
    statement
}

/// Takes qualifiers away, refers to tables and CTEs by their bare names, and writes names in capitals.
pub(crate) fn loose(statement: &Statement, chance: &mut Chance, can: Abilities) -> Statement {
    let mut statement = statement.clone();
    let ctes = ctes(&statement);
    let Ok(()) = Loosen { ctes: &ctes, chance: chance.split(), can }.statement(&mut statement);
    statement
}

fn ctes(statement: &Statement) -> Vec<Name> {
    struct Names(Vec<Name>);

    impl Visit for Names {
        type Error = Infallible;

        fn cte(&mut self, node: &Cte) -> Result<(), Infallible> {
            self.0.push(node.name.clone());
            walk::cte(self, node)
        }
    }

    let mut names = Names(Vec::new());
    let Ok(()) = names.statement(statement);
    names.0
}

struct Qualify<'a> {
    ctes: &'a [Name],
    schema: &'static str,
}

impl VisitMut for Qualify<'_> {
    type Error = Infallible;

    fn table(&mut self, node: &mut TableRef) -> Result<(), Infallible> {
        if self.ctes.contains(&node.name) && node.schema.is_none() {
            node.schema = Some(self.schema.into());
        }
        Ok(())
    }
}

struct Loosen<'a> {
    ctes: &'a [Name],
    chance: Chance,
    can: Abilities,
}

impl VisitMut for Loosen<'_> {
    type Error = Infallible;

    fn relation(&mut self, node: &mut FromItem) -> Result<(), Infallible> {
        if let FromItem::Cte(CteRef { name, alias, .. }) = node {
            if self.chance.percent(40) {
                let label = alias.take().unwrap_or_else(|| name.clone());
                *node = FromItem::Table(TableRef::named(name.clone()).aliased(label));
            }
            return Ok(());
        }
        walk_mut::relation(self, node)
    }

    /// Nobody resolves names where plugins are passed by.
    fn select(&mut self, node: &mut Select) -> Result<(), Infallible> {
        if node.directives.bypass.is_some() { Ok(()) } else { walk_mut::select(self, node) }
    }

    fn update(&mut self, node: &mut Update) -> Result<(), Infallible> {
        if node.directives.bypass.is_some() { Ok(()) } else { walk_mut::update(self, node) }
    }

    fn delete(&mut self, node: &mut Delete) -> Result<(), Infallible> {
        if node.directives.bypass.is_some() { Ok(()) } else { walk_mut::delete(self, node) }
    }

    fn merge(&mut self, node: &mut Merge) -> Result<(), Infallible> {
        if node.directives.bypass.is_some() { Ok(()) } else { walk_mut::merge(self, node) }
    }

    /// Not every database has aliases there.
    fn insert(&mut self, node: &mut Insert) -> Result<(), Infallible> {
        if node.directives.bypass.is_some() {
            return Ok(());
        }
        let into = node.into.clone();
        walk_mut::insert(self, node)?;
        node.into = into;
        Ok(())
    }

    fn table(&mut self, node: &mut TableRef) -> Result<(), Infallible> {
        if node.meta.is_none() || !self.chance.percent(40) {
            return Ok(());
        }
        let is_other = node.schema.as_deref() == Some("other");
        if self.ctes.contains(&node.name) && !is_other {
            node.schema = None;
            return Ok(());
        }
        let label = node.label().clone();
        let name = match self.can.any_case && self.chance.percent(50) {
            true => node.name.to_uppercase().into(),
            false => node.name.clone(),
        };
        let schema = match is_other {
            true => node.schema.clone(),
            false => self.chance.percent(30).then_some(self.can.schema.into()),
        };
        *node = node!(TableRef { schema, ..TableRef::named(name).aliased(label) });
        Ok(())
    }
}
