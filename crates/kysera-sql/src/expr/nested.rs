//! Nested rows: a subquery whose rows become one value of the outer row.

use super::Expr;
use super::condition::invalid;
use crate::ast::{self, NestedEncoding, NestedKind};
use crate::query::Subquery;
use crate::row::FromRow;
use crate::typed::RowShape;
use crate::value::{SqlType, ValueError};

/// The rows of a query as a list inside the outer row; no row is an empty list.
///
/// Rows are typed as at the top and lose nothing: the compiler chooses the best lossless form that the database has.
///
/// # Examples
/// ```
/// # use kysera_sql::{doc::{Person, Pet}, expr::array_from, prelude::*, query::select_from, row};
/// let people = select_from(Person).select(row! {
///     name: Person.first_name,
///     pets: array_from(
///         select_from(Pet)
///             .filter(Pet.owner_id.eq(Person.id.outer()))
///             .order_by(Pet.name.asc())
///             .select(row! { id: Pet.id, name: Pet.name }),
///     ),
/// });
/// ```
pub fn array_from<Q: Subquery>(query: Q) -> Expr<Vec<Q::Out>, Q::Outer> {
    Expr::from_node(nested(query.into_select(), NestedKind::Array, NestedEncoding::Positional))
}

/// The first row of a query as a row inside the outer row; no row is `None`. A single column is a
/// [`scalar`](super::scalar); a whole table (`Person.all()`) is boxed, since an `Option` of it without a box is what an
/// outer join finds, column by column.
///
/// # Examples
/// ```
/// # use kysera_sql::{doc::{Person, Pet}, expr::object_from, prelude::*, query::select_from, row};
/// let pets = select_from(Pet).select(row! {
///     name: Pet.name,
///     owner: object_from(
///         select_from(Person)
///             .filter(Person.id.eq(Pet.owner_id.outer()))
///             .select(row! { id: Person.id, name: Person.first_name }),
///     ),
/// });
/// ```
pub fn object_from<Q: Subquery<Out: FromRow + RowShape>>(
    query: Q,
) -> Expr<<Q::Out as RowShape>::Object, Q::Outer> {
    let mut rows = query.into_select();
    Expr::from_node(if is_row::<Q::Out>() {
        nested(rows, NestedKind::Object, NestedEncoding::Positional)
    } else {
        first_of(&mut rows);
        ast::Expr::Subquery(Box::new(rows))
    })
}

/// As [`array_from`], but always written as a list of JSON objects with the fields' names as keys.
///
/// JSON carries fewer types than rows do: use this where the JSON itself is wanted.
pub fn json_array_from<Q: Subquery<Out: FromRow>>(query: Q) -> Expr<Vec<Q::Out>, Q::Outer> {
    Expr::from_node(keyed::<Q::Out>(query.into_select(), NestedKind::Array))
}

/// As [`object_from`], but always written as a JSON object with the fields' names as keys.
pub fn json_object_from<Q: Subquery<Out: FromRow + RowShape>>(
    query: Q,
) -> Expr<<Q::Out as RowShape>::Object, Q::Outer> {
    let mut query = query.into_select();
    first_of(&mut query);
    Expr::from_node(keyed::<Q::Out>(query, NestedKind::Object))
}

/// Of several rows the first is meant, which would else be an error.
fn first_of(query: &mut ast::Select) {
    query.limit.get_or_insert(ast::Expr::Literal(ast::Literal::Int(1)));
}

fn is_row<Out: FromRow>() -> bool {
    matches!(Out::CELL, SqlType::Nested)
}

fn keyed<Out: FromRow>(query: ast::Select, kind: NestedKind) -> ast::Expr {
    if Out::FIELDS.len() != Out::WIDTH || Out::FIELDS.is_empty() {
        return invalid(ValueError::query(
            "rows as JSON objects",
            "each field must be one named column; use array_from or object_from for other rows",
        ));
    }
    nested(query, kind, NestedEncoding::Json)
}

fn nested(mut query: ast::Select, kind: NestedKind, encoding: NestedEncoding) -> ast::Expr {
    query.name_items();
    ast::Expr::Nested(Box::new(ast::Nested { kind, encoding, query }))
}
