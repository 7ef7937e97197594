//! Row filters, proven on databases: each position of a table in a statement, each trap, and random queries.
//!
//! Nothing here looks at how filters are placed, only at the text that comes out and at what it answers.

mod drivers;
mod engine;
mod matrix;
mod oracle;
mod plugin;
mod traps;
mod tree;

use kysera_core::Applied;
use kysera_core::plugin::Context;
use kysera_core::{Extensions, FixedClock, PluginSet, Result};
use kysera_sql::ast::Statement;
use kysera_sql::dialect::Dialect;

/// Applies plugins to a statement.
pub(crate) fn apply(set: &PluginSet, statement: &mut Statement, dialect: &dyn Dialect) -> Result<Applied> {
    let extensions = Extensions::default();
    let clock = FixedClock(0);
    set.apply(statement, &Context::new(dialect, &clock, &extensions))
}

/// The text of a statement.
pub(crate) fn sql(statement: &Statement, dialect: &dyn Dialect) -> Result<String, String> {
    let compiled = kysera_sql::compile::compile(statement, dialect).map_err(|error| error.to_string())?;
    assert!(compiled.params.is_empty(), "tests write literals: {}", compiled.sql);
    Ok(compiled.sql.into())
}
