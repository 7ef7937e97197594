//! MySQL and MariaDB: texts, and statements that run by the executor, because it is that which gives rows back of writes.

use super::placed::Placed;
use super::{Asked, Engine, Rows, TextRow};
use kysera::TransactionOptions;
use kysera::mysql::{MySql, MySqlOptions};
use kysera::prelude::*;
use kysera_core::driver::Driver;
use kysera_core::{DbBuilder, ErrorKind, Executor, Transaction, script};
use kysera_sql::dialect::{self, Dialect, Version};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};

/// Which of the two.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Flavour {
    MySql,
    MariaDb,
}

impl Flavour {
    /// The address of a server of it, if the environment names one.
    pub(crate) fn url(self) -> Option<String> {
        match self {
            Flavour::MySql => kysera_testing::mysql_url(),
            Flavour::MariaDb => kysera_testing::mariadb_url(),
        }
    }
}

/// A database of its own on a server of MySQL or MariaDB, and one beside it.
pub(crate) struct MySqlEngine {
    runtime: Runtime,
    driver: Placed,
    db: Db,
    /// The transaction that is open, so that what runs can be taken back.
    open: Option<Transaction>,
    options: MySqlOptions,
    flavour: Flavour,
    limit: Option<Duration>,
}

impl MySqlEngine {
    /// A new database on the server that the environment names; `None`, said aloud, when there is none.
    pub(crate) fn new(flavour: Flavour) -> Option<MySqlEngine> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let url = flavour.url()?;
        let name = format!("rewriting_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        let options: MySqlOptions = url.parse().expect("the address is one");
        let mut server = MySqlEngine::connect(options.clone(), flavour, "");
        server.script(&format!("drop database if exists {name}; create database {name}"));
        Some(MySqlEngine::connect(options.database(&name), flavour, &name))
    }

    /// Another session on the same database.
    pub(crate) fn another(&self) -> MySqlEngine {
        MySqlEngine::connect(self.options.clone(), self.flavour, self.driver.name())
    }

    /// Whether plugins know that tables without a schema are those of `here`.
    pub(crate) fn know_schema(&mut self, is_known: bool) {
        self.driver.know_schema(is_known);
        self.db = Db::new(self.driver.clone());
    }

    fn connect(options: MySqlOptions, flavour: Flavour, name: &str) -> MySqlEngine {
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime can be built");
        let few = options.clone().max_connections(3);
        let few = match flavour {
            Flavour::MySql => few,
            // Not by `kill query`, of which it was seen to crash.
            Flavour::MariaDb => few
                .after_connect(|session| Box::pin(session.run_script("set session max_statement_time = 5"))),
        };
        let driver = runtime.block_on(MySql::connect(few)).expect("the server answers");
        let driver = Placed::new(driver, name);
        let db = Db::new(driver.clone());
        MySqlEngine { runtime, driver, db, open: None, options, flavour, limit: None }
    }

    fn version(&self) -> Version {
        self.driver.dialect().server_version().expect("it was read")
    }

    fn limited(&self, db: &Db) -> Db {
        match self.limit {
            Some(limit) => db.statement_limit(limit),
            None => db.clone(),
        }
    }

    pub(crate) fn begin_with(&mut self, options: TransactionOptions) {
        let db = self.limited(&self.db);
        // Connections may still wait for the end of what took too long.
        let open = (0..60).find_map(|_| self.runtime.block_on(db.begin_with(options)).ok());
        self.open = Some(open.expect("a transaction can be begun"));
    }
}

impl Engine for MySqlEngine {
    fn dialect(&self) -> &dyn Dialect {
        self.driver.dialect()
    }

    fn run(&mut self, sql: &str) -> Result<Rows, String> {
        let query = raw(sql.to_owned()).rows::<TextRow>();
        let found = self.runtime.block_on(async {
            match &self.open {
                Some(open) => query.fetch_all(open).await,
                None => query.fetch_all(&self.db).await,
            }
        });
        match found {
            Ok(rows) => Ok(rows.into_iter().map(|row| row.0).collect()),
            Err(error) => Err(match error.code() {
                Some(code) => format!("{code}: {error}"),
                None => format!("{:?}: {error}", error.kind()),
            }),
        }
    }

    fn ask(&mut self, asked: &Asked) -> Result<Rows, String> {
        // A parameter inside a CTE that is referred to twice was seen to end the server.
        if let (Flavour::MariaDb, Ok(text)) = (self.flavour, &asked.text)
            && asked.reads
        {
            return self.run(text);
        }
        let db = self.limited(&asked.db);
        let found = self.runtime.block_on(async {
            match &self.open {
                Some(open) => asked.query.run(open.executor().with_db(&db)).await,
                None => asked.query.run(db.executor()).await,
            }
        });
        found.map_err(|error| match error.kind() {
            // Without a number of the server it was not sent.
            kind @ (ErrorKind::Unsupported | ErrorKind::InvalidQuery) if error.code().is_none() => {
                format!("refused {kind:?}: {error}")
            }
            kind => format!("{kind:?}: {error}"),
        })
    }

    fn script(&mut self, sql: &str) {
        let done = self.runtime.block_on(script(sql.to_owned()).run(&self.db));
        done.unwrap_or_else(|error| panic!("{error}: {sql}"));
    }

    fn another_dialect(&self) -> Box<dyn Dialect> {
        Box::new(match self.flavour {
            Flavour::MySql => dialect::MySql::version(self.version()),
            Flavour::MariaDb => dialect::MySql::mariadb_version(self.version()),
        })
    }

    fn builder(&self) -> DbBuilder {
        Db::builder(self.driver.clone())
    }

    fn create_schema(&mut self, name: &str) {
        self.script(&format!(
            "drop database if exists {0}_{name}; create database {0}_{name}",
            self.driver.name()
        ));
    }

    fn give_up_after(&mut self, thousands: u32) {
        self.limit = Some(match self.flavour {
            Flavour::MySql => Duration::from_millis((u64::from(thousands) * 10).min(15_000)),
            // It ends them by itself.
            Flavour::MariaDb => Duration::from_secs(30),
        });
    }

    fn undone<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> T {
        self.begin_with(TransactionOptions::default());
        let done = work(self);
        self.rollback();
        done
    }

    fn rollback(&mut self) {
        if let Some(open) = self.open.take() {
            // What took too long may have ended it, with its connection.
            let _ = self.runtime.block_on(open.rollback());
        }
    }
}
