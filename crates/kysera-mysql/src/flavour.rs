//! Which product a server is, and in which version, from what it says of itself.

use kysera_core::error::{Error, ErrorKind, Result};
use kysera_sql::dialect::{self, Version};

/// The oldest versions that are supported: the first MySQL with `lateral`, the first MariaDB with `insert .. returning`.
const OLDEST_MYSQL: Version = Version::new(8, 0, 14);
const OLDEST_MARIADB: Version = Version::new(10, 5, 0);

/// Products that speak the protocol and are neither, by what stands in their version.
const OTHERS: [&str; 8] =
    ["tidb", "vitess", "oceanbase", "singlestore", "clickhouse", "doris", "starrocks", "drizzle"];

/// A server's product and version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Flavour {
    pub(crate) is_maria: bool,
    pub(crate) version: Version,
}

impl Flavour {
    /// Reads a version such as `8.0.36`, `11.8.9-MariaDB-4 from Debian` or `5.5.5-10.11.18-MariaDB`.
    ///
    /// # Errors
    /// `Unsupported` for another product and for a version that is too old.
    pub(crate) fn of(version: &str) -> Result<Flavour> {
        let lower = version.to_ascii_lowercase();
        if let Some(other) = OTHERS.iter().find(|other| lower.contains(**other)) {
            return Err(unsupported(format!(
                "the server is {other} and neither MySQL nor MariaDB ({version})"
            )));
        }
        let is_maria = lower.contains("mariadb");
        // In front of its own version MariaDB may put one that old replicas understand.
        let own = if is_maria { lower.strip_prefix("5.5.5-").unwrap_or(&lower) } else { &lower };
        let Some(number) = number(own) else {
            return Err(unsupported(format!("the server does not say which version it is ({version})")));
        };
        let (name, oldest) = if is_maria { ("MariaDB", OLDEST_MARIADB) } else { ("MySQL", OLDEST_MYSQL) };
        if number < oldest {
            return Err(unsupported(format!(
                "the server is {name} {number}, and {oldest} is the oldest that is supported"
            )));
        }
        Ok(Flavour { is_maria, version: number })
    }

    /// The collation by which texts are equal only when all of their characters are, blanks at the end too.
    pub(crate) fn collation(self) -> &'static str {
        match self.is_maria {
            true => "utf8mb4_nopad_bin",
            false if self.version < Version::new(8, 0, 17) => "utf8mb4_bin",
            false => "utf8mb4_0900_bin",
        }
    }

    pub(crate) fn dialect(self) -> dialect::MySql {
        if self.is_maria {
            dialect::MySql::mariadb_version(self.version)
        } else {
            dialect::MySql::version(self.version)
        }
    }
}

fn unsupported(message: String) -> Error {
    Error::new(ErrorKind::Unsupported, message)
}

fn number(text: &str) -> Option<Version> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let mut parts = text[..end].split('.').map(str::parse);
    let mut part = || parts.next()?.ok();
    Some(Version::new(part()?, part()?, part().unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(version: &str) -> (bool, (u32, u32, u32)) {
        let Flavour { is_maria, version } = Flavour::of(version).unwrap();
        (is_maria, (version.major, version.minor, version.patch))
    }

    #[test]
    fn the_flavour_is_read_from_what_servers_say_of_themselves() {
        assert_eq!(of("9.7.4-2"), (false, (9, 7, 4)));
        assert_eq!(of("8.0.36-28"), (false, (8, 0, 36)));
        assert_eq!(of("11.8.9-MariaDB-4 from Debian"), (true, (11, 8, 9)));
        assert_eq!(of("5.5.5-10.11.18-MariaDB-0+deb12u1"), (true, (10, 11, 18)));
        assert_eq!(of("10.5.0-mariadb-log"), (true, (10, 5, 0)));
    }

    #[test]
    fn old_versions_and_other_products_are_refused_by_name() {
        for (version, named) in [
            ("5.7.44", "5.7.44"),
            ("8.0.13", "8.0.13"),
            ("10.4.34-MariaDB", "10.4.34"),
            ("5.5.5-10.3.1-MariaDB", "10.3.1"),
            ("8.0.11-TiDB-v7.5.0", "tidb"),
            ("8.0.30-Vitess", "vitess"),
            ("unknown", "which version"),
            ("", "which version"),
        ] {
            let error = Flavour::of(version).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Unsupported, "{version}");
            assert!(error.to_string().contains(named), "{error}");
        }
    }
}
