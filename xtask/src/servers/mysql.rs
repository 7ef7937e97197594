//! A throw-away MySQL: an installed one, or Debian's, with an authority that it makes for itself.

use super::account::Account;
use super::debian::{Suite, Tree, Wanted};
use super::folder::{self, free_port, write};
use super::kind::Kind;
use super::mysqld::{ACCOUNTS_SQL, MANNERS, Program, socket};
use super::server::Server;
use super::supervisor::Supervisor;
use crate::process::{Result, output};

/// The certificate authority that signed the server's certificate, which names no host.
const CA: &str = "KYSERA_TEST_MYSQL_CA";
/// The server's Unix socket.
const SOCKET: &str = "KYSERA_TEST_MYSQL_SOCKET";

pub(crate) const PACKAGE: Wanted = Wanted { package: "mysql-server-core", alone: &[] };

/// Finds the server's program, or unpacks it.
pub(crate) fn program() -> Result<Program> {
    if let Some(program) = Program::installed(Kind::MySql, &["mysqld"]) {
        return Ok(program);
    }
    // Debian has MySQL in no release, only where the next one is made.
    Tree::of(PACKAGE, Suite::Sid)
        .and_then(|tree| Program::unpacked(&tree, "usr/sbin/mysqld"))
        .map_err(|message| format!("no `mysqld` is installed, and Debian's cannot be had: {message}"))
}

/// Starts a server in a temporary folder.
pub(crate) fn start() -> Result<Server> {
    let program = program()?;
    let account = Account::for_server("mysql")?;
    let folder = folder::make("mysql", &account)?;
    let port = free_port()?;
    let mut server = program.server(&account, &folder, port);
    server.args(["--loose-mysqlx=OFF", "--secure-file-priv=NULL"]);
    // From here on the supervisor removes the folder, whatever happens to us.
    let mut supervisor = Supervisor::new(&folder, &server, MANNERS)?;
    let accounts = folder.join("accounts.sql");
    write(&accounts, ACCOUNTS_SQL)?;
    let mut first = program.command(&account, &folder);
    output(first.arg("--initialize-insecure").arg(format!("--init-file={}", accounts.display())))?;
    supervisor.start()?;
    let variables = vec![
        (Kind::MySql.url(), format!("mysql://root@127.0.0.1:{port}")),
        (CA, folder.join("data/ca.pem").display().to_string()),
        (SOCKET, socket(&folder)),
    ];
    let version = format!("MySQL {}", program.version());
    Ok(Server { kind: Kind::MySql, variables, version, supervisor: Some(supervisor) })
}
