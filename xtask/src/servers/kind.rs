//! Which servers there are, and what tests call them.

/// A server that can be started here.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Kind {
    Postgres,
    MySql,
    MariaDb,
}

impl Kind {
    /// All of them, as `cargo xtask test` wants them.
    pub(crate) const ALL: [Kind; 3] = [Kind::Postgres, Kind::MySql, Kind::MariaDb];

    /// The name that people use.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Kind::Postgres => "PostgreSQL",
            Kind::MySql => "MySQL",
            Kind::MariaDb => "MariaDB",
        }
    }

    /// The name in `KYSERA_REQUIRE_SERVERS` and on the command line.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Kind::Postgres => "postgres",
            Kind::MySql => "mysql",
            Kind::MariaDb => "mariadb",
        }
    }

    /// The variable with the address of a server that tests may do anything to.
    pub(crate) fn url(self) -> &'static str {
        match self {
            Kind::Postgres => "KYSERA_TEST_POSTGRES_URL",
            Kind::MySql => "KYSERA_TEST_MYSQL_URL",
            Kind::MariaDb => "KYSERA_TEST_MARIADB_URL",
        }
    }
}
