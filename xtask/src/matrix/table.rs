//! From what tests printed and noted to the table.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// The servers that have a column, besides that of all tests.
const SERVERS: [&str; 5] = ["postgres", NEWEST, "pgbouncer", "mysql", "mariadb"];

const NEWEST: &str = "newest-postgres";

const COLUMNS: usize = SERVERS.len() + 1;

#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Counts {
    passed: usize,
    failed: usize,
    skipped: usize,
}

/// What a test program printed.
#[derive(Debug, Default)]
struct Printed<'a> {
    /// All its tests; the ignored ones are skipped.
    all: Counts,
    failures: BTreeSet<&'a str>,
}

/// What became of a test on a server; later is worse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Outcome {
    Passed,
    Skipped,
    Failed,
}

/// Returns a line for each program, `passed/failed/skipped` for all its tests and for those that asked for a server.
pub(crate) fn table(areas: &BTreeMap<String, String>, output: &str, uses: &str) -> String {
    let printed = printed(output);
    let used = used(uses, &printed);
    let mut lines = BTreeMap::<&str, [Counts; COLUMNS]>::new();
    for (program, printed) in &printed {
        let area = areas.get(*program).map_or(*program, String::as_str);
        let mut counts = [printed.all; COLUMNS];
        for (at, server) in SERVERS.iter().enumerate() {
            counts[at + 1] = used.get(&(*program, *server)).copied().unwrap_or_default();
        }
        lines.entry(area).and_modify(|line| add(line, &counts)).or_insert(counts);
    }
    let heads = std::array::from_fn(|at| if at == 0 { "all" } else { SERVERS[at - 1] }.to_owned());
    let mut text = line("passed/failed/skipped", heads);
    let mut sum = [Counts::default(); COLUMNS];
    for (area, counts) in lines {
        add(&mut sum, &counts);
        text += &line(area, counts.map(cell));
    }
    text + &line("together", sum.map(cell)) + "\n"
}

/// What programs noted that ran again on the newest PostgreSQL, under the names that they have then.
pub(crate) fn on_newest(uses: &str) -> String {
    let lines = uses.lines().filter_map(|line| {
        let [program, test, "postgres", what] = line.split(' ').collect::<Vec<_>>()[..] else { return None };
        Some(format!("{program}-newest {test} {NEWEST} {what}\n"))
    });
    lines.collect()
}

/// Splits cargo's output at the lines that name a program: `Running tests/x.rs (target/debug/deps/x-0a)`.
fn printed(output: &str) -> BTreeMap<&str, Printed<'_>> {
    let mut all = BTreeMap::<&str, Printed<'_>>::new();
    let (mut program, mut in_failures) = (None, false);
    for line in output.lines() {
        let words = line.trim_start();
        if let Some(name) = words.strip_prefix("Running ").and_then(program_of) {
            program = Some(name);
        } else if let Some(name) = words.strip_prefix("Doc-tests ") {
            program = Some(name);
        }
        let Some(program) = program else { continue };
        if let Some(result) = line.strip_prefix("test result: ") {
            let printed = all.entry(program).or_default();
            let counts = Counts {
                passed: number_before(result, "passed"),
                failed: number_before(result, "failed"),
                skipped: number_before(result, "ignored"),
            };
            printed.all = sum(printed.all, counts);
            in_failures = false;
        } else if line == "failures:" {
            // There are two such lists; the output of the tests comes first, their bare names follow.
            in_failures = true;
            all.entry(program).or_default().failures.clear();
        } else if let Some(name) = line.strip_prefix("    ").filter(|name| in_failures && !name.contains(' '))
        {
            all.entry(program).or_default().failures.insert(name);
        }
    }
    all
}

fn program_of(running: &str) -> Option<&str> {
    running.strip_suffix(')')?.rsplit(['/', '(']).next()
}

fn number_before(text: &str, word: &str) -> usize {
    let parts = text.split([';', '.']).filter_map(|part| part.trim().split_once(' '));
    parts.filter(|(_, name)| *name == word).filter_map(|(number, _)| number.parse::<usize>().ok()).sum()
}

/// Counts the lines `program test server used` for each program and server.
fn used<'a>(uses: &'a str, printed: &BTreeMap<&str, Printed<'_>>) -> BTreeMap<(&'a str, &'a str), Counts> {
    let mut outcomes = BTreeMap::new();
    for line in uses.lines() {
        let [program, test, server, what] = line.split(' ').collect::<Vec<_>>()[..] else { continue };
        let has_failed = printed.get(program).is_some_and(|printed| printed.failures.contains(test));
        let outcome = match what {
            _ if has_failed => Outcome::Failed,
            "used" => Outcome::Passed,
            _ => Outcome::Skipped,
        };
        let worst = outcomes.entry((program, test, server)).or_insert(outcome);
        *worst = outcome.max(*worst);
    }
    let mut counts = BTreeMap::<_, Counts>::new();
    for ((program, _, server), outcome) in outcomes {
        let counts = counts.entry((program, server)).or_default();
        match outcome {
            Outcome::Passed => counts.passed += 1,
            Outcome::Failed => counts.failed += 1,
            Outcome::Skipped => counts.skipped += 1,
        }
    }
    counts
}

fn sum(one: Counts, other: Counts) -> Counts {
    Counts {
        passed: one.passed + other.passed,
        failed: one.failed + other.failed,
        skipped: one.skipped + other.skipped,
    }
}

fn add(line: &mut [Counts; COLUMNS], more: &[Counts; COLUMNS]) {
    for (counts, more) in line.iter_mut().zip(more) {
        *counts = sum(*counts, *more);
    }
}

fn cell(counts: Counts) -> String {
    if counts == Counts::default() {
        return "-".to_owned();
    }
    format!("{}/{}/{}", counts.passed, counts.failed, counts.skipped)
}

fn line(area: &str, cells: [String; COLUMNS]) -> String {
    let mut line = format!("{area:<36}");
    for cell in cells {
        let _ = write!(line, " {cell:>15}");
    }
    line + "\n"
}

#[cfg(test)]
mod tests {
    use super::{on_newest, table};
    use std::collections::BTreeMap;

    const OUTPUT: &str = "\
   Compiling x v0.1.0
     Running unittests src/lib.rs (target/debug/deps/kysera_mysql-0a)

running 3 tests
test a ... ok
test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s

     Running tests/suite/main.rs (target/debug/deps/suite-0b)

running 4 tests
test on::both ... KYSERA-SKIP: mariadb: KYSERA_TEST_MARIADB_URL is not set
FAILED

failures:

---- on::both stdout ----
    backtrace
thread 'on::both' panicked

failures:
    on::both

test result: FAILED. 2 passed; 1 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s

   Doc-tests kysera_mysql

running 2 tests
test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.17s
test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.17s
";

    #[test]
    fn a_test_counts_for_each_server_that_it_asked_for() {
        let pairs = [("kysera_mysql-0a", "kysera-mysql unit tests"), ("suite-0b", "kysera-mysql suite")];
        let areas: BTreeMap<_, _> = pairs.map(|(program, area)| (program.to_owned(), area.to_owned())).into();
        // A server that was used and then lacked something is a skip; what failed, failed wherever it ran.
        let uses = "\
suite-0b on::both mysql used
suite-0b on::both mariadb skipped
suite-0b on::one mysql used
suite-0b on::one mysql used
suite-0b on::two mysql used
suite-0b on::two mysql skipped
suite-0b on::two sockets skipped
garbage
";
        let table = table(&areas, OUTPUT, uses);
        let cells: Vec<Vec<_>> = table.lines().map(|line| line.split_whitespace().collect()).collect();
        let heads =
            ["passed/failed/skipped", "all", "postgres", "newest-postgres", "pgbouncer", "mysql", "mariadb"];
        assert_eq!(cells[0], heads);
        assert_eq!(cells[1], ["kysera-mysql", "suite", "2/1/1", "-", "-", "-", "1/1/1", "0/1/0"]);
        assert_eq!(cells[2], ["kysera-mysql", "unit", "tests", "3/0/0", "-", "-", "-", "-", "-"]);
        assert_eq!(cells[3], ["kysera_mysql", "3/0/0", "-", "-", "-", "-", "-"]);
        assert_eq!(cells[4], ["together", "8/1/1", "-", "-", "-", "1/1/1", "0/1/0"]);
    }

    #[test]
    fn what_ran_again_on_the_newest_postgres_has_a_line_and_a_column_of_its_own() {
        let uses = "suite-0b a::b postgres used\nsuite-0b a::b mysql skipped\n";
        assert_eq!(on_newest(uses), "suite-0b-newest a::b newest-postgres used\n");
    }
}
