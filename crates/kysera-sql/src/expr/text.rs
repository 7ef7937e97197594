//! Text: case, length, patterns.

use super::{AsExpr, Expr, Expression};
use crate::ast;
use crate::typed::{BaseOf, MaybeNull, NullOf, OrNull, Textual};

/// The type of `like`.
type Matched<L, E> = Expr<
    MaybeNull<OrNull<NullOf<<L as Expression>::Value>, <E as AsExpr<String>>::Null>, bool>,
    (<L as Expression>::Refs, <E as AsExpr<String>>::Refs),
>;

/// Functions of text.
pub trait Text: Expression {
    /// `upper(self)`.
    fn upper(self) -> Expr<Self::Value, Self::Refs>
    where
        BaseOf<Self::Value>: Textual,
    {
        Expr::from_node(ast::Expr::call("upper", vec![self.into_node()]))
    }

    /// `lower(self)`.
    fn lower(self) -> Expr<Self::Value, Self::Refs>
    where
        BaseOf<Self::Value>: Textual,
    {
        Expr::from_node(ast::Expr::call("lower", vec![self.into_node()]))
    }

    /// `trim(self)`.
    fn trim(self) -> Expr<Self::Value, Self::Refs>
    where
        BaseOf<Self::Value>: Textual,
    {
        Expr::from_node(ast::Expr::call("trim", vec![self.into_node()]))
    }

    /// `self like pattern`. The database decides whether `\` escapes; say [`like_escape`](Text::like_escape) where the
    /// pattern holds text of users.
    fn like<E: AsExpr<String>>(self, pattern: E) -> Matched<Self, E>
    where
        BaseOf<Self::Value>: Textual,
    {
        Expr::from_node(like(self.into_node(), pattern.into_operand(), None, false))
    }

    /// `self not like pattern`.
    fn not_like<E: AsExpr<String>>(self, pattern: E) -> Matched<Self, E>
    where
        BaseOf<Self::Value>: Textual,
    {
        Expr::from_node(like(self.into_node(), pattern.into_operand(), None, true))
    }

    /// `self like pattern escape 'c'`.
    fn like_escape<E: AsExpr<String>>(self, pattern: E, escape: char) -> Matched<Self, E>
    where
        BaseOf<Self::Value>: Textual,
    {
        Expr::from_node(like(self.into_node(), pattern.into_operand(), Some(escape), false))
    }

    /// `self not like pattern escape 'c'`.
    fn not_like_escape<E: AsExpr<String>>(self, pattern: E, escape: char) -> Matched<Self, E>
    where
        BaseOf<Self::Value>: Textual,
    {
        Expr::from_node(like(self.into_node(), pattern.into_operand(), Some(escape), true))
    }
}

impl<E: Expression> Text for E {}

fn like(operand: ast::Expr, pattern: ast::Expr, escape: Option<char>, negated: bool) -> ast::Expr {
    ast::Expr::Like(Box::new(ast::Like { operand, pattern, escape, negated, case_insensitive: false }))
}
