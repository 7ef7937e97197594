//! A throw-away MariaDB: an installed one, or Debian's, with a certificate of ours.

use super::account::Account;
use super::certificate;
use super::debian::{Suite, Tree, Wanted};
use super::folder::{self, free_port, read, write};
use super::kind::Kind;
use super::mysqld::{ACCOUNTS_SQL, MANNERS, Program, socket};
use super::server::Server;
use super::supervisor::Supervisor;
use crate::process::{Result, output};
use std::fs;
use std::path::Path;

/// The certificate authority that signed the server's certificate, which names `localhost` and `127.0.0.1`.
const CA: &str = "KYSERA_TEST_MARIADB_CA";
/// The server's Unix socket.
const SOCKET: &str = "KYSERA_TEST_MARIADB_SOCKET";

/// The variable that says `host` for the MariaDB of this machine's Debian release, instead of the newest.
const SUITE: &str = "KYSERA_MARIADB_SUITE";

/// What makes the system tables, in this order; older servers begin the names with `mysql_`.
const SYSTEM_SQL: [&str; 5] =
    ["system_tables", "performance_tables", "system_tables_data", "maria_add_gis_sp_bootstrap", "sys_schema"];

// Of `mariadb-server` the plugins, as that of ed25519, and not its scripts for a machine that starts it.
pub(crate) const PACKAGE: Wanted = Wanted { package: "mariadb-server-core", alone: &["mariadb-server"] };

/// Finds the server's program, or unpacks it.
pub(crate) fn program() -> Result<Program> {
    if let Some(program) = Program::installed(Kind::MariaDb, &["mariadbd", "mysqld"]) {
        return Ok(program);
    }
    tree()
        .and_then(|tree| Program::unpacked(&tree, "usr/sbin/mariadbd"))
        .map_err(|message| format!("no `mariadbd` is installed, and Debian's cannot be had: {message}"))
}

/// Starts a server in a temporary folder.
pub(crate) fn start() -> Result<Server> {
    let program = program()?;
    let account = Account::for_server("mysql")?;
    let folder = folder::make("mariadb", &account)?;
    let port = free_port()?;
    let accounts = folder.join("accounts.sql");
    let mut server = program.server(&account, &folder, port);
    server.arg(format!("--init-file={}", accounts.display()));
    for (option, file) in [("ca", "ca.crt"), ("cert", "server.crt"), ("key", "server.key")] {
        server.arg(format!("--ssl-{option}={}", folder.join(file).display()));
    }
    // From here on the supervisor removes the folder, whatever happens to us.
    let mut supervisor = Supervisor::new(&folder, &server, MANNERS)?;
    write(&accounts, ACCOUNTS_SQL)?;
    certificate::create(&folder)?;
    account.own(&folder.join("server.key"))?;
    create_data(&program, &account, &folder)?;
    supervisor.start()?;
    let variables = vec![
        (Kind::MariaDb.url(), format!("mariadb://root@127.0.0.1:{port}")),
        (CA, folder.join("ca.crt").display().to_string()),
        (SOCKET, socket(&folder)),
    ];
    let version = format!("MariaDB {}", program.version());
    Ok(Server { kind: Kind::MariaDb, variables, version, supervisor: Some(supervisor) })
}

fn tree() -> Result<Tree> {
    let of = |suite| Tree::of(PACKAGE, suite);
    if std::env::var(SUITE).is_ok_and(|suite| suite == "host") {
        return of(Suite::Host);
    }
    of(Suite::Sid).or_else(|message| {
        println!("xtask: not the newest MariaDB but that of this machine's release: {message}");
        of(Suite::Host)
    })
}

/// Does what `mariadb-install-db` does, which needs the libraries of the machine.
fn create_data(program: &Program, account: &Account, folder: &Path) -> Result {
    let data = folder.join("data");
    fs::create_dir(&data).map_err(|error| format!("cannot make {}: {error}", data.display()))?;
    account.own(&data)?;
    // No way in by the name of the operating system's account.
    let mut sql = "create database mysql;\nuse mysql;\nset @auth_root_socket = null;\n".to_owned();
    for name in SYSTEM_SQL {
        let names = ["mariadb_", "mysql_", ""].map(|start| format!("{start}{name}.sql"));
        sql += &read(&program.shared(&names)?)?;
    }
    let file = folder.join("system.sql");
    write(&file, &sql)?;
    let input = fs::File::open(&file).map_err(|error| format!("cannot read {}: {error}", file.display()))?;
    let mut first = program.command(account, folder);
    first.args(["--bootstrap", "--max-allowed-packet=16M", "--net-buffer-length=16K"]);
    output(first.stdin(input)).map(|_| ())
}
