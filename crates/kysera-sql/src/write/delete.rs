//! DELETE.

use super::filtered::filtered;
use super::target::table_of;
use super::value::value;
use crate::ast;
use crate::query::{Cte, Source, TableSource, Unfiltered, Unselected};
use crate::typed::{In, Nil, Required, RowShape};
use std::marker::PhantomData;

/// A delete from table `T`. `S` is its scope, `O` what it takes from a query around it, `F` whether it was said which rows it
/// means, `Out` what it returns.
#[must_use = "a delete does nothing until it is executed"]
pub struct Delete<T, S, O, F, Out> {
    ast: Box<ast::Delete>,
    types: PhantomData<fn() -> (T, S, O, F, Out)>,
}

/// Deletes rows of a table.
///
/// ```
/// # use kysera_sql::doc::*;
/// let query = delete_from(Person).filter(Person.id.eq(1));
/// # assert_sql(query, r#"delete from "person" where "person"."id" = ?"#);
/// ```
pub fn delete_from<Src: TableSource>(
    table: Src,
) -> Delete<Src::Mark, In<Src::Mark, Required, Nil>, Nil, Unfiltered, Unselected> {
    Delete::new(ast::Delete::from(table_of(table.to_item())))
}

impl<T, S, O, F, Out> Delete<T, S, O, F, Out> {
    /// Adds another table whose columns may be used: `delete .. using`.
    ///
    /// # Dialects
    /// Not on SQLite; write `exists(..)` in the filter there.
    pub fn using<Src: Source>(mut self, source: Src) -> Delete<T, In<Src::Mark, Required, S>, O, F, Out> {
        self.ast.using.push(source.to_item());
        self.retyped()
    }

    /// Puts a CTE in front of the statement. Called again, the next one comes behind and may read this one.
    ///
    /// # Dialects
    /// Not on MariaDB.
    pub fn with<Row: RowShape, M>(mut self, cte: &Cte<Row, M>) -> Self {
        cte.add_to(&mut self.ast.with);
        self
    }
}

filtered!(Delete, "Deletes", "deleted", returning: "MySQL has none: the rows are read by their keys before, and locked.");
value!(Delete < T, S, O, F, Out > { ast });
