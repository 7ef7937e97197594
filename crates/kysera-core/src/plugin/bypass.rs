//! Logs that plugins were bypassed, and why. Never logs values.

/// Notes that a statement, or a part of one, asked plugins to leave it alone.
pub(crate) fn note(reason: &str, statement: &'static str) {
    tracing::info!(target: "kysera::bypass", reason, statement, "plugins are passed by");
}
