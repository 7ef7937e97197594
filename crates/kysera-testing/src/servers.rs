//! Which servers tests may use: those that the environment names.
//!
//! Starts no server: `cargo xtask test` does, and sets these variables. A server that is
//! missing is a visible skip, or a failure where it was promised.

use crate::log::append;
use crate::skip::skip;
use std::path::PathBuf;

/// The environment variable that names a file; each test that asks for a server adds a line to it.
const USE_LOG: &str = "KYSERA_USE_LOG";

/// Returns the address of a PostgreSQL that tests may do anything to, from `KYSERA_TEST_POSTGRES_URL`.
///
/// The role is a superuser. Tests run at the same time: use a schema or a database of your own.
///
/// # Panics
/// When there is none although `KYSERA_REQUIRE_SERVERS` or `CI` says that there is; see [`address`].
///
/// # Examples
/// ```no_run
/// # fn connect(_: &str) {}
/// let Some(url) = kysera_testing::postgres_url() else { return };
/// connect(&url);
/// ```
#[must_use]
pub fn postgres_url() -> Option<String> {
    address("postgres", "KYSERA_TEST_POSTGRES_URL")
}

/// Returns the address of the same PostgreSQL for an ordinary role that logs in by SCRAM, from
/// `KYSERA_TEST_POSTGRES_PASSWORD_URL`.
///
/// Privileges and row security bind this role, unlike the superuser of [`postgres_url`].
///
/// # Panics
/// As [`postgres_url`] does.
#[must_use]
pub fn postgres_password_url() -> Option<String> {
    address("postgres", "KYSERA_TEST_POSTGRES_PASSWORD_URL")
}

/// Returns the PEM file of the authority that signed PostgreSQL's certificate, from
/// `KYSERA_TEST_POSTGRES_CA`.
///
/// # Panics
/// As [`postgres_url`] does.
#[must_use]
pub fn postgres_ca() -> Option<PathBuf> {
    address("postgres", "KYSERA_TEST_POSTGRES_CA").map(PathBuf::from)
}

/// Returns the folder of PostgreSQL's Unix socket, from `KYSERA_TEST_POSTGRES_SOCKET`.
///
/// # Panics
/// As [`postgres_url`] does.
#[must_use]
pub fn postgres_socket() -> Option<PathBuf> {
    address("postgres", "KYSERA_TEST_POSTGRES_SOCKET").map(PathBuf::from)
}

/// Returns a shell script that runs one of PostgreSQL's programs, for tests that need a server of their own to crash, from
/// `KYSERA_TEST_POSTGRES_RUN`: `sh <script> initdb -D ..`. Data folders go beside the script.
///
/// # Panics
/// As [`postgres_url`] does.
#[must_use]
pub fn postgres_run() -> Option<PathBuf> {
    address("postgres", "KYSERA_TEST_POSTGRES_RUN").map(PathBuf::from)
}

/// Returns the address of a MySQL that tests may do anything to, from `KYSERA_TEST_MYSQL_URL`.
///
/// The account has all rights. Tests run at the same time: use a database of your own.
///
/// # Panics
/// As [`postgres_url`] does.
#[must_use]
pub fn mysql_url() -> Option<String> {
    address("mysql", "KYSERA_TEST_MYSQL_URL")
}

/// Returns the address of a MariaDB that tests may do anything to, from `KYSERA_TEST_MARIADB_URL`.
///
/// The account has all rights. Tests run at the same time: use a database of your own.
///
/// # Panics
/// As [`postgres_url`] does.
#[must_use]
pub fn mariadb_url() -> Option<String> {
    address("mariadb", "KYSERA_TEST_MARIADB_URL")
}

/// Returns what an environment variable says of a server, or skips the test visibly.
///
/// `KYSERA_REQUIRE_SERVERS` lists the servers that must not be missing, as in `postgres,mysql`;
/// `1` means all of them, `0` none. Without it, all are required where `CI` is set.
///
/// # Panics
/// When the variable is not set and the server is required.
#[must_use]
pub fn address(server: &str, variable: &str) -> Option<String> {
    let read = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    if let Some(value) = read(variable) {
        note(server, "used");
        return Some(value);
    }
    note(server, "skipped");
    let required = is_required(server, read("KYSERA_REQUIRE_SERVERS").as_deref(), read("CI").as_deref());
    assert!(
        !required,
        "{variable} is not set, and {server} is required here; `cargo xtask test` starts what it can"
    );
    skip(server, &format!("{variable} is not set"));
    None
}

/// Notes for `cargo xtask matrix` which test asked for a server: the harness names the thread of a test after it.
fn note(server: &str, what: &str) {
    let program = std::env::current_exe().unwrap_or_default();
    let program = program.file_stem().unwrap_or_default().to_string_lossy();
    let test = std::thread::current().name().unwrap_or("?").to_owned();
    if let Err(message) = append(USE_LOG, &format!("{program} {test} {server} {what}\n")) {
        skip("the use log", &message);
    }
}

fn is_required(server: &str, require: Option<&str>, ci: Option<&str>) -> bool {
    match require {
        Some("0") => false,
        Some("1") => true,
        Some(list) => list.split(',').any(|name| name.trim() == server),
        None => ci.is_some_and(|ci| ci != "false"),
    }
}

#[cfg(test)]
mod tests {
    use super::is_required;

    #[test]
    fn a_missing_server_is_a_skip_on_a_developers_machine() {
        assert!(!is_required("postgres", None, None));
        assert!(!is_required("postgres", None, Some("false")));
    }

    #[test]
    fn a_missing_server_is_a_failure_in_ci() {
        assert!(is_required("postgres", None, Some("true")));
        assert!(is_required("postgres", Some("1"), None));
    }

    #[test]
    fn a_list_of_servers_outranks_ci() {
        assert!(is_required("mysql", Some("postgres, mysql"), Some("true")));
        assert!(!is_required("mssql", Some("postgres, mysql"), Some("true")));
        assert!(!is_required("postgres", Some("0"), Some("true")));
    }
}
