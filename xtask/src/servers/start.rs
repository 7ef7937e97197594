//! One server of a kind: the one that the environment names, or one that is started.

use super::kind::Kind;
use super::server::Server;
use super::{mariadb, mysql, pgbouncer, postgres};
use crate::process::Result;

/// Gets the programs of a server that is to be started.
pub(crate) fn prepare(kind: Kind) -> Result {
    if Server::given(kind).is_some() {
        return Ok(());
    }
    match kind {
        Kind::Postgres => postgres::prepare(),
        Kind::NewestPostgres => postgres::newest().map(|_| ()),
        Kind::PgBouncer | Kind::PlainPgBouncer => pgbouncer::program(kind).map(|_| ()),
        Kind::MySql => mysql::program().map(|_| ()),
        Kind::MariaDb => mariadb::program().map(|_| ()),
    }
}

/// Takes the server that the environment names, or starts one, in front of the one of that address where it needs one.
pub(crate) fn given_or_started(kind: Kind, behind: Option<&str>) -> Result<Server> {
    if let Some(server) = Server::given(kind) {
        return Ok(server);
    }
    // Between choosing a free port and listening on it, somebody else may take it.
    let mut attempts = 3;
    loop {
        attempts -= 1;
        let started = match kind {
            Kind::Postgres => postgres::start(),
            Kind::NewestPostgres => postgres::start_newest(),
            Kind::PgBouncer | Kind::PlainPgBouncer => {
                pgbouncer::start(kind, behind.ok_or("there is no PostgreSQL of ours to stand in front of")?)
            }
            Kind::MySql => mysql::start(),
            Kind::MariaDb => mariadb::start(),
        };
        match started {
            Err(message) if attempts > 0 && is_taken(&message) => {}
            other => return other,
        }
    }
}

/// Both PostgreSQL's and PgBouncer's words for a port that somebody listens on.
fn is_taken(message: &str) -> bool {
    let message = message.to_ascii_lowercase();
    message.contains("address already in use") || message.contains("address in use")
}

#[cfg(test)]
mod tests {
    use crate::process::Result;
    use crate::servers::debian::{Suite, Tree, Wanted};
    use crate::servers::kind::Kind;
    use crate::servers::mysqld::Program;
    use crate::servers::server::Server;
    use crate::servers::{mariadb, mysql};
    use std::io::{Read, Write};
    use std::net::{TcpStream, ToSocketAddrs};
    use std::path::Path;

    #[test]
    fn a_started_mysql_greets_and_leaves_nothing_behind() {
        if is_here(Kind::MySql, mysql::PACKAGE) {
            greets_and_goes(mysql::start, false);
        }
    }

    #[test]
    fn a_started_mariadb_greets_and_leaves_nothing_behind() {
        if is_here(Kind::MariaDb, mariadb::PACKAGE) {
            greets_and_goes(mariadb::start, true);
        }
    }

    /// No test of `cargo test` fetches anything.
    fn is_here(kind: Kind, package: Wanted) -> bool {
        let names = ["mysqld", "mariadbd"];
        let here = Program::installed(kind, &names).is_some() || Tree::is_kept(package, Suite::Sid);
        if !here {
            // Past the harness, which hides what passing tests print.
            let line = format!("KYSERA-SKIP: {0}: `cargo xtask {0}` fetches it\n", kind.key());
            std::io::stderr().write_all(line.as_bytes()).unwrap();
        }
        here
    }

    /// Both servers speak first: a packet with the protocol's number and the version.
    fn greets_and_goes(start: fn() -> Result<Server>, is_mariadb: bool) {
        let server = start().unwrap();
        let (_, url) = &server.variables[0];
        let address = url.rsplit('@').next().unwrap().to_socket_addrs().unwrap().next().unwrap();
        let mut greeting = [0; 64];
        TcpStream::connect(address).unwrap().read_exact(&mut greeting).unwrap();
        let version = String::from_utf8_lossy(&greeting[5..]).into_owned();
        assert_eq!(greeting[4], 10, "{version}");
        assert_eq!(version.contains("MariaDB"), is_mariadb, "{version}");
        let (_, socket) = server.variables.iter().find(|(name, _)| name.ends_with("_SOCKET")).unwrap();
        let socket = Path::new(socket).to_path_buf();
        let folder = socket.parent().unwrap();
        assert!(socket.exists() && folder.join("data").is_dir(), "{}", folder.display());
        drop(server);
        assert!(!folder.exists() && TcpStream::connect(address).is_err(), "{}", folder.display());
    }
}
