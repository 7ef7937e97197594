//! Tables of what was measured, for the terminal and for `docs/benchmarks.md`.

use crate::compile_time::{self, Cost};
use crate::goal::Verdict;
use crate::harness::Figure;
use crate::machine;
use std::fmt::Write;
use std::path::Path;

/// Everything one run found.
pub struct Report {
    pub sections: Vec<Section>,
    /// What was left out, and why.
    pub skipped: Vec<String>,
    pub compile_time: Vec<Cost>,
    full: bool,
    load: String,
}

/// One case.
pub struct Section {
    pub name: String,
    pub figures: Vec<Figure>,
    pub verdicts: Vec<Verdict>,
}

const HEAD: &str = "\
# Benchmarks

Written by the program in `bench/`; do not edit. Each case runs its variants in turns of a few milliseconds, in another
order in each round, so that others who use the machine disturb all of them. Times are of the wall clock where something
may be waited for (PostgreSQL, results that outlast SQLite's budget), else of the processor.

* *time*: the median over the rounds. *quiet*: the time that the quietest tenth of the rounds kept within.
* *ratio*, *CPU ratio*, *more*: medians over the rounds of the ratio and the difference to the base in the same round, by the
  clock of the case and by the processor's. *quiet ratio*: the ratio of the quiet times; goals of a ratio are held to this one.
  The base is the variant without these; where there are two rivals, the faster.
* *instructions*: counted by valgrind in the whole process; nobody disturbs them, but they know nothing of caches.
* *allocations* of one operation in all threads; growing an earlier one counts as one.
";

const TABLE: &str = "
| variant | time | quiet | quiet ratio | ratio | CPU ratio | more | allocations | bytes | instructions |
|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|
";

impl Report {
    pub fn new(full: bool) -> Report {
        let (sections, skipped, compile_time) = (Vec::new(), Vec::new(), Vec::new());
        Report { sections, skipped, compile_time, full, load: machine::load() }
    }

    /// The report as Markdown.
    pub fn text(&self) -> String {
        let mut out = String::new();
        for section in &self.sections {
            let _ = write!(out, "\n### {}\n{TABLE}", section.name);
            section.figures.iter().for_each(|figure| out.push_str(&line(figure)));
        }
        if !self.compile_time.is_empty() {
            out.push_str("\n### compile time and code size\n");
            out.push_str(&compile_time::text(&self.compile_time));
        }
        for skipped in &self.skipped {
            let _ = writeln!(out, "\nSKIPPED: {skipped}");
        }
        out.push_str(&self.goals());
        out
    }

    /// Writes `docs/benchmarks.md`.
    pub fn write(&self) -> Result<(), String> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/benchmarks.md");
        let text = format!("{HEAD}{}{}", self.circumstances(), self.text());
        std::fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))
    }

    fn circumstances(&self) -> String {
        let command = if self.full { "-- --full" } else { "-- --quick" };
        format!(
            "\n* command: `cd bench && cargo run --release {command}`\n* date: {}\n* library: commit {}\n* machine: {}; \
             load average at the start {}\n* compiler: {}\n* rusqlite {} with SQLite {}, tokio-postgres {}{}\n",
            machine::date(),
            machine::commit(),
            machine::machine(),
            self.load,
            machine::compiler(),
            machine::version("rusqlite"),
            rusqlite::version(),
            machine::version("tokio-postgres"),
            crate::postgres::server().map(|server| format!(", {server}")).unwrap_or_default(),
        )
    }

    fn goals(&self) -> String {
        let mut out = String::from("\n### goals of this stage\n\n");
        for section in &self.sections {
            for verdict in &section.verdicts {
                let mark = if verdict.met() { "met" } else { "**missed**" };
                let _ = writeln!(out, "* {mark}: {}: {verdict}", section.name);
            }
        }
        for goal in compile_time::goals(&self.compile_time) {
            let _ = writeln!(out, "* {goal}");
        }
        out
    }
}

fn line(figure: &Figure) -> String {
    let compared = |text: String| if figure.is_base { String::new() } else { text };
    format!(
        "| {} | {} | {} | {} | {} | {} | {} | {} | {} | {} |\n",
        figure.name,
        time(figure.median),
        time(figure.quiet),
        compared(format!("{:.2}", figure.quiet_ratio)),
        compared(format!("{:.2}", figure.ratio)),
        compared(format!("{:.2}", figure.cpu_ratio)),
        compared(time(figure.more)),
        number(figure.allocations),
        number(figure.bytes),
        figure.instructions.map(number).unwrap_or_default(),
    )
}

/// Nanoseconds in a unit that reads well.
fn time(nanos: f64) -> String {
    match nanos.abs() {
        size if size < 1e3 => format!("{nanos:.0} ns"),
        size if size < 1e6 => format!("{:.2} µs", nanos / 1e3),
        _ => format!("{:.2} ms", nanos / 1e6),
    }
}

/// A count, with one digit behind the point where it is small and broken.
fn number(count: f64) -> String {
    if count.fract().abs() < 0.05 || count >= 100.0 { format!("{count:.0}") } else { format!("{count:.1}") }
}
