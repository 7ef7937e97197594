//! A driver that speaks PostgreSQL's dialect, writes the SQL down and sends it nowhere.

use crate::sql::one_line;
use kysera::dialect::{Dialect, Postgres};
use kysera::extend::driver::{BoxFuture, Connection, Driver, ExecResult, Ran, RowStream, TransactionOptions};
use kysera::extend::sql::compiled::{Access, Compiled};
use kysera::extend::sql::row::RowSink;
use kysera::{Error, ErrorKind, Result};
use std::sync::{Arc, Mutex};

/// Nothing but paper; clones share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Paper {
    dialect: Postgres,
    sent: Arc<Mutex<Vec<String>>>,
}

impl Paper {
    pub(crate) fn sent(&self) -> Vec<String> {
        self.sent.lock().expect("nobody panics here").clone()
    }
}

impl Driver for Paper {
    fn dialect(&self) -> &dyn Dialect {
        &self.dialect
    }

    fn acquire(&self, _: Access) -> BoxFuture<'_, Result<Box<dyn Connection>>> {
        let sheet: Box<dyn Connection> = Box::new(Sheet(Arc::clone(&self.sent)));
        Box::pin(async { Ok(sheet) })
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        Box::pin(async {})
    }
}

#[derive(Debug)]
struct Sheet(Arc<Mutex<Vec<String>>>);

impl Connection for Sheet {
    fn run(&mut self, statement: Compiled, sink: Box<dyn RowSink>) -> BoxFuture<'_, Ran> {
        self.0.lock().expect("nobody panics here").push(one_line(&statement.sql));
        Box::pin(async { Ok((ExecResult::default(), sink)) })
    }

    fn stream(&mut self, _: Compiled) -> BoxFuture<'_, Result<Box<dyn RowStream + '_>>> {
        Box::pin(async { Err(Error::new(ErrorKind::Unsupported, "paper does not stream")) })
    }

    fn run_script<'c>(&'c mut self, _: &'c str) -> BoxFuture<'c, Result<()>> {
        Box::pin(async { Ok(()) })
    }

    fn begin(&mut self, _: TransactionOptions) -> BoxFuture<'_, Result<()>> {
        Box::pin(async { Ok(()) })
    }

    fn commit(&mut self) -> BoxFuture<'_, Result<()>> {
        Box::pin(async { Ok(()) })
    }

    fn rollback(&mut self) -> BoxFuture<'_, Result<()>> {
        Box::pin(async { Ok(()) })
    }

    fn savepoint<'c>(&'c mut self, _: &'c str) -> BoxFuture<'c, Result<()>> {
        Box::pin(async { Ok(()) })
    }

    fn release<'c>(&'c mut self, _: &'c str) -> BoxFuture<'c, Result<()>> {
        Box::pin(async { Ok(()) })
    }

    fn rollback_to<'c>(&'c mut self, _: &'c str) -> BoxFuture<'c, Result<()>> {
        Box::pin(async { Ok(()) })
    }
}
