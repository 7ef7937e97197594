//! What was measured as Markdown, for the terminal and for `docs/benchmarks.md`.

use crate::charts::charts;
use crate::clock::Clock;
use crate::compile_time::{self, Cost};
use crate::figure::Figure;
use crate::machine;
use crate::numbers::{number, ratio, size, time};
use crate::players::Player;
use crate::reasons::reason;
use crate::section::Section;
use kysera_bench_stage::data::server::SERVERS;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// Everything one run found.
pub struct Report {
    pub sections: Vec<Section>,
    /// What was left out, and why.
    pub skipped: Vec<String>,
    pub compile_time: Vec<Cost>,
    pub players: Vec<Player>,
    full: bool,
    command: String,
    load: String,
}

const HEAD: &str = "\
# Benchmarks

Written by the program in `bench/`; do not edit. Each variant runs in a process of its own and does nothing while another has
its turn; turns take a few milliseconds and come in another order in each round, so that others who use the machine disturb
all of them.

* *time*: the median over the rounds, and the distance of its quartiles as a part of it. *quiet*: the time that the quietest
  tenth of the rounds kept within.
* *× base*: the ratio of the quiet times; goals are held to this one. *× in rounds*: the median over the rounds of the ratio in
  the same round. *× CPU*: the same by the processor's time, of all threads (but not of a server).
* *instructions*: counted by valgrind in the whole process, where one operation takes less than 50 ms; nobody disturbs them,
  but they know nothing of caches.
* *allocations* of one operation in all threads; growing an earlier one counts as one, and what SQLite allocates in C not at all.
* *memory*: the most that was resident while it ran, above the idle player; with a database in memory, that is in it.
";

/// Libraries whose versions the report names, and the lock file's name of each.
const LIBRARIES: [&str; 11] = [
    "kysera",
    "rusqlite",
    "libsqlite3-sys",
    "tokio-postgres",
    "mysql_async",
    "diesel",
    "diesel-async",
    "sqlx",
    "sea-orm",
    "sea-query",
    "toasty",
];

/// The title in front of the charts and tables.
const CHARTS: &str = "## Charts";

impl Report {
    pub fn new(full: bool, words: &[String]) -> Report {
        Report {
            sections: Vec::new(),
            skipped: Vec::new(),
            compile_time: Vec::new(),
            players: Vec::new(),
            full,
            command: format!("cd bench && cargo run --release -- {}", words.join(" ")).trim_end().to_owned(),
            load: machine::load(),
        }
    }

    /// The report as Markdown.
    pub fn text(&self) -> String {
        let mut out = String::new();
        for group in self.groups() {
            out.push_str(&self.summary(group));
        }
        out.push_str(&self.goals());
        out.push_str(&self.losses());
        // A quick look at everything needs no more than the ratios.
        if self.full || self.sections.len() <= 12 {
            self.sections.iter().for_each(|section| out.push_str(&details(section)));
        }
        if !self.compile_time.is_empty() {
            out.push_str("\n### compile time and code size\n");
            out.push_str(&compile_time::text(&self.compile_time));
        }
        for skipped in &self.skipped {
            let _ = writeln!(out, "\nSKIPPED: {skipped}");
        }
        out
    }

    /// Writes `docs/benchmarks.md`, and its charts beside it.
    pub fn write(&self) -> Result<(), String> {
        let (circumstances, pictures) = (self.circumstances(), self.pictures()?);
        let text = format!("{HEAD}{circumstances}\n{CHARTS}\n\n{pictures}## Tables\n{}", self.text());
        written(&docs().join("benchmarks.md"), &text)
    }

    /// Writes the section of these servers into `docs/benchmarks.md`, in front of what the last run of everything wrote or
    /// in place of an earlier one. The next run of everything takes it away.
    pub fn write_part(&self) -> Result<(), String> {
        let server = |group: &str| SERVERS.into_iter().find(|server| server.group() == group);
        let titles = self.groups().into_iter().map(|group| match server(group) {
            Some(server) => server.title(),
            None => group,
        });
        let groups: Vec<&str> = titles.collect();
        let title = format!("\n## {}\n", groups.join(" and "));
        let section = format!("{title}{}\n{}{}\n", self.circumstances(), self.pictures()?, self.text());
        let path = docs().join("benchmarks.md");
        let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let (front, rest) = match text.split_once(&title) {
            Some((front, old)) => (front, old.find("\n## ").map_or("", |end| &old[end..])),
            None => text.split_at(text.find(&format!("\n{CHARTS}\n")).unwrap_or(text.len())),
        };
        written(&path, &format!("{front}{}\n{rest}", section.trim_end()))
    }

    /// Draws the charts, and gives the Markdown that shows them.
    fn pictures(&self) -> Result<String, String> {
        let folder = docs().join("benchmarks");
        std::fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        let mut pictures = String::new();
        for (file, chart) in
            charts(&self.sections).into_iter().chain(compile_time::charts(&self.compile_time))
        {
            written(&folder.join(file).with_extension("svg"), &chart)?;
            let _ = writeln!(pictures, "![{file}](benchmarks/{file}.svg)\n");
        }
        Ok(pictures)
    }

    /// When, where and with what it was measured.
    pub fn circumstances(&self) -> String {
        let versions = self.players.iter().map(|player| {
            let version =
                |library: &&str| Some(format!("{library} {}", machine::locked(&player.lock, library)?));
            LIBRARIES.iter().filter_map(version).collect::<Vec<_>>().join(", ")
        });
        let servers = crate::postgres::server().into_iter().chain(crate::mysql::servers());
        let servers: String = servers.map(|server| format!(", {server}")).collect();
        format!(
            "\n* command: `{}`\n* date: {}\n* library: commit {}\n* machine: {}; load average at the start {}\n\
             * compiler: {}\n* players, each with its lock file: {}\n* servers: SQLite {} beside ours{}\n",
            self.command,
            machine::date(),
            machine::commit(),
            machine::machine(),
            self.load,
            machine::compiler(),
            versions.collect::<Vec<_>>().join("; "),
            rusqlite::version(),
            servers,
        )
    }

    fn groups(&self) -> Vec<&str> {
        let mut groups: Vec<&str> = self.sections.iter().map(Section::group).collect();
        groups.dedup();
        groups
    }

    /// One line for each case, one column for each variant: the ratios to the base.
    fn summary(&self, group: &str) -> String {
        let sections: Vec<&Section> =
            self.sections.iter().filter(|section| section.group() == group).collect();
        let mut variants: Vec<&str> = Vec::new();
        for figure in sections.iter().flat_map(|section| &section.figures) {
            if !variants.contains(&figure.name.as_str()) {
                variants.push(&figure.name);
            }
        }
        let bases: Vec<&str> = sections.iter().map(|section| section.base).collect();
        // The base of every case has its own column, of times.
        variants.retain(|variant| bases.iter().any(|base| base != variant));
        let mut out = format!("\n### {group}\n\n| × base, quiet | base |");
        out.push_str(&cells(&variants));
        let _ = writeln!(out, "\n|---|---:|{}", "---:|".repeat(variants.len()));
        for section in sections {
            let base = section.figures.iter().find(|figure| figure.is_base);
            let base = base.map_or_else(String::new, |base| format!("{}: {}", base.name, time(base.quiet)));
            let _ = write!(out, "| {} | {base} |", section.short_name());
            for variant in &variants {
                let ratio = section.figure(variant).map(|figure| ratio(figure.quiet_ratio));
                let _ = write!(out, " {} |", ratio.unwrap_or_default());
            }
            out.push('\n');
        }
        out
    }

    /// Where others are ahead: the cases by the figures, the reasons by hand.
    fn losses(&self) -> String {
        // A ticker's load is not compared: it waits on purpose.
        let compared = self.sections.iter().filter(|section| !section.name.contains("ticker"));
        let lost: String = compared.filter_map(losses).collect();
        let none = if lost.is_empty() { "Nowhere in this run.\n" } else { "" };
        format!("\n### Where we lose, and why\n\n{none}{lost}")
    }

    fn goals(&self) -> String {
        let mut out = String::from("\n### goals\n\n");
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

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs")
}

fn written(path: &Path, text: &str) -> Result<(), String> {
    std::fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
}

/// Whoever is ahead of ours by more than noise, one line for each case.
fn losses(section: &Section) -> Option<String> {
    let ours = section.figure(section.ours.as_deref()?)?;
    let ahead = |figure: &&Figure| {
        !figure.name.starts_with("kysera") && figure.name != "no load" && figure.quiet * 1.05 < ours.quiet
    };
    let mut ahead: Vec<&Figure> = section.figures.iter().filter(ahead).collect();
    ahead.sort_by(|one, other| one.quiet.total_cmp(&other.quiet));
    let who =
        |figure: &&Figure| format!("{} takes {} of our time", figure.name, ratio(figure.quiet / ours.quiet));
    let why = ahead.iter().filter_map(|figure| reason(&section.name, figure.library())).next();
    let who: Vec<String> = ahead.iter().map(who).collect();
    let why = why.unwrap_or("the reason is not known yet");
    (!who.is_empty())
        .then(|| format!("* {} ({}): {}. Why: {why}.\n", section.name, ours.name, who.join(", ")))
}

fn details(section: &Section) -> String {
    let mut extras: Vec<&str> = Vec::new();
    for (name, _) in section.figures.iter().flat_map(|figure| &figure.extras) {
        if !extras.contains(&name.as_str()) {
            extras.push(name);
        }
    }
    let clock = if section.clock == Clock::Cpu { " (processor's time)" } else { "" };
    let mut out = format!("\n#### {}{clock}\n\n", section.name);
    out.push_str("| variant | time | quiet | × base | × in rounds | × CPU |");
    out.push_str(&cells(&extras));
    out.push_str(" allocations | bytes | memory | instructions | rounds |\n");
    let _ = writeln!(
        out,
        "|---|---:|---:|---:|---:|---:|{}---:|---:|---:|---:|---:|",
        "---:|".repeat(extras.len())
    );
    for figure in &section.figures {
        let _ = write!(
            out,
            "| {} | {} ± {:.0} % | {} | {} | {} | {} |",
            figure.name,
            time(figure.median),
            50.0 * figure.spread,
            time(figure.quiet),
            ratio(figure.quiet_ratio),
            ratio(figure.ratio),
            ratio(figure.cpu_ratio),
        );
        for extra in &extras {
            let _ = write!(out, " {} |", figure.extra(extra).map(time).unwrap_or_default());
        }
        let _ = writeln!(
            out,
            " {} | {} | {} | {} | {} |",
            number(figure.allocations),
            number(figure.bytes),
            figure.memory.map(size).unwrap_or_default(),
            figure.instructions.map(number).unwrap_or_default(),
            figure.rounds,
        );
    }
    out
}

/// The cells of a head.
fn cells(names: &[&str]) -> String {
    names.iter().map(|name| format!(" {name} |")).collect()
}
