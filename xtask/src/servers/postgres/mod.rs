//! A throw-away PostgreSQL: made in a temporary folder, gone with it.
//!
//! Not durable, not secret, never shared: its password is in this file, it
//! listens on the loopback address and on a socket in its folder only.

mod binaries;

use super::account::Account;
use super::certificate;
use super::folder::{self, free_port, read, write};
use super::kind::Kind;
use super::server::Server;
use super::supervisor::{Manners, Supervisor};
use crate::process::{Result, command, output};
use binaries::Binaries;
use std::fs;
use std::path::Path;

/// The same server and database for an ordinary role that logs in by SCRAM.
const PASSWORD_URL: &str = "KYSERA_TEST_POSTGRES_PASSWORD_URL";
/// The certificate authority that signed the server's certificate, as a PEM file.
const CA: &str = "KYSERA_TEST_POSTGRES_CA";
/// The folder with the server's Unix socket.
const SOCKET: &str = "KYSERA_TEST_POSTGRES_SOCKET";
/// A shell script that runs one of the server's programs, for tests that crash servers of their own. What they make is to
/// stand in the script's folder.
const RUN: &str = "KYSERA_TEST_POSTGRES_RUN";

// An ordinary role, because row security and privileges do not bind a superuser.
const ACCOUNTS_SQL: &str = "\
create role kysera login createdb createrole password 'kysera'
create database kysera owner kysera
";

// The superuser needs no password, so that a thousand test connections do not
// pay for SCRAM; everybody else does, so that SCRAM is tested.
const HBA: &str = "\
local all all trust
host all postgres 127.0.0.1/32 trust
host replication postgres 127.0.0.1/32 trust
host all all 127.0.0.1/32 scram-sha-256
";

// SIGQUIT is an immediate shutdown: no checkpoint.
const MANNERS: Manners = Manners { signal: "QUIT", ready: ("data/postmaster.pid", "^ready") };

/// Finds the server's programs, or installs them, and with them what makes certificates.
pub(crate) fn prepare() -> Result {
    Binaries::find_or_install().map(|_| ())
}

/// Finds the newest server's programs, or unpacks them.
pub(crate) fn newest() -> Result<Binaries> {
    Binaries::newest()
}

/// Starts a server with what is installed, or installed first.
pub(crate) fn start() -> Result<Server> {
    start_with(&Binaries::find_or_install()?, Kind::Postgres)
}

/// Starts the newest server there is.
pub(crate) fn start_newest() -> Result<Server> {
    start_with(&Binaries::newest()?, Kind::NewestPostgres)
}

fn start_with(binaries: &Binaries, kind: Kind) -> Result<Server> {
    let account = &Account::for_server("postgres")?;
    let folder = folder::make("pg", account)?;
    // From here on the supervisor removes the folder, whatever happens to us.
    let mut postgres = account.command(&binaries.program("postgres"), &folder);
    postgres.arg("-D").arg(folder.join("data"));
    let mut supervisor = Supervisor::new(&folder, &postgres, MANNERS)?;
    let port = free_port()?;
    create(binaries, account, &folder, port)?;
    supervisor.start()?;
    let run = folder.join("run.sh");
    write(&run, &run_script(binaries, account, &folder))?;
    let host = format!("127.0.0.1:{port}");
    let variables = vec![
        (kind.told(), format!("postgres://postgres@{host}/kysera")),
        (PASSWORD_URL, format!("postgres://kysera:kysera@{host}/kysera")),
        (CA, folder.join("ca.crt").display().to_string()),
        (SOCKET, folder.display().to_string()),
        (RUN, run.display().to_string()),
    ];
    let version = output(command(binaries.program("postgres")).arg("--version"))?.trim().to_owned();
    Ok(Server { kind, variables, version, supervisor: Some(supervisor) })
}

fn create(binaries: &Binaries, account: &Account, folder: &Path, port: u16) -> Result {
    let data = folder.join("data");
    let mut initdb = account.command(&binaries.program("initdb"), folder);
    initdb.args(["-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync", "-D"]);
    output(initdb.arg(&data)).map_err(|message| {
        format!("{message}\nthe server's data is in {}; TMPDIR chooses another place", folder.display())
    })?;
    certificate::create(folder)?;
    account.own(&folder.join("server.key"))?;
    account.own(&folder.join("server.crt"))?;
    write(&data.join("pg_hba.conf"), HBA)?;
    // Behind what initdb wrote, which is what it found to work on this machine.
    let file = data.join("postgresql.conf");
    write(&file, &(read(&file)? + &configuration(folder, port)))?;
    // Single-user mode: the accounts are there before the server is, and no client is needed.
    let mut single = account.command(&binaries.program("postgres"), folder);
    single.arg("--single").arg("-D").arg(&data).arg("postgres");
    let accounts = folder.join("accounts.sql");
    write(&accounts, ACCOUNTS_SQL)?;
    let input = fs::File::open(&accounts).map_err(|error| format!("cannot read the accounts: {error}"))?;
    output(single.stdin(input)).map(|_| ())
}

fn configuration(folder: &Path, port: u16) -> String {
    let folder = folder.display();
    format!(
        "
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = '{folder}'
max_connections = 200
max_prepared_transactions = 20
shared_buffers = 64MB
wal_level = logical
ssl = on
ssl_cert_file = '{folder}/server.crt'
ssl_key_file = '{folder}/server.key'
password_encryption = scram-sha-256
timezone = 'UTC'
# nothing here has to survive anything
fsync = off
synchronous_commit = off
full_page_writes = off
"
    )
}

/// A script that becomes the program of its first argument, as the account that may run it.
fn run_script(binaries: &Binaries, account: &Account, folder: &Path) -> String {
    let env = account.command(Path::new("env"), folder);
    let words = std::iter::once(env.get_program()).chain(env.get_args());
    let words: Vec<_> = words.map(|word| word.to_string_lossy()).collect();
    let programs = binaries.program("");
    let (folder, programs) = (folder.display(), programs.display());
    format!(
        "program=$1; shift\ncd '{folder}'\nexec {} HOME='{folder}' '{programs}'\"$program\" \"$@\"\n",
        words.join(" ")
    )
}
