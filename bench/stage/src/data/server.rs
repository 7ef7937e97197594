//! The servers, for code that is the same on all of them: what each is called, where it is, and its cases.

use super::{mysql, postgres, spaced};
use std::time::Duration;

/// A server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Server {
    Postgres,
    MySql,
    MariaDb,
}

/// All of them.
pub const SERVERS: [Server; 3] = [Server::Postgres, Server::MySql, Server::MariaDb];

/// The two that have the same client.
pub const MYSQL_SERVERS: [Server; 2] = [Server::MySql, Server::MariaDb];

impl Server {
    /// The group of its cases: `postgres`, `mysql`, `mariadb`.
    pub fn group(self) -> &'static str {
        match self {
            Server::Postgres => "postgres",
            Server::MySql => "mysql",
            Server::MariaDb => "mariadb",
        }
    }

    /// As people call it.
    pub fn title(self) -> &'static str {
        match self {
            Server::Postgres => "PostgreSQL",
            Server::MySql => "MySQL",
            Server::MariaDb => "MariaDB",
        }
    }

    /// The variable that names a server.
    pub fn variable(self) -> &'static str {
        match self {
            Server::Postgres => "KYSERA_TEST_POSTGRES_URL",
            Server::MySql => "KYSERA_TEST_MYSQL_URL",
            Server::MariaDb => "KYSERA_TEST_MARIADB_URL",
        }
    }

    /// A case of this server.
    pub fn case(self, name: impl std::fmt::Display) -> String {
        format!("{}: {name}", self.group())
    }

    /// The address of the server, where there is one.
    pub fn url(self) -> Option<String> {
        std::env::var(self.variable()).ok().filter(|url| !url.is_empty())
    }

    /// The address of a database on the server; of a schema, on PostgreSQL.
    pub fn url_in(self, database: &str) -> String {
        let url = self.url().unwrap_or_default();
        match self {
            Server::Postgres => postgres::url_in(&url, database),
            Server::MySql | Server::MariaDb => mysql::url_in(&url, database),
        }
    }

    /// The tables with so many users and nothing else.
    pub fn users(self, rows: i64) -> String {
        match self {
            Server::Postgres => postgres::users(rows),
            Server::MySql | Server::MariaDb => mysql::users(rows),
        }
    }

    /// The tables with so many users, each with so many posts, each with so many comments.
    pub fn nested(self, users: i64, posts: i64, comments: i64) -> String {
        match self {
            Server::Postgres => postgres::nested(users, posts, comments),
            Server::MySql | Server::MariaDb => mysql::nested(users, posts, comments),
        }
    }

    /// Empties the table of users.
    pub fn empty(self) -> &'static str {
        match self {
            Server::Postgres => postgres::EMPTY,
            Server::MySql | Server::MariaDb => mysql::EMPTY,
        }
    }

    /// Empties the table of posts, and that of their comments.
    pub fn empty_posts(self) -> &'static str {
        match self {
            Server::Postgres => postgres::EMPTY_POSTS,
            Server::MySql | Server::MariaDb => mysql::EMPTY_POSTS,
        }
    }

    /// The cases of a pipeline: what each is called, and what is added to a round trip.
    pub fn pipelines(self) -> [(String, Duration); 2] {
        [
            (self.case("select 10 by key, pipelined"), Duration::ZERO),
            (self.case("select 10 by key, pipelined, 0.5 ms away"), Duration::from_micros(500)),
        ]
    }

    /// The cases of nested rows: name, users, and what is added to each round trip.
    pub fn nestings(self) -> impl Iterator<Item = (String, i64, Duration)> {
        let ways = [("", 0), (", 0.5 ms away", 500), (", 5 ms away", 5_000)];
        let sizes = [("1 user", 1), ("10 users", 10), ("100 users", 100)];
        sizes.into_iter().flat_map(move |(size, users)| {
            ways.into_iter().map(move |(way, micros)| {
                let name = self.case(format_args!("nested rows of {size}{way}"));
                (name, users, Duration::from_micros(micros))
            })
        })
    }

    /// The cases of streams: name and rows.
    pub fn streams(self) -> impl Iterator<Item = (String, i64)> {
        [100_000, 1_000_000]
            .into_iter()
            .map(move |rows| (self.case(format_args!("stream of {} rows", spaced(rows))), rows))
    }

    /// The cases of as many rows: the number in the name of a case, and the rows.
    pub fn sizes(self) -> impl Iterator<Item = (String, i64)> {
        [1, 10, 100, 1_000, 10_000].into_iter().map(|rows| (spaced(rows), rows))
    }
}

/// The database of a variant, on PostgreSQL the schema: each has one of its own, made anew when it is opened.
pub fn database(variant: &str) -> String {
    let name = variant.replace(|char: char| !char.is_ascii_alphanumeric(), "_");
    format!("kysera_bench_{name}")
}
