//! The driver: a pool of connections and the dialect that its server speaks. Its connections' side of the contract
//! forwards to one file for each thing that they can do.

use crate::connection::MyConnection;
use crate::manager::MyManager;
use crate::options::MySqlOptions;
use crate::server::Server;
use kysera_core::driver::{BoxFuture, Connection, Driver, Ran, RowStream, TransactionOptions};
use kysera_core::error::Result;
use kysera_core::pool::{Pool, PoolStatus};
use kysera_sql::compiled::{Access, Compiled};
use kysera_sql::dialect::{self, Dialect};
use kysera_sql::row::RowSink;
use std::sync::Arc;

/// A server of MySQL or MariaDB.
///
/// A connection that is dropped in any state is cleaned or closed before anybody else gets it; see
/// [`Reset`](crate::Reset) for what that covers.
///
/// Clones share the connections: keep one beside the `Db` to ask for the [`status`](MySql::status).
#[derive(Clone, Debug)]
pub struct MySql {
    pool: Pool<MyManager>,
    dialect: dialect::MySql,
}

impl MySql {
    /// Opens a first connection and asks the server what it is.
    ///
    /// # Errors
    /// `ConnectionFailed`, `AuthenticationFailed`, `DatabaseNotFound` or `Tls` when that fails; `Unsupported` for MySQL
    /// before 8.0.14, MariaDB before 10.5 and any other product; `Configuration` when the options make no sense.
    ///
    /// # Examples
    /// ```no_run
    /// # async fn example() -> kysera_core::error::Result<()> {
    /// use kysera_mysql::MySql;
    /// let driver = MySql::connect("mysql://ann:secret@localhost/shop".parse()?).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn connect(options: MySqlOptions) -> Result<MySql> {
        let (pool_options, hooks) = (options.pool.clone(), options.hooks.clone());
        let server = Arc::new(Server::new(options)?);
        let pool = Pool::new(MyManager { server, hooks: hooks.clone() }, pool_options, hooks);
        let first = pool.acquire().await?;
        let dialect = first.flavour.dialect();
        drop(first);
        Ok(MySql { pool, dialect })
    }

    /// As [`connect`](MySql::connect), with the options of a URL.
    ///
    /// # Errors
    /// Those of `connect`, and `Configuration` when the address cannot be read.
    ///
    /// # Examples
    /// ```no_run
    /// # async fn example() -> kysera_core::error::Result<()> {
    /// use kysera_mysql::MySql;
    /// let driver = MySql::open("mysql://ann:secret@localhost/shop?pool_max=20").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn open(url: &str) -> Result<MySql> {
        MySql::connect(url.parse()?).await
    }

    /// How many connections there are, and what has happened to them.
    pub fn status(&self) -> PoolStatus {
        self.pool.status()
    }
}

impl Driver for MySql {
    fn dialect(&self) -> &dyn Dialect {
        &self.dialect
    }

    fn acquire(&self, _: Access) -> BoxFuture<'_, Result<Box<dyn Connection>>> {
        Box::pin(async {
            let pooled = self.pool.acquire().await?;
            Ok(Box::new(MyConnection::new(pooled)) as Box<dyn Connection>)
        })
    }

    fn run(&self, statement: Compiled, mut sink: Box<dyn RowSink>) -> BoxFuture<'_, Ran> {
        Box::pin(async move {
            let mut connection = MyConnection::new(self.pool.acquire().await?);
            let outcome = connection.run_statement(&statement, &mut *sink).await?;
            Ok((outcome, sink))
        })
    }

    fn excludes(&self, _: Access, _: Access) -> bool {
        self.pool.options().max_connections == 1
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        Box::pin(async {
            self.pool.close().await;
            self.pool.manager().server.killer.lock().await.take();
        })
    }
}

impl Connection for MyConnection {
    fn run(&mut self, statement: Compiled, mut sink: Box<dyn RowSink>) -> BoxFuture<'_, Ran> {
        Box::pin(async move {
            let outcome = self.run_statement(&statement, &mut *sink).await?;
            Ok((outcome, sink))
        })
    }

    fn stream(&mut self, statement: Compiled) -> BoxFuture<'_, Result<Box<dyn RowStream + '_>>> {
        Box::pin(self.start_stream(statement))
    }

    fn pipeline(&mut self, batch: Vec<(Compiled, Box<dyn RowSink>)>) -> BoxFuture<'_, Vec<Ran>> {
        Box::pin(self.run_pipeline(batch))
    }

    fn run_script<'c>(&'c mut self, sql: &'c str) -> BoxFuture<'c, Result<()>> {
        Box::pin(self.run_text(sql))
    }

    fn begin(&mut self, options: TransactionOptions) -> BoxFuture<'_, Result<()>> {
        Box::pin(self.begin_transaction(options))
    }

    fn commit(&mut self) -> BoxFuture<'_, Result<()>> {
        Box::pin(self.commit_transaction())
    }

    fn rollback(&mut self) -> BoxFuture<'_, Result<()>> {
        Box::pin(self.rollback_transaction())
    }

    fn savepoint<'c>(&'c mut self, name: &'c str) -> BoxFuture<'c, Result<()>> {
        Box::pin(self.set_savepoint(name))
    }

    fn release<'c>(&'c mut self, name: &'c str) -> BoxFuture<'c, Result<()>> {
        Box::pin(self.release_savepoint(name))
    }

    fn rollback_to<'c>(&'c mut self, name: &'c str) -> BoxFuture<'c, Result<()>> {
        Box::pin(self.rollback_to_savepoint(name))
    }
}
