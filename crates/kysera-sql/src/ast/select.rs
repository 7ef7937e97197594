//! SELECT.

use super::{Directive, Directives, Expr, FromItem, OrderBy, With};
use crate::ident::Name;
use crate::value::SqlType;

/// A query. `order_by`, `limit`, `offset` and `lock` belong to the whole when there are set operations.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Select {
    /// CTEs in front.
    pub with: Option<Box<With>>,
    /// `distinct`.
    pub distinct: Distinct,
    /// The selected items.
    pub items: Vec<SelectItem>,
    /// FROM: usually one item, a tree of joins.
    pub from: Vec<FromItem>,
    /// WHERE.
    pub filter: Option<Expr>,
    /// GROUP BY.
    pub group_by: Vec<Expr>,
    /// HAVING.
    pub having: Option<Expr>,
    /// `union`, `intersect` and `except`, applied from left to right.
    pub set_ops: Vec<SetOp>,
    /// ORDER BY.
    pub order_by: Vec<OrderBy>,
    /// At most so many rows.
    pub limit: Option<Expr>,
    /// How many rows are skipped first.
    pub offset: Option<Expr>,
    /// Row locks.
    pub lock: Option<Lock>,
    /// What plugins were told about the tables in this query's own FROM.
    pub directives: Directives,
}

/// `distinct`.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub enum Distinct {
    /// Every row.
    #[default]
    No,
    /// `distinct`
    Yes,
    /// `distinct on (..)`, PostgreSQL only.
    On(Vec<Expr>),
}

/// A selected item.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum SelectItem {
    /// An expression.
    Expr {
        /// The expression.
        expr: Expr,
        /// Its name in the result, when it needs one.
        alias: Option<Name>,
        /// Its SQL type, when the builder knows it.
        ty: Option<SqlType>,
    },
    /// `*`, or `"t".*`.
    Star(Option<Name>),
}

/// A set operation and its right operand.
pub struct SetOp {
    /// Which operation.
    pub kind: SetOpKind,
    /// True to keep duplicates.
    pub all: bool,
    /// The right operand.
    pub right: Select,
}

/// Set operations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetOpKind {
    /// `union`
    Union,
    /// `intersect`
    Intersect,
    /// `except`
    Except,
}

/// `for update` and its relatives.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Lock {
    /// How strong.
    pub strength: LockStrength,
    /// Only these tables, by alias; all when empty.
    pub of: Vec<Name>,
    /// What to do with rows that are locked already.
    pub wait: LockWait,
}

/// Strength of a row lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LockStrength {
    /// `for update`
    Update,
    /// `for share`
    Share,
    /// `for no key update`, PostgreSQL only.
    NoKeyUpdate,
    /// `for key share`, PostgreSQL only.
    KeyShare,
}

/// What to do with rows that are locked already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LockWait {
    /// Wait for them.
    Wait,
    /// `nowait`: fail.
    NoWait,
    /// `skip locked`: leave them out.
    SkipLocked,
}

impl Select {
    /// Says a directive, to each operand where there are set operations.
    pub(crate) fn direct(&mut self, directive: Directive) {
        let is_set = !self.set_ops.is_empty();
        match self.from.as_mut_slice() {
            // The first operand, when it had to become a table of its own.
            [FromItem::Derived(first)] if is_set && first.alias == Select::FIRST_OPERAND => {
                first.query.direct(directive);
            }
            _ => self.directives.set(directive),
        }
        for op in &mut self.set_ops {
            op.right.direct(directive);
        }
    }

    /// What a first operand is called that had to become a table of its own.
    pub(crate) const FIRST_OPERAND: &'static str = "first";

    /// `select .. from item`.
    pub fn from(item: impl Into<FromItem>) -> Select {
        Select { from: vec![item.into()], ..Select::default() }
    }

    /// Adds a condition to WHERE with `and`.
    pub fn and_filter(&mut self, condition: Expr) {
        super::expr::and_into(&mut self.filter, condition);
    }

    /// Adds a condition to HAVING with `and`.
    pub fn and_having(&mut self, condition: Expr) {
        super::expr::and_into(&mut self.having, condition);
    }
}

impl Select {
    /// Gives each selected expression an alias that no other has, so that it can be referred to from outside.
    ///
    /// What has a name keeps it: an alias, or a column's own. A name that is taken becomes `c` and the position.
    pub fn name_items(&mut self) {
        for at in 0..self.items.len() {
            let (before, rest) = self.items.split_at_mut(at);
            let Some(SelectItem::Expr { expr, alias, .. }) = rest.first_mut() else { continue };
            let own = match (alias.take(), expr) {
                (None, Expr::Column(column)) => Some(column.name.clone()),
                (alias, _) => alias,
            };
            let taken = |name: &Name| {
                before
                    .iter()
                    .any(|item| matches!(item, SelectItem::Expr { alias: Some(alias), .. } if alias == name))
            };
            *alias = Some(own.filter(|name| !taken(name)).unwrap_or_else(|| format!("c{at}").into()));
        }
    }
}

impl Select {
    /// Gives the columns that its keys name by the output's names an alias, which is their own name: where several tables
    /// have such a column, a database may take the bare name for any of them.
    pub(crate) fn name_ordered_items(&mut self) {
        let Select { order_by, items, .. } = self;
        for key in order_by {
            let Expr::Column(key) = key.expr.ordered_enum().map_or(&key.expr, |(operand, _)| operand) else {
                continue;
            };
            if key.table.is_some() {
                continue;
            }
            let named = items.iter_mut().find_map(|item| match item {
                SelectItem::Expr { expr: Expr::Column(column), alias, .. } if column.name == key.name => {
                    Some(alias)
                }
                _ => None,
            });
            if let Some(alias @ None) = named {
                *alias = Some(key.name.clone());
            }
        }
    }
}

impl Lock {
    /// A lock on the rows of every table, which waits for rows that are locked already.
    pub fn new(strength: LockStrength) -> Lock {
        Lock { strength, of: Vec::new(), wait: LockWait::Wait }
    }
}

impl SelectItem {
    /// An expression without a name of its own.
    pub fn expr(expr: Expr) -> SelectItem {
        SelectItem::Expr { expr, alias: None, ty: None }
    }

    /// An expression under a name.
    pub fn aliased(expr: Expr, alias: impl Into<Name>) -> SelectItem {
        SelectItem::Expr { expr, alias: Some(alias.into()), ty: None }
    }
}
