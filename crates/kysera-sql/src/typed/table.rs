//! What `derive(Table)` gives: the table's description, its columns under any alias, its new rows and its changes.

use crate::ast::{self, Assignment};
use crate::expr::{Expr, Predicate};
use crate::ident::StaticName;
use crate::query::{AllOf, TableSource};
use crate::table::TableMeta;
use crate::value::Value;

/// A table. Derived; the struct is also the type of its rows.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a table",
    note = "add `#[derive(Table)]` to the struct"
)]
pub trait Table: Sized + 'static {
    /// The description. Its address is the table's identity.
    const META: &'static TableMeta;

    /// One column value per field; `M` marks which reference to the table they belong to.
    type Columns<M>: TableSource<Mark = M> + Clone;

    /// The columns under the table's own name: what FROM takes. It is the constant that is called as the struct.
    const COLUMNS: Self::Columns<Self>;

    /// Every column under the table's own name, read as a whole row.
    const ALL: AllOf<Self, Self>;

    /// The columns under an alias: `T::columns::<M>(&"mother")`.
    fn columns<M>(alias: StaticName) -> Self::Columns<M>;

    /// Every column under an alias, read as a whole row.
    fn all<M>(alias: StaticName) -> AllOf<M, Self>;
}

/// A table with a primary key, whose rows can be found by it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no primary key",
    note = "mark its key with `#[column(primary_key)]`"
)]
pub trait Keyed: Table {
    /// The key's type; a tuple where it has several columns.
    type Key;

    /// True for the row with this key: `"person"."id" = $1`.
    fn has_key(key: Self::Key) -> Predicate<Self>;
}

/// Columns that are equal to values, combined with `and`.
#[doc(hidden)]
pub fn key_is<T, const N: usize>(table: &'static str, key: [(&'static str, Value); N]) -> Predicate<T> {
    let equal = |(column, value)| {
        ast::Expr::binary(ast::Expr::column(table, column), ast::BinaryOp::Eq, ast::Expr::Value(value))
    };
    let all = key.into_iter().map(equal).reduce(ast::Expr::and);
    Expr::from_node(all.unwrap_or(ast::Expr::Literal(ast::Literal::Bool(false))))
}

/// Something that can be in FROM a second time: what `alias!` takes.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be given an alias",
    note = "`alias!` takes a table, a CTE or a derived table: `alias!(Person as mother)`"
)]
pub trait Aliased {
    /// The same columns under another mark.
    type As<M>;
    /// The same columns under an alias.
    fn aliased<M>(&self, alias: StaticName) -> Self::As<M>;
}

/// A new row of the table `T`: `NewPerson { .. }`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a new row of `{T}`",
    note = "pass the `New..` struct that `derive(Table)` made for `{T}`, or a tuple of `column.set(..)` in a prepared insert"
)]
pub trait Insertable<T> {
    /// The columns given, in order, each once.
    fn into_assignments(self) -> Vec<Assignment>;
}

/// A change of rows of the table `T`: `PersonPatch::new().age(3)`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a change of `{T}`",
    note = "pass the `..Patch` struct that `derive(Table)` made for `{T}`"
)]
pub trait Patch<T> {
    /// The columns to set, in order, each once; the others are kept.
    fn into_assignments(self) -> Vec<Assignment>;
}

/// Sets a column among `assignments`, replacing what was given for it before.
#[doc(hidden)]
pub fn assign(assignments: &mut Vec<Assignment>, column: &'static str, value: crate::ast::Expr) {
    match assignments.iter_mut().find(|given| given.column == column) {
        Some(given) => given.value = value,
        None => assignments.push(Assignment { column: column.into(), value }),
    }
}
