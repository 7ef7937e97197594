//! Conditions that make a statement fail where they do not hold.

use super::applied::Check;
use super::pass::RowFilterPass;
use super::table_policy::TablePolicy;
use kysera_sql::ast::{BinaryOp, Case, CaseWhen, Expr, Literal, MergeWhen};
use kysera_sql::dialect::RaiseReason;
use kysera_sql::ident::Name;
use kysera_sql::node;

impl RowFilterPass<'_> {
    /// `case when check then 1 else raise end = 1`.
    pub(super) fn must_hold(&mut self, check: Expr, policy: &TablePolicy, label: &Name) -> Expr {
        self.must_hold_or_raise_with(check, policy, column_of(policy, label))
    }

    /// As [`must_hold`](RowFilterPass::must_hold), for a row that has no columns yet: with another column.
    pub(super) fn must_hold_or_raise_with(
        &mut self,
        check: Expr,
        policy: &TablePolicy,
        column: Expr,
    ) -> Expr {
        let raise = self.raise(RaiseReason::WriteCheck, policy, column);
        is_one(case(check, one(), Some(raise)))
    }

    /// `then` for a row that an upsert may change: one that is not visible is hidden, one that is visible and not
    /// changeable does not pass.
    pub(super) fn if_changeable(
        &mut self,
        policy: &TablePolicy,
        label: &Name,
        visible: Option<Expr>,
        changeable: Option<Expr>,
        then: Expr,
    ) -> Expr {
        let then = match changeable {
            Some(changeable) if visible.as_ref() != Some(&changeable) => {
                let raise = self.raise(RaiseReason::WriteCheck, policy, column_of(policy, label));
                case(changeable, then, Some(raise))
            }
            _ => then,
        };
        match visible {
            None => then,
            Some(visible) => {
                let raise = self.raise(RaiseReason::HiddenRow, policy, column_of(policy, label));
                case(visible, then, Some(raise))
            }
        }
    }

    /// Makes a branch of a merge fail for a row that may not be changed.
    pub(super) fn restrict_merge_branch(
        &mut self,
        when: &mut MergeWhen,
        policy: &TablePolicy,
        label: &Name,
        changeable: Expr,
    ) {
        let held = self.must_hold(changeable, policy, label);
        when.and = Some(only_where(when.and.take(), held));
    }

    fn raise(&mut self, reason: RaiseReason, policy: &TablePolicy, column: Expr) -> Expr {
        let raise = self.policies.facts.raise;
        self.checks.push(Check { raise, reason, table: policy.table.name.clone() });
        raise.expr(reason, column)
    }
}

/// A column of the row: PostgreSQL would evaluate an expression without one when it plans.
fn column_of(policy: &TablePolicy, label: &Name) -> Expr {
    let table = &policy.table;
    let column = table.primary_key.first().or(table.columns.first().map(|column| &column.name));
    Expr::column(label.clone(), column.cloned().unwrap_or_default())
}

/// `held`, evaluated only for rows for which the condition is true, which `and` does not promise:
/// `case when condition then case when held then 1 else 0 end end = 1`.
pub(super) fn only_where(condition: Option<Expr>, held: Expr) -> Expr {
    match condition {
        None => held,
        Some(condition) => is_one(case(condition, one_where(held), None)),
    }
}

/// `case when condition then 1 else 0 end`.
pub(super) fn one_where(condition: Expr) -> Expr {
    case(condition, one(), Some(Expr::Literal(Literal::Int(0))))
}

/// `case when condition then yes else no end`.
pub(super) fn case(condition: Expr, yes: Expr, no: Option<Expr>) -> Expr {
    let branches = vec![CaseWhen { condition, result: yes }];
    Expr::Case(Box::new(node!(Case { otherwise: no, ..Case::new(branches) })))
}

/// `= 1` and not `is not null`: MySQL was seen to optimise the latter away.
pub(super) fn is_one(number: Expr) -> Expr {
    Expr::binary(number, BinaryOp::Eq, one())
}

pub(super) fn one() -> Expr {
    Expr::Literal(Literal::Int(1))
}
