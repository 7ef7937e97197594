//! One compilation in a process of its own, with limits, and what it and its children took.
//!
//! A process of its own because the system counts the memory of children as the largest so far: nothing before may
//! have been larger. The limits are the system's, so that a compilation that never ends stops by itself.

use nix::sys::resource::{Resource, UsageWho, getrusage, rlim_t, setrlimit};
use std::process::{Command, ExitCode, Stdio};
use std::time::Instant;

/// The first word of this program's command line when it is to be such a process.
pub const FLAG: &str = "--measure-command";

/// CPU seconds that one process of a compilation may take.
pub const CPU_LIMIT: u32 = 300;

/// Bytes of address space that one process of a compilation may take: others use the machine too.
const MEMORY_LIMIT: rlim_t = 10_000_000_000;

/// What a command and its children took.
#[derive(Clone, Copy, Debug)]
pub struct Usage {
    /// Seconds of the processor, user and system.
    pub cpu: f64,
    /// Seconds of the clock on the wall.
    pub wall: f64,
    /// Bytes of memory of the largest of its processes.
    pub peak: f64,
}

/// How a command ended that could be started.
pub enum Ended {
    Well(Usage),
    /// It was stopped at a limit; which one.
    Stopped(String),
    /// It failed, and this is what it said.
    Failed(String),
}

/// Runs a command under the limits.
pub fn measure(command: &Command) -> Result<Ended, String> {
    let this = std::env::current_exe().map_err(|error| error.to_string())?;
    let mut child = Command::new(this);
    child.arg(FLAG).arg(command.get_program()).args(command.get_args());
    if let Some(folder) = command.get_current_dir() {
        child.current_dir(folder);
    }
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => child.env(name, value),
            None => child.env_remove(name),
        };
    }
    let output = child.stdin(Stdio::null()).output().map_err(|error| error.to_string())?;
    let (said, told) = (String::from_utf8_lossy(&output.stderr), String::from_utf8_lossy(&output.stdout));
    let usage = parse(&told).ok_or_else(|| format!("no figures from the measured process: {told}{said}"))?;
    if output.status.success() {
        return Ok(Ended::Well(usage));
    }
    if usage.cpu >= f64::from(CPU_LIMIT) {
        return Ok(Ended::Stopped(format!("stopped after {CPU_LIMIT} s")));
    }
    if said.contains("memory allocation of") || said.contains("out of memory") {
        return Ok(Ended::Stopped(format!("stopped at {} GB", MEMORY_LIMIT / 1_000_000_000)));
    }
    Ok(Ended::Failed(said.lines().take(60).collect::<Vec<&str>>().join("\n")))
}

/// The process itself: runs the command that the words are, and prints what it took.
pub fn run(words: &[String]) -> ExitCode {
    let Some((program, args)) = words.split_first() else { return ExitCode::from(2) };
    let cpu = rlim_t::from(CPU_LIMIT);
    let limited = setrlimit(Resource::RLIMIT_CPU, cpu, cpu)
        .and_then(|()| setrlimit(Resource::RLIMIT_AS, MEMORY_LIMIT, MEMORY_LIMIT));
    let started = Instant::now();
    let status = Command::new(program).args(args).stdout(Stdio::null()).status();
    let wall = started.elapsed().as_secs_f64();
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN);
    match (limited, status, usage) {
        (Ok(()), Ok(status), Ok(usage)) => {
            let seconds = |time: nix::sys::time::TimeVal| time.tv_sec() as f64 + time.tv_usec() as f64 / 1e6;
            let cpu = seconds(usage.user_time()) + seconds(usage.system_time());
            // The system counts kilobytes of 1024.
            println!("{cpu} {wall} {}", usage.max_rss() as f64 * 1024.0);
            if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        (limited, status, usage) => {
            eprintln!("{program}: {limited:?}, {status:?}, {usage:?}");
            ExitCode::FAILURE
        }
    }
}

fn parse(told: &str) -> Option<Usage> {
    let mut numbers = told.split_whitespace().map(str::parse::<f64>);
    let mut next = || numbers.next()?.ok();
    Some(Usage { cpu: next()?, wall: next()?, peak: next()? })
}
