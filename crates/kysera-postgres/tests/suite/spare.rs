//! Servers of a test's own, which it may crash.

use crate::support::in_time;
use kysera_postgres::{Postgres, PostgresOptions};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// A server that nobody else uses. It is killed when this is dropped.
#[derive(Debug)]
pub(crate) struct Spare {
    /// Runs a program of the server as the account that may.
    run: PathBuf,
    data: PathBuf,
    port: u16,
    postmaster: Option<Child>,
}

/// What a test of crashes needs: commits wait until they are written down, and nothing else is.
const SETTINGS: &str = "
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
synchronous_commit = on
wal_writer_delay = 10s
fsync = off
shared_buffers = 16MB
max_connections = 40
";

impl Spare {
    /// A new server that runs, or a visible skip.
    pub(crate) async fn new(name: &str) -> Option<Spare> {
        let mut spare = Spare::unmade(name)?;
        let data = spare.data.to_str().unwrap().to_owned();
        let made = spare
            .command(&["initdb", "-U", "postgres", "--auth=trust", "--locale=C", "--no-sync", "-D", &data])
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let file = spare.data.join("postgresql.conf");
        let settings = std::fs::read_to_string(&file).unwrap() + SETTINGS;
        std::fs::write(&file, settings).unwrap();
        spare.start().await;
        Some(spare)
    }

    /// A server that runs with a copy of the files of this one, at another port.
    pub(crate) async fn copy(&mut self, name: &str) -> Spare {
        self.crash();
        let mut copy = Spare::unmade(name).unwrap();
        let done = Command::new("cp").arg("-a").args([&self.data, &copy.data]).status().unwrap();
        assert!(done.success());
        self.start().await;
        copy.start().await;
        copy
    }

    fn unmade(name: &str) -> Option<Spare> {
        let run = kysera_testing::postgres_run()?;
        let data = run.parent().unwrap_or(Path::new("/")).join(name);
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        Some(Spare { run, data, port, postmaster: None })
    }

    pub(crate) fn url(&self, user: &str) -> String {
        format!("postgres://{user}@127.0.0.1:{}/postgres", self.port)
    }

    /// A driver for its superuser, which reaches the server as soon as that takes connections.
    pub(crate) async fn admin(&self) -> Postgres {
        let options: PostgresOptions = self.url("postgres").parse().unwrap();
        let options = options.max_connections(2);
        in_time(async {
            loop {
                match Postgres::connect(options.clone()).await {
                    Ok(driver) => return driver,
                    Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
                }
            }
        })
        .await
    }

    /// Starts it and waits until it takes connections.
    pub(crate) async fn start(&mut self) {
        let (data, port) = (self.data.to_str().unwrap().to_owned(), self.port.to_string());
        let mut command = self.command(&["postgres", "-D", &data, "-p", &port]);
        self.postmaster = Some(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
        self.admin().await;
    }

    /// Kills all of its processes at once.
    pub(crate) fn crash(&mut self) {
        let Some(mut postmaster) = self.postmaster.take() else { return };
        let children = children(postmaster.id());
        // First the one that would replace the others.
        let _ = postmaster.kill();
        for &child in &children {
            signal("KILL", child);
        }
        let _ = postmaster.wait();
        while children.iter().any(|&child| is_alive(child)) {
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// Has it end in order, which writes everything down.
    pub(crate) fn stop(&mut self) {
        let Some(mut postmaster) = self.postmaster.take() else { return };
        signal("INT", postmaster.id());
        let _ = postmaster.wait();
    }

    /// Makes it a standby of a server that there is not.
    pub(crate) fn follow_nobody(&self) {
        std::fs::write(self.data.join("standby.signal"), "").unwrap();
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new("sh");
        command.arg(&self.run).args(words).stdin(Stdio::null());
        command
    }
}

impl Drop for Spare {
    fn drop(&mut self) {
        self.crash();
        let _ = std::fs::remove_dir_all(&self.data);
    }
}

/// Sends a signal to a process, which may be gone already.
pub(crate) fn signal(name: &str, process: u32) {
    let _ = Command::new("kill").args(["-s", name, &process.to_string()]).stderr(Stdio::null()).status();
}

/// True while a process is there and not a zombie.
fn is_alive(process: u32) -> bool {
    let states = Command::new("ps").args(["-o", "stat=", "-p", &process.to_string()]).output().unwrap();
    !matches!(states.stdout.first(), None | Some(b'Z'))
}

fn children(process: u32) -> Vec<u32> {
    let all = Command::new("ps").args(["-A", "-o", "pid=,ppid="]).output().unwrap();
    let all = String::from_utf8(all.stdout).unwrap();
    let pairs = all.lines().filter_map(|line| {
        let (child, parent) = line.trim().split_once(char::is_whitespace)?;
        Some((child.parse().ok()?, parent.trim().parse::<u32>().ok()?))
    });
    pairs.filter(|(_, parent)| *parent == process).map(|(child, _)| child).collect()
}
