//! Parameters of a URL that no driver knows: which one was meant.

use crate::error::{Error, ErrorKind};

/// The error of a URL's parameter that is none of those that a driver has and none of a pool's: its hint names the one that
/// is spelt almost so, or all of them.
///
/// ```
/// use kysera_core::pool::unknown_parameter;
///
/// let error = unknown_parameter("sslmode", &["ssl-mode", "ssl-ca"]);
/// assert_eq!(error.to_string(), "the URL has an unknown parameter `sslmode`; did you mean `ssl-mode`?");
/// ```
#[cold]
pub fn unknown_parameter(name: &str, known: &[&str]) -> Error {
    let all = || known.iter().copied().chain(NAMES);
    let hint = match resembling(name, all()) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => {
            let names: Vec<_> = all().map(|name| format!("`{name}`")).collect();
            format!("there are {}", names.join(", "))
        }
    };
    let message = format!("the URL has an unknown parameter `{name}`");
    Error::new(ErrorKind::Configuration, message).with_hint(hint)
}

/// The parameters that [`PoolOptions`](super::PoolOptions) reads.
pub(super) const NAMES: [&str; 9] = [
    "pool_max",
    "pool_min",
    "pool_acquire_timeout",
    "pool_idle_timeout",
    "pool_max_lifetime",
    "pool_check_after",
    "pool_check_timeout",
    "pool_close_timeout",
    "pool_max_waiting",
];

/// The first of the best: the same but for case and the signs between words, else at most two letters away, else longer or
/// shorter at an end.
fn resembling<'n>(name: &str, known: impl Iterator<Item = &'n str> + Clone) -> Option<&'n str> {
    let bare = |name: &str| name.to_ascii_lowercase().replace(['-', '_', '.', ' '], "");
    let said = bare(name);
    let is_part = |known: &str| said.len() >= 3 && known.contains(&*said) || said.starts_with(known);
    known.clone().find(|known| bare(known) == said).or_else(|| {
        let near = known.clone().map(|known| (distance(&bare(known), &said), known));
        let near = near.filter(|(distance, _)| distance * 3 < said.len() && *distance <= 2);
        let nearest = near.min_by_key(|(distance, _)| *distance).map(|(_, known)| known);
        nearest.or_else(|| known.clone().find(|known| is_part(&bare(known))))
    })
}

/// How many letters have to be added, left out or changed to make one of the other.
fn distance(one: &str, other: &str) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (at, a) in one.bytes().enumerate() {
        let mut corner = std::mem::replace(&mut row[0], at + 1);
        for (at, b) in other.bytes().enumerate() {
            let cost = if a == b { corner } else { 1 + corner.min(row[at]).min(row[at + 1]) };
            corner = std::mem::replace(&mut row[at + 1], cost);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::super::PoolOptions;
    use super::*;

    const KNOWN: [&str; 5] = ["ssl-mode", "ssl-ca", "ssl-cert", "connect-timeout", "kill"];

    #[test]
    fn a_parameter_that_is_spelt_otherwise_is_named() {
        for (said, meant) in [
            ("sslmode", "ssl-mode"),
            ("SSL_MODE", "ssl-mode"),
            ("ssl-mod", "ssl-mode"),
            ("ssl", "ssl-mode"),
            ("sslcertificate", "ssl-cert"),
            ("conect_timeout", "connect-timeout"),
            ("timeout", "connect-timeout"),
            ("pool-max", "pool_max"),
            ("pool_max_connections", "pool_max"),
            ("poolmin", "pool_min"),
        ] {
            let error = unknown_parameter(said, &KNOWN);
            assert_eq!(error.hint(), Some(&*format!("did you mean `{meant}`?")), "{said}");
            assert_eq!(error.kind(), ErrorKind::Configuration);
        }
    }

    #[test]
    fn what_resembles_none_gets_the_list() {
        for said in ["colour", "charset", "ca", "x", ""] {
            let error = unknown_parameter(said, &KNOWN);
            let hint = error.hint().unwrap();
            assert!(
                hint.starts_with("there are `ssl-mode`, ") && hint.contains("`pool_max`"),
                "{said}: {hint}"
            );
        }
    }

    #[test]
    fn a_distance_counts_letters() {
        for (one, other, expected) in
            [("", "", 0), ("", "ab", 2), ("abc", "abc", 0), ("kitten", "sitting", 3)]
        {
            assert_eq!((distance(one, other), distance(other, one)), (expected, expected), "{one} {other}");
        }
    }

    #[test]
    fn every_parameter_of_a_pool_is_listed() {
        for name in NAMES {
            assert!(PoolOptions::default().set_parameter(name, "2").unwrap(), "{name}");
        }
    }
}
