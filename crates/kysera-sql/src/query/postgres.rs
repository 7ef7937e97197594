//! What PostgreSQL alone has words for, as extension traits: importing them says so. A clause that another database does not
//! have is an `Unsupported` error there, before anything is sent; `ilike` is written for each of them.

use super::{Select, Selection};
use crate::ast::{self, LockStrength};
use crate::expr::{AsExpr, Expr, Expression};
use crate::typed::{BaseOf, GroupKey, MaybeNull, NullOf, OrNull, Textual};

/// Clauses of SELECT that PostgreSQL alone has.
///
/// # Dialects
/// On any other database the statement is refused before it is sent, with a way out.
pub trait PostgresSelect<S, O, Out>: Sized {
    /// `distinct on (keys)`: the first row of each group with equal keys, in the order of the query.
    fn distinct_on<X: Selection<S, TableStandsTwiceUseAlias>, TableStandsTwiceUseAlias>(
        self,
        keys: X,
    ) -> Select<S, X::Outer<O>, Out>
    where
        X::Class: GroupKey;

    /// `for no key update`: as `for update`, but others may still refer to the rows by foreign keys.
    #[must_use = "returns the query"]
    fn for_no_key_update(self) -> Self;

    /// `for key share`: no other transaction may delete the rows or change their keys.
    #[must_use = "returns the query"]
    fn for_key_share(self) -> Self;
}

impl<S, O, Out> PostgresSelect<S, O, Out> for Select<S, O, Out> {
    fn distinct_on<X: Selection<S, TableStandsTwiceUseAlias>, TableStandsTwiceUseAlias>(
        mut self,
        keys: X,
    ) -> Select<S, X::Outer<O>, Out>
    where
        X::Class: GroupKey,
    {
        self.ast_mut().distinct = ast::Distinct::On(super::group_by::expressions(keys));
        self.retype()
    }

    fn for_no_key_update(self) -> Self {
        self.lock(LockStrength::NoKeyUpdate)
    }

    fn for_key_share(self) -> Self {
        self.lock(LockStrength::KeyShare)
    }
}

/// An operator that PostgreSQL alone has a word for. Elsewhere it is written with `lower(..)` on both sides.
///
/// # Examples
/// ```
/// # use kysera_sql::doc::assert_sql;
/// # use kysera_sql::{doc::Person, prelude::*, query::postgres::PostgresText, query::select_from};
/// let people = select_from(Person).filter(Person.first_name.ilike("an%")).select(Person.id);
/// assert_sql(
///     people,
///     r#"select "person"."id" from "person" where lower("person"."first_name") glob like_pattern(lower(?))"#,
/// );
/// ```
///
/// # Dialects
/// SQLite ignores the case of ASCII letters alone; elsewhere the collation decides.
pub trait PostgresText: Expression {
    /// `self ilike pattern`: `like` that ignores case, on every database.
    fn ilike<E: AsExpr<String>>(
        self,
        pattern: E,
    ) -> Expr<MaybeNull<OrNull<NullOf<Self::Value>, E::Null>, bool>, (Self::Refs, E::Refs)>
    where
        BaseOf<Self::Value>: Textual,
    {
        Expr::from_node(ilike(self.into_node(), pattern.into_operand(), false))
    }

    /// `self not ilike pattern`.
    fn not_ilike<E: AsExpr<String>>(
        self,
        pattern: E,
    ) -> Expr<MaybeNull<OrNull<NullOf<Self::Value>, E::Null>, bool>, (Self::Refs, E::Refs)>
    where
        BaseOf<Self::Value>: Textual,
    {
        Expr::from_node(ilike(self.into_node(), pattern.into_operand(), true))
    }
}

impl<E: Expression> PostgresText for E {}

fn ilike(operand: ast::Expr, pattern: ast::Expr, negated: bool) -> ast::Expr {
    ast::Expr::Like(Box::new(ast::Like { operand, pattern, escape: None, negated, case_insensitive: true }))
}
