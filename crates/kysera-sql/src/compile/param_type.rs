//! Which type a placeholder has, where the database infers it.
//!
//! Text beside something with a type takes that type, so that a `citext` column is compared as `citext`, and an index over
//! it is used. Beside are the other operand of a comparison, of `in`, `between` and `like`, the other arguments of
//! `coalesce` and `nullif`, the other results of a `case`, the column that a value is assigned to, and the column of
//! another operand of a set operation. A `case` or `coalesce` of values alone takes the type of what it is compared with.
//! Everywhere else (functions, `is null`, selected items, operands that are all values) nothing gives a type: text is text
//! there, and a value of a named type is cast to it. The same goes for dates and instants: beside a column they take its
//! type, where they would be shifted otherwise.

use super::writer::{ItemTypes, Writer};
use crate::ast::{Call, Case, Distinct, Expr, Literal, Select, SelectItem};
use crate::dialect::{CustomForm, TypePlace};
use crate::stack;
use crate::value::SqlType;

/// The parameters that [`Facts::text_params`](crate::compiled::Facts::text_params) can name.
const NAMED: usize = u16::BITS as usize;

impl<'a> Writer<'a> {
    /// The next expression stands beside what has a type.
    #[inline]
    pub(super) fn beside(&mut self, has_type: bool, next: &Expr) {
        match next {
            Expr::Value(_) => self.beside = has_type,
            Expr::Tuple(_) => self.beside_row = has_type,
            _ => {}
        }
    }

    /// The next expression is compared with another one.
    #[inline]
    pub(super) fn compared_beside(&mut self, other: &'a Expr, next: &'a Expr) {
        match next {
            Expr::Value(_) => self.beside = has_type(other),
            Expr::Tuple(_) => self.beside_row = has_type(other),
            Expr::Case(_) | Expr::Call(_) if self.syntax.infers_params => self.values_beside(other, next),
            _ => {}
        }
    }

    /// A `case` or `coalesce` of texts alone is text, so something that has the type has to be among them.
    fn values_beside(&mut self, other: &'a Expr, next: &'a Expr) {
        let first = match next {
            Expr::Case(case) if case.operand.is_none() => case.branches.first().map(|branch| &branch.result),
            Expr::Call(call) if is_one_type(&call.name) => call.args.first(),
            _ => None,
        };
        if let Some(first @ Expr::Value(value)) = first
            && value.sql_type() == SqlType::Text
            && !has_type(next)
            && may_be_repeated(other)
        {
            self.given = Some((first, other));
        }
    }

    /// A result of a `case`, or an argument of `coalesce` and its like.
    pub(super) fn alternative(&mut self, has_type: bool, next: &'a Expr, write: impl FnOnce(&mut Self)) {
        match self.given.take_if(|(first, _)| std::ptr::eq(*first, next)) {
            Some((_, other)) => {
                self.push("case when false then ");
                self.expr(other);
                self.push(" else ");
                self.beside = true;
                write(self);
                self.push(" end");
            }
            None => {
                self.beside(has_type, next);
                write(self);
            }
        }
    }

    /// The selected items fill columns.
    pub(super) fn assigned_items(&mut self, select: &'a Select) {
        if self.syntax.infers_params && select.set_ops.is_empty() && select.distinct == Distinct::No {
            self.item_types = Some(ItemTypes::Assigned(&select.items));
        }
    }

    /// The selected items are those of an operand of set operations: of the first of `select`, or the one behind it at `at`.
    pub(super) fn operand_items(&mut self, select: &'a Select, at: Option<usize>) {
        if self.syntax.infers_params {
            self.item_types = Some(match at {
                None => ItemTypes::Operands(&select.items, select, 0),
                Some(at) => ItemTypes::Operands(&select.set_ops[at].right.items, select, at + 1),
            });
        }
    }

    /// True when the item of these that is written next stands beside what has a type.
    pub(super) fn item_has_type(&self, items: &[SelectItem], at: usize) -> bool {
        let typed = |items: &[SelectItem]| match items.get(at) {
            Some(SelectItem::Expr { expr, .. }) => has_type(expr),
            _ => false,
        };
        match self.item_types {
            Some(ItemTypes::Assigned(assigned)) => std::ptr::eq(assigned, items),
            Some(ItemTypes::Operands(of, select, before)) if std::ptr::eq(of, items) => match before {
                0 => select.set_ops.first().is_some_and(|op| typed(&op.right.items)),
                _ => {
                    typed(&select.items)
                        || select.set_ops.iter().take(before - 1).any(|op| typed(&op.right.items))
                }
            },
            _ => false,
        }
    }

    /// The placeholder of the parameter that was bound last, or of that `number` once more, with its type.
    pub(super) fn typed_placeholder(&mut self, ty: SqlType, number: Option<usize>) {
        let item = if let SqlType::Array(item) = ty { *item } else { ty };
        match item {
            SqlType::Custom(_) if self.syntax.custom_type == CustomForm::Name => {
                self.custom_placeholder(ty, number);
            }
            SqlType::Text | SqlType::Date | SqlType::DateTime | SqlType::Timestamp => {
                self.declared_placeholder(ty, number)
            }
            _ => self.placeholder_of(number),
        }
    }

    fn declared_placeholder(&mut self, ty: SqlType, number: Option<usize>) {
        let at = number.map_or(self.bound(), |number| number.saturating_sub(1));
        if at < NAMED {
            self.text_params |= 1 << at;
            self.placeholder_of(number);
        } else {
            self.cast_placeholder(ty, |w| w.placeholder_of(number));
        }
    }

    /// `cast($1 as mood)`, where `$1` is text: a type that is inferred is another one after it was made anew, or on another
    /// search path.
    fn custom_placeholder(&mut self, ty: SqlType, number: Option<usize>) {
        let text = match ty {
            SqlType::Array(_) => SqlType::Array(&SqlType::Text),
            _ => SqlType::Text,
        };
        self.cast_placeholder(ty, |w| w.declared_placeholder(text, number));
    }

    fn cast_placeholder(&mut self, ty: SqlType, write: impl FnOnce(&mut Self)) {
        self.push("cast(");
        write(self);
        self.push(" as ");
        self.type_name(ty, TypePlace::Cast);
        self.push(")");
    }
}

/// True for what may be written once more without another meaning: columns, and what only chooses among them.
fn may_be_repeated(expr: &Expr) -> bool {
    let plain = |call: &Call| call.filter.is_none() && call.over.is_none() && call.order_by.is_empty();
    match expr {
        Expr::Column(_) => true,
        Expr::Call(call) => {
            let same_type = is_one_type(&call.name)
                || ["min", "max"].iter().any(|name| call.name.eq_ignore_ascii_case(name));
            same_type
                && plain(call)
                && call
                    .args
                    .iter()
                    .all(|arg| matches!(arg, Expr::Column(_) | Expr::Value(_) | Expr::Literal(_)))
        }
        _ => false,
    }
}

/// True for what has a type by itself.
pub(super) fn has_type(expr: &Expr) -> bool {
    match expr {
        Expr::Literal(Literal::Label(..)) => true,
        Expr::Value(_) | Expr::Literal(_) => false,
        Expr::Tuple(items) => stack::grow(|| items.iter().any(has_type)),
        Expr::Case(case) => stack::grow(|| results_have_type(case)),
        Expr::Call(call) if is_one_type(&call.name) => stack::grow(|| call.args.iter().any(has_type)),
        _ => true,
    }
}

/// True when one of the results of a `case` has a type by itself.
pub(super) fn results_have_type(case: &Case) -> bool {
    case.branches.iter().map(|branch| &branch.result).chain(&case.otherwise).any(has_type)
}

/// True for functions whose arguments and result have one type.
pub(super) fn is_one_type(name: &str) -> bool {
    ["coalesce", "nullif", "greatest", "least"].iter().any(|known| name.eq_ignore_ascii_case(known))
}

/// True for the value that was given a type.
pub(super) fn is_first(given: Option<(&Expr, &Expr)>, expr: &Expr) -> bool {
    given.is_some_and(|(first, _)| std::ptr::eq(first, expr))
}
