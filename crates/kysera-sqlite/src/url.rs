//! Reads a database URL. Nothing is guessed: what is not known is an error.

use crate::options::SqliteOptions;
use kysera_core::{Error, ErrorKind, Result};

pub(crate) fn parse(url: &str) -> Result<SqliteOptions> {
    let rest = url
        .strip_prefix("sqlite:")
        .ok_or_else(|| wrong("not a sqlite url").with_hint("write sqlite:path/to/file or sqlite::memory:"))?;
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let path = path.strip_prefix("//").unwrap_or(path);
    let mut options = match path {
        "" => {
            return Err(
                wrong("the url names no file").with_hint("for a database in memory write sqlite::memory:")
            );
        }
        path => SqliteOptions::file(decode(path)?),
    };
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        options = with_parameter(options, pair)?;
    }
    Ok(options)
}

fn with_parameter(options: SqliteOptions, pair: &str) -> Result<SqliteOptions> {
    match pair {
        "mode=ro" => Ok(options.read_only(true).create(false)),
        "mode=rw" => Ok(options.create(false)),
        "mode=rwc" => Ok(options.create(true)),
        "mode=memory" => Ok(SqliteOptions::memory()),
        _ => {
            let name = pair.split('=').next().unwrap_or(pair);
            Err(wrong(format!("unknown url parameter or value: {name}"))
                .with_hint("known are mode=ro, rw, rwc, memory; set the rest with SqliteOptions"))
        }
    }
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
    fn modes() {
        let ro = parse("sqlite:a?mode=ro").unwrap();
        assert!(ro.read_only && !ro.create);
        let rw = parse("sqlite:a?mode=rw").unwrap();
        assert!(!rw.read_only && !rw.create);
        assert!(parse("sqlite:a?mode=rwc").unwrap().create);
    }

    #[test]
    fn what_is_not_known_is_refused() {
        for url in [
            "postgres://x",
            "sqlite:",
            "sqlite:?mode=ro",
            "sqlite:a?mode=x",
            "sqlite:a?cache=shared",
            "sqlite:%4",
            "sqlite:%zz",
        ] {
            assert_eq!(parse(url).unwrap_err().kind(), ErrorKind::Configuration, "{url}");
        }
    }
}
