//! The account that a server runs as: our own, or for root an unprivileged one,
//! because PostgreSQL and MySQL refuse to run as root.

use crate::process::{Result, command, output};
use std::path::Path;
use std::process::Command;

/// Somebody other than root.
#[derive(Debug)]
pub(crate) enum Account {
    /// Whoever runs this.
    Ours,
    /// Another account, which root may become.
    Other { user: String, group: String },
}

impl Account {
    /// Chooses the account: the server's usual one if root finds it, else `nobody`.
    pub(crate) fn for_server(usual: &str) -> Result<Account> {
        if !is_root()? {
            return Ok(Account::Ours);
        }
        for name in [usual, "nobody"] {
            if let (Ok(user), Ok(group)) = (id("-u", name), id("-g", name)) {
                return Ok(Account::Other { user, group });
            }
        }
        Err(format!("a server is not to run as root, and there is no account `{usual}` or `nobody`"))
    }

    /// Returns a command that runs `program` as this account, in `folder`.
    pub(crate) fn command(&self, program: &Path, folder: &Path) -> Command {
        let mut command = match self {
            Account::Ours => command(program),
            Account::Other { user, group } => {
                let mut command = command("setpriv");
                command.args([&format!("--reuid={user}"), &format!("--regid={group}")]);
                command.arg("--clear-groups").arg(program);
                command
            }
        };
        command.current_dir(folder).env("HOME", folder);
        command
    }

    /// Gives a file or a folder to this account.
    pub(crate) fn own(&self, path: &Path) -> Result {
        let Account::Other { user, group } = self else { return Ok(()) };
        output(command("chown").arg(format!("{user}:{group}")).arg(path)).map(|_| ())
    }
}

/// Says whether this process may do anything on this machine.
pub(crate) fn is_root() -> Result<bool> {
    output(command("id").arg("-u")).map(|user| user.trim() == "0")
}

fn id(what: &str, name: &str) -> Result<String> {
    output(command("id").args([what, name])).map(|number| number.trim().to_owned())
}
