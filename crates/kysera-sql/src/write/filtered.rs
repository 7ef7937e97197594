//! What UPDATE and DELETE have in common: which rows they are about, what they return, and how they become a statement.

/// Implements it for a statement, whose node is `ast::$name` and whose rows are `$done` (updated, deleted).
macro_rules! filtered {
    ($name:ident, $verb:literal, $done:literal, returning: $returning:literal) => {
        impl<T, S, O, F, Out> $name<T, S, O, F, Out> {
            fn new(ast: $crate::ast::$name) -> Self {
                $name { ast: Box::new(ast), types: PhantomData }
            }

            fn retyped<S2, O2, F2, Out2>(self) -> $name<T, S2, O2, F2, Out2> {
                $name { ast: self.ast, types: PhantomData }
            }

            #[doc = concat!($verb, " only rows for which this holds; repeated filters are combined with `and`.")]
            pub fn filter<E: $crate::expr::Expression, TableStandsTwiceUseAlias>(
                mut self,
                condition: E,
            ) -> $name<
                T,
                S,
                <E::Refs as $crate::typed::RefsIn<S, TableStandsTwiceUseAlias>>::Outer<O>,
                $crate::query::Filtered,
                Out,
            >
            where
                E::Value: $crate::typed::Condition,
                E::Refs: $crate::typed::RefsIn<S, TableStandsTwiceUseAlias> + $crate::typed::NoAgg,
            {
                self.ast.and_filter(condition.into_node());
                self.retyped()
            }

            /// Says that every row is meant. Filters may still follow, also conditional ones.
            pub fn all_rows(self) -> $name<T, S, O, $crate::query::Filtered, Out> {
                self.retyped()
            }

            #[doc = concat!("Returns something of each ", $done, " row.")]
            ///
            /// # Dialects
            #[doc = $returning]
            pub fn returning<X, TableStandsTwiceUseAlias>(
                mut self,
                selection: X,
            ) -> $name<T, S, X::Outer<O>, F, X::Out>
            where
                X: $crate::query::Selection<S, TableStandsTwiceUseAlias>,
                S: $crate::typed::Allows<X::Class>,
            {
                self.ast.returning = super::target::items(selection);
                self.retyped()
            }

            /// The tree, to change it in place.
            pub(crate) fn ast_mut(&mut self) -> &mut $crate::ast::$name {
                &mut self.ast
            }

            /// The tree, to rewrite it or to run it with `tree(..)`.
            pub fn into_ast(self) -> $crate::ast::$name {
                *self.ast
            }
        }

        impl<T, S, O, F, Out> $crate::query::Query for $name<T, S, O, F, Out> {
            type Row = Out;
            type Outer = O;
            type Readiness = F;

            fn into_statement(self) -> Result<$crate::ast::Statement, $crate::query::BuildError> {
                Ok($crate::ast::Statement::$name(self.ast))
            }
        }
    };
}

pub(super) use filtered;
