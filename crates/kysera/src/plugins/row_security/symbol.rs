//! A field of the context in a condition: `Auth.tenant_id`.

use kysera_core::plugin::RowFilter;
use kysera_sql::ast;
use kysera_sql::expr::{AsExpr, Comparable, Expr, Expression};
use kysera_sql::typed::{
    Captured, Classed, MaybeNull, Neutral, Nil, NoAgg, NullOf, Quiet, RefsIn, Required, SqlValue,
};
use std::fmt;
use std::marker::PhantomData;

/// A value of the context `C`, of the type `V`. Stands on either side of a comparison; one that may be absent (an
/// `Option`) on the right side alone.
pub struct Symbol<C, V> {
    name: &'static str,
    types: PhantomData<fn() -> (C, V)>,
}

/// A list of the context `C`: `column.in_list(Auth.teams)`, `Auth.roles.contains("admin")`.
pub struct ListSymbol<C, T> {
    name: &'static str,
    types: PhantomData<fn() -> (C, T)>,
}

/// The items of a [`ListSymbol`], as `in_list` takes them.
#[derive(Debug)]
pub struct ListItem<C, T>(ListSymbol<C, T>);

/// Mentions the context `C`: owed to whatever stands around, to any depth, and paid by the policy.
#[derive(Debug)]
pub struct ContextRef<C>(PhantomData<fn() -> C>);

impl<C, V> Symbol<C, V> {
    /// The field of that name.
    #[doc(hidden)]
    pub const fn new(name: &'static str) -> Symbol<C, V> {
        Symbol { name, types: PhantomData }
    }

    pub(super) fn name(&self) -> &'static str {
        self.name
    }

    /// True when the value is there. Decided in memory.
    pub fn is_given(self) -> Expr<bool, ContextRef<C>> {
        Expr::from_node(ast::Expr::is_not_null(RowFilter::parameter(self.name)))
    }
}

impl<C, T> ListSymbol<C, T> {
    /// The field of that name.
    #[doc(hidden)]
    pub const fn new(name: &'static str) -> ListSymbol<C, T> {
        ListSymbol { name, types: PhantomData }
    }

    /// True when the list is there, empty or not. Decided in memory.
    pub fn is_given(self) -> Expr<bool, ContextRef<C>> {
        Expr::from_node(ast::Expr::is_not_null(RowFilter::parameter(self.name)))
    }

    /// `item in (list)`: of a value decided in memory, of a column by the database. Nothing is in an empty list.
    pub fn contains<E: AsExpr<T>>(self, item: E) -> Expr<MaybeNull<E::Null, bool>, (E::Refs, ContextRef<C>)> {
        let list = ast::InList {
            operand: item.into_operand(),
            items: vec![RowFilter::parameter(self.name)],
            negated: false,
        };
        Expr::from_node(ast::Expr::InList(Box::new(list)))
    }
}

#[diagnostic::do_not_recommend]
impl<C, V: SqlValue<Null = Required>> Expression for Symbol<C, V> {
    type Value = V;
    type Refs = ContextRef<C>;

    fn into_node(self) -> ast::Expr {
        RowFilter::parameter(self.name)
    }
}

#[diagnostic::do_not_recommend]
impl<C, V: SqlValue, B> AsExpr<B> for Symbol<C, V>
where
    V::Base: Comparable<B>,
{
    type Base = V::Base;
    type Refs = ContextRef<C>;
    type Null = NullOf<V>;

    fn into_operand(self) -> ast::Expr {
        RowFilter::parameter(self.name)
    }
}

#[diagnostic::do_not_recommend]
impl<C, T: SqlValue, B> AsExpr<B> for ListItem<C, T>
where
    T::Base: Comparable<B>,
{
    type Base = T::Base;
    type Refs = ContextRef<C>;
    type Null = Required;

    fn into_operand(self) -> ast::Expr {
        RowFilter::parameter(self.0.name)
    }
}

impl<C, T> IntoIterator for ListSymbol<C, T> {
    type Item = ListItem<C, T>;
    type IntoIter = std::iter::Once<ListItem<C, T>>;

    /// One item, which stands for all: how many there are is known when a statement runs.
    fn into_iter(self) -> Self::IntoIter {
        std::iter::once(ListItem(self))
    }
}

impl<S, C> RefsIn<S, Nil> for ContextRef<C> {
    type Null = Required;
    type Outer<Acc> = (Captured<ContextRef<C>>, Acc);
}

impl<C> NoAgg for ContextRef<C> {}

impl<C> Classed for ContextRef<C> {
    type Class = Neutral;
}

/// What a condition takes from around is nothing but values of `C`.
#[diagnostic::on_unimplemented(
    message = "this condition mentions something that is neither a column of its table nor a value of `{C}`",
    note = "a policy is about one table and one context; other tables stand in `exists(..)` and `in_subquery(..)`"
)]
pub trait OwedToContext<C> {}

impl<C> OwedToContext<C> for Nil {}
impl<C, Acc: OwedToContext<C>> OwedToContext<C> for (Captured<ContextRef<C>>, Acc) {}

/// A condition that mentions values of `C` and nothing else.
#[diagnostic::on_unimplemented(
    message = "a bypass is decided by the context `{C}` alone",
    note = "a condition on the row is for `.filter(..)` or `.allow(..)`"
)]
pub trait ContextOnly<C> {}

impl<C> ContextOnly<C> for Nil {}
impl<C> ContextOnly<C> for ContextRef<C> {}
impl<C, R: ContextOnly<C>> ContextOnly<C> for Quiet<R> {}
impl<C, A: ContextOnly<C>, B: ContextOnly<C>> ContextOnly<C> for (A, B) {}

/// Written out, because a derive would ask the context for the same.
macro_rules! copies {
    ($ty:ident) => {
        impl<C, V> Copy for $ty<C, V> {}

        impl<C, V> Clone for $ty<C, V> {
            fn clone(&self) -> Self {
                *self
            }
        }

        impl<C, V> fmt::Debug for $ty<C, V> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.name)
            }
        }
    };
}

copies!(Symbol);
copies!(ListSymbol);
