//! A throw-away PostgreSQL: made in a temporary folder, gone with it.
//!
//! Not durable, not secret, never shared: its password is in this file, it
//! listens on the loopback address and on a socket in its folder only.

mod account;
mod binaries;
mod certificate;
mod supervisor;

use crate::process::{Result, exit_code, output};
use account::Account;
use binaries::Binaries;
use std::fs;
use std::io::IsTerminal;
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};
use supervisor::Supervisor;

/// The address of a server that tests may do anything to.
const URL: &str = "KYSERA_TEST_POSTGRES_URL";
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

/// The server that tests use: one that was given, or one that runs until this is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    variables: Vec<(&'static str, String)>,
    version: String,
    supervisor: Option<Supervisor>,
}

impl Server {
    /// Takes the server that the environment names, or starts one.
    pub(crate) fn given_or_started() -> Result<Server> {
        if let Some(url) = std::env::var(URL).ok().filter(|url| !url.is_empty()) {
            let variables = vec![(URL, url)];
            return Ok(Server { variables, version: format!("PostgreSQL of {URL}"), supervisor: None });
        }
        let binaries = Binaries::find_or_install()?;
        let account = Account::for_server()?;
        // Between choosing a free port and listening on it, somebody else may take it.
        let mut attempts = 3;
        loop {
            attempts -= 1;
            match start(&binaries, &account) {
                Err(message) if attempts > 0 && message.contains("Address already in use") => {}
                other => return other,
            }
        }
    }

    /// Returns what tests find in their environment.
    pub(crate) fn variables(&self) -> &[(&'static str, String)] {
        &self.variables
    }

    /// Says whether the server was started here, with everything that tests can ask for.
    pub(crate) fn is_ours(&self) -> bool {
        self.supervisor.is_some()
    }

    /// Returns the server's name and version.
    pub(crate) fn version(&self) -> &str {
        &self.version
    }

    /// Runs a command in a process group of its own, which ends when this process does.
    pub(crate) fn run_guarded(&mut self, command: &mut Command) -> Result<std::process::ExitStatus> {
        let name = command.get_program().to_string_lossy().into_owned();
        let failed = |error| format!("cannot run `{name}`: {error}");
        let mut child = command.stdin(Stdio::null()).process_group(0).spawn().map_err(failed)?;
        if let Some(supervisor) = &mut self.supervisor {
            supervisor.guard(Some(child.id()));
        }
        let status = child.wait().map_err(failed);
        if let Some(supervisor) = &mut self.supervisor {
            supervisor.guard(None);
        }
        status
    }
}

/// The task `cargo xtask postgres`.
pub(crate) fn task(words: &[&str]) -> Result<ExitCode> {
    let mut server = Server::given_or_started()?;
    if let [program, arguments @ ..] = words {
        let mut command = Command::new(program);
        command.args(arguments).envs(server.variables().iter().map(|(name, value)| (name, value)));
        // A program that asks questions must stay in the terminal's foreground group,
        // where Ctrl-C reaches it without help.
        let status = if std::io::stdin().is_terminal() {
            command.status().map_err(|error| format!("cannot run `{program}`: {error}"))?
        } else {
            server.run_guarded(&mut command)?
        };
        return Ok(exit_code(status));
    }
    println!("# {}", server.version());
    for (name, value) in server.variables() {
        println!("export {name}='{value}'");
    }
    match server.supervisor.take() {
        Some(supervisor) => {
            println!("# runs until Ctrl-C, and leaves nothing behind");
            supervisor.wait()?;
            Err("the server was stopped by somebody else".to_owned())
        }
        None => Ok(ExitCode::SUCCESS),
    }
}

fn start(binaries: &Binaries, account: &Account) -> Result<Server> {
    let folder = make_folder(account)?;
    // From here on the supervisor removes the folder, whatever happens to us.
    let mut postgres = account.command(&binaries.program("postgres"), &folder);
    postgres.arg("-D").arg(folder.join("data"));
    let mut supervisor = Supervisor::new(&folder, &postgres)?;
    let port = free_port()?;
    create(binaries, account, &folder, port)?;
    supervisor.start()?;
    let run = folder.join("run.sh");
    write(&run, &run_script(binaries, account, &folder))?;
    let host = format!("127.0.0.1:{port}");
    let variables = vec![
        (URL, format!("postgres://postgres@{host}/kysera")),
        (PASSWORD_URL, format!("postgres://kysera:kysera@{host}/kysera")),
        (CA, folder.join("ca.crt").display().to_string()),
        (SOCKET, folder.display().to_string()),
        (RUN, run.display().to_string()),
    ];
    let version = output(Command::new(binaries.program("postgres")).arg("--version"))?.trim().to_owned();
    Ok(Server { variables, version, supervisor: Some(supervisor) })
}

fn make_folder(account: &Account) -> Result<PathBuf> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |elapsed| elapsed.subsec_nanos());
    let name = format!("kysera-pg-{}-{now:x}", std::process::id());
    let mut folder = std::env::temp_dir().join(&name);
    // A Unix socket's path has room for 103 to 107 bytes, depending on the system.
    if folder.as_os_str().len() > 80 {
        folder = Path::new("/tmp").join(name);
    }
    fs::create_dir(&folder).map_err(|error| format!("cannot make {}: {error}", folder.display()))?;
    account.own(&folder)?;
    Ok(folder)
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
    let found =
        fs::read_to_string(&file).map_err(|error| format!("cannot read {}: {error}", file.display()))?;
    write(&file, &(found + &configuration(folder, port)))?;
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

fn free_port() -> Result<u16> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).and_then(|listener| listener.local_addr());
    listener.map(|address| address.port()).map_err(|error| format!("no free port on 127.0.0.1: {error}"))
}

fn write(file: &Path, text: &str) -> Result {
    fs::write(file, text).map_err(|error| format!("cannot write {}: {error}", file.display()))
}
