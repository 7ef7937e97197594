//! Filters in writes: targets, sources, and the hidden row that an upsert or a merge runs into.

use super::pass::{Meaning, RowFilterPass, put_first, refused};
use super::raise::{is_one, one, one_where};
use super::table_policy::TablePolicy;
use crate::error::{Error, ErrorKind, Result};
use crate::plugin::{MergeTarget, Operation, Write};
use kysera_sql::ast::{
    Assignment, ConflictAction, Delete, Directive, Expr, FromItem, Insert, InsertOr, Merge, MergeAction,
    MergeMatch, MergeWhen, TableRef, Update,
};
use kysera_sql::compile::CompileError;
use kysera_sql::dialect::UpsertCheck;
use kysera_sql::ident::Name;
use kysera_sql::visit::{VisitMut, walk_mut};

/// `update`: the target's predicate goes into WHERE, as do those of its sources.
pub(super) fn update(pass: &mut RowFilterPass<'_>, node: &mut Update) -> Result<()> {
    if let Some(reason) = &node.directives.bypass {
        pass.note_bypass(reason, "update");
        return Ok(());
    }
    assigns(&node.set, &node.directives)?;
    let mut with = node.with.take();
    let outside = pass.enter(with.as_deref_mut())?;
    let policy = policy(pass, &mut node.table)?;
    pass.rewrite_write(&mut Write::Update(node))?;
    let mut from = std::mem::take(&mut node.from);
    let (table, directives) = (&node.table, &node.directives);
    let predicates = target_and_sources(pass, policy, Operation::Update, table, &mut from, directives)?;
    let check = match policy {
        Some(policy) => pass.write_check(policy, Operation::Update, directives, table.label())?,
        None => None,
    };
    walk_mut::update(pass, node)?;
    pass.leave(outside);
    node.with = with;
    node.from = from;
    put_first(&mut node.filter, predicates);
    if let Some(policy) = policy {
        pass.check_update(node, policy, check)?;
    }
    Ok(())
}

/// `delete`: as `update`.
pub(super) fn delete(pass: &mut RowFilterPass<'_>, node: &mut Delete) -> Result<()> {
    if let Some(reason) = &node.directives.bypass {
        pass.note_bypass(reason, "delete");
        return Ok(());
    }
    let mut with = node.with.take();
    let outside = pass.enter(with.as_deref_mut())?;
    let policy = policy(pass, &mut node.from)?;
    pass.rewrite_write(&mut Write::Delete(node))?;
    let mut using = std::mem::take(&mut node.using);
    let (table, directives) = (&node.from, &node.directives);
    let predicates = target_and_sources(pass, policy, Operation::Delete, table, &mut using, directives)?;
    walk_mut::delete(pass, node)?;
    pass.leave(outside);
    node.with = with;
    node.using = using;
    put_first(&mut node.filter, predicates);
    Ok(())
}

/// The predicates of what a write changes and of what it reads.
fn target_and_sources(
    pass: &mut RowFilterPass<'_>,
    policy: Option<&TablePolicy>,
    operation: Operation,
    table: &TableRef,
    sources: &mut [FromItem],
    directives: &[Directive],
) -> Result<Vec<Expr>> {
    pass.answering(directives, |pass| {
        let target = match policy {
            Some(policy) => pass.predicate(policy, operation, directives, table.label())?,
            None => None,
        };
        let mut predicates = Vec::from_iter(target);
        predicates.extend(pass.sources(sources, directives)?);
        Ok(predicates)
    })
}

/// `merge`: a hidden row counts as absent. ON alone is not enough: `when not matched by source` would reach it.
pub(super) fn merge(pass: &mut RowFilterPass<'_>, node: &mut Merge) -> Result<()> {
    let Merge { with, into, using, on, whens, returning, directives, .. } = node;
    if let Some(reason) = &directives.bypass {
        pass.note_bypass(reason, "merge");
        return Ok(());
    }
    let outside = pass.enter(with.as_deref_mut())?;
    let policy = policy(pass, into)?;
    for when in &mut *whens {
        rewrite_branch(pass, when, into, directives)?;
    }
    let visible = pass.answering(directives, |pass| {
        let visible = match policy {
            Some(policy) => pass.predicate(policy, Operation::Read, directives, into.label())?,
            None => None,
        };
        pass.closed_source(using, directives)?;
        Ok(visible)
    })?;
    pass.expr(on)?;
    for when in &mut *whens {
        walk_mut::merge_when(pass, when)?;
    }
    for item in returning {
        pass.select_item(item)?;
    }
    if let Some(policy) = policy {
        for when in &mut *whens {
            restrict_branch(pass, when, policy, into, visible.as_ref(), directives)?;
            pass.check_merge_branch(when, policy, into, on, directives)?;
        }
    }
    pass.leave(outside);
    if let Some(visible) = visible {
        for when in whens.iter_mut().filter(|when| when.on == MergeMatch::NotMatchedBySource) {
            put_first(&mut when.and, [visible.clone()]);
        }
        let condition = std::mem::replace(on, Expr::Default);
        *on = visible.and(condition);
    }
    Ok(())
}

/// Lets plugins change a branch of a merge.
fn rewrite_branch(
    pass: &RowFilterPass<'_>,
    when: &mut MergeWhen,
    table: &TableRef,
    directives: &[Directive],
) -> Result<()> {
    if let MergeAction::Update(set) = &when.action {
        assigns(set, directives)?;
    }
    let target = MergeTarget { table, directives };
    let mut write = match &mut when.action {
        MergeAction::Update(set) => Write::MergeUpdate { target, set },
        MergeAction::Insert { columns, values } => Write::MergeInsert { target, columns, values },
        MergeAction::Delete => Write::MergeDelete { target },
        _ => return Ok(()),
    };
    pass.rewrite_write(&mut write)
}

/// A branch that changes rows which may be read and not changed fails, as it does with native policies: left out, the
/// row would go to the next branch.
fn restrict_branch(
    pass: &mut RowFilterPass<'_>,
    when: &mut MergeWhen,
    policy: &TablePolicy,
    into: &TableRef,
    visible: Option<&Expr>,
    directives: &[Directive],
) -> Result<()> {
    let operation = match &when.action {
        MergeAction::Update(_) => Operation::Update,
        MergeAction::Delete => Operation::Delete,
        _ => return Ok(()),
    };
    let changeable = pass.predicate(policy, operation, directives, into.label())?;
    match changeable {
        Some(changeable) if visible != Some(&changeable) => {
            pass.restrict_merge_branch(when, policy, into.label(), changeable);
            Ok(())
        }
        _ => Ok(()),
    }
}

/// `insert`: its source is a query like any other; what it may run into is the conflict with a hidden row.
pub(super) fn insert(pass: &mut RowFilterPass<'_>, node: &mut Insert) -> Result<()> {
    if let Some(reason) = &node.directives.bypass {
        pass.note_bypass(reason, "insert");
        return Ok(());
    }
    if let Some(ConflictAction::DoUpdate { set, .. }) =
        node.on_conflict.as_ref().map(|conflict| &conflict.action)
    {
        assigns(set, &node.directives)?;
    }
    let mut with = node.with.take();
    let outside = pass.enter(with.as_deref_mut())?;
    let policy = policy(pass, &mut node.into)?;
    pass.rewrite_write(&mut Write::Insert(node))?;
    walk_mut::insert(pass, node)?;
    match policy {
        Some(policy) => {
            let checks = pass.insert_checks(node, policy)?;
            pass.check_first_assignment(node, policy, &checks)?;
            conflict(pass, node, policy)?;
            pass.check_insert(node, policy, checks)?;
        }
        None => pass.answering(&node.directives, |_| Ok(()))?,
    }
    pass.leave(outside);
    node.with = with;
    Ok(())
}

/// What assigns nothing is an error, as it is without plugins: one that adds a column would make an update of it. A
/// directive may be all that it says, as in `soft_delete(..)`.
fn assigns(set: &[Assignment], directives: &[Directive]) -> Result<()> {
    match set {
        [] if directives.is_empty() => Err(CompileError::Empty { clause: "set" }.into()),
        _ => Ok(()),
    }
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

/// Sees to it that a conflict never changes a hidden row. An insert answers directives by this and by its checks: without
/// a conflict that updates, they would say nothing else.
fn conflict(pass: &mut RowFilterPass<'_>, node: &mut Insert, policy: &TablePolicy) -> Result<()> {
    let replaces = node.or == Some(InsertOr::Replace);
    let updates =
        matches!(&node.on_conflict, Some(conflict) if !matches!(conflict.action, ConflictAction::DoNothing));
    if !replaces && !updates {
        return pass.answering(&node.directives, |pass| pass.answer_by_checks(policy, &node.directives));
    }
    let label = node.into.label().clone();
    let directives = std::mem::take(&mut node.directives);
    let found = pass.answering(&directives, |pass| {
        pass.answer_by_checks(policy, &directives)?;
        let visible = pass.predicate(policy, Operation::Read, &directives, &label)?;
        let changeable = pass.predicate(policy, Operation::Update, &directives, &label)?;
        let removable = pass.predicate(policy, Operation::Delete, &directives, &label)?;
        Ok((visible, changeable, removable))
    });
    node.directives = directives;
    let (visible, changeable, removable) = found?;
    if visible.is_none() && changeable.is_none() && !(replaces && removable.is_some()) {
        return Ok(());
    }
    if replaces {
        return Err(refused(format!("`replace` would delete hidden rows of table `{}`", node.into.name))
            .with_hint("use an upsert that names its columns")
            .with_table(node.into.name.clone()));
    }
    let Some(conflict) = &mut node.on_conflict else { return Ok(()) };
    let ConflictAction::DoUpdate { set, filter } = &mut conflict.action else {
        return Err(refused("no row filter knows this kind of conflict action"));
    };
    match pass.policies.facts.upsert {
        UpsertCheck::Where => {
            // Inside, not beside it: what stands beside is evaluated in an order that the database chooses, and a
            // condition of the statement that is false would hide that the row is hidden.
            let then = filter.take().map_or_else(one, one_where);
            *filter = Some(is_one(pass.if_changeable(policy, &label, visible, changeable, then)));
        }
        UpsertCheck::FirstAssignment if node.or == Some(InsertOr::Ignore) => {
            // There the error becomes a warning, and the hidden row is written.
            return Err(refused("`insert ignore` with an update on conflict would write hidden rows")
                .with_hint("leave out `ignore`")
                .with_table(node.into.name.clone()));
        }
        UpsertCheck::FirstAssignment => {
            assigned_once(pass, policy, &node.directives, set)?;
            if let Some(first) = set.first_mut() {
                let value = std::mem::replace(&mut first.value, Expr::Default);
                first.value = pass.if_changeable(policy, &label, visible, changeable, value);
            }
        }
        _ => return Err(refused("no row filter knows where this database refuses a row of an upsert")),
    }
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
    let columns = pass.filter_columns(policy, Operation::Update, directives)?;
    let assigned: Vec<&Name> =
        set.iter().map(|assignment| &assignment.column).filter(|column| columns.contains(column)).collect();
    if assigned.len() < 2 {
        return Ok(());
    }
    Err(Error::new(ErrorKind::InvalidQuery, "an upsert assigns several columns of a row filter")
        .with_hint("assign one of them here and the others in an update")
        .with_table(policy.table.name.clone())
        .with_columns(assigned.into_iter().map(Name::to_string)))
}
