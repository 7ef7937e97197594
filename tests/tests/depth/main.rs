//! Trees of any depth, on a small stack: nothing overflows, everything ends, and what is too deep is an error.
#![expect(clippy::unwrap_used, reason = "a scenario that fails panics")]

mod many;
mod shapes;
mod shared;

use kysera::ErrorKind;
use kysera::extend::sql::ast::Statement;
use kysera::plugins::SoftDelete;
use kysera::prelude::*;
use kysera::sqlite::Sqlite;
use kysera_sql::compile::compile;
use kysera_sql::dialect::{Dialect, MySql, Postgres, SqlServer, Sqlite as SqliteDialect};
use kysera_sql::visit::Visit;
use std::convert::Infallible;

/// The stack of a thread that somebody made small; those of tokio have four times as much.
const STACK: usize = 512 * 1024;

/// An overflow comes at some thousands.
const DEEP: usize = 20_000;

fn on_small_stack(work: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(STACK).spawn(work).unwrap();
    thread.join().unwrap();
}

struct Nodes(usize);

impl Visit for Nodes {
    type Error = Infallible;

    fn column(&mut self, _: &kysera_sql::ast::ColumnRef) -> Result<(), Infallible> {
        self.0 += 1;
        Ok(())
    }
}

fn survive(name: &str, statement: Statement) {
    let copy = statement.clone();
    assert!(copy == statement, "{name}");
    assert!(format!("{statement:?}").len() > 10, "{name}");
    assert!(format!("{statement:#?}").len() > 10, "{name}");
    let Ok(()) = Nodes(0).statement(&statement);
    for dialect in [
        &SqliteDialect::default() as &dyn Dialect,
        &Postgres::default(),
        &MySql::default(),
        &SqlServer::default(),
    ] {
        // Some databases refuse the shape itself.
        assert!(compile(&statement, dialect).is_err(), "{name}");
    }
    plugins_refuse(name, copy);
}

fn plugins_refuse(name: &str, statement: Statement) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let db = Db::builder(Sqlite::memory().unwrap()).plugin(SoftDelete::new()).build().unwrap();
        let error = kysera_core::tree(statement).execute(&db).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidQuery, "{name}: {error}");
    });
}

#[test]
fn a_tree_of_twenty_thousand_levels_is_an_error_and_no_overflow() {
    for (name, make) in shapes::SHAPES {
        on_small_stack(move || survive(name, make(DEEP)));
    }
}
