//! Keys of ORDER BY.

use super::{Column, Expr, Expression, refs_of};
use crate::ast::{Direction, NullsOrder, OrderBy, grow};
use crate::ident::Name;
use crate::typed::{Ref, SqlValue};
use std::fmt;
use std::marker::PhantomData;
use std::mem::ManuallyDrop;

/// A key of ORDER BY with its direction.
#[must_use = "a key does nothing until it stands in `order_by`"]
pub struct OrderKey<Refs> {
    key: OrderBy,
    types: PhantomData<fn() -> Refs>,
}

impl<R> OrderKey<R> {
    /// `nulls first`.
    pub fn nulls_first(mut self) -> Self {
        self.key.nulls = Some(NullsOrder::First);
        self
    }

    /// `nulls last`.
    pub fn nulls_last(mut self) -> Self {
        self.key.nulls = Some(NullsOrder::Last);
        self
    }

    /// `collate "name"`.
    pub fn collate(mut self, name: impl Into<Name>) -> Self {
        self.key.collate = Some(name.into());
        self
    }
}

impl<R> Clone for OrderKey<R> {
    fn clone(&self) -> Self {
        OrderKey { key: self.key.clone(), types: PhantomData }
    }
}

impl<R> fmt::Debug for OrderKey<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.key.fmt(f)
    }
}

/// Gives an expression a direction.
pub trait Directions: Expression {
    /// Ascending.
    #[inline]
    fn asc(self) -> OrderKey<Self::Refs> {
        OrderKey { key: self.into_key(Direction::Asc), types: PhantomData }
    }

    /// Descending.
    #[inline]
    fn desc(self) -> OrderKey<Self::Refs> {
        OrderKey { key: self.into_key(Direction::Desc), types: PhantomData }
    }
}

impl<E: Expression> Directions for E {}

/// One key of ORDER BY, or a tuple of several.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot stand in `order_by`",
    note = "pass a column or expression, with `.asc()` or `.desc()`, or a tuple of these; of more than 16 keys a `Vec`, or another `.order_by(..)` behind it"
)]
pub trait OrderKeys {
    /// The tables mentioned.
    type Refs;
    /// Adds the keys, in order.
    fn push_keys(self, keys: &mut Vec<OrderBy>);
}

impl<R> OrderKeys for OrderKey<R> {
    type Refs = R;
    #[inline]
    fn push_keys(self, keys: &mut Vec<OrderBy>) {
        grow::push_key(keys, &mut ManuallyDrop::new(self.key));
    }
}

impl<T, V: SqlValue> OrderKeys for Column<T, V> {
    type Refs = Ref<T>;
    #[inline]
    fn push_keys(self, keys: &mut Vec<OrderBy>) {
        grow::push_key(keys, &mut ManuallyDrop::new(self.into_key(Direction::Default)));
    }
}

impl<V: SqlValue, R> OrderKeys for Expr<V, R> {
    type Refs = R;
    #[inline]
    fn push_keys(self, keys: &mut Vec<OrderBy>) {
        grow::push_key(keys, &mut ManuallyDrop::new(self.into_key(Direction::Default)));
    }
}

/// Keys that were chosen at run time; none is no order.
impl<K: OrderKeys> OrderKeys for Vec<K> {
    type Refs = K::Refs;
    fn push_keys(self, keys: &mut Vec<OrderBy>) {
        for key in self {
            key.push_keys(keys);
        }
    }
}

macro_rules! tuple {
    ($($key:ident)+) => {
        impl<$($key: OrderKeys),+> OrderKeys for ($($key,)+) {
            type Refs = refs_of!($($key)+);
            #[allow(non_snake_case, reason = "the variables are called as their types")]
            fn push_keys(self, keys: &mut Vec<OrderBy>) {
                let ($($key,)+) = self;
                $($key.push_keys(keys);)+
            }
        }
    };
}

tuple!(A);
tuple!(A B);
tuple!(A B C);
tuple!(A B C D);
tuple!(A B C D E);
tuple!(A B C D E F);
tuple!(A B C D E F G);
tuple!(A B C D E F G H);
tuple!(A B C D E F G H J);
tuple!(A B C D E F G H J K);
tuple!(A B C D E F G H J K L);
tuple!(A B C D E F G H J K L M);
tuple!(A B C D E F G H J K L M N);
tuple!(A B C D E F G H J K L M N P);
tuple!(A B C D E F G H J K L M N P Q);
tuple!(A B C D E F G H J K L M N P Q R);
