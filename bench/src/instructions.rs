//! Counts instructions under valgrind: a second opinion that no neighbour of the machine can disturb.
//!
//! Runs this program again for one variant, with two numbers of operations; the difference leaves the set-up out.
//! Nothing here is timed, and no time is told by instructions alone.

use crate::harness::{Case, Figure};
use std::process::{Command, ExitCode};

/// The argument that makes this program run one variant and nothing else.
pub const ONE: &str = "--one";

/// Adds instruction counts to the figures of a case, where they can be had.
pub fn count(case: &str, figures: &mut [Figure]) {
    if case.starts_with("postgres") {
        // What the server does and how the wire splits its answers is not ours to count.
        return;
    }
    for figure in figures {
        // About ten million instructions, which is a second.
        let times = (2e6 / figure.median.max(1.0)).clamp(1.0, 2_000.0) as u64;
        let run = |times| instructions(case, figure.name, times);
        let (Some(few), Some(many)) = (run(times), run(3 * times)) else { continue };
        figure.instructions = Some((many - few) / (2 * times) as f64);
    }
}

/// Runs one variant of one case so many times, after once that does not count.
pub fn run_one(cases: &[Case], case: &str, variant: &str, times: &str) -> ExitCode {
    let variants = cases.iter().find(|known| known.name == case).map(|case| (case.variants)());
    let variant = variants.into_iter().flatten().find(|known| known.name == variant);
    let (Some(mut variant), Ok(times)) = (variant, times.parse()) else {
        return ExitCode::from(2);
    };
    variant.turn(times);
    ExitCode::SUCCESS
}

/// True when this process was started to count instructions, where time runs fifty times slower.
pub fn counting() -> bool {
    std::env::args().nth(1).is_some_and(|word| word == ONE)
}

fn instructions(case: &str, variant: &str, times: u64) -> Option<f64> {
    let program = std::env::current_exe().ok()?;
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(program)
        .args([ONE, case, variant, &times.to_string()])
        .output()
        .ok()?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let count = said.lines().find_map(|line| line.split("Collected : ").nth(1))?;
    count.trim().parse().ok()
}
