//! The loop in which a player obeys: a line in, a line out, and nothing between two turns.
//!
//! | line | answer |
//! |---|---|
//! | `list` | how many, then that many lines `case<tab>variant` |
//! | `open <case><tab><variant>` | `ok` |
//! | `turn <times>` | operations done, nanoseconds by the wall, nanoseconds of the processor, then `name=nanoseconds` for what else was measured |
//! | `count <times>` | operations done, allocations and bytes of all of them |
//! | `memory` | kilobytes of the peak since `open`, above what was resident before it; `?` where it is not known |

use crate::arguments::{FIRST_ROW, ONE, PLAYER};
use crate::clock::Clock;
use crate::entries::{Entries, Entry};
use crate::variant::Variant;
use crate::{allocations, memory};
use std::io::{BufRead, Write, stdin, stdout};
use std::path::Path;
use std::process::ExitCode;

/// Makes the process one of several threads, as every program with a runtime is: the C library's allocator takes no locks
/// before there is a second thread, and the blocking libraries, which start none, would be measured in a program that nobody
/// has.
fn second_thread() {
    std::thread::spawn(|| {
        loop {
            std::thread::park();
        }
    });
}

/// Does what the command line asks of a player; nothing when it asks for something else.
pub fn play(entries: impl FnOnce() -> Entries) -> Option<ExitCode> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    if matches!(words.first(), Some(&(PLAYER | ONE))) {
        second_thread();
    }
    match words.as_slice() {
        [PLAYER] => Some(obey(&entries())),
        [ONE, case, variant, times] => Some(one(&entries(), case, variant, times)),
        [FIRST_ROW, case, variant, file] => Some(first_row(&entries(), case, variant, Path::new(file))),
        _ => None,
    }
}

fn find<'a>(entries: &'a Entries, case: &str, variant: &str) -> Option<&'a Entry> {
    entries.0.iter().find(|entry| entry.case == case && entry.variant == variant)
}

fn one(entries: &Entries, case: &str, variant: &str, times: &str) -> ExitCode {
    let (Some(entry), Ok(times)) = (find(entries, case, variant), times.parse()) else {
        return ExitCode::from(2);
    };
    let mut variant = (entry.open)();
    variant.before();
    variant.run(times);
    ExitCode::SUCCESS
}

fn first_row(entries: &Entries, case: &str, variant: &str, file: &Path) -> ExitCode {
    let Some(first_row) = find(entries, case, variant).and_then(|entry| entry.first_row.as_ref()) else {
        return ExitCode::from(2);
    };
    first_row(file);
    say("row");
    ExitCode::SUCCESS
}

fn obey(entries: &Entries) -> ExitCode {
    let mut open: Option<Open> = None;
    for line in stdin().lock().lines().map_while(Result::ok) {
        let (word, rest) = line.split_once(' ').unwrap_or((&line, ""));
        match (word, &mut open) {
            ("list", _) => list(entries),
            ("open", open) => {
                let named = rest.split_once('\t').and_then(|(case, variant)| find(entries, case, variant));
                let Some(entry) = named else { return ExitCode::from(2) };
                *open = Some(Open::new(entry));
                say("ok");
            }
            ("turn", Some(open)) => say(&open.turn(number(rest))),
            ("count", Some(open)) => say(&open.count(number(rest))),
            ("memory", Some(open)) => say(&open.memory()),
            _ => return ExitCode::from(2),
        }
    }
    ExitCode::SUCCESS
}

fn list(entries: &Entries) {
    say(&entries.0.len().to_string());
    entries.0.iter().for_each(|entry| say(&format!("{}\t{}", entry.case, entry.variant)));
}

fn number(word: &str) -> u64 {
    word.parse().expect("the conductor sends a number")
}

fn say(line: &str) {
    let mut out = stdout().lock();
    // When the conductor is gone there is nobody to tell, and the next read ends the loop.
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

/// A variant that was opened.
struct Open {
    variant: Variant,
    resident_before: Option<u64>,
}

impl Open {
    fn new(entry: &Entry) -> Open {
        let resident_before = memory::resident();
        let mut variant = (entry.open)();
        variant.before();
        memory::forget_peak();
        Open { variant, resident_before }
    }

    fn turn(&mut self, times: u64) -> String {
        self.variant.before();
        // Somebody else had the processor's caches since our last turn.
        let warm_up = times / 16;
        if warm_up > 0 {
            self.variant.run(warm_up);
        }
        let clock = Clock::start();
        let extras = self.variant.run(times);
        let (wall, cpu) = clock.stop();
        let extras: String = extras.iter().map(|(name, nanos)| format!(" {name}={nanos}")).collect();
        format!("{} {} {}{extras}", self.variant.rounded(times), wall.as_nanos(), cpu.as_nanos())
    }

    fn count(&mut self, times: u64) -> String {
        self.variant.before();
        let seen = allocations::count(|| {
            self.variant.run(times);
        });
        format!("{} {} {}", self.variant.rounded(times), seen.calls, seen.bytes)
    }

    fn memory(&self) -> String {
        let grown =
            memory::peak().zip(self.resident_before).map(|(peak, before)| peak.saturating_sub(before));
        grown.map_or_else(|| String::from("?"), |grown| grown.to_string())
    }
}
