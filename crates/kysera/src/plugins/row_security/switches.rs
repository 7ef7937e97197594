//! Which of a table's conditions an execution decides in memory, and what is left to send.
//!
//! A condition over the context alone is never sent where memory can tell what it is: `true or tenant_id = $1` would be
//! a plan without an index. A condition that needs an absent value is unknown as a whole, so that no `not`, `coalesce`
//! or count makes something of nothing. The answers of one execution are a mode of the plugin: one text for each.

use super::truth::{Known, Truth, is_value, truth};
use kysera_core::plugin::RowFilter;
use kysera_sql::ast::{BinaryOp, ColumnRef, Expr, Literal, Select, UnaryOp};
use kysera_sql::ident::Name;
use kysera_sql::stack;
use kysera_sql::visit::{Visit, walk};
use std::convert::Infallible;

/// What is asked of the context at each execution, in the order of the answers.
#[derive(Clone, Debug, Default)]
pub(super) struct Switches {
    /// Conditions over the context alone.
    conditions: Vec<Expr>,
    /// Fields that may be absent, and that other conditions need.
    fields: Vec<Name>,
}

/// The answers of one execution, as the name of a mode.
pub(super) type Answers<'a> = &'a [u8];

const TRUE: u8 = b't';
const FALSE: u8 = b'f';
const UNKNOWN: u8 = b'u';
/// Memory cannot tell: the condition is sent.
const SENT: u8 = b's';
const GIVEN: u8 = b'g';
const ABSENT: u8 = b'a';

impl Switches {
    /// Takes up what a condition asks of the context. `may_be_absent` says so of a field.
    pub(super) fn add(&mut self, condition: &Expr, may_be_absent: &dyn Fn(&str) -> bool) {
        each_leaf(condition, &mut |leaf| {
            let read = Reads::of(leaf);
            if read.context_alone {
                if !self.conditions.contains(leaf) {
                    self.conditions.push(leaf.clone());
                }
                return;
            }
            for field in read.fields {
                if may_be_absent(&field) && !self.fields.contains(&field) {
                    self.fields.push(field);
                }
            }
        });
    }

    /// The answers for these values: a letter for each condition, then one for each field.
    pub(super) fn answers(&self, values: &dyn Known) -> String {
        let of_condition = |condition: &Expr| match truth(condition, values) {
            Truth::TRUE => TRUE,
            Truth::FALSE => FALSE,
            Truth::UNKNOWN => UNKNOWN,
            _ if Reads::of(condition).fields.iter().any(|field| values.field(field).is_none()) => UNKNOWN,
            _ => SENT,
        };
        let of_field = |field: &Name| if values.field(field).is_some() { GIVEN } else { ABSENT };
        let answers = self.conditions.iter().map(of_condition).chain(self.fields.iter().map(of_field));
        answers.map(char::from).collect()
    }

    /// The condition, as far as these answers do not decide it.
    pub(super) fn fold(&self, condition: &Expr, answers: Answers<'_>) -> Folded {
        stack::grow(|| match condition {
            Expr::Binary(binary) if binary.op == BinaryOp::And => {
                self.fold(&binary.left, answers).and(self.fold(&binary.right, answers))
            }
            Expr::Binary(binary) if binary.op == BinaryOp::Or => {
                self.fold(&binary.left, answers).or(self.fold(&binary.right, answers))
            }
            Expr::Unary(unary) if unary.op == UnaryOp::Not => self.fold(&unary.operand, answers).not(),
            leaf => self.fold_leaf(leaf, answers),
        })
    }

    fn fold_leaf(&self, leaf: &Expr, answers: Answers<'_>) -> Folded {
        if let Some(at) = self.conditions.iter().position(|known| known == leaf) {
            return match answers.get(at) {
                Some(&TRUE) => Folded::True,
                Some(&FALSE) => Folded::False,
                Some(&SENT) => Folded::Open(leaf.clone()),
                _ => Folded::Unknown,
            };
        }
        let read = Reads::of(leaf);
        let absent = |(at, field): (usize, &Name)| {
            read.fields.contains(field) && answers.get(self.conditions.len() + at) != Some(&GIVEN)
        };
        match self.fields.iter().enumerate().any(absent) {
            true => Folded::Unknown,
            false => Folded::Open(leaf.clone()),
        }
    }
}

/// Calls `look` for each part that is no `and`, `or` or `not`.
fn each_leaf<'e>(condition: &'e Expr, look: &mut dyn FnMut(&'e Expr)) {
    stack::grow(|| match condition {
        Expr::Binary(binary) if matches!(binary.op, BinaryOp::And | BinaryOp::Or) => {
            each_leaf(&binary.left, look);
            each_leaf(&binary.right, look);
        }
        Expr::Unary(unary) if unary.op == UnaryOp::Not => each_leaf(&unary.operand, look),
        leaf => look(leaf),
    });
}

/// What a part of a condition reads.
struct Reads {
    /// Fields of the context.
    fields: Vec<Name>,
    /// No column and no query.
    context_alone: bool,
}

impl Reads {
    fn of(expr: &Expr) -> Reads {
        let mut reads = Reads { fields: Vec::new(), context_alone: true };
        let Ok(()) = reads.expr(expr);
        reads
    }
}

impl Visit for Reads {
    type Error = Infallible;

    fn column(&mut self, column: &ColumnRef) -> Result<(), Infallible> {
        if !is_value(column) {
            self.context_alone = false;
        } else if !self.fields.contains(&column.name) {
            self.fields.push(column.name.clone());
        }
        Ok(())
    }

    fn select(&mut self, select: &Select) -> Result<(), Infallible> {
        self.context_alone = false;
        walk::select(self, select)
    }
}

/// A condition after what memory knows.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Folded {
    True,
    False,
    Unknown,
    /// Left to the database.
    Open(Expr),
}

impl Folded {
    pub(super) fn and(self, other: Folded) -> Folded {
        match (self, other) {
            (Folded::False, _) | (_, Folded::False) => Folded::False,
            (Folded::True, other) | (other, Folded::True) => other,
            (Folded::Unknown, Folded::Unknown) => Folded::Unknown,
            (left, right) => Folded::Open(left.into_expr().and(right.into_expr())),
        }
    }

    pub(super) fn or(self, other: Folded) -> Folded {
        match (self, other) {
            (Folded::True, _) | (_, Folded::True) => Folded::True,
            (Folded::False, other) | (other, Folded::False) => other,
            (Folded::Unknown, Folded::Unknown) => Folded::Unknown,
            (left, right) => Folded::Open(Expr::binary(left.into_expr(), BinaryOp::Or, right.into_expr())),
        }
    }

    pub(super) fn not(self) -> Folded {
        match self {
            Folded::True => Folded::False,
            Folded::False => Folded::True,
            Folded::Unknown => Folded::Unknown,
            Folded::Open(expr) => Folded::Open(Expr::negate(expr)),
        }
    }

    /// What is not known to be true, as false: for a condition that is only asked whether it is true.
    pub(super) fn settled(self) -> Folded {
        match self {
            Folded::Unknown => Folded::False,
            other => other,
        }
    }

    pub(super) fn into_expr(self) -> Expr {
        Expr::Literal(match self {
            Folded::True => Literal::Bool(true),
            Folded::False => Literal::Bool(false),
            Folded::Unknown => Literal::Null,
            Folded::Open(expr) => return expr,
        })
    }

    /// The filter of it; `None` where every row passes.
    pub(super) fn into_filter(self) -> Option<RowFilter> {
        match self {
            Folded::True => None,
            // What is not known to be allowed is not.
            Folded::Unknown | Folded::False => Some(RowFilter::new(Expr::Literal(Literal::Bool(false)))),
            Folded::Open(expr) => Some(RowFilter::new(expr)),
        }
    }
}
