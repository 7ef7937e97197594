//! Tables and charts of what compiling cost.

use super::cost::{Cold, Cost};
use super::program::{GROWTH, QUERIES, TABLES};
use crate::plot::{self, Bar, Line, Unit};
use std::fmt::Write;

const INTRODUCTION: &str = "
The same program for each library, generated: QUERIES queries over TABLES tables of ten columns; each joins five tables, has
ten filters, an order and a limit, and selects six columns into a struct of its own. Each program is run, too, and has to find
one row with each query.

Seconds are those of the processor (user and system) for the last crate alone, its dependencies being compiled, without
incremental compilation. *tables* is the crate without queries; *queries* is what they add. *code* is what one query adds to
the stripped program (default release profile). *memory* is that of the compiler at its largest, with tables and queries.

| library | check: tables | queries | each | memory | release: tables | queries | each | memory | code of a query |
|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|
";

const AGAIN: &str = "
After one literal of one query was changed (`CARGO_INCREMENTAL=1`):

| library | check: processor | clock | debug build: processor | clock |
|---|---:|---:|---:|---:|
";

const GROWN: &str = "
`cargo check` of tables without queries, seconds of the processor:

";

const DEPENDENCIES: &str = "
All that a library brings along, from nothing: crates (macros' and build scripts' own among them) and seconds of the processor,
those for SQLite's C included, which every library here compiles.

| library | crates | check | release |
|---|---:|---:|---:|
";

/// The section of the report, as Markdown.
pub fn text(costs: &[Cost]) -> String {
    let numbers =
        |text: &str| text.replace("QUERIES", &QUERIES.to_string()).replace("TABLES", &TABLES.to_string());
    let mut out = numbers(INTRODUCTION);
    for cost in costs {
        let Cost { library, check, release, code, .. } = cost;
        let _ = writeln!(
            out,
            "| {library} | {} | {} | {} |",
            cold(check),
            cold(release),
            Unit::Bytes.show(*code)
        );
    }
    out.push_str(AGAIN);
    for Cost { library, check_again, build_again, .. } in costs {
        let times = [check_again.cpu, check_again.wall, build_again.cpu, build_again.wall];
        let _ = writeln!(out, "| {library} | {} |", times.map(seconds).join(" | "));
    }
    out.push_str(&growth(costs));
    out.push_str(DEPENDENCIES);
    for Cost { library, dependencies, .. } in costs {
        let (check, release) = (seconds(dependencies.check), seconds(dependencies.release));
        let _ = writeln!(out, "| {library} | {} | {check} | {release} |", dependencies.crates);
    }
    out.push('\n');
    for Cost { library, note, .. } in costs.iter().filter(|cost| !cost.note.is_empty()) {
        let _ = writeln!(out, "* {library}: {note}");
    }
    out
}

/// The goals of this stage, and whether each is met; nothing where ours or Diesel's was not measured.
pub fn goals(costs: &[Cost]) -> Vec<String> {
    let of = |library: &str| costs.iter().find(|cost| cost.library.starts_with(library));
    let (Some(ours), Some(diesel)) = (of("kysera "), of("diesel ")) else { return Vec::new() };
    let goal = |what: &str, times: f64, limit: f64| {
        let mark = if times <= limit { "met" } else { "**missed**" };
        format!("{mark}: {what}: {times:.2} × {}, at most {limit:.2} wanted", diesel.library)
    };
    vec![
        goal("cold `cargo check` of the queries", ours.check.queries / diesel.check.queries, 1.0 / 3.0),
        goal("code of a query", ours.code / diesel.code, 1.0),
    ]
}

/// The charts of the section, each with the name of its file.
pub fn charts(costs: &[Cost]) -> Vec<(&'static str, String)> {
    if costs.is_empty() {
        return Vec::new();
    }
    let bars = |title: &str, unit, value: fn(&Cost) -> f64| {
        let bar = |cost: &Cost| Bar {
            group: String::new(),
            label: cost.library.clone(),
            value: value(cost),
            spread: None,
        };
        plot::bars(title, unit, &costs.iter().map(bar).collect::<Vec<Bar>>())
    };
    vec![
        (
            "compile-check",
            bars("Cold cargo check of 300 queries over 20 tables, CPU seconds", Unit::Seconds, |cost| {
                cost.check.tables + cost.check.queries
            }),
        ),
        (
            "compile-release",
            bars("Release build of 300 queries over 20 tables, CPU seconds", Unit::Seconds, |cost| {
                cost.release.tables + cost.release.queries
            }),
        ),
        (
            "compile-edit",
            bars("Debug build after one edit, CPU seconds", Unit::Seconds, |cost| cost.build_again.cpu),
        ),
        ("code-size", bars("Code that one query adds, release", Unit::Bytes, |cost| cost.code)),
        (
            "compile-memory",
            bars("Memory of the compiler, release build", Unit::Bytes, |cost| cost.release.peak),
        ),
        ("compile-growth", grown_chart(costs)),
    ]
}

fn grown_chart(costs: &[Cost]) -> String {
    let line = |cost: &Cost| {
        let points =
            cost.growth.iter().filter_map(|(tables, taken)| Some((*tables as f64, *taken.as_ref().ok()?)));
        let stopped = cost.growth.iter().find_map(|(tables, taken)| Some((tables, taken.as_ref().err()?)));
        Line {
            label: cost.library.clone(),
            points: points.collect(),
            note: stopped.map(|(tables, why)| format!("{why} at {tables} tables")),
        }
    };
    let lines: Vec<Line> = costs.iter().filter(|cost| !cost.growth.is_empty()).map(line).collect();
    let (x, y) = (("tables of ten columns", Unit::Count), ("CPU seconds", Unit::Seconds));
    plot::lines("cargo check of tables without queries", x, y, &lines)
}

fn growth(costs: &[Cost]) -> String {
    let mut out = String::from(GROWN);
    let heads: Vec<String> = GROWTH.iter().map(|tables| format!("{tables} tables")).collect();
    let _ = writeln!(out, "| library | {} |\n|---|{}", heads.join(" | "), "---:|".repeat(GROWTH.len()));
    for Cost { library, growth, .. } in costs.iter().filter(|cost| !cost.growth.is_empty()) {
        let taken =
            growth.iter().map(|(_, taken)| taken.as_ref().map_or_else(Clone::clone, |taken| seconds(*taken)));
        let _ = writeln!(out, "| {library} | {} |", taken.collect::<Vec<String>>().join(" | "));
    }
    out
}

fn cold(cold: &Cold) -> String {
    let each = 1e3 * cold.queries / QUERIES as f64;
    format!(
        "{} | {} | {each:.1} ms | {}",
        seconds(cold.tables),
        seconds(cold.queries),
        Unit::Bytes.show(cold.peak)
    )
}

fn seconds(value: f64) -> String {
    Unit::Seconds.show(value)
}
