//! Literals: values that stand in the text of a query.

use super::{Bindable, Expr};
use crate::ast::{self, Literal};
use crate::typed::Nil;

/// A Rust value that `lit` can write: whole numbers, `bool`, `&'static str`, and enums that derive `SqlEnum`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be written into a query as a literal",
    note = "literals are whole numbers, `bool`, `&'static str` and enums that derive `SqlEnum`; bind other values with \
            `val(..)`"
)]
pub trait InSource: Bindable {
    /// The literal.
    fn into_literal(self) -> Literal;
}

/// A value written into the text of the query instead of being bound: for constants that the planner has to see.
///
/// A database that keeps a plan for all values does not know a bound one, so it does not use a partial index `where kind =
/// 'cat'` for a bound `cat`. Each literal makes a text of its own, which is prepared and planned by itself: use it for a
/// few values of a closed set, never for what users send.
///
/// # Examples
/// ```
/// # use kysera_sql::doc::assert_sql;
/// # use kysera_sql::{doc::Person, expr::lit, prelude::*, query::select_from};
/// let anns = select_from(Person).filter(Person.first_name.eq(lit("Ann")).and(Person.age.ge(lit(18)))).select(Person.id);
/// assert_sql(
///     anns,
///     r#"select "person"."id" from "person" where "person"."first_name" = 'Ann' and "person"."age" >= 18"#,
/// );
/// ```
///
/// # Dialects
/// A label of an enum has the enum's type: `cast('sad' as "mood")` on PostgreSQL, its text elsewhere. As a key of GROUP BY
/// or ORDER BY a literal is cast, because a bare number would be the position of a selected item.
pub fn lit<X: InSource>(value: X) -> Expr<X::Value, Nil> {
    Expr::from_node(ast::Expr::Literal(value.into_literal()))
}

macro_rules! whole {
    ($($ty:ty),+) => {$(
        impl InSource for $ty {
            fn into_literal(self) -> Literal {
                Literal::Int(self.into())
            }
        }
    )+};
}

whole!(i8, i16, i32, i64, u8, u16, u32);

impl InSource for bool {
    fn into_literal(self) -> Literal {
        Literal::Bool(self)
    }
}

impl InSource for &'static str {
    fn into_literal(self) -> Literal {
        Literal::Text(self)
    }
}
