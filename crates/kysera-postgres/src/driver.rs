//! The driver: a pool of connections and the dialect that its server speaks. Its connections' side of the contract
//! forwards to one file for each thing that they can do.

use crate::connect;
use crate::connection::PgConnection;
use crate::flavour;
use crate::manager::PgManager;
use crate::options::PostgresOptions;
use crate::server::Server;
use kysera_core::driver::{BoxFuture, Connection, Driver, Ran, RowStream, TransactionOptions};
use kysera_core::error::Result;
use kysera_core::pool::{Pool, PoolStatus};
use kysera_sql::compiled::{Access, Compiled};
use kysera_sql::dialect::{self, Dialect};
use kysera_sql::ident::Name;
use kysera_sql::row::RowSink;
use std::sync::Arc;
use tokio_postgres::types::Type;
use tokio_postgres::{Client, Row};

/// A PostgreSQL server, or what speaks its protocol.
///
/// A connection that is dropped in any state is cleaned or closed before anybody else gets it; see
/// [`Reset`](crate::Reset) for what that covers.
///
/// Clones share the connections: keep one beside the `Db` to [`listen`](Postgres::listen) or to ask for the
/// [`status`](Postgres::status).
#[derive(Clone, Debug)]
pub struct Postgres {
    pool: Pool<PgManager>,
    dialect: dialect::Postgres,
}

impl Postgres {
    /// Opens a first connection and asks the server's version.
    ///
    /// # Errors
    /// `ConnectionFailed`, `AuthenticationFailed`, `DatabaseNotFound` or `Tls` when that fails; `Configuration` when
    /// the options make no sense; `Unsupported` for PostgreSQL before version 12 and for another product that speaks
    /// its protocol, such as CockroachDB.
    ///
    /// # Examples
    /// ```no_run
    /// # async fn example() -> kysera_core::error::Result<()> {
    /// use kysera_postgres::Postgres;
    /// let driver = Postgres::connect("postgres://ann:secret@localhost/shop".parse()?).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn connect(options: PostgresOptions) -> Result<Postgres> {
        let (pool_options, hooks) = (options.pool.clone(), options.hooks.clone());
        let server = Arc::new(Server::new(options)?);
        let pool = Pool::new(PgManager { server: server.clone(), hooks: hooks.clone() }, pool_options, hooks);
        let first = pool.acquire().await?;
        let Said { schema, version, sends_records } = connect::answered(&server, ask(&first.client)).await?;
        let version = flavour::version(first.server_version.as_deref(), version.as_deref())?;
        let mut dialect = dialect::Postgres::version(version).default_schema(schema);
        if !sends_records {
            dialect = dialect.without_records();
        }
        drop(first);
        Ok(Postgres { pool, dialect })
    }

    /// As [`connect`](Postgres::connect), with the options of a URL or of libpq's pairs.
    ///
    /// # Errors
    /// Those of `connect`, and `Configuration` when the address cannot be read.
    ///
    /// # Examples
    /// ```no_run
    /// # async fn example() -> kysera_core::error::Result<()> {
    /// use kysera_postgres::Postgres;
    /// let driver = Postgres::open("postgres://ann:secret@localhost/shop?pool_max=20").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn open(url: &str) -> Result<Postgres> {
        Postgres::connect(url.parse()?).await
    }

    pub(crate) fn server(&self) -> &Arc<Server> {
        &self.pool.manager().server
    }

    /// How many connections there are, and what has happened to them.
    pub fn status(&self) -> PoolStatus {
        self.pool.status()
    }
}

impl Driver for Postgres {
    fn dialect(&self) -> &dyn Dialect {
        &self.dialect
    }

    fn acquire(&self, _: Access) -> BoxFuture<'_, Result<Box<dyn Connection>>> {
        Box::pin(async {
            let pooled = self.pool.acquire().await?;
            Ok(Box::new(PgConnection::new(pooled)) as Box<dyn Connection>)
        })
    }

    fn run(&self, statement: Compiled, mut sink: Box<dyn RowSink>) -> BoxFuture<'_, Ran> {
        Box::pin(async move {
            let mut connection = PgConnection::new(self.pool.acquire().await?);
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
        })
    }
}

impl Connection for PgConnection {
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
        Box::pin(self.begin_lazily(options))
    }

    fn commit(&mut self) -> BoxFuture<'_, Result<()>> {
        Box::pin(self.commit_transaction())
    }

    fn rollback(&mut self) -> BoxFuture<'_, Result<()>> {
        Box::pin(self.rollback_transaction())
    }

    fn savepoint<'c>(&'c mut self, name: &'c str) -> BoxFuture<'c, Result<()>> {
        Box::pin(async move { self.set_savepoint(name) })
    }

    fn release<'c>(&'c mut self, name: &'c str) -> BoxFuture<'c, Result<()>> {
        Box::pin(self.release_savepoint(name))
    }

    fn rollback_to<'c>(&'c mut self, name: &'c str) -> BoxFuture<'c, Result<()>> {
        Box::pin(self.rollback_to_savepoint(name))
    }
}

/// What a server says when it is asked once: what the dialect must know.
#[derive(Default)]
struct Said {
    /// The schema that unqualified names mean, by the options of the connection and the settings of the role.
    schema: Option<Name>,
    /// What `version()` answers.
    version: Option<String>,
    /// Whether it sends nested rows as arrays of records in binary. Not all that speak the protocol do.
    sends_records: bool,
}

/// Asks in one trip. A server that refuses arrays of records is asked for the rest alone.
async fn ask(client: &Client) -> Said {
    const REST: &str = "select current_schema()::text, version()";
    const ALL: &str = "select current_schema()::text, version(), array(select row(1, 'x'::text))";
    let row = match first_row(client, ALL).await {
        Some(row) => Some(row),
        None => first_row(client, REST).await,
    };
    let Some(row) = row else { return Said::default() };
    let text = |at| row.try_get::<_, Option<String>>(at).ok().flatten();
    Said {
        schema: text(0).map(Name::Owned),
        version: text(1),
        sends_records: row.columns().get(2).is_some_and(|column| *column.type_() == Type::RECORD_ARRAY),
    }
}

async fn first_row(client: &Client, sql: &str) -> Option<Row> {
    client.query_typed(sql, &[]).await.ok()?.into_iter().next()
}
