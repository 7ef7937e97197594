//! A driver whose databases have other names than statements say: `here` and `other` are this one's own, so that several of
//! them can run on one server.

use kysera::mysql::MySql;
use kysera_core::Result;
use kysera_core::driver::{BoxFuture, Connection, Driver, Ran, RowStream, TransactionOptions};
use kysera_sql::compiled::{Access, Compiled};
use kysera_sql::dialect::{self, Dialect};
use kysera_sql::row::RowSink;
use std::sync::Arc;

/// A driver of MySQL or MariaDB.
#[derive(Clone, Debug)]
pub(crate) struct Placed {
    driver: MySql,
    dialect: dialect::MySql,
    name: Arc<str>,
}

impl Placed {
    /// For sessions in the database of that name, which plugins are not told.
    pub(crate) fn new(driver: MySql, name: &str) -> Placed {
        let dialect = match driver.dialect() {
            found if found.name() == "MariaDB" => dialect::MySql::mariadb_version,
            _ => dialect::MySql::version,
        };
        let version = driver.dialect().server_version().expect("it was read");
        Placed { dialect: dialect(version), driver, name: name.into() }
    }

    /// Whether plugins know that a name without a schema is one of `here`.
    pub(crate) fn know_schema(&mut self, is_known: bool) {
        self.dialect = self.dialect.clone().default_schema(is_known.then(|| "here".into()));
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }
}

impl Driver for Placed {
    fn dialect(&self) -> &dyn Dialect {
        &self.dialect
    }

    fn acquire(&self, access: Access) -> BoxFuture<'_, Result<Box<dyn Connection>>> {
        Box::pin(async move {
            let inside = self.driver.acquire(access).await?;
            Ok(Box::new(There { inside, name: self.name.clone() }) as Box<dyn Connection>)
        })
    }

    fn excludes(&self, held: Access, wanted: Access) -> bool {
        self.driver.excludes(held, wanted)
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        self.driver.close()
    }
}

#[derive(Debug)]
struct There {
    inside: Box<dyn Connection>,
    name: Arc<str>,
}

impl There {
    fn placed(&self, mut statement: Compiled) -> Compiled {
        if statement.sql.contains("`here`.") || statement.sql.contains("`other`.`post") {
            let name = &self.name;
            let sql = statement.sql.replace("`here`.", &format!("`{name}`."));
            statement.sql = sql.replace("`other`.`post", &format!("`{name}_other`.`post")).into();
        }
        // By hand, where a text `'other.post'` stays as it is.
        if statement.sql.contains(" other.post") {
            let sql = statement.sql.replace(" other.post", &format!(" {}_other.post", self.name));
            statement.sql = sql.into();
        }
        statement
    }
}

impl Connection for There {
    fn run(&mut self, statement: Compiled, sink: Box<dyn RowSink>) -> BoxFuture<'_, Ran> {
        let statement = self.placed(statement);
        self.inside.run(statement, sink)
    }

    fn stream(&mut self, statement: Compiled) -> BoxFuture<'_, Result<Box<dyn RowStream + '_>>> {
        let statement = self.placed(statement);
        self.inside.stream(statement)
    }

    fn run_script<'c>(&'c mut self, sql: &'c str) -> BoxFuture<'c, Result<()>> {
        let sql = sql.replace(" other.post", &format!(" {}_other.post", self.name));
        Box::pin(async move { self.inside.run_script(&sql).await })
    }

    fn begin(&mut self, options: TransactionOptions) -> BoxFuture<'_, Result<()>> {
        self.inside.begin(options)
    }

    fn commit(&mut self) -> BoxFuture<'_, Result<()>> {
        self.inside.commit()
    }

    fn rollback(&mut self) -> BoxFuture<'_, Result<()>> {
        self.inside.rollback()
    }

    fn savepoint<'c>(&'c mut self, name: &'c str) -> BoxFuture<'c, Result<()>> {
        self.inside.savepoint(name)
    }

    fn release<'c>(&'c mut self, name: &'c str) -> BoxFuture<'c, Result<()>> {
        self.inside.release(name)
    }

    fn rollback_to<'c>(&'c mut self, name: &'c str) -> BoxFuture<'c, Result<()>> {
        self.inside.rollback_to(name)
    }
}
