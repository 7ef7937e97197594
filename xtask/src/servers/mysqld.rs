//! What MySQL and MariaDB have in common: where their program is, and the options of a server for tests.

use super::account::Account;
use super::debian::Tree;
use super::kind::Kind;
use super::supervisor::Manners;
use crate::process::{Result, command, output};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Nothing has to be kept, so the server is not asked to end in good order.
pub(crate) const MANNERS: Manners = Manners { signal: "KILL", ready: ("log", "ready for connections") };

/// No password, so that a thousand connections do not pay for its proof; tests of passwords make accounts of their own.
pub(crate) const ACCOUNTS_SQL: &str = "\
create user if not exists root@'127.0.0.1' identified by '';
grant all on *.* to root@'127.0.0.1' with grant option;
";

/// Where distributions put servers, which is not always on the search path of a user.
const FOLDERS: [&str; 3] = ["/usr/sbin", "/usr/local/sbin", "/usr/libexec"];

/// A program that becomes the server.
#[derive(Debug)]
pub(crate) struct Program {
    /// What runs it.
    words: Vec<PathBuf>,
    /// What tells it where its own files are.
    places: Vec<String>,
    /// The folders with its SQL files, character sets and messages.
    shares: Vec<PathBuf>,
    version: String,
}

impl Program {
    /// Finds an installed program under one of the names, which both servers use.
    pub(crate) fn installed(kind: Kind, names: &[&str]) -> Option<Program> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let folders: Vec<_> = std::env::split_paths(&path).chain(FOLDERS.map(PathBuf::from)).collect();
        let files = names.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
        files.filter(|file| file.is_file()).find_map(|file| {
            let base = file.canonicalize().ok()?.parent()?.parent()?.to_path_buf();
            let shares = ["share/mariadb", "share/mysql", "share"].map(|share| base.join(share)).into();
            let version = output(command(&file).arg("--version")).ok()?;
            let program = Program { words: vec![file], places: Vec::new(), shares, version: short(&version) };
            (flavour(&version) == kind).then_some(program)
        })
    }

    /// Takes a program of an unpacked package.
    pub(crate) fn unpacked(tree: &Tree, file: &str) -> Result<Program> {
        let words = tree.program(file)?;
        let version = output(command(&words[0]).args(&words[1..]).arg("--version"))?;
        let shares: Vec<_> = ["usr/share/mariadb", "usr/share/mysql"].map(|share| tree.path(share)).into();
        let share = shares.iter().find(|share| share.join("charsets").is_dir());
        let share = share.ok_or_else(|| format!("{file} was unpacked without its character sets"))?.display();
        let mut places = vec![
            format!("--basedir={}", tree.path("usr").display()),
            format!("--lc-messages-dir={share}"),
            format!("--character-sets-dir={share}/charsets"),
        ];
        let plugins = tree.path("usr/lib/mysql/plugin");
        if plugins.is_dir() {
            places.push(format!("--plugin-dir={}", plugins.display()));
        }
        Ok(Program { words, places, shares, version: short(&version) })
    }

    /// Returns a command that runs the program on the data in `folder`, without the settings of this machine.
    pub(crate) fn command(&self, account: &Account, folder: &Path) -> Command {
        let mut command = account.command(&self.words[0], folder);
        command.args(&self.words[1..]).arg("--no-defaults").args(&self.places);
        command.arg(format!("--datadir={}", folder.join("data").display()));
        command.arg(format!("--tmpdir={}", folder.display()));
        command.args(["--innodb-flush-method=nosync", "--innodb-doublewrite=OFF", "--skip-log-bin"]);
        command
    }

    /// Returns a command that is the server.
    pub(crate) fn server(&self, account: &Account, folder: &Path, port: u16) -> Command {
        let mut command = self.command(account, folder);
        command.args(["--bind-address=127.0.0.1", "--skip-name-resolve", "--performance-schema=OFF"]);
        command.args(["--max-connections=400", "--max-connect-errors=1000000"]);
        command.args(["--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=128M"]);
        command.arg(format!("--port={port}"));
        command.arg(format!("--socket={}", socket(folder)));
        command.arg(format!("--pid-file={}", folder.join("pid").display()));
        command
    }

    /// Finds a file that came with the program, under the first of the names that there is.
    pub(crate) fn shared(&self, names: &[String]) -> Result<PathBuf> {
        let files = names.iter().flat_map(|name| self.shares.iter().map(move |share| share.join(name)));
        files
            .into_iter()
            .find(|file| file.is_file())
            .ok_or_else(|| format!("the server came without {}", names[0]))
    }

    /// Returns the version, as in `9.7.4`.
    pub(crate) fn version(&self) -> &str {
        &self.version
    }
}

/// The path of the server's Unix socket.
pub(crate) fn socket(folder: &Path) -> String {
    folder.join("socket").display().to_string()
}

/// Says which of the two a program is, from what it answers to `--version`.
fn flavour(version: &str) -> Kind {
    if version.contains("MariaDB") { Kind::MariaDb } else { Kind::MySql }
}

/// Returns `9.7.4` of `mysqld  Ver 9.7.4-2 for Linux on x86_64`.
fn short(version: &str) -> String {
    let number = version.split_whitespace().skip_while(|word| *word != "Ver").nth(1).unwrap_or("?");
    number.split('-').next().unwrap_or(number).to_owned()
}

#[cfg(test)]
mod tests {
    use super::{flavour, short};
    use crate::servers::kind::Kind;

    #[test]
    fn a_program_called_mysqld_may_be_either_server() {
        let mysql = "/usr/sbin/mysqld  Ver 9.7.4-2 for Linux on x86_64 ((Debian))\n";
        let mariadb = "/usr/sbin/mysqld  Ver 10.11.18-MariaDB-0+deb12u1 for debian-linux-gnu on x86_64\n";
        assert_eq!((flavour(mysql), short(mysql).as_str()), (Kind::MySql, "9.7.4"));
        assert_eq!((flavour(mariadb), short(mariadb).as_str()), (Kind::MariaDb, "10.11.18"));
        assert_eq!(short("unheard of"), "?");
    }
}
