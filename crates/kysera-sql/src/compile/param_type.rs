//! Which type a placeholder has, where the database infers it.
//!
//! Text beside something with a type takes that type, so that a `citext` column is compared as `citext`, and an index over
//! it is used. Beside are the other operand of a comparison, of `in`, `between` and `like`, the other arguments of
//! `coalesce` and `nullif`, the other results of a `case`, and the column that a value is assigned to. Everywhere else
//! (functions, `is null`, selected items, operands that are all values) nothing gives a type: text is text there, and a value
//! of a named type is cast to it.

use super::writer::Writer;
use crate::ast::{Case, Expr};
use crate::dialect::{CustomForm, TypePlace};
use crate::stack;
use crate::value::SqlType;

/// The parameters that [`Facts::text_params`](crate::compiled::Facts::text_params) can name.
const NAMED: usize = u16::BITS as usize;

impl Writer<'_> {
    /// The next expression stands beside what has a type.
    #[inline]
    pub(super) fn beside(&mut self, has_type: bool, next: &Expr) {
        match next {
            Expr::Value(_) => self.beside = has_type,
            Expr::Tuple(_) => self.beside_row = has_type,
            _ => {}
        }
    }

    /// The placeholder of the parameter that was bound last, with its type.
    pub(super) fn typed_placeholder(&mut self, ty: SqlType) {
        let at = self.bound();
        match ty {
            SqlType::Text | SqlType::Array(SqlType::Text) if at < NAMED => {
                self.text_params |= 1 << at;
                self.placeholder();
            }
            SqlType::Text | SqlType::Array(SqlType::Text) => self.cast_placeholder(ty),
            SqlType::Custom(_) | SqlType::Array(SqlType::Custom(_))
                if self.syntax.custom_type == CustomForm::Name =>
            {
                self.cast_placeholder(ty);
            }
            _ => self.placeholder(),
        }
    }

    fn cast_placeholder(&mut self, ty: SqlType) {
        self.push("cast(");
        self.placeholder();
        self.push(" as ");
        self.type_name(ty, TypePlace::Cast);
        self.push(")");
    }
}

/// True for what has a type by itself.
pub(super) fn has_type(expr: &Expr) -> bool {
    match expr {
        Expr::Value(_) | Expr::Literal(_) => false,
        Expr::Tuple(items) => stack::grow(|| items.iter().any(has_type)),
        Expr::Case(case) => stack::grow(|| results_have_type(case)),
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
