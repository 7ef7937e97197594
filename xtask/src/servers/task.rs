//! The tasks `cargo xtask postgres`, `mysql` and their like: servers for one command, or until Ctrl-C.

use super::kind::Kind;
use super::several::Servers;
use crate::process::{Result, command, exit_code};
use std::io::IsTerminal;
use std::process::ExitCode;

/// Runs a command with the servers' addresses in its environment; without one, prints the addresses and waits.
pub(crate) fn task(kinds: &[Kind], words: &[&str]) -> Result<ExitCode> {
    let mut servers = Servers::these(kinds)?;
    if let [program, arguments @ ..] = words {
        let mut command = command(program);
        command.args(arguments).envs(servers.variables().map(|(name, value)| (name, value)));
        // A program that asks questions must stay in the terminal's foreground group,
        // where Ctrl-C reaches it without help.
        let status = if std::io::stdin().is_terminal() {
            command.status().map_err(|error| format!("cannot run `{program}`: {error}"))?
        } else {
            servers.run_guarded(&mut command)?
        };
        return Ok(exit_code(status));
    }
    println!("# {}", servers.version());
    for (name, value) in servers.variables() {
        println!("export {name}='{value}'");
    }
    if !servers.are_ours() {
        return Ok(ExitCode::SUCCESS);
    }
    println!("# runs until Ctrl-C, and leaves nothing behind");
    servers.wait()?;
    Err("the server was stopped by somebody else".to_owned())
}
