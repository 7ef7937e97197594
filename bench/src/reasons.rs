//! Why somebody is faster, written by hand; which cases these are, the figures say.

/// The beginning of a case's name, the library that is ahead (empty: any), and the reason: only what was looked into. A case
/// that stands nowhere here is said to be unexplained.
const REASONS: [(&str, &str, &str); 5] = [
    (
        "sqlite: left join",
        "diesel",
        "profiled: not the library but SQLite. With `left join` and a bound value the newer SQLite of ours makes a new plan at \
         each execution (`sqlite3Reprepare`, nine tenths of rusqlite's instructions for one row); the rivals' older one does not",
    ),
    (
        "sqlite: select with 0 to 8 filters",
        "",
        "profiled: over half of the instructions, ours and rusqlite's alike, are SQLite making a new plan at each execution \
         because the limit is bound; the rest is building and compiling the query anew",
    ),
    (
        "sqlite: nested rows",
        "",
        "the strategy: one statement with lists that SQLite writes as JSON and we read again; `kysera, by level`, which asks \
         once for each level, shows the difference",
    ),
    ("sqlite: associations", "", "the strategy, as of nested rows"),
    (
        "postgres: nested rows",
        "",
        "the strategy: one statement makes the server write records of records; `kysera, a query for each level` shows the \
         difference, and further away the one statement is ahead",
    ),
];

/// Why this library is ahead in this case, where somebody wrote it down.
pub fn reason(case: &str, library: &str) -> Option<&'static str> {
    let fits = |(name, who, _): &&(&str, &str, &str)| case.starts_with(name) && library.starts_with(who);
    REASONS.iter().find(fits).map(|(_, _, why)| *why)
}
