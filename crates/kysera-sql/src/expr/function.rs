//! Calls of functions that have no method here.

use super::{Aggregate, Column, Expr, Expression, Param, refs_of};
use crate::ast;
use crate::typed::{Nil, SqlValue};

/// A call of the database's function `name`, whose result you say is a `V`: nothing checks that. The name is written
/// as it is and must come from your source.
///
/// A function that is not known to compute a value and do nothing else (`nextval`, `set_config`, one of your own) counts as
/// raw SQL: the query is taken for a write, and what it did to the session is undone before anybody else gets the
/// connection.
///
/// Say `Option<..>` where the function may return NULL by itself; what joins make of the arguments is added.
///
/// # Examples
/// ```
/// # use kysera_sql::doc::assert_sql;
/// # use kysera_sql::{doc::Person, expr::function, prelude::*, query::select_from};
/// let lengths = select_from(Person).select(function::<i32, _>("length", (Person.first_name,)));
/// assert_sql(lengths, r#"select length("person"."first_name") from "person""#);
/// ```
pub fn function<V: SqlValue, A: Arguments>(name: &'static str, arguments: A) -> Expr<V, A::Refs> {
    let mut nodes = Vec::new();
    arguments.push_nodes(&mut nodes);
    let mut call = ast::Expr::call(name, nodes);
    call.note(ast::Numeric::of(V::TYPE));
    Expr::from_node(call)
}

/// Arguments of a function: an expression, or a tuple of arguments.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an argument, nor a list of arguments",
    note = "pass a tuple of columns and expressions; plain values need `val(..)`: `(Person.id, val(3))`",
    note = "a tuple has at most 16 items, of which any may be a tuple again"
)]
pub trait Arguments {
    /// The tables mentioned.
    type Refs;
    /// Adds the nodes, in order.
    fn push_nodes(self, nodes: &mut Vec<ast::Expr>);
}

macro_rules! one {
    ([$($generics:ident),+] $ty:ty) => {
        impl<$($generics),+> Arguments for $ty
        where
            $ty: Expression,
        {
            type Refs = <$ty as Expression>::Refs;
            fn push_nodes(self, nodes: &mut Vec<ast::Expr>) {
                nodes.push(self.into_node());
            }
        }
    };
}

// One by one: through the trait that they share, a message would name that trait and its advice.
one!([T, V] Column<T, V>);
one!([V, R] Expr<V, R>);
one!([V, R] Aggregate<V, R>);
one!([V] Param<V>);

impl Arguments for () {
    type Refs = Nil;
    fn push_nodes(self, _: &mut Vec<ast::Expr>) {}
}

macro_rules! tuple {
    ($($argument:ident)+) => {
        impl<$($argument: Arguments),+> Arguments for ($($argument,)+) {
            type Refs = refs_of!($($argument)+);
            #[allow(non_snake_case, reason = "the variables are called as their types")]
            fn push_nodes(self, nodes: &mut Vec<ast::Expr>) {
                let ($($argument,)+) = self;
                $($argument.push_nodes(nodes);)+
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

#[cfg(test)]
mod tests {
    use super::function;
    use crate::doc::{Person, assert_sql};
    use crate::query::select_from;
    use crate::sql;

    #[test]
    fn more_arguments_than_a_tuple_has_items_stand_in_tuples_of_tuples() {
        let id = Person.id;
        let six = (id, id, (id, id), id, id);
        let most = function::<i64, _>("max", (six, six, six));
        assert_sql(
            select_from(Person).select(most),
            &format!("select max({}) from \"person\"", [r#""person"."id""#; 18].join(", ")),
        );
    }

    #[test]
    fn raw_sql_takes_any_number_of_arguments() {
        let id = Person.id;
        let sum = sql!(
            i64: "{} + {} + {} + {} + {} + {} + {} + {} + {} + {} + {} + {} + {} + {} + {} + {} + {} + {}",
            id, id, id, id, id, id, id, id, id, id, id, id, id, id, id, id, id, id,
        );
        assert_sql(
            select_from(Person).select(sum),
            &format!("select {} from \"person\"", [r#""person"."id""#; 18].join(" + ")),
        );
        let none = sql!(i64: "1");
        assert_sql(select_from(Person).select(none), "select 1 from \"person\"");
    }
}
