//! UNION, INTERSECT and EXCEPT, applied from left to right.

use super::select::{Head, Place, has_tail};
use super::writer::Writer;
use crate::ast::{Numeric, Select, SelectItem, SetOp, SetOpKind};
use crate::dialect::OperandForm;

impl<'a> Writer<'a> {
    /// Opens the parentheses that keep set operations in their order, from left to right, where `intersect` would
    /// bind first.
    pub(super) fn set_groups(&mut self, ops: &'a [SetOp]) {
        for at in 0..ops.len() {
            if self.closes_group(&ops[..at], ops[at].kind) {
                self.push("(");
            }
        }
    }

    /// True when the operations so far must be put in parentheses.
    fn closes_group(&self, before: &[SetOp], kind: SetOpKind) -> bool {
        self.syntax.intersect_first
            && kind == SetOpKind::Intersect
            && before.last().is_some_and(|op| op.kind != SetOpKind::Intersect)
    }

    pub(super) fn set_op(&mut self, before: &'a [SetOp], op: &'a SetOp, before_conflict: bool) {
        if self.closes_group(before, op.kind) {
            self.push(")");
        }
        let (words, has) = match op.kind {
            SetOpKind::Union => (" union ", true),
            SetOpKind::Intersect => (" intersect ", self.caps.intersect),
            SetOpKind::Except => (" except ", self.caps.intersect),
        };
        self.require(has, "intersect or except", "use `exists` or `not exists`");
        self.push(words);
        if op.all {
            let has = op.kind == SetOpKind::Union || self.caps.intersect_all;
            self.require(
                has,
                "intersect all or except all",
                "use `exists` or `not exists`, or number equal rows by raw SQL first",
            );
            self.push("all ");
        }
        self.deeper(|w| w.set_operand(&op.right, before_conflict));
    }

    /// Where decimals are text, a column of decimals and of other numbers would be compared as text and as numbers at once.
    pub(super) fn refuse_mixed_items(&mut self, select: &Select) {
        if self.syntax.decimals.is_none() {
            return;
        }
        let mut kinds = self.kinds_of_items(select);
        for op in &select.set_ops {
            for (kind, other) in kinds.iter_mut().zip(self.kinds_of_items(&op.right)) {
                if is_number(*kind)
                    && is_number(other)
                    && (*kind == Numeric::Decimal) != (other == Numeric::Decimal)
                {
                    self.unsupported(
                        "a column of decimals and other numbers from a set operation",
                        "cast them to one type",
                    );
                }
                if *kind == Numeric::Unknown {
                    *kind = other;
                }
            }
        }
    }

    /// The kinds of a query's items, as far as they can be counted.
    fn kinds_of_items(&self, select: &Select) -> Vec<Numeric> {
        let kind = |item: &SelectItem| match item {
            SelectItem::Expr { ty: Some(ty), .. } => Some(Numeric::of(*ty)),
            SelectItem::Expr { expr, .. } => Some(self.kind_inside(select, expr)),
            SelectItem::Star(_) => None,
        };
        select.items.iter().map_while(kind).collect()
    }

    /// The right operand, in a shell of its own if it is more than a plain query.
    fn set_operand(&mut self, operand: &'a Select, before_conflict: bool) {
        let ordered = has_tail(operand);
        let plain = operand.with.is_none() && operand.set_ops.is_empty() && !ordered;
        let derived = match self.syntax.operand {
            OperandForm::Parentheses => false,
            OperandForm::Derived => true,
            OperandForm::DerivedIfOrdered => ordered || operand.with.is_some(),
        };
        if plain {
            let keys = self.open_keys(operand, true);
            self.core(operand, Head::Items, before_conflict);
            self.close_keys(keys);
        } else if derived {
            self.push("select * from (");
            self.select(operand, Place::Inner);
            self.push(") as ");
            self.ident("operand");
            if before_conflict {
                self.push(" where true");
            }
        } else {
            self.parens(|w| w.select(operand, Place::Inner));
        }
    }
}

fn is_number(kind: Numeric) -> bool {
    kind.is_integer() || kind.is_float() || kind == Numeric::Decimal
}
