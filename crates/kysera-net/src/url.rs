//! Addresses as users write them: taken apart, decoded, and refused without a word of them in the message.

use kysera_core::error::{Error, ErrorKind, Result};
use percent_encoding::percent_decode_str;

/// How an address of a driver is written, as its messages show it: `mysql://user:password@host:port/database`.
///
/// What a message says of an address never holds a part of it but the names of parameters: anything else may be a password.
#[derive(Clone, Copy, Debug)]
pub struct UrlForm(pub &'static str);

impl UrlForm {
    /// The error of an address that cannot be read.
    pub fn unreadable(self, reason: &str) -> Error {
        Error::new(ErrorKind::Configuration, format!("cannot read the address of the server: {reason}"))
            .with_hint(format!("write {}, with special characters percent-encoded", self.0))
    }

    /// The names and values behind the question mark, as they are written.
    pub fn parameters(self, query: &str) -> impl Iterator<Item = Result<(&str, &str)>> {
        let pairs = query.split('&').filter(|pair| !pair.is_empty());
        pairs.map(move |pair| pair.split_once('=').ok_or_else(|| self.unreadable("a parameter has no value")))
    }

    /// A part of the address with its percent-encoding undone; `what` names it.
    ///
    /// # Errors
    /// `Configuration` when it is no text.
    pub fn decoded(self, text: &str, what: &str) -> Result<String> {
        let decoded = percent_decode_str(text).decode_utf8();
        decoded.map(Into::into).map_err(|_| self.unreadable(&format!("{what} is not UTF-8")))
    }
}

/// The error of a parameter whose value is none of the `allowed`.
pub fn invalid(key: &str, allowed: &'static str) -> Error {
    Error::new(ErrorKind::Configuration, format!("the value of {key} in the address is not valid"))
        .with_hint(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FORM: UrlForm = UrlForm("x://user:password@host");

    #[test]
    fn parameters_are_taken_apart_and_decoded() {
        let pairs: Result<Vec<_>> = FORM.parameters("a=1&&b=%20=").collect();
        assert_eq!(pairs.unwrap(), [("a", "1"), ("b", "%20=")]);
        assert_eq!(FORM.decoded("p%40ss", "the password").unwrap(), "p@ss");
    }

    #[test]
    fn a_mistake_is_named_and_what_was_written_is_not() {
        let errors = [
            FORM.parameters("hunter2").next().unwrap().unwrap_err(),
            FORM.decoded("hunter2%ff", "the password").unwrap_err(),
            invalid("ssl", "it is on or off"),
        ];
        for error in errors {
            assert_eq!(error.kind(), ErrorKind::Configuration);
            assert!(!format!("{error} {error:?} {:?}", error.hint()).contains("hunter2"), "{error:?}");
        }
        let hint = "write x://user:password@host, with special characters percent-encoded";
        assert_eq!(FORM.unreadable("it is empty").hint(), Some(hint));
    }
}
