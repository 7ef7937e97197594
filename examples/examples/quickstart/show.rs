//! What the example prints: headings, statements and results, in colour only on a terminal.

use kysera::Result;
use kysera::extend::sql::typed::Closed;
use kysera::prelude::*;
use kysera::query::Ready;
use std::fmt::{Arguments, Display};
use std::io::IsTerminal;

/// A heading.
pub(crate) fn heading(text: &str) {
    print_line(format_args!("\n{}", styled("1", text)));
}

/// A result.
pub(crate) fn note(text: Arguments<'_>) {
    print_line(format_args!("  {text}"));
}

/// The statement as it is sent, after the plugins have seen it.
pub(crate) fn sql<Q: Query<Outer: Closed, Readiness: Ready> + Clone>(db: &Db, query: &Q) -> Result<()> {
    let compiled = query.clone().compile(db)?;
    print_line(format_args!("  {}", styled("36", &compiled.sql)));
    Ok(())
}

fn styled(code: &str, text: &str) -> impl Display {
    if std::io::stdout().is_terminal() { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
}

#[expect(clippy::print_stdout, reason = "an example speaks on standard output")]
fn print_line(text: Arguments<'_>) {
    println!("{text}");
}
