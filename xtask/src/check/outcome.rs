//! What a step of the check comes to.

use crate::process::Result;

/// What a step that did not fail has to say.
pub(crate) enum Outcome {
    Passed,
    /// Nothing was checked, for this reason.
    Skipped(String),
}

/// Turns a list of problems into one message.
pub(crate) fn verdict(problems: &[String]) -> Result<Outcome> {
    if problems.is_empty() { Ok(Outcome::Passed) } else { Err(problems.join("\n")) }
}
