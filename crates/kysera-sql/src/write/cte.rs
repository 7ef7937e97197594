//! INSERT, UPDATE and DELETE inside a CTE: their returned rows are its rows.

use super::{Delete, Insert, Update};
use crate::ast::CteBody;
use crate::query::{Filtered, IntoCte, name_all};

macro_rules! into_cte {
    ($([$($generics:tt)+] $ty:ty => $body:ident),+) => {$(
        impl<$($generics)+> IntoCte for $ty {
            type Out = Out;
            type Outer = O;
            fn into_body(self, names: &[&'static str]) -> CteBody {
                let mut statement = self.into_ast();
                name_all(&mut statement.returning, names);
                CteBody::$body(Box::new(statement))
            }
        }
    )+};
}

into_cte!(
    [T, O, Out] Insert<T, O, Out> => Insert,
    [T, S, O, Out] Update<T, S, O, Filtered, Out> => Update,
    [T, S, O, Out] Delete<T, S, O, Filtered, Out> => Delete
);
