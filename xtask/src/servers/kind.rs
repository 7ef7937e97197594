//! Which servers there are, and what tests call them.

/// A server that can be started here.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Kind {
    Postgres,
    /// The newest one that can be had, where the machine's own is older.
    NewestPostgres,
    MySql,
    MariaDb,
    /// In front of [`Postgres`](Kind::Postgres), in transaction mode; it follows prepared statements.
    PgBouncer,
    /// The same, and it does not follow them.
    PlainPgBouncer,
}

impl Kind {
    /// All of them, as `cargo xtask test` wants them.
    pub(crate) const ALL: [Kind; 6] = [
        Kind::Postgres,
        Kind::NewestPostgres,
        Kind::MySql,
        Kind::MariaDb,
        Kind::PgBouncer,
        Kind::PlainPgBouncer,
    ];

    /// Proxies and what they need.
    pub(crate) const POSTGRES_AND_PROXIES: [Kind; 3] =
        [Kind::Postgres, Kind::PgBouncer, Kind::PlainPgBouncer];

    /// The name that people use.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Kind::Postgres => "PostgreSQL",
            Kind::NewestPostgres => "newest PostgreSQL",
            Kind::MySql => "MySQL",
            Kind::MariaDb => "MariaDB",
            Kind::PgBouncer => "PgBouncer",
            Kind::PlainPgBouncer => "PgBouncer that follows no prepared statements",
        }
    }

    /// The name in `KYSERA_REQUIRE_SERVERS` and on the command line.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Kind::Postgres => "postgres",
            Kind::NewestPostgres => "newest-postgres",
            Kind::MySql => "mysql",
            Kind::MariaDb => "mariadb",
            Kind::PgBouncer | Kind::PlainPgBouncer => "pgbouncer",
        }
    }

    /// The variable with the address of a server that tests may do anything to, for this program.
    pub(crate) fn url(self) -> &'static str {
        match self {
            Kind::Postgres => "KYSERA_TEST_POSTGRES_URL",
            Kind::NewestPostgres => "KYSERA_TEST_NEWEST_POSTGRES_URL",
            Kind::MySql => "KYSERA_TEST_MYSQL_URL",
            Kind::MariaDb => "KYSERA_TEST_MARIADB_URL",
            Kind::PgBouncer => "KYSERA_TEST_PGBOUNCER_PREPARED_URL",
            Kind::PlainPgBouncer => "KYSERA_TEST_PGBOUNCER_URL",
        }
    }

    /// The variable that tests find it in.
    pub(crate) fn told(self) -> &'static str {
        if self == Kind::NewestPostgres { Kind::Postgres.url() } else { self.url() }
    }

    /// The server that has to run before this one can be started.
    pub(crate) fn behind(self) -> Option<Kind> {
        matches!(self, Kind::PgBouncer | Kind::PlainPgBouncer).then_some(Kind::Postgres)
    }
}
