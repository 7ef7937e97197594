//! Two wrong ways to place a filter, to show that the oracle tells them from the right one.

use super::world::World;
use kysera_sql::ast::{Expr, FromItem, JoinKind, Select, Statement};
use kysera_sql::visit::{VisitMut, walk_mut};
use std::convert::Infallible;

/// A wrong way.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Mutant {
    /// Every predicate into WHERE.
    WhereOnly,
    /// Every predicate into the nearest ON.
    OnOnly,
}

impl Mutant {
    /// The statement with filters placed wrongly.
    pub(crate) fn apply(self, world: &World, statement: &Statement) -> Statement {
        let mut statement = statement.clone();
        let Ok(()) = Wrong { mutant: self, world }.statement(&mut statement);
        statement
    }
}

struct Wrong<'a> {
    mutant: Mutant,
    world: &'a World,
}

impl Wrong<'_> {
    /// The predicates of an item that are left for WHERE.
    fn item(&self, item: &mut FromItem) -> Vec<Expr> {
        match item {
            FromItem::Table(table) => {
                let meta = table.meta.as_deref().expect("generated tables are described");
                self.world.predicate(meta, table.label()).into_iter().collect()
            }
            FromItem::Join(join) => {
                let mut predicates = self.item(&mut join.left);
                predicates.extend(self.item(&mut join.right));
                if self.mutant == Mutant::WhereOnly || join.kind == JoinKind::Cross {
                    return predicates;
                }
                join.on = predicates.into_iter().chain(join.on.take()).reduce(Expr::and);
                Vec::new()
            }
            _ => Vec::new(),
        }
    }
}

impl VisitMut for Wrong<'_> {
    type Error = Infallible;

    fn select(&mut self, node: &mut Select) -> Result<(), Infallible> {
        walk_mut::select(self, node)?;
        let predicates: Vec<Expr> = node.from.iter_mut().flat_map(|item| self.item(item)).collect();
        node.filter = predicates.into_iter().chain(node.filter.take()).reduce(Expr::and);
        Ok(())
    }
}
