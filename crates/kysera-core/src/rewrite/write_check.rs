//! Places the checks of rows that are written: where the database can be asked for the written row, in RETURNING; else
//! with the values that the statement gives.
//!
//! A check is `case when <check> then 1 else <raise> end = 1`: a row that does not pass makes the whole statement fail.

use super::new_row::{NewRow, about_proposed};
use super::pass::{RowFilterPass, refused};
use super::raise::{case, only_where};
use super::table_policy::TablePolicy;
use crate::error::{Error, ErrorKind, Result};
use crate::plugin::Operation;
use kysera_sql::ast::{
    ColumnRef, ConflictAction, Directive, Expr, Insert, InsertOr, InsertSource, Literal, MergeAction,
    MergeWhen, Select, SelectItem, TableRef, Update,
};
use kysera_sql::dialect::UpsertCheck;
use kysera_sql::ident::Name;
use kysera_sql::table::TableMeta;
use kysera_sql::value::SqlType;
use kysera_sql::visit::Visit;

/// The check of the rows that an insert writes, by what it does with each.
pub(super) struct InsertChecks {
    /// Of a row that it adds.
    inserted: Option<Expr>,
    /// Of a row that its `on conflict` changes.
    updated: Option<Expr>,
}

impl RowFilterPass<'_> {
    pub(super) fn insert_checks(&mut self, node: &Insert, policy: &TablePolicy) -> Result<InsertChecks> {
        let label = node.into.label();
        let inserted = self.write_check(policy, Operation::Insert, &node.directives, label)?;
        let updates = node.on_conflict.as_ref();
        let updated = match updates.map(|conflict| &conflict.action) {
            Some(ConflictAction::DoUpdate { .. }) => {
                self.write_check(policy, Operation::Update, &node.directives, label)?
            }
            _ => None,
        };
        Ok(InsertChecks { inserted, updated })
    }

    /// Places the checks of an upsert's update where it has no condition: around the first value that it assigns, which is
    /// computed before any column has another one.
    pub(super) fn check_first_assignment(
        &mut self,
        node: &mut Insert,
        policy: &TablePolicy,
        checks: &InsertChecks,
    ) -> Result<()> {
        if !self.checks_assignment(node) || checks.inserted.is_none() && checks.updated.is_none() {
            return Ok(());
        }
        let label = node.into.label().clone();
        if node.or == Some(InsertOr::Ignore) {
            // There the error becomes a warning, and the row is written.
            return Err(unsupported("the check of rows in `insert ignore`", self.context.dialect.name()));
        }
        let Some(ConflictAction::DoUpdate { set, .. }) =
            node.on_conflict.as_mut().map(|conflict| &mut conflict.action)
        else {
            return Ok(());
        };
        let mut held = Vec::new();
        if let Some(check) = &checks.updated {
            let check = NewRow::updated(set, policy.table.clone()).check(check, &label)?;
            held.push(self.must_hold(check, policy, &label));
        }
        if let Some(check) = &checks.inserted {
            held.push(self.must_hold(about_proposed(check, &label), policy, &label));
        }
        if let Some(first) = set.first_mut() {
            let value = std::mem::replace(&mut first.value, Expr::Default);
            first.value = held.into_iter().fold(value, |value, held| case(held, value, None));
        }
        Ok(())
    }

    /// True for an upsert whose update is checked by what it assigns.
    fn checks_assignment(&self, node: &Insert) -> bool {
        let updates = node.on_conflict.as_ref().map(|conflict| &conflict.action);
        self.policies.facts.upsert == UpsertCheck::FirstAssignment
            && matches!(updates, Some(ConflictAction::DoUpdate { .. }))
    }

    /// Places the checks of an insert.
    pub(super) fn check_insert(
        &mut self,
        node: &mut Insert,
        policy: &TablePolicy,
        checks: InsertChecks,
    ) -> Result<()> {
        let InsertChecks { inserted, updated } = checks;
        if inserted.is_none() && updated.is_none() {
            return Ok(());
        }
        if node.or == Some(InsertOr::Replace) {
            return Err(refused(format!(
                "`replace` into table `{}`, whose rows a plugin checks, would delete rows that nobody checked",
                node.into.name
            ))
            .with_hint("use an upsert that names its columns")
            .with_table(node.into.name.clone()));
        }
        let label = node.into.label().clone();
        let by_returning = self.context.dialect.capabilities().returning;
        if by_returning
            && (node.on_conflict.is_none() || inserted == updated || updated.is_none() && is_do_nothing(node))
        {
            if let Some(check) = &inserted {
                self.check_proposed(node, policy, check)?;
                let held = self.must_hold(check.clone(), policy, &label);
                return into_returning(&mut node.returning, held, &policy.table, &label, true);
            }
            return Ok(());
        }
        if by_returning && self.context.dialect.capabilities().on_conflict {
            return Err(unsupported(
                "the checks of an upsert that differ for rows inserted and rows updated",
                self.context.dialect.name(),
            ));
        }
        self.check_update_of_conflict(node, policy, updated.as_ref())?;
        if let Some(check) = inserted {
            self.check_proposed(node, policy, &check)?;
            self.check_values(node, policy, &check)?;
        }
        Ok(())
    }

    /// Places the check of an update.
    pub(super) fn check_update(
        &mut self,
        node: &mut Update,
        policy: &TablePolicy,
        check: Option<Expr>,
    ) -> Result<()> {
        let Some(check) = check else { return Ok(()) };
        let label = node.table.label().clone();
        if self.context.dialect.capabilities().returning_update {
            let held = self.must_hold(check, policy, &label);
            return into_returning(&mut node.returning, held, &policy.table, &label, node.from.is_empty());
        }
        let check = NewRow::updated(&node.set, policy.table.clone()).check(&check, &label)?;
        let held = self.must_hold(check, policy, &label);
        node.filter = Some(only_where(node.filter.take(), held));
        Ok(())
    }

    /// Places the check of a branch of a merge.
    pub(super) fn check_merge_branch(
        &mut self,
        when: &mut MergeWhen,
        policy: &TablePolicy,
        into: &TableRef,
        on: &Expr,
        directives: &[Directive],
    ) -> Result<()> {
        let label = into.label();
        let operation = match &when.action {
            MergeAction::Update(_) => Operation::Update,
            MergeAction::Insert { .. } => Operation::Insert,
            _ => return Ok(()),
        };
        let Some(check) = self.write_check(policy, operation, directives, label)? else { return Ok(()) };
        let (check, column) = match &when.action {
            MergeAction::Update(set) => {
                (NewRow::updated(set, policy.table.clone()).check(&check, label)?, None)
            }
            MergeAction::Insert { columns, values } => {
                let row = NewRow::inserted(columns, values, policy.table.clone());
                (row.check(&check, label)?, Some(column_beside(on, label)?))
            }
            _ => return Ok(()),
        };
        let held = match column {
            None => self.must_hold(check, policy, label),
            Some(column) => self.must_hold_or_raise_with(check, policy, column),
        };
        when.and = Some(only_where(when.and.take(), held));
        Ok(())
    }

    /// An upsert's proposed row has to pass even where it meets another one and is not inserted.
    fn check_proposed(&mut self, node: &mut Insert, policy: &TablePolicy, check: &Expr) -> Result<()> {
        let label = node.into.label().clone();
        let Some(conflict) = &mut node.on_conflict else { return Ok(()) };
        let ConflictAction::DoUpdate { filter, .. } = &mut conflict.action else { return Ok(()) };
        if self.context.dialect.capabilities().on_conflict {
            let held = self.must_hold(about_proposed(check, &label), policy, &label);
            *filter = Some(match filter.take() {
                None => held,
                Some(users) => only_where(Some(held), users),
            });
        }
        Ok(())
    }

    /// The row that an upsert's update leaves, by the values that it assigns.
    fn check_update_of_conflict(
        &mut self,
        node: &mut Insert,
        policy: &TablePolicy,
        check: Option<&Expr>,
    ) -> Result<()> {
        let label = node.into.label().clone();
        let Some(conflict) = &mut node.on_conflict else { return Ok(()) };
        let (ConflictAction::DoUpdate { set, filter }, Some(check)) = (&mut conflict.action, check) else {
            return Ok(());
        };
        if self.policies.facts.upsert == UpsertCheck::FirstAssignment {
            return Ok(());
        }
        if !self.context.dialect.capabilities().on_conflict {
            return Err(unsupported("the check of an upsert's update", self.context.dialect.name()));
        }
        let check = NewRow::updated(set, policy.table.clone()).check(check, &label)?;
        let held = self.must_hold(check, policy, &label);
        *filter = Some(only_where(filter.take(), held));
        Ok(())
    }

    /// The rows of an insert, by the values that it gives.
    fn check_values(&mut self, node: &mut Insert, policy: &TablePolicy, check: &Expr) -> Result<()> {
        if node.or == Some(InsertOr::Ignore) {
            return Err(unsupported("the check of rows in `insert ignore`", self.context.dialect.name()));
        }
        let label = node.into.label().clone();
        let InsertSource::Values(rows) = &mut node.source else {
            return Err(unsupported("the check of rows that a query inserts", self.context.dialect.name()));
        };
        for row in rows.iter_mut() {
            let check = NewRow::inserted(&node.columns, row, policy.table.clone()).check(check, &label)?;
            let held = self.must_hold(check, policy, &label);
            let Some(value) = value_to_check(&node.columns, row, &policy.table) else {
                return Err(unsupported("the check of a row of defaults", self.context.dialect.name()));
            };
            let then = std::mem::replace(value, Expr::Default);
            *value = case(held, then, None);
        }
        Ok(())
    }
}

/// The value that the condition is put around: none of a key where there is another, because rows that are given back are
/// read by the values of their keys.
fn value_to_check<'r>(columns: &[Name], row: &'r mut [Expr], table: &TableMeta) -> Option<&'r mut Expr> {
    let keys = || table.unique.iter().map(|key| &*key.columns).chain([&*table.primary_key]).flatten();
    let is_key = |at: usize| columns.get(at).is_some_and(|column| keys().any(|part| part == column));
    let given = |row: &[Expr], at: usize| row[at] != Expr::Default;
    let places = || (0..row.len()).filter(|at| given(row, *at));
    let place = places().find(|at| !is_key(*at)).or_else(|| places().next())?;
    row.get_mut(place)
}

fn is_do_nothing(node: &Insert) -> bool {
    matches!(&node.on_conflict, Some(conflict) if matches!(conflict.action, ConflictAction::DoNothing))
}

/// Puts a condition that fails where it does not hold around an item that a write returns. No item is added beside
/// others: the caller's rows keep their width.
fn into_returning(
    items: &mut Vec<SelectItem>,
    held: Expr,
    table: &TableMeta,
    label: &Name,
    is_alone: bool,
) -> Result<()> {
    if items.is_empty() {
        let one = Expr::Literal(Literal::Int(1));
        let alias = Some(Name::Borrowed("__kysera_check"));
        items.push(SelectItem::Expr { expr: case(held, one, None), alias, ty: Some(SqlType::I32) });
        return Ok(());
    }
    let is_plain =
        |item: &SelectItem| matches!(item, SelectItem::Expr { expr, .. } if !matches!(expr, Expr::Nested(_)));
    if !items.iter().any(is_plain) && is_alone {
        expand_all(items, table, label);
    }
    let Some(SelectItem::Expr { expr, alias, ty }) = items.iter_mut().find(|item| is_plain(item)) else {
        return Err(refused(format!(
            "a plugin checks the rows of table `{}`, and the statement returns none of its columns",
            table.name
        ))
        .with_hint("return a column too")
        .with_table(table.name.clone()));
    };
    if let Expr::Column(column) = &*expr {
        *ty = ty.or(table.column(&column.name).map(|column| column.sql_type));
        alias.get_or_insert_with(|| column.name.clone());
    }
    let item = std::mem::replace(expr, Expr::Default);
    *expr = case(held, item, None);
    Ok(())
}

/// Writes `*` as the columns of the table.
fn expand_all(items: &mut Vec<SelectItem>, table: &TableMeta, label: &Name) {
    let Some(at) = items.iter().position(|item| matches!(item, SelectItem::Star(_))) else { return };
    let columns = table.columns.iter().map(|column| SelectItem::Expr {
        expr: Expr::column(label.clone(), column.name.clone()),
        alias: None,
        ty: Some(column.sql_type),
    });
    items.splice(at..=at, columns);
}

/// A column of the source of a merge, which its ON names: PostgreSQL would evaluate an expression without one when it
/// plans.
fn column_beside(on: &Expr, label: &Name) -> Result<Expr> {
    let mut found = FindColumn { label, found: None };
    let _ = found.expr(on);
    found.found.map(Expr::Column).ok_or_else(|| {
        refused("a plugin checks the rows that a merge inserts, and its ON names no column of the source")
            .with_hint("join the source by one of its columns")
    })
}

struct FindColumn<'a> {
    label: &'a Name,
    found: Option<ColumnRef>,
}

impl Visit for FindColumn<'_> {
    type Error = ();

    /// What a query inside has in its FROM is nothing beside it.
    fn select(&mut self, _: &Select) -> Result<(), ()> {
        Ok(())
    }

    fn column(&mut self, node: &ColumnRef) -> Result<(), ()> {
        match &node.table {
            Some(table) if table != self.label && node.outer == 0 => {
                self.found = Some(node.clone());
                Err(())
            }
            _ => Ok(()),
        }
    }
}

#[cold]
fn unsupported(what: &'static str, dialect: &'static str) -> Error {
    Error::new(ErrorKind::Unsupported, format!("{dialect} has no way for {what}"))
        .with_hint("insert the rows by their values, and update existing rows in a statement of their own")
}
