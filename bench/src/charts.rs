//! Which figures are drawn, and how: bars of some cases, lines over the number of rows.

use crate::figure::Figure;
use crate::plot::{self, Bar, Line, Unit};
use crate::section::Section;

/// A chart: the name of its file, its title, and the cases in it; `*` is any end.
const BARS: [(&str, &str, &[&str]); 12] = [
    (
        "sqlite-reads",
        "SQLite in memory, reads: times rusqlite",
        &["sqlite: select 1 by key", "sqlite: select 100", "sqlite: select 10 000", "sqlite: select with*"],
    ),
    (
        "sqlite-writes",
        "SQLite in memory, writes: times rusqlite",
        &[
            "sqlite: insert 1",
            "sqlite: insert 100",
            "sqlite: update*",
            "sqlite: upsert*",
            "sqlite: transaction*",
        ],
    ),
    ("sqlite-nested", "SQLite in memory, nested rows: times rusqlite", &["sqlite: nested rows*"]),
    ("sqlite-stream", "SQLite in memory, a million rows: times rusqlite", &["sqlite: stream*"]),
    (
        "postgres-reads",
        "PostgreSQL, reads: times tokio-postgres",
        &[
            "postgres: select 1 by key",
            "postgres: select 10 by key*",
            "postgres: select 100",
            "postgres: select 10 000",
        ],
    ),
    (
        "postgres-writes",
        "PostgreSQL, writes: times tokio-postgres",
        &[
            "postgres: insert 1",
            "postgres: insert 100",
            "postgres: update*",
            "postgres: upsert*",
            "postgres: transaction*",
        ],
    ),
    (
        "postgres-nested",
        "PostgreSQL, nested rows: times tokio-postgres",
        &["postgres: nested rows of 10 users*"],
    ),
    (
        "mysql-reads",
        "MySQL, reads: times mysql_async",
        &["mysql: select 1 by key", "mysql: select 10 by key*", "mysql: select 100", "mysql: select 10 000"],
    ),
    (
        "mysql-writes",
        "MySQL, writes: times mysql_async",
        &["mysql: insert 1", "mysql: insert 100", "mysql: update*", "mysql: upsert*", "mysql: transaction*"],
    ),
    (
        "mariadb-reads",
        "MariaDB, reads: times mysql_async",
        &[
            "mariadb: select 1 by key",
            "mariadb: select 10 by key*",
            "mariadb: select 100",
            "mariadb: select 10 000",
        ],
    ),
    (
        "mariadb-writes",
        "MariaDB, writes: times mysql_async",
        &[
            "mariadb: insert 1",
            "mariadb: insert 100",
            "mariadb: update*",
            "mariadb: upsert*",
            "mariadb: transaction*",
        ],
    ),
    ("text", "Building a query's text: times sea-query", &["text:*"]),
];

/// Charts of the 99th of a hundred calls.
const TAILS: [(&str, &str, &str); 5] = [
    ("sqlite-tasks", "SQLite in a file, 64 tasks on 8 connections: p99 of a call", "sqlite: 64 tasks"),
    ("sqlite-ticker", "A 10 ms ticker beside a load of SQLite: p99 of its lateness", "sqlite: 10 ms ticker"),
    ("postgres-tasks", "PostgreSQL, 64 tasks on 8 connections: p99 of a call", "postgres: 64 tasks"),
    ("mysql-tasks", "MySQL, 64 tasks on 8 connections: p99 of a call", "mysql: 64 tasks"),
    ("mariadb-tasks", "MariaDB, 64 tasks on 8 connections: p99 of a call", "mariadb: 64 tasks"),
];

/// Every chart that these sections give: the name of its file, and its SVG.
pub fn charts(sections: &[Section]) -> Vec<(&'static str, String)> {
    let mut charts = Vec::new();
    for (file, title, cases) in BARS {
        let meant = |section: &&Section| cases.iter().any(|case| is(&section.name, case));
        let bars = bars(sections.iter().filter(meant), |figure| Some(figure.quiet_ratio));
        if !bars.is_empty() {
            charts.push((file, plot::bars(title, Unit::Ratio, &bars)));
        }
    }
    for (file, title, case) in TAILS {
        let meant = sections.iter().filter(|section| section.name.starts_with(case));
        let bars = bars(meant, |figure| figure.extra("p99"));
        if !bars.is_empty() {
            charts.push((file, plot::bars(title, Unit::Nanos, &bars)));
        }
    }
    for group in ["sqlite", "postgres", "mysql", "mariadb"] {
        let lines = growth(sections, group);
        if lines.iter().any(|line| line.points.len() > 1) {
            let (file, title) = match group {
                "sqlite" => ("sqlite-rows", "SQLite in memory: reading so many users"),
                "mysql" => ("mysql-rows", "MySQL: reading so many users"),
                "mariadb" => ("mariadb-rows", "MariaDB: reading so many users"),
                _ => ("postgres-rows", "PostgreSQL: reading so many users"),
            };
            charts.push((file, plot::lines(title, ("rows", Unit::Count), ("time", Unit::Nanos), &lines)));
        }
    }
    charts
}

/// True for a name that is the pattern, or begins as it does where it ends with `*`.
fn is(name: &str, pattern: &str) -> bool {
    pattern.strip_suffix('*').map_or(name == pattern, |start| name.starts_with(start))
}

/// A line for each variant over the cases `select <rows>`.
fn growth(sections: &[Section], group: &str) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for section in sections {
        let rows = section.name.strip_prefix(group).and_then(|name| name.strip_prefix(": select "));
        let Some(rows) = rows.and_then(|rows| rows.replace(' ', "").parse::<f64>().ok()) else { continue };
        for figure in &section.figures {
            match lines.iter_mut().find(|line| line.label == figure.name) {
                Some(line) => line.points.push((rows, figure.quiet)),
                None => {
                    let (label, points) = (figure.name.clone(), vec![(rows, figure.quiet)]);
                    lines.push(Line { label, points, note: None });
                }
            }
        }
    }
    lines.retain(|line| line.points.len() > 1);
    lines
}

fn bars<'a>(sections: impl Iterator<Item = &'a Section>, value: fn(&Figure) -> Option<f64>) -> Vec<Bar> {
    let of = |section: &'a Section| {
        let bar = move |figure: &Figure| {
            let (group, label) = (section.name.clone(), figure.name.clone());
            Some(Bar { group, label, value: value(figure)?, spread: None })
        };
        section.figures.iter().filter_map(bar).collect::<Vec<Bar>>()
    };
    sections.flat_map(of).collect()
}
