//! Subqueries as values and conditions.

use super::Expr;
use crate::ast;
use crate::query::Subquery;
use crate::typed::SqlValue;

/// A query of one column and at most one row as a value; NULL without a row.
///
/// Several rows are an error, `TooManyRows`: say `.limit(1)` where the first is meant.
///
/// # Dialects
/// SQLite itself would take the first row. There the rows are counted, `(select one_row("name") ..)`, unless the query
/// shows that one may come at most: by a limit, an aggregate without groups, or equality with the whole of a key.
///
/// # Examples
/// ```
/// # use kysera_sql::doc::assert_sql;
/// # use kysera_sql::{doc::{Person, Pet}, expr::{count_all, scalar}, prelude::*, query::select_from, row};
/// let people = select_from(Person).select(row! {
///     name: Person.first_name,
///     pets: scalar(select_from(Pet).filter(Pet.owner_id.eq(Person.id.outer())).select(count_all())),
/// });
/// assert_sql(people, concat!(
///     r#"select "person"."first_name" as "name", "#,
///     r#"(select count(*) from "pet" where "pet"."owner_id" = "person"."id") as "pets" from "person""#,
/// ));
/// ```
pub fn scalar<Q: Subquery<Out: SqlValue>>(query: Q) -> Expr<<Q::Out as SqlValue>::Nullable, Q::Outer> {
    Expr::from_node(ast::Expr::Subquery(Box::new(query.into_select())))
}

/// `exists (query)`. The query need not select anything.
pub fn exists<Q: Subquery>(query: Q) -> Expr<bool, Q::Outer> {
    Expr::from_node(exists_node(query.into_select()))
}

/// `not exists (query)`.
pub fn not_exists<Q: Subquery>(query: Q) -> Expr<bool, Q::Outer> {
    Expr::from_node(ast::Expr::negate(exists_node(query.into_select())))
}

fn exists_node(mut query: ast::Select) -> ast::Expr {
    if query.items.is_empty() {
        query.items.push(ast::SelectItem::expr(ast::Expr::Literal(ast::Literal::Int(1))));
    }
    ast::Expr::Exists(Box::new(query))
}
