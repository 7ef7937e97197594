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

    /// `self like pattern`: `%` is any text, `_` any character, `\` takes the next one as it is. Case counts. Say
    /// [`like_escape`](Text::like_escape), or [`starts_with`](Text::starts_with), where the pattern holds text of users.
    ///
    /// # Examples
    /// ```
    /// # use kysera_sql::doc::assert_sql;
    /// # use kysera_sql::{doc::Person, prelude::*, query::select_from};
    /// let people = select_from(Person).filter(Person.first_name.like("A%")).select(Person.id);
    /// assert_sql(
    ///     people,
    ///     r#"select "person"."id" from "person" where "person"."first_name" glob like_pattern(?)"#,
    /// );
    /// ```
    ///
    /// # Dialects
    /// On SQLite it is a `glob` of the same meaning, because `like` ignores the case of ASCII letters there; a function of the
    /// driver makes the one pattern of the other. On MySQL and SQL Server the collation decides whether case counts.
    fn like<E: AsExpr<String>>(self, pattern: E) -> Matched<Self, E>
    where
        BaseOf<Self::Value>: Textual,
    {
        Expr::from_node(like(self.into_node(), pattern.into_operand(), None, false))
    }

    /// True for what begins with `prefix`, taken as it is: no character of it is special. Case counts.
    ///
    /// # Examples
    /// ```
    /// # use kysera_sql::doc::assert_sql;
    /// # use kysera_sql::{doc::Person, prelude::*, query::select_from};
    /// let people = select_from(Person).filter(Person.first_name.starts_with("An")).select(Person.id);
    /// assert_sql(
    ///     people,
    ///     concat!(
    ///         r#"select "person"."id" from "person" where ("person"."first_name" collate binary >= ? "#,
    ///         r#"and "person"."first_name" collate binary < text_after(?))"#,
    ///     ),
    /// );
    /// ```
    ///
    /// # Dialects
    /// On SQLite it is a range, which an index serves; `starts_with(x, p)` on PostgreSQL, which an index with the collation
    /// `C` or `text_pattern_ops` serves; `like` elsewhere, where the prefix has to be a value.
    fn starts_with<E: AsExpr<String>>(self, prefix: E) -> Matched<Self, E>
    where
        BaseOf<Self::Value>: Textual,
    {
        Expr::from_node(ast::Expr::call("starts_with", vec![self.into_node(), prefix.into_operand()]))
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
