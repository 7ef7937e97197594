//! A throw-away PgBouncer in transaction mode, in front of a PostgreSQL that runs already.
//!
//! Two of them: the newest, which follows prepared statements from one server connection to the next (1.21 and later), and
//! one that does not, of this machine's release.

use super::account::Account;
use super::debian::{Suite, Tree, Wanted};
use super::folder::{self, free_port, write};
use super::kind::Kind;
use super::server::Server;
use super::supervisor::{Manners, Supervisor};
use crate::process::{Result, command, output};
use std::path::{Path, PathBuf};

const PACKAGE: Wanted = Wanted { package: "pgbouncer", alone: &[] };

/// Which signal ends it at once differs by version, and nothing has to be kept.
const MANNERS: Manners = Manners { signal: "KILL", ready: ("log", "process up") };

/// Finds the program, or unpacks it; the words that run it.
pub(crate) fn program(kind: Kind) -> Result<Vec<PathBuf>> {
    let suite = if kind == Kind::PgBouncer { Suite::Sid } else { Suite::Host };
    let program = Tree::of(PACKAGE, suite).and_then(|tree| tree.program("usr/sbin/pgbouncer"));
    program.map_err(|message| format!("Debian's PgBouncer cannot be had: {message}"))
}

/// Starts it in front of the server of that address, `postgres://user@host:port/database`, which asks for no password.
pub(crate) fn start(kind: Kind, server: &str) -> Result<Server> {
    let program = program(kind)?;
    let version = version(&program)?;
    let account = Account::for_server("postgres")?;
    let folder = folder::make("pgbouncer", &account)?;
    let mut command = account.command(&program[0], &folder);
    command.args(&program[1..]).arg(folder.join("pgbouncer.ini"));
    let mut supervisor = Supervisor::new(&folder, &command, MANNERS)?;
    let port = free_port()?;
    let (user, database, host, server_port) =
        parts(server).ok_or_else(|| format!("{server} is no address of a server without a password"))?;
    let follows = kind == Kind::PgBouncer;
    let settings = settings(&folder, port, (host, server_port), user, statements(follows, &version)?);
    write(&folder.join("pgbouncer.ini"), &settings)?;
    write(&folder.join("users"), &format!("\"{user}\" \"\"\n"))?;
    account.own(&folder.join("users"))?;
    supervisor.start()?;
    let variables = vec![(kind.url(), format!("postgres://{user}@127.0.0.1:{port}/{database}"))];
    let follows = if follows { "following" } else { "not following" };
    let version = format!("PgBouncer {version}, {follows} prepared statements");
    Ok(Server { kind, variables, version, supervisor: Some(supervisor) })
}

/// The line that says how many prepared statements are followed, where the version knows it.
fn statements(follows: bool, version: &str) -> Result<&'static str> {
    let minor = version.split('.').nth(1).and_then(|minor| minor.parse::<u32>().ok()).unwrap_or(0);
    match (follows, minor >= 21) {
        (true, true) => Ok("max_prepared_statements = 200"),
        (false, true) => Ok("max_prepared_statements = 0"),
        (false, false) => Ok(""),
        (true, false) => Err(format!("PgBouncer {version} does not follow prepared statements; 1.21 does")),
    }
}

fn settings(folder: &Path, port: u16, server: (&str, &str), user: &str, statements: &str) -> String {
    let (folder, (host, server_port)) = (folder.display(), server);
    format!(
        "[databases]\n* = host={host} port={server_port}\n[pgbouncer]\nlisten_addr = 127.0.0.1\n\
         listen_port = {port}\nunix_socket_dir =\nauth_type = trust\nauth_file = {folder}/users\n\
         admin_users = {user}\npool_mode = transaction\ndefault_pool_size = 5\nmax_client_conn = 500\n\
         ignore_startup_parameters = extra_float_digits,search_path\n{statements}\n"
    )
}

/// User, database, host and port.
fn parts(url: &str) -> Option<(&str, &str, &str, &str)> {
    let (user, place) = url.strip_prefix("postgres://")?.split_once('@')?;
    let (address, database) = place.split_once('/')?;
    let (host, port) = address.split_once(':')?;
    (!user.contains(':')).then_some((user, database, host, port))
}

/// Returns `1.26.1` of `PgBouncer 1.26.1` and more lines.
fn version(program: &[PathBuf]) -> Result<String> {
    let said = output(command(&program[0]).args(&program[1..]).arg("--version"))?;
    Ok(said.split_whitespace().nth(1).unwrap_or("?").to_owned())
}

#[cfg(test)]
mod tests {
    use super::{parts, statements};

    #[test]
    fn the_old_follow_no_prepared_statements_and_the_new_are_told() {
        assert_eq!(statements(false, "1.18.0").unwrap(), "");
        assert_eq!(statements(false, "1.24.1").unwrap(), "max_prepared_statements = 0");
        assert_eq!(statements(true, "1.26.1").unwrap(), "max_prepared_statements = 200");
        assert!(statements(true, "1.18.0").unwrap_err().contains("1.21"));
    }

    #[test]
    fn an_address_with_a_password_is_not_taken() {
        let address = "postgres://postgres@127.0.0.1:5432/kysera";
        assert_eq!(parts(address), Some(("postgres", "kysera", "127.0.0.1", "5432")));
        assert_eq!(parts("postgres://me:secret@127.0.0.1:5432/kysera"), None);
    }
}
