//! The summary of what was not tested, from the file that `kysera_testing::skip` writes.

use crate::process::Result;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// A file of lines `KYSERA-SKIP: <what>: <why>`, one for each test that did not run.
#[derive(Debug)]
pub(crate) struct SkipLog(PathBuf);

impl SkipLog {
    /// The environment variable that tells tests where the file is.
    pub(crate) const VARIABLE: &str = "KYSERA_SKIP_LOG";

    /// Makes an empty file.
    pub(crate) fn new(root: &Path) -> Result<SkipLog> {
        let folder = root.join("target");
        let log = folder.join("kysera-skips.log");
        let made = fs::create_dir_all(folder).and_then(|()| fs::write(&log, ""));
        made.map(|()| SkipLog(log.clone()))
            .map_err(|error| format!("cannot write {}: {error}", log.display()))
    }

    /// Returns the path of the file.
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// Returns each reason with the number of tests that gave it.
    pub(crate) fn summary(&self) -> Result<String> {
        let read = fs::read_to_string(&self.0);
        read.map(|text| summarize(&text))
            .map_err(|error| format!("cannot read {}: {error}", self.0.display()))
    }
}

fn summarize(text: &str) -> String {
    let mut counts = BTreeMap::<&str, usize>::new();
    for line in text.lines().filter_map(|line| line.strip_prefix("KYSERA-SKIP: ")) {
        *counts.entry(line).or_default() += 1;
    }
    if counts.is_empty() {
        return "nothing was skipped".to_owned();
    }
    let lines: Vec<_> = counts.iter().map(|(line, count)| format!("skipped {count:>4} x {line}")).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::summarize;

    #[test]
    fn equal_reasons_are_counted_and_other_lines_are_not() {
        let log =
            "KYSERA-SKIP: mysql: no url\nnoise\nKYSERA-SKIP: mssql: no url\nKYSERA-SKIP: mysql: no url\n";
        assert_eq!(summarize(log), "skipped    1 x mssql: no url\nskipped    2 x mysql: no url");
    }

    #[test]
    fn an_empty_log_says_so() {
        assert_eq!(summarize(""), "nothing was skipped");
    }
}
