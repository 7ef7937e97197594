//! libpq's two forms of an address, read into options.
//!
//! tokio-postgres reads most of it. What it does not know, or takes to mean something else than libpq, is picked out
//! here: all of TLS, two timeouts, a count, and what the server must be.

use super::{PostgresOptions, Session};
use crate::ssl::SslMode;
use kysera_core::error::{Error, Result};
use kysera_core::pool::unknown_parameter;
use kysera_net::{KeepAlive, RootCertificates, UrlForm, invalid};
use std::str::FromStr;
use std::time::Duration;
use tokio_postgres::Config;
use tokio_postgres::config::Host;

const FORM: UrlForm = UrlForm("postgres://user:password@host:port/database");

/// Keys that are read here.
const OURS: [&str; 9] = [
    "sslmode",
    "sslrootcert",
    "sslcert",
    "sslkey",
    "sslnegotiation",
    "connect_timeout",
    "tcp_user_timeout",
    "keepalives_count",
    "target_session_attrs",
];

/// Keys that tokio-postgres reads as libpq does. It has `keepalives_retries` too, which libpq calls `keepalives_count`.
const PASSED_ON: [&str; 13] = [
    "host",
    "hostaddr",
    "port",
    "user",
    "password",
    "dbname",
    "options",
    "application_name",
    "keepalives",
    "keepalives_idle",
    "keepalives_interval",
    "channel_binding",
    "load_balance_hosts",
];

/// Keys of libpq that change nothing here: there is no GSS encryption, and SNI and compression are as they are.
const IGNORED: [&str; 4] = ["gssencmode", "sslsni", "sslcompression", "fallback_application_name"];

impl FromStr for PostgresOptions {
    type Err = Error;

    /// Reads `postgres://user:password@host:port,host:port/database?key=value` or `key=value key=value`, as libpq does.
    /// The keys are libpq's, and those of [`PoolOptions`](kysera_core::pool::PoolOptions).
    ///
    /// # Errors
    /// When it is neither, or a key or value is unknown. The message names the key, never the value.
    fn from_str(address: &str) -> Result<Self> {
        read(address)
    }
}

fn read(address: &str) -> Result<PostgresOptions> {
    let is_url = address.starts_with("postgres://") || address.starts_with("postgresql://");
    let Split { rest, ours } = if is_url { split_url(address)? } else { split_pairs(address)? };
    let mut options = PostgresOptions::new();
    // The error's text names an option at most; its source is the same.
    let config = rest.parse::<Config>().map_err(|error| FORM.unreadable(&reason(&error)))?;
    refuse_password_as_host(&config)?;
    options.keepalive = kept_alive(&config);
    options.config = config;
    for (key, value) in &ours {
        if !options.pool.set_parameter(key, value)? {
            set(&mut options, key, value)?;
        }
    }
    options.check()?;
    Ok(options)
}

/// The rest of a password that has an `@` in it is read as the host's name, which messages show.
fn refuse_password_as_host(config: &Config) -> Result<()> {
    let is_part = |host: &Host| matches!(host, Host::Tcp(name) if name.contains('@'));
    if config.get_hosts().iter().any(is_part) {
        return Err(FORM.unreadable("there is more than one @ in front of the host"));
    }
    Ok(())
}

/// What the address says of silent servers, and ours where it says nothing: the client library would wait for two hours.
fn kept_alive(config: &Config) -> KeepAlive {
    let usual = KeepAlive::default();
    let idle = Some(config.get_keepalives_idle());
    let is_said = idle != Some(Config::new().get_keepalives_idle());
    KeepAlive {
        idle: if is_said { idle } else { usual.idle }.filter(|_| config.get_keepalives()),
        interval: config.get_keepalives_interval().or(usual.interval),
        ..usual
    }
}

fn reason(error: &tokio_postgres::Error) -> String {
    std::error::Error::source(error).map_or_else(|| error.to_string(), ToString::to_string)
}

/// An address taken apart.
struct Split {
    /// What tokio-postgres reads.
    rest: String,
    /// Keys and values that are read here.
    ours: Vec<(String, String)>,
}

/// Who reads a key.
enum Reader {
    We,
    TheClient,
    Nobody,
}

impl Reader {
    fn of(key: &str) -> Result<Reader> {
        // All of the pool's begin alike; which there are, it says itself.
        if OURS.contains(&key) || key.starts_with("pool_") {
            Ok(Reader::We)
        } else if PASSED_ON.contains(&key) {
            Ok(Reader::TheClient)
        } else if IGNORED.contains(&key) {
            Ok(Reader::Nobody)
        } else {
            Err(unknown(key))
        }
    }
}

/// Of two the last would win, or both hold.
fn said_once<'k>(said: &mut Vec<&'k str>, key: &'k str) -> Result<()> {
    if said.contains(&key) {
        return Err(FORM.unreadable(&format!("it says {key} twice")));
    }
    said.push(key);
    Ok(())
}

fn unknown(key: &str) -> Error {
    unknown_parameter(key, &[&OURS[..], &PASSED_ON, &IGNORED].concat())
}

fn split_url(address: &str) -> Result<Split> {
    let (before, query) = address.split_once('?').unwrap_or((address, ""));
    let (mut kept, mut ours, mut said) = (Vec::new(), Vec::new(), Vec::new());
    for pair in FORM.parameters(query) {
        let (key, value) = pair?;
        let reader = match Reader::of(key) {
            // What looks like a key may be the rest of a password.
            Err(_) if query.contains('@') => {
                return Err(FORM.unreadable("a question mark stands in front of an @"));
            }
            reader => reader?,
        };
        said_once(&mut said, key)?;
        match reader {
            Reader::We => ours.push((key.to_owned(), FORM.decoded(value, key)?)),
            Reader::TheClient => kept.push(format!("{key}={value}")),
            Reader::Nobody => {}
        }
    }
    let rest = if kept.is_empty() { before.to_owned() } else { format!("{before}?{}", kept.join("&")) };
    Ok(Split { rest, ours })
}

fn split_pairs(address: &str) -> Result<Split> {
    let (mut kept, mut ours, mut said) = (String::new(), Vec::new(), Vec::new());
    let mut rest = address.trim_start();
    while !rest.is_empty() {
        let (key, after) =
            rest.split_once('=').ok_or_else(|| FORM.unreadable("it is neither a URL nor key=value"))?;
        let (key, after) = (key.trim(), after.trim_start());
        let length = value_length(after);
        let written = &after[..length];
        said_once(&mut said, key)?;
        match Reader::of(key)? {
            Reader::We => ours.push((key.to_owned(), unquote(written))),
            Reader::TheClient => {
                kept.push_str(key);
                kept.push('=');
                kept.push_str(written);
                kept.push(' ');
            }
            Reader::Nobody => {}
        }
        rest = after[length..].trim_start();
    }
    Ok(Split { rest: kept, ours })
}

/// Length of a value as written: up to a space, or up to the closing quote; a backslash takes the next character.
fn value_length(text: &str) -> usize {
    let quoted = text.starts_with('\'');
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(usize::from(quoted)) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '\'' if quoted => return at + 1,
            c if !quoted && c.is_whitespace() => return at,
            _ => {}
        }
    }
    text.len()
}

fn unquote(written: &str) -> String {
    let inner = written.strip_prefix('\'').map_or(written, |text| text.strip_suffix('\'').unwrap_or(text));
    let mut chars = inner.chars();
    let mut value = String::with_capacity(inner.len());
    while let Some(c) = chars.next() {
        value.push(if c == '\\' { chars.next().unwrap_or('\\') } else { c });
    }
    value
}

fn set(options: &mut PostgresOptions, key: &str, value: &str) -> Result<()> {
    match key {
        "sslmode" => options.ssl.mode = ssl_mode(value)?,
        "sslrootcert" if value == "system" => options.ssl.certificates.root = Some(RootCertificates::System),
        "sslrootcert" => options.ssl.certificates.root = Some(RootCertificates::File(value.into())),
        "sslcert" => options.ssl.certificates.client = Some(value.into()),
        "sslkey" => options.ssl.certificates.client_key = Some(value.into()),
        "sslnegotiation" => {
            options.ssl.direct = match value {
                "postgres" => false,
                "direct" => true,
                _ => return Err(invalid(key, "it is postgres or direct")),
            }
        }
        "connect_timeout" => {
            // Zero, negative or nothing is no limit (manual, 34.1.2).
            let seconds = value.parse::<i64>().map_err(|_| invalid(key, "it is a number of seconds"))?;
            options.connect_timeout = u64::try_from(seconds).ok().filter(|&s| s > 0).map(Duration::from_secs);
        }
        "tcp_user_timeout" => {
            // Zero is the system's own (manual, 34.1.2).
            let wait = value.parse().map_err(|_| invalid(key, "it is a number of milliseconds"))?;
            options.keepalive.user_timeout = Some(Duration::from_millis(wait)).filter(|wait| !wait.is_zero());
        }
        "keepalives_count" => {
            let count = value.parse::<u32>().map_err(|_| invalid(key, "it is a whole number"))?;
            // Zero is the system's own.
            options.keepalive.retries = Some(count).filter(|&count| count > 0);
        }
        "target_session_attrs" => options.session = session(value)?,
        _ => return Err(unknown(key)),
    }
    Ok(())
}

fn ssl_mode(value: &str) -> Result<SslMode> {
    Ok(match value {
        "disable" => SslMode::Disable,
        "allow" => SslMode::Allow,
        "prefer" => SslMode::Prefer,
        "require" => SslMode::Require,
        "verify-ca" => SslMode::VerifyCa,
        "verify-full" => SslMode::VerifyFull,
        _ => {
            return Err(invalid(
                "sslmode",
                "it is disable, allow, prefer, require, verify-ca or verify-full",
            ));
        }
    })
}

fn session(value: &str) -> Result<Session> {
    Ok(match value {
        "any" => Session::Any,
        "read-write" => Session::ReadWrite,
        "read-only" => Session::ReadOnly,
        "primary" => Session::Primary,
        "standby" => Session::Standby,
        "prefer-standby" => Session::PreferStandby,
        _ => {
            return Err(invalid(
                "target_session_attrs",
                "it is any, read-write, read-only, primary, standby or prefer-standby",
            ));
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use kysera_core::error::ErrorKind;
    use tokio_postgres::config::Host;

    #[test]
    fn a_part_of_a_password_is_never_taken_for_the_host() {
        for address in [
            "postgres://ann:se@cret@localhost:1/app",
            "postgres://ann:se@cr@et@host",
            "postgres://ann:s/e@cret@host/app",
            "postgres://ann:s?e=1@cret@host/app",
        ] {
            let error = address.parse::<PostgresOptions>().unwrap_err();
            let said = format!("{error:#?} {error} {:?}", error.hint());
            assert!(!said.contains("cret") && !said.contains("et@"), "{said}");
            assert!(error.hint().is_some_and(|hint| hint.contains("percent-encoded")), "{said}");
        }
        assert!(
            "postgres://ann:se%40cret@localhost/app?application_name=a@b".parse::<PostgresOptions>().is_ok()
        );
    }

    #[test]
    fn a_url_is_read_as_libpq_reads_it() {
        let options = read(
            "postgresql://ann:p%40ss@db1:5433,[::1],%2Frun%2Fpg/shop?sslmode=verify-full&application_name=a%20b\
             &sslrootcert=%2Fca.pem&connect_timeout=3&options=-c%20search_path%3Dx&target_session_attrs=primary\
             &gssencmode=disable",
        )
        .unwrap();
        let config = &options.config;
        assert_eq!(config.get_hosts()[..2], [Host::Tcp("db1".into()), Host::Tcp("::1".into())]);
        assert_eq!(config.get_hosts()[2], Host::Unix("/run/pg".into()));
        assert_eq!(config.get_ports(), [5433, 5432, 5432]);
        assert_eq!((config.get_user(), config.get_password()), (Some("ann"), Some(&b"p@ss"[..])));
        assert_eq!((config.get_dbname(), config.get_application_name()), (Some("shop"), Some("a b")));
        assert_eq!(config.get_options(), Some("-c search_path=x"));
        assert_eq!(options.ssl.mode, SslMode::VerifyFull);
        assert_eq!(options.connect_timeout, Some(Duration::from_secs(3)));
        assert_eq!(options.session, Session::Primary);
        assert!(
            matches!(options.ssl.certificates.root, Some(RootCertificates::File(ref file)) if file.ends_with("ca.pem"))
        );
    }

    #[test]
    fn pairs_are_read_as_libpq_reads_them() {
        let options =
            read(r"host=a,b port=1,2 sslmode = 'allow' password='it\'s a \\ b' connect_timeout=0 user=ann")
                .unwrap();
        assert_eq!(options.config.get_hosts().len(), 2);
        assert_eq!(options.config.get_password(), Some(&br"it's a \ b"[..]));
        assert_eq!(options.ssl.mode, SslMode::Allow);
        assert_eq!(options.connect_timeout, None);
        assert_eq!(options.config.get_user(), Some("ann"));
    }

    #[test]
    fn a_mistake_is_named_without_the_password() {
        for address in [
            "postgres://ann:hunter2@db?sslmode=always",
            "postgres://ann:hunter2@db:port/x",
            "postgres://ann:hunter2@db?colour=red",
            "postgres://ann:hunter2@db?application_name=a&application_name=b",
            "password=hunter2 host=a user=b user=c",
            "password=hunter2 host=a sslmode=always",
            "password=hunter2 host",
            "hunter2",
        ] {
            let error = read(address).expect_err(address);
            assert_eq!(error.kind(), ErrorKind::Configuration);
            assert!(!format!("{error} {error:?}").contains("hunter2"), "{error:?}");
        }
        let error = read("postgres://db?colour=red").unwrap_err();
        assert!(error.to_string().contains("`colour`"), "{error}");
    }

    #[test]
    fn what_an_address_says_of_silent_servers_outranks_the_usual() {
        let seconds = |count| Some(Duration::from_secs(count));
        let usual = KeepAlive::default();
        assert_eq!(read("postgres://ann@host/shop").unwrap().keepalive, usual);
        let address = "postgres://ann@host/shop?keepalives_idle=60&keepalives_interval=20&keepalives_count=2";
        let told = KeepAlive {
            idle: seconds(60),
            interval: seconds(20),
            retries: Some(2),
            user_timeout: seconds(30),
        };
        assert_eq!(read(address).unwrap().keepalive, told);
        let none = read("postgres://ann@host/shop?keepalives=0").unwrap();
        assert_eq!(none.keepalive, KeepAlive { idle: None, ..usual });
        assert_eq!(none.keepalive(Duration::from_secs(7)).keepalive.idle, seconds(7));
    }

    /// The client library counts seconds.
    #[test]
    fn a_tcp_user_timeout_of_30000_was_eight_hours() {
        let told = |address: &str| read(address).unwrap().keepalive.user_timeout;
        assert_eq!(told("postgres://host/shop?tcp_user_timeout=30000"), Some(Duration::from_secs(30)));
        assert_eq!(told("host=a tcp_user_timeout=0"), None);
        assert!(read("host=a tcp_user_timeout=-1").is_err());
    }

    #[test]
    fn a_key_that_is_spelt_otherwise_is_named_with_the_one_that_is_meant() {
        for (said, meant) in [
            ("ssl-mode", "sslmode"),
            ("ssl", "sslmode"),
            ("sslrootcertificate", "sslrootcert"),
            ("db_name", "dbname"),
            ("pool_maximum", "pool_max"),
        ] {
            for address in [format!("postgres://db?{said}=1"), format!("host=db {said}=1")] {
                let error = read(&address).unwrap_err();
                assert_eq!(error.hint(), Some(&*format!("did you mean `{meant}`?")), "{address}");
            }
        }
        let hint = read("postgres://db?database=shop").unwrap_err().hint().map(str::to_owned);
        assert!(hint.is_some_and(|hint| hint.contains("`dbname`")));
    }

    #[test]
    fn every_key_that_is_listed_is_read() {
        let values = ["1", "require", "postgres", "primary", "127.0.0.1", "disable"];
        for key in OURS.iter().chain(&PASSED_ON).chain(&IGNORED) {
            let is_read = |value: &&str| match read(&format!("{key}={value}")) {
                Err(error) => error.to_string().contains("go together"),
                Ok(_) => true,
            };
            assert!(values.iter().any(is_read), "{key}");
        }
    }

    #[test]
    fn a_key_without_its_certificate_is_refused() {
        assert_eq!(read("host=a sslkey=/k").unwrap_err().kind(), ErrorKind::Configuration);
    }
}
