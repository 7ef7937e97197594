//! The tables of the options of an address, in the guide, have what the drivers read, and nothing else.

use kysera::ErrorKind;
use kysera::mysql::MySqlOptions;
use kysera::postgres::PostgresOptions;
use kysera::sqlite::SqliteOptions;
use std::collections::BTreeSet;

const GUIDE: &str = include_str!("../../../docs/guide/drivers.md");

/// Where each stands: the heading of the table, an address that ends in front of an option, and what reads it.
type Reads = fn(&str) -> kysera::Result<()>;
const DRIVERS: [(&str, &str, Reads); 3] = [
    ("SQLite", "sqlite:a?", |address| address.parse::<SqliteOptions>().map(drop)),
    ("PostgreSQL", "postgres://db?", |address| address.parse::<PostgresOptions>().map(drop)),
    ("MySQL, MariaDB", "mysql://db?", |address| address.parse::<MySqlOptions>().map(drop)),
];

/// The options that an address may have, as the error of an unknown one lists them.
fn known(reads: Reads, start: &str) -> BTreeSet<String> {
    let error = reads(&format!("{start}qqqqqqqqqqqq=1")).expect_err("nothing is called so");
    assert_eq!(error.kind(), ErrorKind::Configuration);
    let hint = error.hint().unwrap_or_default();
    let names: BTreeSet<_> = hint.split('`').skip(1).step_by(2).map(str::to_owned).collect();
    assert!(names.len() > 9, "{hint}");
    names
}

/// The names in the first column of the table whose head begins with that cell.
fn listed(head: &str) -> BTreeSet<String> {
    let table = GUIDE.split(&format!("\n| {head} |")).nth(1).unwrap_or_else(|| panic!("no table of {head}"));
    let rows = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    let names = rows.flat_map(|row| {
        let first = row.split('|').nth(1).unwrap_or_default();
        first.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>()
    });
    names.collect()
}

#[test]
fn every_option_of_an_address_stands_in_the_guide() {
    let pool = listed("every pool");
    assert_eq!(pool.len(), 9, "{pool:?}");
    for (driver, start, reads) in DRIVERS {
        let listed: BTreeSet<_> = listed(&format!("{driver}: option")).union(&pool).cloned().collect();
        assert_eq!(listed, known(reads, start), "{driver}");
    }
}
