//! Row filters: which rows of a table exist for a plugin, as a predicate with parameters.
//!
//! Knows the form of a predicate; where it goes is decided by the row filter pass.

use kysera_sql::ast::Expr;
use kysera_sql::ident::Name;
use kysera_sql::value::Value;

/// A predicate over one table, added to a statement at each reference to the table.
#[derive(Clone, Debug, PartialEq)]
pub struct RowFilter {
    predicate: Expr,
}

impl RowFilter {
    /// The alias that means the filtered table inside a predicate.
    pub const TABLE: &'static str = "__kysera_table";

    /// The alias that means the values of an execution inside a predicate.
    pub const PARAMETER: &'static str = "__kysera_parameter";

    /// A filter. Columns of the filtered table are written as `RowFilter::column(name)`; other tables are in
    /// subqueries, where every column has the alias of its table. Those tables are filtered as well, unless their
    /// reference says `unfiltered`.
    ///
    /// The predicate must be true for a row to exist: NULL hides it. Write what is allowed, never `not (forbidden)`.
    pub fn new(predicate: Expr) -> RowFilter {
        RowFilter { predicate }
    }

    /// A column of the filtered table.
    pub fn column(name: impl Into<Name>) -> Expr {
        Expr::column(RowFilter::TABLE, name)
    }

    /// A value that [`Plugin::parameter`](crate::plugin::Plugin::parameter) gives at each execution. A list is allowed in `in (..)` only.
    pub fn parameter(name: &'static str) -> Expr {
        Expr::column(RowFilter::PARAMETER, name)
    }

    /// The predicate, with [`RowFilter::TABLE`] where the table's alias goes.
    pub fn predicate(&self) -> &Expr {
        &self.predicate
    }
}

/// The value of a parameter of a filter.
#[derive(Clone, Debug, PartialEq)]
pub enum Parameter {
    /// One value.
    One(Value),
    /// The items of an `in (..)`; of nothing it is false.
    Many(Vec<Value>),
}

/// What a directive does to a plugin's filter.
#[derive(Clone, Debug, PartialEq)]
pub enum ModeFilter {
    /// Nothing: the directive is not known to it.
    Unchanged,
    /// No filter.
    Off,
    /// Another filter.
    Instead(RowFilter),
}
