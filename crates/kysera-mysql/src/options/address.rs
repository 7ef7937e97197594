//! Addresses: `mysql://user:password@host:port/database?name=value`, also with `mariadb://`.
//!
//! Parameters are named as the options of MySQL's own client; a hyphen and an underscore are the same.

use super::{MySqlOptions, Reset, several_hosts};
use crate::ssl::SslMode;
use kysera_core::error::{Error, Result};
use kysera_core::pool::{parse_duration, unknown_parameter};
use kysera_net::{UrlForm, invalid};
use std::str::FromStr;

const FORM: UrlForm = UrlForm("mysql://user:password@host:port/database");

/// The parameters beside those of the pool.
const PARAMETERS: [&str; 11] = [
    "ssl-mode",
    "ssl-ca",
    "ssl-cert",
    "ssl-key",
    "get-server-public-key",
    "socket",
    "connect-timeout",
    "statement-cache",
    "reset",
    "cancel-grace",
    "kill",
];

impl FromStr for MySqlOptions {
    type Err = Error;

    /// Reads an address.
    ///
    /// | parameter | option |
    /// |---|---|
    /// | `socket` | [`socket`](MySqlOptions::socket()) |
    /// | `ssl-mode` | `DISABLED`, `PREFERRED`, `REQUIRED`, `VERIFY_CA`, `VERIFY_IDENTITY`: [`SslMode`] |
    /// | `ssl-ca`, `ssl-cert`, `ssl-key` | files: [`ssl_ca`](MySqlOptions::ssl_ca()), [`ssl_client_certificate`](MySqlOptions::ssl_client_certificate()) |
    /// | `get-server-public-key` | [`public_key_retrieval`](MySqlOptions::public_key_retrieval()) |
    /// | `connect-timeout` | [`connect_timeout`](MySqlOptions::connect_timeout()), `0` for none |
    /// | `statement-cache`, `reset`, `cancel-grace`, `kill` | the options of these names |
    /// | `pool_max`, .. | [`PoolOptions`](crate::PoolOptions) |
    ///
    /// # Errors
    /// `Configuration` when it is none, names several hosts, or has a parameter or value that is not known. The message names
    /// the parameter, never the value.
    fn from_str(address: &str) -> Result<MySqlOptions> {
        let rest = address
            .strip_prefix("mysql://")
            .or_else(|| address.strip_prefix("mariadb://"))
            .ok_or_else(|| FORM.unreadable("it does not begin with mysql:// or mariadb://"))?;
        let (before, query) = rest.split_once('?').unwrap_or((rest, ""));
        // A part of a password must not be taken for the host and end in a message.
        if before.matches('@').count() > 1 || query.contains('@') {
            return Err(FORM.unreadable("it has an @ too many"));
        }
        let mut options = MySqlOptions::default();
        let (login, place) = before.split_once('@').unwrap_or(("", before));
        let (user, password) = login.split_once(':').unwrap_or((login, ""));
        if login.contains('/') {
            return Err(FORM.unreadable("its user or password holds a slash"));
        }
        options.user = FORM.decoded(user, "the user")?;
        options.password = FORM.decoded(password, "the password")?;
        let (host, database) = place.split_once('/').unwrap_or((place, ""));
        set_host(&mut options, host)?;
        options.database = Some(FORM.decoded(database, "the database")?).filter(|name| !name.is_empty());
        let mut said = Vec::new();
        for pair in FORM.parameters(query) {
            let (key, value) = pair?;
            let value = FORM.decoded(value, key)?;
            let name = key.replace('_', "-");
            // The last would win: `ssl-mode=DISABLED` over what an address has required.
            if said.contains(&name) {
                return Err(invalid(key, "it stands there twice"));
            }
            if !options.pool.set_parameter(&key.replace('-', "_"), &value)? {
                if !PARAMETERS.contains(&&*name) {
                    return Err(unknown_parameter(key, &PARAMETERS));
                }
                set(&mut options, &name, &value)?;
            }
            said.push(name);
        }
        Ok(options)
    }
}

fn set_host(options: &mut MySqlOptions, text: &str) -> Result<()> {
    if text.contains(',') {
        return Err(several_hosts());
    }
    // An IPv6 address stands in brackets, because it holds colons.
    let (host, port) = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((host, rest)) => {
            let port = if rest.is_empty() {
                None
            } else {
                Some(rest.strip_prefix(':').ok_or_else(|| FORM.unreadable("its host"))?)
            };
            (host, port)
        }
        None => text.split_once(':').map_or((text, None), |(host, port)| (host, Some(port))),
    };
    if !host.is_empty() {
        options.host = FORM.decoded(host, "the host")?;
    }
    if let Some(port) = port {
        options.port = port.parse().map_err(|_| FORM.unreadable("its port is no number up to 65535"))?;
    }
    Ok(())
}

fn set(options: &mut MySqlOptions, key: &str, value: &str) -> Result<()> {
    match key {
        "socket" => options.socket = Some(value.into()),
        "ssl-mode" => options.ssl.mode = Some(ssl_mode(value)?),
        "ssl-ca" => *options = std::mem::take(options).ssl_ca(value),
        "ssl-cert" => options.ssl.certificates.client = Some(value.into()),
        "ssl-key" => options.ssl.certificates.client_key = Some(value.into()),
        "get-server-public-key" => options.public_key_retrieval = Some(boolean(key, value)?),
        "connect-timeout" => {
            options.connect_timeout = Some(parse_duration(key, value)?).filter(|limit| !limit.is_zero());
        }
        "statement-cache" => {
            options.statement_cache = value.parse().map_err(|_| invalid(key, "it is a whole number"))?;
        }
        "cancel-grace" => options.cancel_grace = parse_duration(key, value)?,
        "kill" => options.kill = boolean(key, value)?,
        "reset" => {
            options.reset = match value {
                "when-changed" => Reset::WhenChanged,
                "always" => Reset::Always,
                "never" => Reset::Never,
                _ => return Err(invalid(key, "it is when-changed, always or never")),
            }
        }
        _ => return Err(unknown_parameter(key, &PARAMETERS)),
    }
    Ok(())
}

fn boolean(key: &str, value: &str) -> Result<bool> {
    match value {
        "true" | "1" => Ok(true),
        "false" | "0" => Ok(false),
        _ => Err(invalid(key, "it is true or false")),
    }
}

fn ssl_mode(value: &str) -> Result<SslMode> {
    Ok(match value.to_ascii_uppercase().replace('-', "_").as_str() {
        "DISABLED" => SslMode::Disabled,
        "PREFERRED" => SslMode::Preferred,
        "REQUIRED" => SslMode::Required,
        "VERIFY_CA" => SslMode::VerifyCa,
        "VERIFY_IDENTITY" => SslMode::VerifyIdentity,
        _ => {
            let allowed = "it is DISABLED, PREFERRED, REQUIRED, VERIFY_CA or VERIFY_IDENTITY";
            return Err(invalid("ssl-mode", allowed));
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use kysera_core::error::ErrorKind;
    use std::time::Duration;

    fn read(address: &str) -> Result<MySqlOptions> {
        address.parse()
    }

    #[test]
    fn an_address_is_read_whole() {
        let options = read(
            "mysql://ann:p%40ss@db1:3307/shop?ssl-mode=VERIFY_IDENTITY&ssl-ca=%2Fca.pem&connect_timeout=3\
             &socket=/run/my.sock&get-server-public-key=true&pool_max=3&reset=never&statement_cache=7&kill=false",
        )
        .unwrap();
        assert_eq!((options.user.as_str(), options.password.as_str()), ("ann", "p@ss"));
        assert_eq!((options.host.as_str(), options.port), ("db1", 3307));
        assert_eq!(options.database.as_deref(), Some("shop"));
        assert_eq!(options.ssl.mode(), SslMode::VerifyIdentity);
        assert_eq!(options.connect_timeout, Some(Duration::from_secs(3)));
        assert_eq!(options.public_key_retrieval, Some(true));
        assert_eq!(
            (options.pool.max_connections, options.reset, options.statement_cache),
            (3, Reset::Never, 7)
        );
        assert!(!options.kill);
        let options = read("mariadb://[::1]").unwrap();
        assert_eq!((options.host.as_str(), options.port, options.database), ("::1", 3306, None));
    }

    #[test]
    fn a_mistake_is_named_without_the_password() {
        for address in [
            "mysql://ann:hunter2@db?ssl-mode=always",
            "mysql://ann:hunter2@db:port/x",
            "mysql://ann:hunter2@db?colour=red",
            "mysql://ann:hunter2@db?ssl-mode=REQUIRED&ssl_mode=DISABLED",
            "mysql://ann:hunter2@db?pool_max=1&pool_max=2",
            "mysql://ann:hun@ter2@db/x",
            "mysql://ann:h/hunter2@db/x",
            "mysql://ann:h?a=hunter2@db/x",
            "hunter2",
        ] {
            let error = read(address).expect_err(address);
            assert_eq!(error.kind(), ErrorKind::Configuration);
            assert!(!format!("{error} {error:?}").contains("ter2"), "{error:?}");
        }
        assert!(!format!("{:?}", read("mysql://ann:hunter2@db").unwrap()).contains("hunter2"));
        assert!(read("mysql://db?colour=red").unwrap_err().to_string().contains("`colour`"));
    }

    #[test]
    fn a_parameter_that_is_spelt_otherwise_is_named_with_the_one_that_is_meant() {
        for (said, meant) in
            [("sslmode", "ssl-mode"), ("ssl", "ssl-mode"), ("connectTimeout", "connect-timeout")]
        {
            let error = read(&format!("mysql://db?{said}=1")).unwrap_err();
            assert_eq!(error.hint(), Some(&*format!("did you mean `{meant}`?")), "{said}");
        }
        assert_eq!(read("mysql://db?ssl_mode=REQUIRED").unwrap().ssl.mode(), SslMode::Required);
        assert_eq!(read("mysql://db?pool-max=3").unwrap().pool.max_connections, 3);
    }

    /// The whole list was looked up as the name of one host.
    #[test]
    fn several_hosts_were_one_host_that_has_no_address() {
        for address in ["mysql://a,b/shop", "mysql://ann:secret@a:3306,b:3307/shop", "mysql://[::1],[::2]"] {
            let error = read(address).expect_err(address);
            assert_eq!(error.kind(), ErrorKind::Configuration);
            assert!(error.to_string().contains("names several hosts"), "{error}");
        }
        assert!(MySqlOptions::new().host("a,b").check().is_err());
        assert!(read("mysql://a%2Cb").unwrap().check().is_err());
    }

    #[test]
    fn every_parameter_that_is_listed_is_read() {
        let values = ["1", "REQUIRED", "never"];
        for name in PARAMETERS {
            let is_read = |value: &&str| set(&mut MySqlOptions::new(), name, value).is_ok();
            assert!(values.iter().any(is_read), "{name}");
        }
    }
}
