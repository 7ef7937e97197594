//! Reads a database URL. An unknown parameter or value is an error.

use crate::options::{Journal, SqliteOptions, Synchronous};
use kysera_core::pool::{parse_duration, unknown_parameter};
use kysera_core::{Error, ErrorKind, Result};
use std::str::FromStr;

/// The parameters beside those of the pool.
const PARAMETERS: [&str; 10] = [
    "mode",
    "busy_timeout",
    "budget",
    "journal",
    "synchronous",
    "foreign_keys",
    "exclusive",
    "statement_cache",
    "checkpoint_pages",
    "journal_size_limit",
];

impl FromStr for SqliteOptions {
    type Err = Error;

    /// Reads `sqlite::memory:`, `sqlite:path` or `sqlite://path`, with [parameters](SqliteOptions#url-parameters). The
    /// path may be percent-encoded; that of `sqlite:///path` is absolute.
    ///
    /// # Errors
    /// `Configuration` when it is no such URL, or has a parameter or value that is not known.
    fn from_str(url: &str) -> Result<Self> {
        let scheme = url.get(..7).filter(|scheme| scheme.eq_ignore_ascii_case("sqlite:"));
        let rest = scheme.and_then(|scheme| url.get(scheme.len()..)).ok_or_else(|| {
            wrong("not a sqlite url").with_hint("write sqlite:path/to/file or sqlite::memory:")
        })?;
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        let path = path.strip_prefix("//").unwrap_or(path);
        if path.contains("%00") {
            return Err(wrong("the path holds a NUL, which no file's name has"));
        }
        if path.is_empty() {
            return Err(
                wrong("the url names no file").with_hint("for a database in memory write sqlite::memory:")
            );
        }
        let mut options = SqliteOptions::file(decode(path)?);
        let mut seen = Vec::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            if seen.contains(&name) {
                return Err(wrong(format!("the url says {name} twice")));
            }
            seen.push(name);
            options = with_parameter(options, name, value)?;
        }
        options.pool.check()?;
        Ok(options)
    }
}

fn with_parameter(mut options: SqliteOptions, name: &str, value: &str) -> Result<SqliteOptions> {
    if options.pool.set_parameter(name, value)? {
        return Ok(options);
    }
    if !PARAMETERS.contains(&name) {
        return Err(unknown_parameter(name, &PARAMETERS));
    }
    Ok(match name {
        "mode" => match value {
            "ro" => options.read_only(true).create(false),
            "rw" => options.create(false),
            "rwc" => options.create(true),
            "memory" => options.in_memory(),
            _ => return Err(invalid(name, "it is ro, rw, rwc or memory")),
        },
        "busy_timeout" => options.busy_timeout(parse_duration(name, value)?),
        "budget" => options.budget(parse_duration(name, value)?),
        "journal" => options.journal(match value {
            "wal" => Journal::Wal,
            "delete" => Journal::Delete,
            "truncate" => Journal::Truncate,
            "persist" => Journal::Persist,
            _ => return Err(invalid(name, "it is wal, delete, truncate or persist")),
        }),
        "synchronous" => options.synchronous(match value {
            "off" => Synchronous::Off,
            "normal" => Synchronous::Normal,
            "full" => Synchronous::Full,
            "extra" => Synchronous::Extra,
            _ => return Err(invalid(name, "it is off, normal, full or extra")),
        }),
        "foreign_keys" => options.foreign_keys(flag(name, value)?),
        "exclusive" => options.exclusive(flag(name, value)?),
        "statement_cache" => options.statement_cache(number(name, value)?),
        "checkpoint_pages" => options.checkpoint_pages(number(name, value)?),
        "journal_size_limit" => {
            options.journal_size_limit(if value == "none" { None } else { Some(number(name, value)?) })
        }
        _ => return Err(unknown_parameter(name, &PARAMETERS)),
    })
}

fn flag(name: &str, value: &str) -> Result<bool> {
    match value {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(invalid(name, "it is true or false")),
    }
}

fn number<N: FromStr>(name: &str, value: &str) -> Result<N> {
    value.parse().map_err(|_| invalid(name, "it is a whole number"))
}

fn invalid(name: &str, allowed: &'static str) -> Error {
    wrong(format!("the value of {name} is not valid")).with_hint(allowed)
}

/// Undoes percent-encoding. A `%` that begins no byte is an error, so that a path is never another than was meant.
fn decode(path: &str) -> Result<String> {
    let mut out = Vec::with_capacity(path.len());
    let mut bytes = path.bytes();
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            out.push(byte);
            continue;
        }
        let digits = [bytes.next(), bytes.next()].map(|digit| digit.and_then(|d| char::from(d).to_digit(16)));
        let [Some(high), Some(low)] = digits else {
            return Err(
                wrong("a % in the path begins no hexadecimal byte").with_hint("write %25 for a percent sign")
            );
        };
        out.push(u8::try_from(high * 16 + low).expect("two hexadecimal digits fit a byte"));
    }
    String::from_utf8(out).map_err(|_| wrong("the path is not utf-8").with_hint("use SqliteOptions::file"))
}

fn wrong(message: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(ErrorKind::Configuration, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::Location;
    use std::time::Duration;

    fn parse(url: &str) -> Result<SqliteOptions> {
        url.parse()
    }

    fn path(url: &str) -> Location {
        parse(url).unwrap().location
    }

    #[test]
    fn locations() {
        assert_eq!(path("sqlite::memory:"), Location::Memory);
        assert_eq!(path("sqlite://:memory:"), Location::Memory);
        assert_eq!(path("sqlite:x?mode=memory"), Location::Memory);
        assert_eq!(path("sqlite:a/b.db"), Location::File("a/b.db".into()));
        assert_eq!(path("sqlite://a.db"), Location::File("a.db".into()));
        assert_eq!(path("sqlite:///var/a%20b.db"), Location::File("/var/a b.db".into()));
    }

    #[test]
    fn what_could_be_taken_for_something_else_is_refused() {
        assert_eq!(path("SQLite::memory:"), Location::Memory);
        for url in ["sqlite:a%00b", "sqlite:a?pool_max_connections=2&pool_max_connections=3", "sqlit"] {
            assert_eq!(parse(url).unwrap_err().kind(), ErrorKind::Configuration, "{url}");
        }
    }

    #[test]
    fn modes() {
        let ro = parse("sqlite:a?mode=ro").unwrap();
        assert!(ro.read_only && !ro.create);
        let rw = parse("sqlite:a?mode=rw").unwrap();
        assert!(!rw.read_only && !rw.create);
        assert!(parse("sqlite:a?mode=rwc").unwrap().create);
    }

    #[test]
    fn every_parameter_sets_its_option() {
        let url = "sqlite:a?pool_max=3&pool_acquire_timeout=2s&busy_timeout=250ms&budget=1ms&journal=delete\
                   &synchronous=full&foreign_keys=false&exclusive=true&statement_cache=0&checkpoint_pages=7\
                   &journal_size_limit=4096";
        let options = parse(url).unwrap();
        let expected = SqliteOptions::file("a")
            .readers(3)
            .acquire_timeout(Duration::from_secs(2))
            .busy_timeout(Duration::from_millis(250))
            .budget(Duration::from_millis(1))
            .journal(Journal::Delete)
            .synchronous(Synchronous::Full)
            .foreign_keys(false)
            .exclusive(true)
            .statement_cache(0)
            .checkpoint_pages(7)
            .journal_size_limit(Some(4096));
        assert_eq!(format!("{options:?}"), format!("{expected:?}"));
        assert_eq!(parse("sqlite:a?journal_size_limit=none").unwrap().journal_size_limit, None);
        let memory = parse("sqlite:a?statement_cache=9&mode=memory").unwrap();
        assert_eq!(memory.statement_cache, 9, "the order of parameters does not matter");
    }

    #[test]
    fn what_is_not_known_is_refused() {
        for url in [
            "postgres://x",
            "sqlite:",
            "sqlite:?mode=ro",
            "sqlite:a?mode=x",
            "sqlite:a?mode",
            "sqlite:a?cache=shared",
            "sqlite:a?foreign_keys=1",
            "sqlite:a?journal=memory",
            "sqlite:a?synchronous=FULL",
            "sqlite:a?busy_timeout=soon",
            "sqlite:a?statement_cache=-1",
            "sqlite:a?pool_max=0",
            "sqlite:a?pool_max=1&pool_min=2",
            "sqlite:%4",
            "sqlite:%zz",
        ] {
            assert_eq!(parse(url).unwrap_err().kind(), ErrorKind::Configuration, "{url}");
        }
        let error = parse("sqlite:a?busy-timeout=1").unwrap_err();
        assert_eq!(error.hint(), Some("did you mean `busy_timeout`?"));
    }
}
