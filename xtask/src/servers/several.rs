//! The servers of a run: started at the same time, and told to tests together.

use super::kind::Kind;
use super::server::Server;
use super::start::{given_or_started, prepare};
use super::supervisor::Supervisor;
use crate::process::Result;
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitStatus, Stdio};

/// The variable that names the servers which must not be missing.
const REQUIRE: &str = "KYSERA_REQUIRE_SERVERS";

/// Servers that were given, or that run until this is dropped.
#[derive(Debug)]
pub(crate) struct Servers {
    servers: Vec<Server>,
    missing: Vec<Missing>,
}

/// A server that could not be had.
#[derive(Debug)]
struct Missing {
    kind: Kind,
    reason: String,
}

impl Servers {
    /// Takes or starts these servers, each of which has to be there.
    pub(crate) fn these(kinds: &[Kind]) -> Result<Servers> {
        let mut servers = Servers { servers: Vec::new(), missing: Vec::new() };
        servers.start(kinds.to_vec())?;
        servers.missing.pop().map_or(Ok(servers), |missing| Err(missing.reason))
    }

    /// Takes or starts all of them. PostgreSQL has to be there; the others may be missing.
    pub(crate) fn all() -> Result<Servers> {
        let mut all = Servers { servers: Vec::new(), missing: Vec::new() };
        // What one brings to a bare machine, another may need to start.
        let mut kinds = Vec::new();
        for (kind, prepared) in at_once(Kind::ALL.to_vec(), prepare) {
            match prepared {
                Ok(()) => kinds.push(kind),
                Err(reason) => all.lacks(kind, reason)?,
            }
        }
        all.start(kinds)?;
        Ok(all)
    }

    /// Those that stand in front of others last.
    fn start(&mut self, kinds: Vec<Kind>) -> Result {
        let (first, then): (Vec<_>, Vec<_>) = kinds.into_iter().partition(|kind| kind.behind().is_none());
        self.start_at_once(first)?;
        self.start_at_once(then)
    }

    fn start_at_once(&mut self, kinds: Vec<Kind>) -> Result {
        let addresses: Vec<_> = self.servers.iter().filter_map(Server::address).collect();
        let address = |kind: Kind| addresses.iter().find(|(known, _)| kind.behind() == Some(*known));
        let started =
            at_once(kinds, |kind| given_or_started(kind, address(kind).map(|(_, address)| address.as_str())));
        for (kind, started) in started {
            match started {
                Ok(server) => self.servers.push(server),
                Err(reason) => self.lacks(kind, reason)?,
            }
        }
        Ok(())
    }

    fn lacks(&mut self, kind: Kind, reason: String) -> Result {
        if kind == Kind::Postgres {
            return Err(reason);
        }
        self.missing.push(Missing { kind, reason });
        Ok(())
    }

    /// Says which servers could not be had, and why, each in a line.
    pub(crate) fn missing(&self) -> String {
        self.missing.iter().map(Missing::line).collect()
    }

    /// Returns a word for each missing server that had to be there: in CI, or where `KYSERA_REQUIRE_SERVERS` lists it.
    pub(crate) fn failures(&self) -> Vec<String> {
        let read = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let (require, ci) = (read(REQUIRE), read("CI"));
        let required = |kind| is_required(kind, require.as_deref(), ci.as_deref());
        let missing = self.missing.iter().filter(|missing| required(missing.kind));
        missing.map(|missing| format!("no {}", missing.kind.name())).collect()
    }

    /// Returns the servers' names and versions.
    pub(crate) fn version(&self) -> String {
        let versions: Vec<_> = self.servers.iter().map(|server| server.version.as_str()).collect();
        versions.join(", ")
    }

    /// Returns what tests find in their environment. The newest PostgreSQL has the variables of another: tests find it only
    /// where it is alone.
    pub(crate) fn variables(&self) -> impl Iterator<Item = &(&'static str, String)> {
        let is_told = |server: &&Server| self.servers.len() == 1 || server.kind != Kind::NewestPostgres;
        self.servers.iter().filter(is_told).flat_map(|server| &server.variables)
    }

    /// The newest PostgreSQL, on which tests run once more.
    pub(crate) fn newest(&self) -> Option<Newest> {
        let newest = self.servers.iter().find(|server| server.kind == Kind::NewestPostgres)?;
        Some(Newest(newest.variables.clone()))
    }

    /// Returns the address of each database that an application may be given; a proxy wants settings of its own.
    pub(crate) fn urls(&self) -> impl Iterator<Item = (Kind, &str)> {
        self.servers.iter().filter(|server| server.kind.behind().is_none()).filter_map(|server| {
            let (_, url) = server.variables.iter().find(|(name, _)| *name == server.kind.url())?;
            Some((server.kind, url.as_str()))
        })
    }

    /// Says whether all were started here, with everything that tests can ask for.
    pub(crate) fn are_ours(&self) -> bool {
        self.servers.iter().all(Server::is_ours)
    }

    /// Tells a command where the servers are, and that those which were started here must not be missing.
    pub(crate) fn tell(&self, command: &mut Command) {
        command.envs(self.variables().map(|(name, value)| (name, value)));
        let ours = self.servers.iter().filter(|server| server.is_ours());
        let ours: Vec<_> = ours.map(|server| server.kind.key()).collect();
        // Where a missing server is a failure, `failures` says it once, and not each of its tests.
        if !ours.is_empty() || !self.missing.is_empty() {
            command.env(REQUIRE, ours.join(","));
        }
    }

    /// Runs a command in a process group of its own, which ends when this process does.
    pub(crate) fn run_guarded(&mut self, command: &mut Command) -> Result<ExitStatus> {
        let name = command.get_program().to_string_lossy().into_owned();
        let failed = |error| format!("cannot run `{name}`: {error}");
        let mut child = command.stdin(Stdio::null()).process_group(0).spawn().map_err(failed)?;
        self.guard(Some(child.id()));
        let status = child.wait().map_err(failed);
        self.guard(None);
        status
    }

    fn guard(&mut self, group: Option<u32>) {
        for supervisor in self.servers.iter_mut().filter_map(|server| server.supervisor.as_mut()) {
            supervisor.guard(group);
        }
    }

    /// Waits until somebody stops a server that was started here.
    pub(crate) fn wait(mut self) -> Result {
        let supervisor = self.servers.iter_mut().find_map(|server| server.supervisor.take());
        supervisor.map_or(Ok(()), Supervisor::wait)
    }
}

/// What tests find of the newest PostgreSQL in the place of another.
pub(crate) struct Newest(Vec<(&'static str, String)>);

impl Newest {
    /// Tells a command of this server and of no other.
    pub(crate) fn tell_alone(&self, command: &mut Command) {
        for kind in Kind::ALL {
            command.env_remove(kind.url());
        }
        command.envs(self.0.iter().map(|(name, value)| (name, value)));
        command.env(REQUIRE, Kind::Postgres.key());
    }
}

impl Missing {
    fn line(&self) -> String {
        let (name, reason) = (self.kind.name(), &self.reason);
        format!("xtask: no {name} here: {reason}; its tests are skipped\n")
    }
}

/// Does something for each kind of server at the same time.
fn at_once<T: Send>(kinds: Vec<Kind>, work: impl Fn(Kind) -> Result<T> + Sync) -> Vec<(Kind, Result<T>)> {
    let work = &work;
    std::thread::scope(|scope| {
        let threads: Vec<_> = kinds.into_iter().map(|kind| (kind, scope.spawn(move || work(kind)))).collect();
        let joined = threads.into_iter().map(|(kind, thread)| {
            (kind, thread.join().unwrap_or_else(|_| Err("its thread panicked".to_owned())))
        });
        joined.collect()
    })
}

/// The same rule as in `kysera_testing::servers`, which this program does without.
fn is_required(kind: Kind, require: Option<&str>, ci: Option<&str>) -> bool {
    match require {
        Some("0") => false,
        Some("1") => true,
        Some(list) => list.split(',').any(|name| name.trim() == kind.key()),
        None => ci.is_some_and(|ci| ci != "false"),
    }
}

#[cfg(test)]
mod tests {
    use super::{Kind, Missing, is_required};

    #[test]
    fn a_missing_server_is_said_in_one_line() {
        let missing = Missing { kind: Kind::MySql, reason: "no such host".to_owned() };
        assert_eq!(missing.line(), "xtask: no MySQL here: no such host; its tests are skipped\n");
    }

    #[test]
    fn a_missing_server_is_a_failure_in_ci_and_where_it_is_required() {
        assert!(!is_required(Kind::MySql, None, None));
        assert!(!is_required(Kind::MySql, None, Some("false")));
        assert!(is_required(Kind::MySql, None, Some("true")));
        assert!(is_required(Kind::MariaDb, Some("mysql, mariadb"), None));
        assert!(!is_required(Kind::MySql, Some("postgres"), Some("true")));
        assert!(is_required(Kind::MySql, Some("1"), None));
        assert!(!is_required(Kind::MySql, Some("0"), Some("true")));
    }
}
