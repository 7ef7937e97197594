//! Why a tree could not become SQL.

use crate::value::ValueError;

/// Why a statement could not be compiled. Nothing was sent.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CompileError {
    /// The database has no such thing.
    #[error("{dialect} has no {feature}: {hint}")]
    Unsupported {
        /// The database.
        dialect: &'static str,
        /// What it lacks.
        feature: &'static str,
        /// What to do instead.
        hint: &'static str,
    },
    /// The tree says something that is no SQL on any database.
    #[error("{what}: {hint}")]
    Invalid {
        /// What is wrong.
        what: &'static str,
        /// What to do.
        hint: &'static str,
    },
    /// A value that is no pattern of `like`.
    #[error(
        "a pattern that ends with its escape character {escape:?}, or has a NUL character: write the escape character twice"
    )]
    NoPattern {
        /// The escape character.
        escape: char,
    },
    /// A value that cannot be bound, or a part of the query that its builder found to make no sense.
    #[error(transparent)]
    Value(Box<ValueError>),
    /// A name cannot be written.
    #[error("the name {name:?} cannot be used: {reason}")]
    Name {
        /// The name.
        name: String,
        /// Why not.
        reason: &'static str,
    },
    /// A list that must have an item has none.
    #[error("{clause} is empty: give it at least one item")]
    Empty {
        /// The clause.
        clause: &'static str,
    },
    /// A row of `values` is not as long as the column list.
    #[error("row {row} of the insert has {found} values for {expected} columns")]
    RaggedRow {
        /// Which row, from 0.
        row: usize,
        /// The number of columns.
        expected: usize,
        /// The number of values.
        found: usize,
    },
    /// A column is written twice, of which some databases would take the last value.
    #[error("the column {column:?} stands twice in {clause}: give it one value")]
    Twice {
        /// The clause.
        clause: &'static str,
        /// The column.
        column: String,
    },
    /// More rows in one `values` list than the database takes.
    #[error("{found} rows in one insert, {dialect} takes {max}: insert in batches")]
    TooManyRows {
        /// The database.
        dialect: &'static str,
        /// How many rows there are.
        found: usize,
        /// How many it takes.
        max: usize,
    },
    /// More bound values than the database takes.
    #[error(
        "{found} parameters in one statement, and {dialect} takes {max}: insert rows in parts, in one transaction; split a list, \
         or keep it in a table and join that"
    )]
    TooManyParameters {
        /// The database.
        dialect: &'static str,
        /// How many values there are.
        found: usize,
        /// How many it takes.
        max: usize,
    },
    /// Nothing is set in an update that speaks to a plugin. One that sets something, as for `soft_delete(..)`, is not heard
    /// where the update, or a query around it, bypasses plugins.
    #[error(
        "set is empty, and plugin `{plugin}` did not fill it: set a column, or leave out `bypass_plugins` around the update"
    )]
    Unfilled {
        /// The plugin.
        plugin: &'static str,
    },
    /// A query carries a word for a plugin, and there are no plugins.
    #[error(
        "the query speaks to plugin `{plugin}`, which is not installed: add it with `Db::builder(..).plugin(..)`"
    )]
    NoPlugin {
        /// The plugin.
        plugin: &'static str,
    },
    /// Raw SQL begins or ends a transaction: on a pool the next statement may run on another connection, and inside a
    /// transaction nobody could say any more what its commit or rollback means.
    #[error(
        "`{0}` begins or ends a transaction, which raw SQL may not: use `transaction` or `begin` of the handle"
    )]
    TransactionControl(String),
    /// Raw SQL sets a savepoint, releases it or rolls back to it: outside a transaction SQLite would begin one, and inside
    /// the transaction would not know what is undone.
    #[error(
        "`{0}` is about a savepoint, which raw SQL may not be by itself: use `tx.transaction` or `tx.savepoint`, or a script"
    )]
    SavepointControl(String),
    /// Expressions or queries are nested deeper than any database reads.
    #[error("the statement is nested more than {max} levels deep: flatten it")]
    TooDeep {
        /// The limit.
        max: usize,
    },
}
