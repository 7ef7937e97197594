//! Lines of many test processes in one file that the environment names.

use std::fs::OpenOptions;
use std::io::Write;

/// Adds a line to the file that a variable names, if it names one; gives the message of a failure back.
pub(crate) fn append(variable: &str, line: &str) -> Result<(), String> {
    let Some(log) = std::env::var_os(variable) else { return Ok(()) };
    // One write to a file opened for appending, so that test processes do not mix their lines.
    let file = OpenOptions::new().create(true).append(true).open(&log);
    let written = file.and_then(|mut file| file.write_all(line.as_bytes()));
    written.map_err(|error| format!("the log {} cannot be written: {error}", log.display()))
}
