//! Bad input: a typed error that says what to do, before anything is sent where that is possible, and never a hang.

mod connections;
mod counting;
mod decoding;
mod queries;
mod secrets;

use kysera::{Error, ErrorKind};

/// Of this kind, and says what to do.
#[track_caller]
fn advised(error: &Error, kind: ErrorKind) {
    assert_eq!(error.kind(), kind, "{error:?}");
    // A query that makes no sense says in one sentence what it needs; everything else adds advice.
    let advice = if kind == ErrorKind::InvalidQuery { ": " } else { "; " };
    assert!(error.to_string().contains(advice), "no advice: {error}");
}
