//! Filters in writes: targets, sources, and the hidden row that an upsert or a merge runs into.

use super::pass::{Meaning, Placer, put_first, refused};
use super::table_policy::Plan;
use crate::error::{Error, ErrorKind, Result};
use crate::rewrite::plugin_set::Check;
use kysera_sql::ast::{
    Assignment, BinaryOp, Case, CaseWhen, ConflictAction, Delete, Directive, Expr, Insert, InsertOr, Literal,
    Merge, MergeMatch, TableRef, Update,
};
use kysera_sql::dialect::UpsertCheck;
use kysera_sql::ident::Name;
use kysera_sql::visit::{VisitMut, walk_mut};

/// `update`: the target's predicate goes into WHERE, as do those of its sources.
pub(super) fn update(placer: &mut Placer<'_>, node: &mut Update) -> Result<()> {
    if let Some(reason) = &node.bypass {
        placer.note_bypass(reason, "update");
        return Ok(());
    }
    placer.filters.heard(&node.directives)?;
    let mut with = node.with.take();
    let outside = placer.enter(with.as_deref_mut())?;
    let mut from = std::mem::take(&mut node.from);
    let answered = placer.answered();
    let mut predicates = Vec::from_iter(target(placer, &mut node.table, &node.directives)?);
    predicates.extend(placer.sources(&mut from, &node.directives)?);
    placer.must_answer(&node.directives, answered)?;
    walk_mut::update(placer, node)?;
    placer.leave(outside);
    node.with = with;
    node.from = from;
    put_first(&mut node.filter, predicates);
    Ok(())
}

/// `delete`: as `update`.
pub(super) fn delete(placer: &mut Placer<'_>, node: &mut Delete) -> Result<()> {
    if let Some(reason) = &node.bypass {
        placer.note_bypass(reason, "delete");
        return Ok(());
    }
    placer.filters.heard(&node.directives)?;
    let mut with = node.with.take();
    let outside = placer.enter(with.as_deref_mut())?;
    let mut using = std::mem::take(&mut node.using);
    let answered = placer.answered();
    let mut predicates = Vec::from_iter(target(placer, &mut node.from, &node.directives)?);
    predicates.extend(placer.sources(&mut using, &node.directives)?);
    placer.must_answer(&node.directives, answered)?;
    walk_mut::delete(placer, node)?;
    placer.leave(outside);
    node.with = with;
    node.using = using;
    put_first(&mut node.filter, predicates);
    Ok(())
}

/// `merge`: a hidden row counts as absent. ON alone is not enough: `when not matched by source` would reach it.
pub(super) fn merge(placer: &mut Placer<'_>, node: &mut Merge) -> Result<()> {
    let Merge { with, into, using, on, whens, returning, directives, bypass } = node;
    if let Some(reason) = bypass {
        placer.note_bypass(reason, "merge");
        return Ok(());
    }
    placer.filters.heard(directives)?;
    let outside = placer.enter(with.as_deref_mut())?;
    let target = target(placer, into, directives)?;
    placer.closed_source(using, directives)?;
    placer.expr(on)?;
    for when in &mut *whens {
        walk_mut::merge_when(placer, when)?;
    }
    for item in returning {
        placer.select_item(item)?;
    }
    placer.leave(outside);
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
pub(super) fn insert(placer: &mut Placer<'_>, node: &mut Insert) -> Result<()> {
    if let Some(reason) = &node.bypass {
        placer.note_bypass(reason, "insert");
        return Ok(());
    }
    placer.filters.heard(&node.directives)?;
    let mut with = node.with.take();
    let outside = placer.enter(with.as_deref_mut())?;
    let plan = plan(placer, &mut node.into)?;
    walk_mut::insert(placer, node)?;
    placer.leave(outside);
    node.with = with;
    if let Some(plan) = plan {
        conflict(placer, node, plan)?;
    }
    Ok(())
}

/// The plan of a target, which is marked as done.
fn plan<'a>(placer: &mut Placer<'a>, table: &mut TableRef) -> Result<Option<&'a Plan>> {
    let meaning = placer.target(table)?;
    if std::mem::replace(&mut table.unfiltered, true) {
        return Ok(None);
    }
    Ok(match meaning {
        Meaning::Table(plan) => Some(plan),
        Meaning::Cte | Meaning::Unknown => None,
    })
}

/// The predicate of a target.
fn target(placer: &mut Placer<'_>, table: &mut TableRef, directives: &[Directive]) -> Result<Option<Expr>> {
    let label = table.label().clone();
    match plan(placer, table)? {
        None => Ok(None),
        Some(plan) => placer.predicate(plan, directives, &label),
    }
}

/// Sees to it that a conflict never changes a hidden row.
fn conflict(placer: &mut Placer<'_>, node: &mut Insert, plan: &Plan) -> Result<()> {
    let replaces = node.or == Some(InsertOr::Replace);
    let updates =
        matches!(&node.on_conflict, Some(conflict) if !matches!(conflict.action, ConflictAction::DoNothing));
    if !replaces && !updates {
        return Ok(());
    }
    let label = node.into.label().clone();
    let Some(visible) = placer.predicate(plan, &node.directives, &label)? else { return Ok(()) };
    if replaces {
        return Err(refused(format!("`replace` would delete hidden rows of table `{}`", node.into.name))
            .with_hint("use an upsert that names its columns")
            .with_table(node.into.name.clone()));
    }
    let Some(conflict) = &mut node.on_conflict else { return Ok(()) };
    let ConflictAction::DoUpdate { set, filter } = &mut conflict.action else {
        return Err(refused("no row filter knows this kind of conflict action"));
    };
    let facts = &placer.filters.facts;
    let column =
        plan.table.primary_key.first().copied().or(plan.table.columns.first().map(|column| column.name));
    let raise = facts.raise.expr(Expr::column(label, column.unwrap_or_default()));
    match facts.upsert {
        UpsertCheck::Where => {
            let one = || Expr::Literal(Literal::Int(1));
            // `= 1` and not `is not null`: MySQL was seen to optimise the latter away.
            put_first(filter, [Expr::binary(either(visible, one(), raise), BinaryOp::Eq, one())]);
        }
        UpsertCheck::FirstAssignment => {
            assigned_once(placer, plan, &node.directives, set)?;
            if let Some(first) = set.first_mut() {
                let value = std::mem::replace(&mut first.value, Expr::Default);
                first.value = either(visible, value, raise);
            }
        }
    }
    placer.check = Some(Check { raise: facts.raise, table: node.into.name.clone() });
    Ok(())
}

/// Assignments are evaluated one after the other there, so with two columns of a filter among them nobody could say
/// which values the filter is about.
fn assigned_once(
    placer: &Placer<'_>,
    plan: &Plan,
    directives: &[Directive],
    set: &[Assignment],
) -> Result<()> {
    let columns = placer.filter_columns(plan, directives)?;
    let assigned: Vec<&Name> =
        set.iter().map(|assignment| &assignment.column).filter(|column| columns.contains(column)).collect();
    if assigned.len() < 2 {
        return Ok(());
    }
    Err(Error::new(ErrorKind::InvalidQuery, "an upsert assigns several columns of a row filter")
        .with_hint("assign one of them here and the others in an update")
        .with_table(plan.table.name)
        .with_columns(assigned.into_iter().map(Name::to_string)))
}

/// `case when condition then yes else no end`.
fn either(condition: Expr, yes: Expr, no: Expr) -> Expr {
    Expr::Case(Box::new(Case {
        operand: None,
        branches: vec![CaseWhen { condition, result: yes }],
        otherwise: Some(no),
    }))
}
