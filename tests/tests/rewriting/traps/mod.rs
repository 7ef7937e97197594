//! The traps on the way to a right placement, each by name: what other systems fell into.

mod captures;
mod directives;
mod guards;
mod joins;
mod mysql;
mod policies;
mod sessions;

use crate::engine::{Engine, Rows};
use crate::matrix::{Pair, on_mysql, on_postgres, sqlite};
use crate::{apply, sql};
use kysera_core::plugin::Plugin;
use kysera_core::{Error, ErrorKind, PluginSet, Result};
use kysera_sql::ast::{Select, Statement};
use kysera_sql::dialect::Dialect;
use kysera_sql::table::TableMeta;
use std::sync::Arc;

use crate::plugin::{PERSON, POST, TAG};

/// The tables of the tests.
const TABLES: [&TableMeta; 3] = [&PERSON, &POST, &TAG];

/// Plugins over the tables of the tests.
fn set(plugins: Vec<Arc<dyn Plugin>>, dialect: &dyn Dialect) -> PluginSet {
    PluginSet::new(plugins, TABLES, dialect).expect("they go together")
}

/// The text that the plugins make of a statement.
fn text(
    plugins: Vec<Arc<dyn Plugin>>,
    statement: impl Into<Statement>,
    dialect: &dyn Dialect,
) -> Result<String> {
    let mut statement = statement.into();
    apply(&set(plugins, dialect), &mut statement, dialect)?;
    sql(&statement, dialect).map_err(|error| Error::new(ErrorKind::Unsupported, error))
}

/// Runs a test on a database with all rows, on each engine.
fn on_each(test: impl Fn(&mut dyn Engine)) {
    test(&mut sqlite().all);
    on_postgres(|Pair { all, .. }| test(all));
    on_mysql(|_, Pair { all, .. }| test(all));
}

/// As [`on_each`]; where the schema of tables is not known, the statement is refused: their CTE or table may be meant.
fn on_each_that_knows_its_schema(
    plugins: impl Fn() -> Vec<Arc<dyn Plugin>>,
    query: impl Fn() -> Select,
    test: impl Fn(&mut dyn Engine),
) {
    test(&mut sqlite().all);
    on_postgres(|Pair { all, .. }| test(all));
    on_mysql(|_, Pair { all, .. }| {
        let error = text(plugins(), query(), all.dialect()).expect_err("no schema is known");
        assert_eq!(error.kind(), ErrorKind::InvalidQuery);
        all.know_schema(true);
        test(all);
        all.know_schema(false);
    });
}

/// The sorted rows of a statement under plugins.
#[track_caller]
fn rows(engine: &mut dyn Engine, plugins: Vec<Arc<dyn Plugin>>, statement: impl Into<Statement>) -> Rows {
    let text = text(plugins, statement, engine.dialect()).expect("nothing is refused");
    let mut rows = engine.run(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
    rows.sort();
    rows
}
