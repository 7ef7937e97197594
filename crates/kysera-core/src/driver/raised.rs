//! What the error of a statement that failed on purpose means: a check that plugins put into it was not passed.

use crate::error::{Error, ErrorKind};
use kysera_sql::dialect::{Raise, RaiseReason};

/// The error for the failure of a check, for this reason or for either. Neither code nor source: they tell of the trick,
/// not of the conflict.
#[cold]
pub(crate) fn refusal(reason: Option<RaiseReason>) -> Error {
    match reason {
        Some(RaiseReason::HiddenRow) => {
            Error::new(ErrorKind::HiddenConflict, "the row conflicts with one that is hidden")
                .with_hint("use another key, or revive the hidden row")
        }
        Some(RaiseReason::WriteCheck) => Error::new(
            ErrorKind::Refused,
            "a row, as the statement would write it, does not pass the check of a plugin",
        )
        .with_hint("write rows that the policy of the table allows"),
        _ => Error::new(
            ErrorKind::Refused,
            "a row conflicts with one that is hidden, or does not pass the check of a plugin",
        ),
    }
}

/// What an error of a driver means, where the database repeats the words of the check; `None` for any other error. A
/// layer knows no more than this: it does not see what plugins did.
#[cold]
pub(crate) fn meant(raise: Raise, error: &Error) -> Option<Error> {
    raise.named(error.code(), &texts(error)).map(|reason| refusal(Some(reason)))
}

/// The message of an error and of what caused it.
#[cold]
pub(crate) fn texts(error: &Error) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text.push('\n');
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
