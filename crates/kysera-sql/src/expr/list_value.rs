//! Lists as values: bytes, and arrays where the database has them.

use super::{Alternative, AsExpr, Bind, Bindable, Comparable, bind};
use crate::ast;
use crate::row::FromRow;
use crate::typed::{Nil, Required, Storable};
use crate::value::{ScalarValue, ToValue, Value};

macro_rules! list {
    ([$($generics:tt)*] $from:ty => $item:ty) => {
        impl<$($generics)*> AsExpr<Vec<$item>> for $from {
            type Base = Vec<$item>;
            type Refs = Nil;
            type Null = Required;
            fn into_operand(self) -> ast::Expr {
                bind(self)
            }
        }

        impl<$($generics)*> Alternative<Vec<$item>> for $from {
            type Refs = Nil;
            type Null = Required;
            fn into_result(self) -> ast::Expr {
                bind(self)
            }
        }

        impl<$($generics)*> Storable<Vec<$item>> for $from {
            type Value = Vec<$item>;
            type Refs = Nil;
            fn into_stored(self) -> ast::Expr {
                bind(self)
            }
        }

        impl<$($generics)*> Storable<Option<Vec<$item>>> for $from {
            type Value = Vec<$item>;
            type Refs = Nil;
            fn into_stored(self) -> ast::Expr {
                bind(self)
            }
        }

        impl<$($generics)*> Bind<Vec<$item>> for $from {
            fn push_values(self, values: &mut Vec<Value>) {
                values.push(self.to_value());
            }
        }

        impl<$($generics)*> Bind<Option<Vec<$item>>> for $from {
            fn push_values(self, values: &mut Vec<Value>) {
                values.push(self.to_value());
            }
        }

        impl<$($generics)*> Bindable for $from
        where
            Vec<$item>: FromRow,
        {
            type Value = Vec<$item>;
        }
    };
}

list!([] Vec<u8> => u8);
list!([] &[u8] => u8);
list!([T: ScalarValue] Vec<T> => T);
list!([T: ScalarValue + Clone] &[T] => T);

impl<T> Comparable<Vec<T>> for Vec<T> where Vec<T>: ToValue {}
