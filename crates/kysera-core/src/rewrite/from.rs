//! Hoists predicates up a tree of joins, from each table to the nearest ON or WHERE where they mean the same.
//!
//! With σ for "only permitted rows": σ(L join R) = σL join R; σ(L) left join R = σ(L left join R);
//! L left join σ(R) on c = L left join R on σ and c; nothing of the kind holds for a full join.

use super::names;
use super::pass::{Meaning, RowFilterPass, put_first, refused};
use super::table_policy::TablePolicy;
use crate::error::{Error, ErrorKind, Result};
use crate::plugin::Operation;
use kysera_sql::ast::{
    BinaryOp, CteRef, Derived, Directive, Expr, FromItem, Join, JoinKind, Select, SelectItem, TableRef,
};
use kysera_sql::dialect::FullJoinFilter;
use kysera_sql::ident::Name;
use kysera_sql::node;
use kysera_sql::stack;
use kysera_sql::visit::VisitMut;

/// What to do with the predicate of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Placement {
    /// Pull it up.
    Pull,
    /// Pull it up where a guard can be made of it, else as `Derive`.
    PullKeyed,
    /// Put it around the table, as a derived table.
    Derive,
}

/// A predicate on its way up.
struct HoistedPredicate<'a> {
    predicate: Expr,
    /// The table and what the query calls it; `None` when the predicate holds for made-up rows already.
    table: Option<(&'a TablePolicy, Name)>,
}

impl<'a> RowFilterPass<'a> {
    /// Filters the items of a FROM list; what comes out belongs into WHERE.
    pub(super) fn sources(&mut self, items: &mut [FromItem], directives: &[Directive]) -> Result<Vec<Expr>> {
        let mut predicates = Vec::new();
        for item in items {
            let hoisted = self.item(item, Placement::Pull, directives)?;
            predicates.extend(hoisted.into_iter().map(|hoisted| hoisted.predicate));
        }
        Ok(predicates)
    }

    /// Filters an item so that nothing is left to be hoisted out of it.
    pub(super) fn closed_source(&mut self, item: &mut FromItem, directives: &[Directive]) -> Result<()> {
        match self.item(item, Placement::Derive, directives)?.as_slice() {
            [] => Ok(()),
            _ => Err(refused("a row filter cannot be kept inside a source")),
        }
    }

    fn item(
        &mut self,
        item: &mut FromItem,
        placement: Placement,
        directives: &[Directive],
    ) -> Result<Vec<HoistedPredicate<'a>>> {
        match item {
            FromItem::Table(table) => match self.table(table, placement, directives)? {
                None => Ok(Vec::new()),
                Some(Placed::Cte) => {
                    *item = FromItem::Cte(self.cte_ref_of(table));
                    Ok(Vec::new())
                }
                Some(Placed::Hoisted(hoisted)) => Ok(vec![hoisted]),
                Some(Placed::Derived(policy, predicate)) => {
                    *item = derived(table, policy, predicate);
                    Ok(Vec::new())
                }
            },
            FromItem::Cte(cte) => {
                self.label(cte.alias.as_ref().unwrap_or(&cte.name))?;
                self.cte_in_scope(&cte.name)?;
                Ok(Vec::new())
            }
            FromItem::Derived(derived) => {
                self.label(&derived.alias)?;
                self.select(&mut derived.query)?;
                Ok(Vec::new())
            }
            FromItem::Join(join) => stack::grow(|| self.join(join, placement, directives)),
            FromItem::Raw { raw, alias } => {
                if let Some(guard) = self.policies.guard {
                    return Err(refused(format!("plugin `{guard}` refuses raw SQL in FROM"))
                        .with_hint("say why the query may pass with `.bypass_plugins(\"reason\")`"));
                }
                if let Some(alias) = alias {
                    self.label(alias)?;
                }
                self.raw(raw)?;
                Ok(Vec::new())
            }
            _ => Err(refused("no row filter knows this kind of item in FROM")),
        }
    }

    /// Marks a table as done and returns its predicate, which goes where `placement` says.
    fn table(
        &mut self,
        table: &mut TableRef,
        placement: Placement,
        directives: &[Directive],
    ) -> Result<Option<Placed<'a>>> {
        let meaning = self.meaning(table)?;
        if std::mem::replace(&mut table.unfiltered, true) {
            return Ok(None);
        }
        let policy = match meaning {
            Meaning::Table(policy) => policy,
            Meaning::Cte => return Ok(Some(Placed::Cte)),
            Meaning::Unknown => return Ok(None),
        };
        let derive =
            placement == Placement::Derive || placement == Placement::PullKeyed && policy.key.is_none();
        let label = if derive { names::LEAF } else { table.label().clone() };
        let Some(predicate) = self.predicate(policy, Operation::Read, directives, &label)? else {
            return Ok(None);
        };
        Ok(Some(if derive {
            Placed::Derived(policy, predicate)
        } else {
            Placed::Hoisted(HoistedPredicate { predicate, table: Some((policy, label)) })
        }))
    }

    /// The reference to a CTE that a bare name turned out to be.
    fn cte_ref_of(&self, table: &TableRef) -> CteRef {
        let label = table.label();
        let name = self.cte_name(&table.name);
        let alias = (*label != name).then(|| label.clone());
        node!(CteRef { alias, ..CteRef::new(name) })
    }

    fn join(
        &mut self,
        join: &mut Join,
        placement: Placement,
        directives: &[Directive],
    ) -> Result<Vec<HoistedPredicate<'a>>> {
        let (left, right) = match join.kind {
            JoinKind::Inner | JoinKind::Cross => (placement, placement),
            JoinKind::Left => (placement, Placement::Pull),
            JoinKind::Right => (Placement::Pull, placement),
            JoinKind::Full => {
                let placement = match self.policies.facts.full_join {
                    _ if placement == Placement::Derive => Placement::Derive,
                    FullJoinFilter::NullableGuard => Placement::PullKeyed,
                    // The columns of a derived table do not depend on its key, so that a query which is grouped by the
                    // key alone could not select them.
                    FullJoinFilter::Derived if self.grouped => Placement::PullKeyed,
                    _ => Placement::Derive,
                };
                (placement, placement)
            }
            _ => return Err(refused("no row filter knows this kind of join")),
        };
        let mut left = self.item(&mut join.left, left, directives)?;
        let mut right = self.item(&mut join.right, right, directives)?;
        if let Some(on) = &mut join.on {
            self.expr(on)?;
        }
        match join.kind {
            JoinKind::Left => {
                into_on(join, right)?;
                Ok(left)
            }
            JoinKind::Right => {
                into_on(join, left)?;
                Ok(right)
            }
            JoinKind::Full => {
                left.append(&mut right);
                let guards = left.iter().map(HoistedPredicate::guard).collect();
                into_on(join, left)?;
                Ok(guards)
            }
            _ => {
                left.append(&mut right);
                Ok(left)
            }
        }
    }

    fn label(&self, label: &Name) -> Result<()> {
        if self.in_filter() { Ok(()) } else { names::not_reserved(label) }
    }
}

/// What became of the predicate of a table.
enum Placed<'a> {
    /// There is none: the name is that of a CTE.
    Cte,
    /// It goes up.
    Hoisted(HoistedPredicate<'a>),
    /// It goes around the table, which it calls [`names::LEAF`].
    Derived(&'a TablePolicy, Expr),
}

impl HoistedPredicate<'_> {
    /// The same above a full join: rows that the join made up pass, since what they lack is judged on its own side.
    fn guard(&self) -> HoistedPredicate<'static> {
        let made_up = self.table.as_ref().and_then(|(policy, label)| made_up(policy, label));
        let predicate = match made_up {
            None => self.predicate.clone(),
            Some(made_up) => Expr::binary(made_up, BinaryOp::Or, self.predicate.clone()),
        };
        HoistedPredicate { predicate, table: None }
    }
}

/// True in rows of a full join that have no row of this table: the key is NULL, and so is all else. The key alone would
/// do if it were never NULL, but SQLite takes NULL for a key that is not declared otherwise.
fn made_up(policy: &TablePolicy, label: &Name) -> Option<Expr> {
    let key = policy.key.as_ref()?;
    let is_null = |column: &Name| Expr::is_null(Expr::column(label.clone(), column.clone()));
    let others = policy.table.columns.iter().map(|column| &column.name).filter(|name| *name != key);
    Some(others.map(is_null).fold(is_null(key), Expr::and))
}

/// Puts predicates in front of a join's condition.
fn into_on(join: &mut Join, hoisted: Vec<HoistedPredicate<'_>>) -> Result<()> {
    if hoisted.is_empty() {
        return Ok(());
    }
    if join.on.is_none() {
        return Err(Error::new(ErrorKind::InvalidQuery, "an outer join has no condition")
            .with_hint("give it an `on`"));
    }
    put_first(&mut join.on, hoisted.into_iter().map(|hoisted| hoisted.predicate));
    Ok(())
}

/// `(select columns from table as __k0 where predicate) as label`.
fn derived(table: &TableRef, policy: &TablePolicy, predicate: Expr) -> FromItem {
    let columns = policy
        .table
        .columns
        .iter()
        .map(|column| SelectItem::expr(Expr::column(names::LEAF, column.name.clone())));
    let query = node!(Select {
        items: columns.collect(),
        from: vec![FromItem::Table(table.clone().aliased(names::LEAF))],
        filter: Some(predicate),
        ..Select::default()
    });
    let alias = table.label().clone();
    FromItem::Derived(Box::new(Derived::new(query, alias)))
}
