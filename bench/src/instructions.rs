//! Counts instructions under valgrind: a second opinion that no neighbour of the machine can disturb.
//!
//! Runs the player of one variant, with two numbers of operations; the difference leaves the set-up out.
//! Nothing here is timed, and no time is told by instructions alone.

use crate::case::Case;
use crate::conductor::program_of;
use crate::figure::Figure;
use crate::players::Player;
use kysera_bench_stage::ONE;
use std::path::Path;
use std::process::Command;

/// Room above the heap for all that a player needs. Where less is left, glibc tidies its lists of free blocks at some
/// operations and not at others, by where the heap happens to end: 13 % of the instructions of reading 100 rows.
const STEADY_HEAP: (&str, &str) = ("GLIBC_TUNABLES", "glibc.malloc.top_pad=67108864");

/// Nanoseconds of an operation that is too long to be counted.
const LONG: f64 = 5e7;

/// Adds instruction counts to the figures of a case, where they can be had.
pub fn count(case: &Case, figures: &mut [Figure], players: &[Player]) {
    // What a server does and how the wire splits its answers, or how threads take turns, is not ours to count.
    if matches!(case.group(), "postgres" | "mysql" | "mariadb") || case.long_turn.is_some() {
        return;
    }
    // One operation would take minutes; the rows are those of shorter cases.
    if figures.iter().any(|figure| figure.median > LONG) {
        return;
    }
    for figure in figures {
        let Some(player) = program_of(case, &figure.name, players) else { continue };
        // About four million instructions, beside which a start is little.
        let times = (1e6 / figure.median.max(1.0)).clamp(1.0, 2_000.0) as u64;
        let run = |times| instructions(&player.program, &case.name, &figure.name, times);
        let (Some(few), Some(many)) = (run(times), run(3 * times)) else { continue };
        figure.instructions = Some(many.saturating_sub(few) as f64 / (2 * times) as f64);
    }
}

fn instructions(program: &Path, case: &str, variant: &str, times: u64) -> Option<u64> {
    let (name, value) = STEADY_HEAP;
    let output = Command::new("valgrind")
        .env(name, value)
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(program)
        .args([ONE, case, variant, &times.to_string()])
        .output()
        .ok()?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let count = said.lines().find_map(|line| line.split("Collected : ").nth(1))?;
    count.trim().parse().ok()
}
