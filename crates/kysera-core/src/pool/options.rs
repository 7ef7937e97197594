//! The settings of a pool, alike for every driver, and their names in a URL.

use super::parameter::NAMES;
use crate::error::{Error, ErrorKind, Result};
use std::time::Duration;

/// The settings of a pool.
///
/// | setting | URL parameter | default |
/// |---|---|---|
/// | `max_connections` | `pool_max` | 10 |
/// | `min_connections` | `pool_min` | 0 |
/// | `acquire_timeout` | `pool_acquire_timeout` | 30 s |
/// | `idle_timeout` | `pool_idle_timeout` | 10 min |
/// | `max_lifetime` | `pool_max_lifetime` | none |
/// | `check_after` | `pool_check_after` | 30 s |
/// | `check_timeout` | `pool_check_timeout` | 2 s |
/// | `close_timeout` | `pool_close_timeout` | 5 s |
/// | `max_waiting` | `pool_max_waiting` | 100,000 |
///
/// A time in a URL is a number of seconds, or a number with `ms`, `s`, `m` or `h`; `none` where a setting may be
/// switched off. A driver may have other defaults and says so.
///
/// # Examples
/// ```
/// use kysera_core::pool::PoolOptions;
/// use std::time::Duration;
///
/// let options = PoolOptions::default().max_connections(20).acquire_timeout(Duration::from_secs(5));
/// let mut same = PoolOptions::default();
/// assert!(same.set_parameter("pool_max", "20")? && same.set_parameter("pool_acquire_timeout", "5s")?);
/// assert_eq!(same, options);
/// # Ok::<(), kysera_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PoolOptions {
    /// See [`max_connections`](PoolOptions::max_connections()).
    pub max_connections: usize,
    /// See [`min_connections`](PoolOptions::min_connections()).
    pub min_connections: usize,
    /// See [`acquire_timeout`](PoolOptions::acquire_timeout()).
    pub acquire_timeout: Duration,
    /// See [`idle_timeout`](PoolOptions::idle_timeout()).
    pub idle_timeout: Option<Duration>,
    /// See [`max_lifetime`](PoolOptions::max_lifetime()).
    pub max_lifetime: Option<Duration>,
    /// See [`check_after`](PoolOptions::check_after()).
    pub check_after: Duration,
    /// See [`check_timeout`](PoolOptions::check_timeout()).
    pub check_timeout: Duration,
    /// See [`close_timeout`](PoolOptions::close_timeout()).
    pub close_timeout: Duration,
    /// See [`max_waiting`](PoolOptions::max_waiting()).
    pub max_waiting: usize,
}

impl Default for PoolOptions {
    fn default() -> Self {
        PoolOptions {
            max_connections: 10,
            min_connections: 0,
            acquire_timeout: Duration::from_secs(30),
            idle_timeout: Some(Duration::from_secs(600)),
            max_lifetime: None,
            check_after: Duration::from_secs(30),
            check_timeout: Duration::from_secs(2),
            close_timeout: Duration::from_secs(5),
            max_waiting: 100_000,
        }
    }
}

impl PoolOptions {
    /// The most connections, in use or idle (10).
    #[must_use = "returns the options"]
    pub fn max_connections(mut self, connections: usize) -> Self {
        self.max_connections = connections;
        self
    }

    /// How many connections are kept open, even when nobody uses them (0). They are opened in the background.
    #[must_use = "returns the options"]
    pub fn min_connections(mut self, connections: usize) -> Self {
        self.min_connections = connections;
        self
    }

    /// How long a caller waits for a connection before `PoolTimeout` (30 s). It bounds everything together: waiting for
    /// others, checking a connection, opening one. 0 is refused: no connection could be opened.
    #[must_use = "returns the options"]
    pub fn acquire_timeout(mut self, timeout: Duration) -> Self {
        self.acquire_timeout = timeout;
        self
    }

    /// Connections that nobody used for so long are closed (10 min), except for `min_connections`; `None` keeps them.
    #[must_use = "returns the options"]
    pub fn idle_timeout(mut self, timeout: Option<Duration>) -> Self {
        self.idle_timeout = timeout;
        self
    }

    /// Connections older than this are closed when nobody uses them; `None` (the default) keeps them. Each lives up to a
    /// tenth shorter, by chance, so that those opened together are not replaced together.
    #[must_use = "returns the options"]
    pub fn max_lifetime(mut self, lifetime: Option<Duration>) -> Self {
        self.max_lifetime = lifetime;
        self
    }

    /// A connection that was idle for so long is asked for a sign of life before somebody gets it (30 s).
    #[must_use = "returns the options"]
    pub fn check_after(mut self, idle: Duration) -> Self {
        self.check_after = idle;
        self
    }

    /// How long it may take to answer (2 s). After one that does not answer, all that were idle as long are closed unasked.
    #[must_use = "returns the options"]
    pub fn check_timeout(mut self, timeout: Duration) -> Self {
        self.check_timeout = timeout;
        self
    }

    /// How long closing the pool waits for connections in use (5 s).
    #[must_use = "returns the options"]
    pub fn close_timeout(mut self, timeout: Duration) -> Self {
        self.close_timeout = timeout;
        self
    }

    /// The most callers that wait for a connection (100,000); the next one gets `PoolTimeout` at once.
    #[must_use = "returns the options"]
    pub fn max_waiting(mut self, callers: usize) -> Self {
        self.max_waiting = callers;
        self
    }

    /// Reads a parameter of a URL; false when it is none of a pool's.
    ///
    /// # Errors
    /// `Configuration` when the value makes no sense.
    pub fn set_parameter(&mut self, name: &str, value: &str) -> Result<bool> {
        // What is not listed could not be told to anybody who looks for it.
        if !NAMES.contains(&name) {
            return Ok(false);
        }
        match name {
            "pool_max" => self.max_connections = number(name, value)?,
            "pool_min" => self.min_connections = number(name, value)?,
            "pool_acquire_timeout" => self.acquire_timeout = parse_duration(name, value)?,
            "pool_idle_timeout" => self.idle_timeout = optional(name, value)?,
            "pool_max_lifetime" => self.max_lifetime = optional(name, value)?,
            "pool_check_after" => self.check_after = parse_duration(name, value)?,
            "pool_check_timeout" => self.check_timeout = parse_duration(name, value)?,
            "pool_close_timeout" => self.close_timeout = parse_duration(name, value)?,
            "pool_max_waiting" => self.max_waiting = number(name, value)?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Refuses settings that make no sense together.
    ///
    /// # Errors
    /// `Configuration`.
    pub fn check(&self) -> Result<()> {
        if self.max_connections == 0 {
            return Err(Error::new(ErrorKind::Configuration, "a pool of size 0 holds no connection")
                .with_hint("set max_connections to at least 1"));
        }
        if self.min_connections > self.max_connections {
            return Err(Error::new(
                ErrorKind::Configuration,
                "min_connections is larger than max_connections",
            )
            .with_hint("keep fewer connections open, or allow more"));
        }
        if self.acquire_timeout.is_zero() {
            return Err(Error::new(
                ErrorKind::Configuration,
                "with an acquire_timeout of 0 no connection could ever be opened",
            )
            .with_hint("allow some time, such as a second; max_waiting limits how many wait"));
        }
        Ok(())
    }
}

fn optional(name: &str, value: &str) -> Result<Option<Duration>> {
    if value == "none" { Ok(None) } else { parse_duration(name, value).map(Some) }
}

/// Reads a time of a URL's parameter, as those of [`PoolOptions`]: for the parameters that a driver adds.
///
/// # Errors
/// `Configuration`, with the name of the parameter, when it is none.
pub fn parse_duration(name: &str, value: &str) -> Result<Duration> {
    let digits = value.find(|c: char| !c.is_ascii_digit()).unwrap_or(value.len());
    let wrong = || invalid(name, "it is a number of seconds, or a number with ms, s, m or h");
    let count: u64 = value[..digits].parse().map_err(|_| wrong())?;
    let seconds = |each: u64| count.checked_mul(each).map(Duration::from_secs);
    let duration = match &value[digits..] {
        "ms" => Some(Duration::from_millis(count)),
        "" | "s" => seconds(1),
        "m" => seconds(60),
        "h" => seconds(3600),
        _ => None,
    };
    duration.ok_or_else(wrong)
}

fn number(name: &str, value: &str) -> Result<usize> {
    value.parse().map_err(|_| invalid(name, "it is a whole number"))
}

fn invalid(name: &str, allowed: &'static str) -> Error {
    Error::new(ErrorKind::Configuration, format!("the value of {name} is not valid")).with_hint(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(name: &str, value: &str) -> Result<PoolOptions> {
        let mut options = PoolOptions::default();
        assert!(options.set_parameter(name, value)?, "{name} is a parameter of a pool");
        Ok(options)
    }

    #[test]
    fn times_have_units() {
        for (value, expected) in
            [("500ms", 500), ("5", 5_000), ("5s", 5_000), ("2m", 120_000), ("1h", 3_600_000)]
        {
            let options = set("pool_acquire_timeout", value).unwrap();
            assert_eq!(options.acquire_timeout, Duration::from_millis(expected), "{value}");
        }
        assert_eq!(set("pool_idle_timeout", "none").unwrap().idle_timeout, None);
        assert_eq!(set("pool_max_lifetime", "30m").unwrap().max_lifetime, Some(Duration::from_secs(1800)));
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for (name, value) in [
            ("pool_max", "ten"),
            ("pool_max", ""),
            ("pool_acquire_timeout", "none"),
            ("pool_acquire_timeout", "5 s"),
            ("pool_acquire_timeout", "-1"),
            ("pool_acquire_timeout", "5d"),
            ("pool_idle_timeout", "99999999999999999999"),
        ] {
            assert_eq!(set(name, value).unwrap_err().kind(), ErrorKind::Configuration, "{name}={value}");
        }
        assert!(!PoolOptions::default().set_parameter("sslmode", "require").unwrap());
        assert!(PoolOptions::default().max_connections(0).check().is_err());
        assert!(PoolOptions::default().max_connections(1).min_connections(2).check().is_err());
        assert!(PoolOptions::default().check().is_ok());
        let hasty = PoolOptions::default().acquire_timeout(Duration::ZERO).check().unwrap_err();
        assert_eq!(hasty.kind(), ErrorKind::Configuration);
        assert!(hasty.to_string().contains("no connection could ever be opened"), "{hasty}");
    }
}
