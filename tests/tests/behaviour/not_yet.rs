//! The scenarios that do not run on MySQL or MariaDB yet, each with its reason.
//!
//! Each is a visible skip. `KYSERA_TEST_NOT_YET=1` runs them all the same, to see which of them can leave the list.

/// Why scenarios do not run, on which of the two, and their names.
struct Cause {
    why: &'static str,
    on: &'static [&'static str],
    scenarios: &'static [&'static str],
}

const BOTH: &[&str] = &["mysql", "mariadb"];

const NOT_YET: &[Cause] = &[Cause {
    why: "bound values that are computed with each other are floats",
    on: BOTH,
    scenarios: &["meaning::oracle::random_expressions_have_one_meaning"],
}];

/// True when the scenario of this test does not run on the server yet, which is said.
pub(crate) fn skips(server: &str) -> bool {
    let thread = std::thread::current();
    let scenario = thread.name().unwrap_or("main");
    let why = match scenario {
        // What `--test-threads=1` calls the thread of every test.
        "main" => "the scenario's name is known only with more than one test thread",
        _ => {
            let lists = |cause: &&Cause| cause.on.contains(&server) && cause.scenarios.contains(&scenario);
            match NOT_YET.iter().find(lists) {
                Some(cause) => cause.why,
                None => return false,
            }
        }
    };
    if std::env::var_os("KYSERA_TEST_NOT_YET").is_some() {
        return false;
    }
    kysera_testing::skip(server, &format!("{scenario}: {why}"));
    true
}

/// A name that no scenario has would be a hole in the list.
#[test]
fn every_scenario_on_the_list_is_there() {
    let listed = std::process::Command::new(std::env::current_exe().unwrap()).arg("--list").output().unwrap();
    let listed = String::from_utf8(listed.stdout).unwrap();
    for name in NOT_YET.iter().flat_map(|cause| cause.scenarios) {
        assert!(listed.lines().any(|line| line.strip_suffix(": test") == Some(name)), "there is no {name}");
    }
}
