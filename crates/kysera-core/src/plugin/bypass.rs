//! Logs that plugins were bypassed, or that a table is none of a guard's, and why. Never logs values.

/// Notes that a statement, or a part of one, asked plugins to leave it alone.
pub(crate) fn note(reason: &str, statement: &'static str) {
    tracing::info!(target: "kysera::bypass", reason, statement, "plugins are passed by");
}

/// Notes that no guard is meant for a table.
pub(crate) fn note_unguarded(reason: &str, table: &str) {
    tracing::info!(target: "kysera::bypass", reason, table, "no guard is meant for this table");
}
