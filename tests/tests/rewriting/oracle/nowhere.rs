//! A driver that compiles and never runs.

use kysera_core::driver::{BoxFuture, Connection, Driver};
use kysera_core::{Error, ErrorKind, Result};
use kysera_sql::compiled::Access;
use kysera_sql::dialect::Dialect;

#[derive(Debug)]
pub(crate) struct Nowhere(pub(crate) Box<dyn Dialect>);

impl Driver for Nowhere {
    fn dialect(&self) -> &dyn Dialect {
        &*self.0
    }

    fn acquire(&self, _: Access) -> BoxFuture<'_, Result<Box<dyn Connection>>> {
        Box::pin(async { Err(Error::new(ErrorKind::Internal, "nothing runs here")) })
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        Box::pin(async {})
    }
}
