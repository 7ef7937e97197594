//! Filters in writes: targets, sources, and the hidden row that an upsert or a merge runs into.

use super::applied::Check;
use super::pass::{Meaning, RowFilterPass, put_first, refused};
use super::table_policy::TablePolicy;
use crate::error::{Error, ErrorKind, Result};
use kysera_sql::ast::{
    Assignment, BinaryOp, Case, CaseWhen, ConflictAction, Delete, Directive, Expr, Insert, InsertOr, Literal,
    Merge, MergeMatch, TableRef, Update,
};
use kysera_sql::dialect::UpsertCheck;
use kysera_sql::ident::Name;
use kysera_sql::node;
use kysera_sql::visit::{VisitMut, walk_mut};

/// `update`: the target's predicate goes into WHERE, as do those of its sources.
pub(super) fn update(pass: &mut RowFilterPass<'_>, node: &mut Update) -> Result<()> {
    if let Some(reason) = &node.bypass {
        pass.note_bypass(reason, "update");
        return Ok(());
    }
    pass.policies.heard(&node.directives)?;
    let mut with = node.with.take();
    let outside = pass.enter(with.as_deref_mut())?;
    let mut from = std::mem::take(&mut node.from);
    let answered = pass.answered();
    let mut predicates = Vec::from_iter(target(pass, &mut node.table, &node.directives)?);
    predicates.extend(pass.sources(&mut from, &node.directives)?);
    pass.must_answer(&node.directives, answered)?;
    walk_mut::update(pass, node)?;
    pass.leave(outside);
    node.with = with;
    node.from = from;
    put_first(&mut node.filter, predicates);
    Ok(())
}

/// `delete`: as `update`.
pub(super) fn delete(pass: &mut RowFilterPass<'_>, node: &mut Delete) -> Result<()> {
    if let Some(reason) = &node.bypass {
        pass.note_bypass(reason, "delete");
        return Ok(());
    }
    pass.policies.heard(&node.directives)?;
    let mut with = node.with.take();
    let outside = pass.enter(with.as_deref_mut())?;
    let mut using = std::mem::take(&mut node.using);
    let answered = pass.answered();
    let mut predicates = Vec::from_iter(target(pass, &mut node.from, &node.directives)?);
    predicates.extend(pass.sources(&mut using, &node.directives)?);
    pass.must_answer(&node.directives, answered)?;
    walk_mut::delete(pass, node)?;
    pass.leave(outside);
    node.with = with;
    node.using = using;
    put_first(&mut node.filter, predicates);
    Ok(())
}

/// `merge`: a hidden row counts as absent. ON alone is not enough: `when not matched by source` would reach it.
pub(super) fn merge(pass: &mut RowFilterPass<'_>, node: &mut Merge) -> Result<()> {
    let Merge { with, into, using, on, whens, returning, directives, bypass, .. } = node;
    if let Some(reason) = bypass {
        pass.note_bypass(reason, "merge");
        return Ok(());
    }
    pass.policies.heard(directives)?;
    let outside = pass.enter(with.as_deref_mut())?;
    let target = target(pass, into, directives)?;
    pass.closed_source(using, directives)?;
    pass.expr(on)?;
    for when in &mut *whens {
        walk_mut::merge_when(pass, when)?;
    }
    for item in returning {
        pass.select_item(item)?;
    }
    pass.leave(outside);
    if let Some(predicate) = target {
        for when in whens.iter_mut().filter(|when| when.on == MergeMatch::NotMatchedBySource) {
            put_first(&mut when.and, [predicate.clone()]);
        }
        let condition = std::mem::replace(on, Expr::Default);
        *on = predicate.and(condition);
    }
    Ok(())
}

/// `insert`: its source is a query like any other; what it may run into is the conflict with a hidden row.
pub(super) fn insert(pass: &mut RowFilterPass<'_>, node: &mut Insert) -> Result<()> {
    if let Some(reason) = &node.bypass {
        pass.note_bypass(reason, "insert");
        return Ok(());
    }
    pass.policies.heard(&node.directives)?;
    let mut with = node.with.take();
    let outside = pass.enter(with.as_deref_mut())?;
    let policy = policy(pass, &mut node.into)?;
    walk_mut::insert(pass, node)?;
    pass.leave(outside);
    node.with = with;
    if let Some(policy) = policy {
        conflict(pass, node, policy)?;
    }
    Ok(())
}

/// The policy of a target, which is marked as done.
fn policy<'a>(pass: &mut RowFilterPass<'a>, table: &mut TableRef) -> Result<Option<&'a TablePolicy>> {
    let meaning = pass.target(table)?;
    if std::mem::replace(&mut table.unfiltered, true) {
        return Ok(None);
    }
    Ok(match meaning {
        Meaning::Table(policy) => Some(policy),
        Meaning::Cte | Meaning::Unknown => None,
    })
}

/// The predicate of a target.
fn target(
    pass: &mut RowFilterPass<'_>,
    table: &mut TableRef,
    directives: &[Directive],
) -> Result<Option<Expr>> {
    let label = table.label().clone();
    match policy(pass, table)? {
        None => Ok(None),
        Some(policy) => pass.predicate(policy, directives, &label),
    }
}

/// Sees to it that a conflict never changes a hidden row.
fn conflict(pass: &mut RowFilterPass<'_>, node: &mut Insert, policy: &TablePolicy) -> Result<()> {
    let replaces = node.or == Some(InsertOr::Replace);
    let updates =
        matches!(&node.on_conflict, Some(conflict) if !matches!(conflict.action, ConflictAction::DoNothing));
    if !replaces && !updates {
        return Ok(());
    }
    let label = node.into.label().clone();
    let Some(visible) = pass.predicate(policy, &node.directives, &label)? else { return Ok(()) };
    if replaces {
        return Err(refused(format!("`replace` would delete hidden rows of table `{}`", node.into.name))
            .with_hint("use an upsert that names its columns")
            .with_table(node.into.name.clone()));
    }
    let Some(conflict) = &mut node.on_conflict else { return Ok(()) };
    let ConflictAction::DoUpdate { set, filter } = &mut conflict.action else {
        return Err(refused("no row filter knows this kind of conflict action"));
    };
    let facts = &pass.policies.facts;
    let column =
        policy.table.primary_key.first().copied().or(policy.table.columns.first().map(|column| column.name));
    let raise = facts.raise.expr(Expr::column(label, column.unwrap_or_default()));
    match facts.upsert {
        UpsertCheck::Where => {
            let one = || Expr::Literal(Literal::Int(1));
            // `= 1` and not `is not null`: MySQL was seen to optimise the latter away.
            put_first(filter, [Expr::binary(either(visible, one(), raise), BinaryOp::Eq, one())]);
        }
        UpsertCheck::FirstAssignment => {
            assigned_once(pass, policy, &node.directives, set)?;
            if let Some(first) = set.first_mut() {
                let value = std::mem::replace(&mut first.value, Expr::Default);
                first.value = either(visible, value, raise);
            }
        }
        _ => return Err(refused("no row filter knows where this database refuses a row of an upsert")),
    }
    pass.check = Some(Check { raise: facts.raise, table: node.into.name.clone() });
    Ok(())
}

/// Assignments are evaluated one after the other there, so with two columns of a filter among them nobody could say
/// which values the filter is about.
fn assigned_once(
    pass: &RowFilterPass<'_>,
    policy: &TablePolicy,
    directives: &[Directive],
    set: &[Assignment],
) -> Result<()> {
    let columns = pass.filter_columns(policy, directives)?;
    let assigned: Vec<&Name> =
        set.iter().map(|assignment| &assignment.column).filter(|column| columns.contains(column)).collect();
    if assigned.len() < 2 {
        return Ok(());
    }
    Err(Error::new(ErrorKind::InvalidQuery, "an upsert assigns several columns of a row filter")
        .with_hint("assign one of them here and the others in an update")
        .with_table(policy.table.name)
        .with_columns(assigned.into_iter().map(Name::to_string)))
}

/// `case when condition then yes else no end`.
fn either(condition: Expr, yes: Expr, no: Expr) -> Expr {
    Expr::Case(Box::new(node!(Case {
        otherwise: Some(no),
        ..Case::new(vec![CaseWhen { condition, result: yes }])
    })))
}
