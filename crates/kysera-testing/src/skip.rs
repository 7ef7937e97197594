//! Reports visibly that a test did not run.
//!
//! Decides nothing: [`servers`](crate::servers) decides whether a missing server is a skip or a failure.

use crate::log::append;
use std::collections::HashSet;
use std::io::Write;
use std::sync::{LazyLock, Mutex, PoisonError};

/// What the line of a skipped test begins with.
const MARK: &str = "KYSERA-SKIP";

/// The environment variable that names a file; every skip adds a line to it.
///
/// `cargo xtask test` sets it, and ends with a summary of that file.
const LOG: &str = "KYSERA_SKIP_LOG";

static SAID: LazyLock<Mutex<HashSet<String>>> = LazyLock::new(Mutex::default);

/// Reports that something was not tested, and why; the test then returns.
///
/// The line goes to standard error, once for each reason and process. It is written past
/// the test harness, which hides what passing tests print. Where `KYSERA_SKIP_LOG` names a
/// file, every call adds the line to that file too.
///
/// # Examples
/// ```no_run
/// // KYSERA-SKIP: row security: this server has none
/// kysera_testing::skip("row security", "this server has none");
/// ```
pub fn skip(what: &str, why: &str) {
    let line = format!("{MARK}: {what}: {why}\n");
    if let Err(message) = append(LOG, &line) {
        say(&format!("{MARK}: {message}\n"));
    }
    say(&line);
}

fn say(line: &str) {
    if SAID.lock().unwrap_or_else(PoisonError::into_inner).insert(line.to_owned()) {
        // `eprint!` would be captured. Nobody is left to tell if standard error is closed.
        let _ = std::io::stderr().write_all(line.as_bytes());
    }
}
