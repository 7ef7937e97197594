//! Where and with what the figures were taken. Never the machine's name.

use std::fs;
use std::process::Command;

/// The version of a package in the text of a lock file.
pub fn locked(lock: &str, package: &str) -> Option<String> {
    let entry = format!("name = \"{package}\"\nversion = \"");
    let rest = &lock[lock.find(&entry)? + entry.len()..];
    rest.split('"').next().map(String::from)
}

/// The date, as in 2026-01-31.
pub fn date() -> String {
    jiff::Zoned::now().date().to_string()
}

/// The processor, its cores and the operating system.
pub fn machine() -> String {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find_map(|line| line.strip_prefix("model name")?.split(": ").nth(1));
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let kernel = output("uname", &["-sm"]).unwrap_or_else(|| String::from(std::env::consts::OS));
    format!("{}, {cores} cores, {kernel}", model.unwrap_or("unknown processor").trim())
}

/// The compiler.
pub fn compiler() -> String {
    output("rustc", &["--version"]).unwrap_or_default()
}

/// The commit of the library, with a mark when files differ from it.
pub fn commit() -> String {
    let folder = env!("CARGO_MANIFEST_DIR");
    let id = output("git", &["-C", folder, "rev-parse", "--short=10", "HEAD"]).unwrap_or_default();
    let status = output("git", &["-C", folder, "status", "--porcelain", "--", "../crates", "src"]);
    let changed = status.is_some_and(|status| !status.is_empty());
    if changed { format!("{id} and changes on top") } else { id }
}

/// How busy the machine was: the load average of the last minute.
pub fn load() -> String {
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    load.split(' ').next().unwrap_or_default().to_owned()
}

fn output(program: &str, args: &[&str]) -> Option<String> {
    let output = Command::new(program).args(args).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}
