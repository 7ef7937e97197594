//! Which product a server is, and in which version, from what it says of itself.

use kysera_core::error::{Error, ErrorKind, Result};
use kysera_sql::dialect::Version;

const OLDEST: Version = Version::new(12, 0, 0);

/// Products that speak the protocol and mean something else by the same SQL, by what stands in their `version()`.
///
/// The quotient of two integers, for one, is a decimal number in CockroachDB, and its advisory locks lock nothing.
const OTHERS: [&str; 6] = ["CockroachDB", "Redshift", "Materialize", "RisingWave", "QuestDB", "CrateDB"];

/// The version of PostgreSQL that a server has, by its parameter `server_version` and by what `version()` answers.
///
/// `15.18 (Debian 15.18-0+deb12u1)` is 15.18.0. What says no number is taken for the oldest that is supported.
///
/// # Errors
/// `Unsupported` for another product and for a version that is too old.
pub(crate) fn version(parameter: Option<&str>, answer: Option<&str>) -> Result<Version> {
    let answer = answer.unwrap_or_default();
    if let Some(other) = OTHERS.iter().find(|other| answer.contains(**other)) {
        return Err(unsupported(format!("the server is {other} and not PostgreSQL ({answer})")));
    }
    let said = parameter.unwrap_or_default();
    match number(said) {
        Some(number) if number < OLDEST => Err(unsupported(format!(
            "the server is PostgreSQL {said}, and {OLDEST} is the oldest that is supported"
        ))),
        Some(number) => Ok(number),
        None => Ok(OLDEST),
    }
}

fn unsupported(message: String) -> Error {
    Error::new(ErrorKind::Unsupported, message)
}

fn number(text: &str) -> Option<Version> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let mut parts = text[..end].split('.').map(str::parse);
    let major = parts.next()?.ok()?;
    let mut part = || parts.next().and_then(std::result::Result::ok).unwrap_or(0);
    Some(Version::new(major, part(), part()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_read_from_what_servers_say_of_themselves() {
        let of = |text| version(text, None).unwrap();
        assert_eq!(of(Some("15.18 (Debian 15.18-0+deb12u1)")), Version::new(15, 18, 0));
        assert_eq!(of(Some("18beta2")), Version::new(18, 0, 0));
        assert_eq!(of(Some("13.0.0")), Version::new(13, 0, 0));
        assert_eq!(of(Some("15.2-YB-2.25.0.0-b0")), Version::new(15, 2, 0));
        assert_eq!(of(Some("unknown")), OLDEST);
        assert_eq!(of(None), OLDEST);
    }

    #[test]
    fn old_versions_and_other_products_are_refused_by_name() {
        for (parameter, answer, named) in [
            ("11.22", "PostgreSQL 11.22 on x86_64-pc-linux-gnu", "11.22"),
            ("13.0.0", "CockroachDB CCL v24.1.0 (x86_64-pc-linux-gnu)", "CockroachDB"),
            ("8.0.2", "PostgreSQL 8.0.2 on i686-pc-linux-gnu, Redshift 1.0.77467", "Redshift"),
            ("13.14.0", "PostgreSQL 13.14.0-RisingWave-2.1.0", "RisingWave"),
        ] {
            let error = version(Some(parameter), Some(answer)).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Unsupported, "{answer}");
            assert!(error.to_string().contains(named), "{error}");
        }
    }
}
