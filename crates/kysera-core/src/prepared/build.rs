//! Closures that make a query of parameters.

use kysera_sql::expr::Param;
use kysera_sql::query::Query;

/// A closure that makes a query of [`Param`]s, whose types it says: `|id: Param<i64>, name: Param<String>| ..`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not make a query of parameters",
    note = "pass a closure that returns a query and says its parameters' types: `|id: Param<i64>| select_from(..)`",
    note = "it has at most 16 parameters; a query of more is run without `prepare`, with its values in it"
)]
pub trait Prepare<M> {
    /// The type of the parameter, or a tuple of several.
    type Parameters;
    /// The query.
    type Query: Query;

    #[doc(hidden)]
    fn build(self, number: u64) -> Self::Query;
}

macro_rules! closure {
    ($parameters:ty; $($parameter:ident $index:literal)*) => {
        impl<F, Q: Query, $($parameter),*> Prepare<fn($(Param<$parameter>),*) -> Q> for F
        where
            F: FnOnce($(Param<$parameter>),*) -> Q,
        {
            type Parameters = $parameters;
            type Query = Q;

            fn build(self, number: u64) -> Q {
                let _ = number;
                self($(Param::new(number, $index)),*)
            }
        }
    };
}

closure!((););
closure!(A; A 0);
closure!((A, B); A 0 B 1);
closure!((A, B, C); A 0 B 1 C 2);
closure!((A, B, C, D); A 0 B 1 C 2 D 3);
closure!((A, B, C, D, E); A 0 B 1 C 2 D 3 E 4);
closure!((A, B, C, D, E, G); A 0 B 1 C 2 D 3 E 4 G 5);
closure!((A, B, C, D, E, G, H); A 0 B 1 C 2 D 3 E 4 G 5 H 6);
closure!((A, B, C, D, E, G, H, I); A 0 B 1 C 2 D 3 E 4 G 5 H 6 I 7);
closure!((A, B, C, D, E, G, H, I, J); A 0 B 1 C 2 D 3 E 4 G 5 H 6 I 7 J 8);
closure!((A, B, C, D, E, G, H, I, J, K); A 0 B 1 C 2 D 3 E 4 G 5 H 6 I 7 J 8 K 9);
closure!((A, B, C, D, E, G, H, I, J, K, L); A 0 B 1 C 2 D 3 E 4 G 5 H 6 I 7 J 8 K 9 L 10);
closure!((A, B, C, D, E, G, H, I, J, K, L, M); A 0 B 1 C 2 D 3 E 4 G 5 H 6 I 7 J 8 K 9 L 10 M 11);
closure!((A, B, C, D, E, G, H, I, J, K, L, M, N); A 0 B 1 C 2 D 3 E 4 G 5 H 6 I 7 J 8 K 9 L 10 M 11 N 12);
closure!((A, B, C, D, E, G, H, I, J, K, L, M, N, O); A 0 B 1 C 2 D 3 E 4 G 5 H 6 I 7 J 8 K 9 L 10 M 11 N 12 O 13);
closure!((A, B, C, D, E, G, H, I, J, K, L, M, N, O, P); A 0 B 1 C 2 D 3 E 4 G 5 H 6 I 7 J 8 K 9 L 10 M 11 N 12 O 13 P 14);
closure!((A, B, C, D, E, G, H, I, J, K, L, M, N, O, P, R); A 0 B 1 C 2 D 3 E 4 G 5 H 6 I 7 J 8 K 9 L 10 M 11 N 12 O 13 P 14 R 15);
