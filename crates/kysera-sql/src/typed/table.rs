//! What `derive(Table)` gives: the table's description, its columns under any alias, its new rows and its changes.

use crate::ast::Assignment;
use crate::table::TableMeta;

/// A table. Derived; the struct is also the type of its rows.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a table",
    note = "add `#[derive(Table)]` to the struct"
)]
pub trait Table: 'static {
    /// The description. Its address is the table's identity.
    const META: &'static TableMeta;

    /// One column value per field; `M` marks which reference to the table they belong to.
    type Columns<M>;

    /// The columns under an alias.
    fn columns<M>(alias: &'static str) -> Self::Columns<M>;
}

/// Something that can stand in FROM a second time: what `alias!` takes.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be given an alias",
    note = "`alias!` takes a table, a CTE or a derived table: `alias!(Person as mother)`"
)]
pub trait Aliased {
    /// The same columns under another mark.
    type As<M>;
    /// The same columns under an alias.
    fn aliased<M>(&self, alias: &'static str) -> Self::As<M>;
}

/// A new row of the table `T`: `NewPerson { .. }`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a new row of `{T}`",
    note = "pass the `New..` struct that `derive(Table)` made for `{T}`"
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
