//! SQL as it is printed and as it is sent, made alike.

/// The statements of a block of SQL: one after each `;` or empty line, on one line each.
pub(crate) fn statements(sql: &str) -> Vec<String> {
    let lines = sql.lines().map(|line| if line.trim_start().starts_with("--") { "" } else { line });
    let sql = lines.collect::<Vec<_>>().join("\n").replace(";\n", "\n\n");
    sql.split("\n\n").map(one_line).filter(|statement| !statement.is_empty()).collect()
}

/// The statement with a single space wherever it is broken.
pub(crate) fn one_line(sql: &str) -> String {
    let line = sql.split_whitespace().collect::<Vec<_>>().join(" ");
    line.trim_end_matches(';').replace("( ", "(").replace(" )", ")")
}
