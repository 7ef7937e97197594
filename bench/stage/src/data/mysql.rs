//! The side of MySQL and MariaDB: the same tables and statements on both.

use super::spaced;
use std::time::Duration;

/// One of the two servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Server {
    MySql,
    MariaDb,
}

/// Both.
pub const SERVERS: [Server; 2] = [Server::MySql, Server::MariaDb];

/// The tables. Texts that have to be short are `varchar`, as everybody has them there.
const TABLES: &str = "\
    create table users (id bigint not null auto_increment primary key, name varchar(255) not null, \
        hair_color varchar(255));
    create table posts (id bigint not null auto_increment primary key, user_id bigint not null, \
        title varchar(255) not null, body text, foreign key (user_id) references users (id));
    create table comments (id bigint not null auto_increment primary key, post_id bigint not null, \
        text varchar(255) not null, foreign key (post_id) references posts (id));";

/// Empties the table of users, which `truncate` may not while another refers to it.
pub const EMPTY: &str = "delete from users";

/// Empties the table of comments, and then that of posts.
pub const EMPTY_POSTS: &str = "delete from comments; delete from posts";

impl Server {
    /// The group of its cases: `mysql`, `mariadb`.
    pub fn group(self) -> &'static str {
        match self {
            Server::MySql => "mysql",
            Server::MariaDb => "mariadb",
        }
    }

    /// The variable that names a server.
    pub fn variable(self) -> &'static str {
        match self {
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

    /// The address of a database on the server, in the scheme that every library knows. Of the address that was given, user,
    /// host and port are taken, and nothing behind them: no library reads the options of another.
    pub fn url_in(self, database: &str) -> String {
        let url = self.url().unwrap_or_default();
        let (_, place) = url.split_once("://").unwrap_or(("", &url));
        let place = place.split(['/', '?']).next().unwrap_or_default();
        format!("mysql://{place}/{database}")
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

/// The database of a variant: each has one of its own, made anew when it is opened.
pub fn database(variant: &str) -> String {
    let name = variant.replace(|char: char| !char.is_ascii_alphanumeric(), "_");
    format!("kysera_bench_{name}")
}

/// Makes a database anew, with what a script makes in it.
pub fn made(database: &str, script: &str) -> String {
    format!(
        "drop database if exists {database}; create database {database} character set utf8mb4; use {database}; {script}"
    )
}

/// The tables with so many users and nothing else.
pub fn users(rows: i64) -> String {
    let users = numbers(rows, "concat('user ', id), case when id % 2 = 1 then 'black' end");
    format!("{TABLES} insert into users (id, name, hair_color) {users}; analyze table users;")
}

/// The tables with so many users, each with so many posts, each with so many comments.
pub fn nested(users_: i64, posts: i64, comments: i64) -> String {
    let all_posts = users_ * posts;
    let all_comments = all_posts * comments;
    let post = format!(
        "(id - 1) div {posts} + 1, concat('post ', id), case when id % 2 = 0 then concat('body of ', id) end"
    );
    let comment = format!("(id - 1) div {comments} + 1, concat('comment ', id)");
    format!(
        "{} insert into posts (id, user_id, title, body) {}; insert into comments (id, post_id, text) {}; \
         analyze table posts; analyze table comments;",
        users(users_),
        numbers(all_posts, &post),
        numbers(all_comments, &comment)
    )
}

/// `select id, <columns>` for the ids from 1 to so many: digits crossed with digits, since a recursive query has a limit
/// that is set elsewhere on each of the two.
fn numbers(to: i64, columns: &str) -> String {
    let places = (0..).take_while(|place| 10_i64.pow(*place) < to.max(2));
    let (terms, tables): (Vec<_>, Vec<_>) = places
        .map(|place| (format!("{} * d{place}.n", 10_i64.pow(place)), format!("digits d{place}")))
        .unzip();
    let digits: Vec<_> = (0..10).map(|digit| format!("select {digit} as n")).collect();
    format!(
        "with digits as ({}) select id, {columns} from (select 1 + {} as id from {}) numbers where id <= {to} order by id",
        digits.join(" union all "),
        terms.join(" + "),
        tables.join(", ")
    )
}
