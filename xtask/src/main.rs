//! Repository tasks, run as `cargo xtask <task>`.
//!
//! Not published and not needed to use Kysera. It has two dependencies and no
//! framework, because every newcomer compiles it before their first test.
#![expect(clippy::print_stdout, reason = "a command line tool speaks on standard output")]

mod check;
mod fuzz;
mod lost_commits;
mod matrix;
mod mutants;
mod oracle;
mod process;
mod servers;
mod skips;
mod test;

use servers::Kind;
use std::process::ExitCode;

const HELP: &str = "\
usage: cargo xtask <task>

  check [--only <step>].. [--keep-going]
                          formatting, lints, floors, documentation, packaging
  test [-- args of cargo test]
                          every test and every example, with a real PostgreSQL,
                          MySQL and MariaDB
  matrix [-- args of cargo test]
                          the same, and then a table: what passed, failed and was
                          skipped in each test program on each database
  fuzz [target] [--seconds n] [--seed n]
                          throw random bytes at everything that reads, an hour for each
                          target; the targets are in tests/fuzz
  lost-commits [--rounds n]
                          crash PostgreSQL between a commit and its answer, and look
                          whether a lost commit is called committed
  mutants [name ..]       put faults into the code, one at a time, and look whether a
                          test finds each
  oracle [--statements n] [--seed n]
                          random statements under random row filters: a million on
                          SQLite and a tenth of it on PostgreSQL, or as many as said
  postgres [command ..], newest-postgres [command ..], pgbouncer [command ..],
  mysql [command ..], mariadb [command ..]
                          start a throw-away server (pgbouncer: two, with a
                          PostgreSQL behind them); run the command with its
                          address in the environment, or wait for Ctrl-C

in the environment:
  KYSERA_TEST_POSTGRES_URL, KYSERA_TEST_NEWEST_POSTGRES_URL, KYSERA_TEST_MYSQL_URL,
  KYSERA_TEST_MARIADB_URL, KYSERA_TEST_PGBOUNCER_URL, KYSERA_TEST_PGBOUNCER_PREPARED_URL
                             use this server instead of starting one
  KYSERA_POSTGRES_BIN        the folder with initdb and postgres
  KYSERA_MARIADB_SUITE=host  not Debian's newest MariaDB, but this machine's release's
  KYSERA_SERVERS             the folder for servers out of Debian packages
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let result = match words.as_slice() {
        ["check", words @ ..] => check::task(words),
        ["test", words @ ..] => test::task(words, false),
        ["matrix", words @ ..] => test::task(words, true),
        ["fuzz", words @ ..] => fuzz::task(words),
        ["lost-commits", words @ ..] => lost_commits::task(words),
        ["mutants", words @ ..] => mutants::task(words),
        ["oracle", words @ ..] => oracle::task(words),
        ["postgres", command @ ..] => servers::task(&[Kind::Postgres], command),
        ["newest-postgres", command @ ..] => servers::task(&[Kind::NewestPostgres], command),
        ["pgbouncer", command @ ..] => servers::task(&Kind::POSTGRES_AND_PROXIES, command),
        ["mysql", command @ ..] => servers::task(&[Kind::MySql], command),
        ["mariadb", command @ ..] => servers::task(&[Kind::MariaDb], command),
        ["help" | "--help" | "-h"] => {
            print!("{HELP}");
            Ok(ExitCode::SUCCESS)
        }
        [] => Err(format!("no task given\n\n{HELP}")),
        [other, ..] => Err(format!("no task is called `{other}`\n\n{HELP}")),
    };
    result.unwrap_or_else(|message| {
        eprintln!("xtask: {message}");
        ExitCode::FAILURE
    })
}
