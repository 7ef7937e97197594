//! Recursive CTEs where a database asks more of them than others: one type for each column, `union all`.

use super::writer::{Recursion, Writer};
use crate::ast::{Cte, CteBody, Expr, FromItem, Select, SelectItem, SetOpKind};
use crate::dialect::TypePlace;
use crate::ident::Name;
use crate::value::SqlType;

impl<'a> Recursion<'a> {
    /// Of a CTE that unites queries; others do not read themselves.
    pub(super) fn of(cte: &'a Cte) -> Option<Recursion<'a>> {
        match &cte.body {
            CteBody::Select(base) if !base.set_ops.is_empty() => Some(Recursion { name: &cte.name, base }),
            _ => None,
        }
    }

    /// True when a column of the first query may have a narrower type than what the others add to it: by a length, a
    /// precision, or because it is a literal.
    fn is_widened(&self, at: usize, expr: &Expr, ty: SqlType) -> bool {
        let has_width = match ty {
            SqlType::Text | SqlType::Decimal => !matches!(expr, Expr::Value(_)),
            SqlType::Time | SqlType::DateTime | SqlType::Timestamp => !matches!(expr, Expr::Value(_)),
            SqlType::I16 | SqlType::I32 | SqlType::I64 | SqlType::F32 | SqlType::F64 => {
                matches!(expr, Expr::Literal(_))
            }
            _ => false,
        };
        has_width && !self.base.set_ops.iter().all(|op| self.is_same_column(at, expr, &op.right))
    }

    /// True when the other query adds the very column, or what the CTE itself has there.
    fn is_same_column(&self, at: usize, expr: &Expr, step: &Select) -> bool {
        let (Expr::Column(first), Some(SelectItem::Expr { expr: Expr::Column(next), .. })) =
            (expr, step.items.get(at))
        else {
            return false;
        };
        let (Some(table), Some(from)) =
            (&next.table, next.table.as_ref().and_then(|table| named(&step.from, table)))
        else {
            return false;
        };
        match (from, first.table.as_ref().and_then(|table| named(&self.base.from, table))) {
            (FromItem::Cte(cte), _) if cte.name == *self.name => true,
            (FromItem::Table(next_of), Some(FromItem::Table(first_of))) => {
                next.name == first.name && next_of.name == first_of.name && next_of.schema == first_of.schema
            }
            _ => table == self.name,
        }
    }
}

impl<'a> Writer<'a> {
    /// A selected item of the first query of a recursive CTE, with the type that the whole column has; false where it
    /// has it already.
    pub(super) fn widened_item(&mut self, select: &Select, at: usize, item: &'a SelectItem) -> bool {
        let (Some(recursion), true) = (self.recursion, self.syntax.recursive_types) else { return false };
        let SelectItem::Expr { expr, ty: Some(ty), .. } = item else { return false };
        if !std::ptr::eq(recursion.base, select) || !recursion.is_widened(at, expr, *ty) {
            return false;
        }
        self.push("cast(");
        self.expr(expr);
        self.push(" as ");
        self.type_name(*ty, TypePlace::Cast);
        self.push(")");
        true
    }

    /// A reference to a CTE.
    pub(super) fn check_recursion(&mut self, name: &Name) {
        let distinct = |recursion: &Recursion<'_>| {
            recursion.base.set_ops.iter().any(|op| op.kind == SetOpKind::Union && !op.all)
        };
        if !self.syntax.recursive_union
            && self.recursion.is_some_and(|this| this.name == name && distinct(&this))
        {
            self.unsupported(
                "`union` without `all` in a recursive CTE",
                "use `recursive`, and end cycles by a condition, such as on the depth",
            );
        }
    }
}

/// The item of FROM that is called so.
fn named<'a>(from: &'a [FromItem], label: &Name) -> Option<&'a FromItem> {
    from.iter().find_map(|item| item.named(label))
}
