//! Raw SQL inside a typed query.

use super::condition::invalid;
use super::{Arguments, Expr};
use crate::ast;
use crate::typed::SqlValue;
use crate::value::ValueError;

/// Raw SQL as an expression of a type that you say: nothing checks it. The text is a literal of your source; each `{}`
/// in it is a column, an expression or a bound value (`val(..)`), and `{{` and `}}` are braces.
///
/// Plugins see the tables of its arguments, as everywhere, but none in the text. So under a guard a text that reads a
/// table, or may, is refused unless the query passes plugins by with a reason; `upper({})` and the like are not.
///
/// # Examples
/// ```
/// # use kysera_sql::{doc::Person, expr::val, prelude::*, query::select_from, sql};
/// let initials = select_from(Person).select(sql!(String: "substr({}, 1, {})", Person.first_name, val(1)));
/// // select substr("person"."first_name", 1, $1) from "person"
/// ```
///
/// Another number of `{}` than of arguments does not compile:
/// ```compile_fail
/// # use kysera_sql::{doc::Person, sql};
/// let broken = sql!(String: "upper({})");
/// ```
#[macro_export]
macro_rules! sql {
    (@one $argument:expr) => { () };
    (@list) => { () };
    (@list $argument:expr) => { ($argument,) };
    (@list $argument:expr, $($more:expr),+) => { ($argument, $crate::sql!(@list $($more),+)) };
    ($ty:ty: $text:literal $(, $argument:expr)* $(,)?) => {{
        const _: () = $crate::expr::check_template($text, <[()]>::len(&[$($crate::sql!(@one $argument)),*]));
        $crate::expr::sql::<$ty, _>($text, $crate::sql!(@list $($argument),*))
    }};
    ($text:literal $($rest:tt)*) => {
        ::core::compile_error!(::core::concat!(
            "`sql!` is an expression and needs its type in front: `sql!(String: \"upper({})\", Person.name)`; ",
            "a whole statement is `raw(..)`"
        ))
    };
}

/// What `sql!` calls.
#[doc(hidden)]
pub fn sql<V: SqlValue, A: Arguments>(text: &'static str, arguments: A) -> Expr<V, A::Refs> {
    let mut nodes = Vec::new();
    arguments.push_nodes(&mut nodes);
    Expr::from_node(match ast::Raw::template(text, nodes) {
        Ok(raw) => {
            let mut raw = ast::Expr::Raw(Box::new(raw));
            raw.note(ast::Numeric::of(V::TYPE));
            raw
        }
        Err(what) => invalid(ValueError::new("raw SQL", what)),
    })
}

/// Compares the number of `{}` with that of the arguments, when the program is compiled.
///
/// # Panics
/// When they differ, or a brace is single, which is an error of the compiler.
#[doc(hidden)]
pub const fn check_template(text: &str, arguments: usize) {
    let found = ast::template_values(text);
    assert!(found == arguments, "the text has another number of `{{}}` than there are arguments");
}
