//! Logging in: methods, TLS, sockets, and what is said when it fails.

use crate::support::{BOTH, Flavour, acquire, connect, fresh_name, in_time, one, options, run};
use kysera_core::driver::{Driver, TransactionOptions};
use kysera_core::error::{Error, ErrorKind};
use kysera_mysql::{MySql, MySqlOptions, SslMode};
use kysera_testing::{servers::address, skip};
use std::io::{Read, Write};
use std::net::TcpListener;
use std::time::Duration;

/// An account of its own, made by `how` it is identified, which may change what stands in tables and nothing else; the
/// server's options for it.
async fn account(flavour: Flavour, how: &str) -> Option<(MySqlOptions, String)> {
    let name = fresh_name("u");
    let options = options(flavour)?;
    let admin = connect(options.clone().max_connections(1)).await;
    let script = format!(
        "create user {name}@'%' {how}; grant select, insert, update, delete, create, drop on *.* to {name}@'%'"
    );
    acquire(&admin).await.run_script(&script).await.unwrap_or_else(|error| panic!("{how}: {error}"));
    admin.close().await;
    Some((options.user(name.clone()).password("p@ss \u{e9}"), name))
}

async fn forget(flavour: Flavour, name: &str) {
    let Some(options) = options(flavour) else { return };
    let admin = connect(options.max_connections(1)).await;
    acquire(&admin).await.run_script(&format!("drop user {name}@'%'")).await.unwrap();
    admin.close().await;
}

async fn refused(options: MySqlOptions) -> Error {
    in_time(MySql::connect(options.max_connections(1).acquire_timeout(Duration::from_secs(5))))
        .await
        .map(|_| ())
        .unwrap_err()
}

/// Whether the server offers TLS at all; a visible skip where it does not.
async fn speaks_tls(flavour: Flavour) -> bool {
    let Some(options) = options(flavour) else { return false };
    match MySql::connect(options.ssl_mode(SslMode::Required).max_connections(1)).await {
        Ok(driver) => {
            driver.close().await;
            true
        }
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::Tls, "{error}");
            skip("TLS", "this server was started without it");
            false
        }
    }
}

async fn cipher(driver: &MySql) -> String {
    let found: Vec<(String, String)> = crate::support::rows(
        &mut *acquire(driver).await,
        crate::support::read("show status like 'Ssl_cipher'", vec![]),
    )
    .await
    .unwrap();
    found[0].1.clone()
}

/// The whole password by RSA where nothing is encrypted, then by the server's cache, then inside TLS.
#[tokio::test]
async fn passwords_are_proven_plain_and_encrypted() {
    for flavour in BOTH {
        let Some((options, name)) = account(flavour, "identified by 'p@ss \u{e9}'").await else { continue };
        let modes = [SslMode::Disabled, SslMode::Disabled, SslMode::Preferred, SslMode::Required];
        let modes = if speaks_tls(flavour).await { &modes[..] } else { &modes[..2] };
        for mode in modes.iter().copied() {
            let driver = connect(options.clone().ssl_mode(mode)).await;
            let user: String =
                one(&mut *acquire(&driver).await, "select substring_index(user(), '@', 1)").await;
            assert_eq!(user, name, "{flavour:?} {mode:?}");
            assert_eq!(cipher(&driver).await.is_empty(), mode == SslMode::Disabled, "{flavour:?} {mode:?}");
            driver.close().await;
        }
        let error = refused(options.clone().password("wrong")).await;
        assert_eq!(error.kind(), ErrorKind::AuthenticationFailed, "{flavour:?}: {error}");
        assert!(!format!("{error:?}").contains("wrong"), "{error:?}");
        let error = refused(options.clone().password("")).await;
        assert_eq!(error.kind(), ErrorKind::AuthenticationFailed, "{flavour:?}: {error}");
        let error = refused(options.clone().database("no_such_database")).await;
        assert_eq!(error.kind(), ErrorKind::DatabaseNotFound, "{flavour:?}: {error}");
        forget(flavour, &name).await;
    }
}

/// MySQL asks for any method where it does not know the user, and the error was only about that method.
#[tokio::test]
async fn an_unknown_user_was_told_as_a_method_that_is_not_supported() {
    for flavour in BOTH {
        let Some(options) = options(flavour) else { continue };
        for _ in 0..8 {
            let error = refused(options.clone().user(fresh_name("nobody")).password("hunter2")).await;
            assert_eq!(error.kind(), ErrorKind::AuthenticationFailed, "{flavour:?}: {error}");
            let hint = error.hint().unwrap_or_default();
            assert!(hint.contains("check the user and the password"), "{flavour:?}: {error}");
            assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
        }
    }
}

/// On a connection that others could read, the key is asked for only where that was allowed.
#[tokio::test]
async fn the_servers_key_is_not_asked_for_where_it_could_be_anybodys() {
    let Some((options, name)) = account(Flavour::MySql, "identified by 'p@ss \u{e9}'").await else { return };
    let plain = options.ssl_mode(SslMode::Disabled);
    let error = refused(plain.clone().public_key_retrieval(false)).await;
    assert_eq!(error.kind(), ErrorKind::AuthenticationFailed, "{error}");
    assert!(error.hint().is_some_and(|hint| hint.contains("ssl-mode")), "{error}");
    drop(connect(plain.clone().public_key_retrieval(true)).await);
    // The server has the password in its cache now, and does not need it whole.
    drop(connect(plain.public_key_retrieval(false)).await);
    forget(Flavour::MySql, &name).await;
}

/// An account that asks for another method than the server's own, and one that asks for TLS.
#[tokio::test]
async fn accounts_have_methods_of_their_own() {
    if let Some((options, name)) =
        account(Flavour::MariaDb, "identified via mysql_native_password using password('p@ss \u{e9}')").await
    {
        drop(connect(options).await);
        forget(Flavour::MariaDb, &name).await;
    }
    for flavour in BOTH {
        if !speaks_tls(flavour).await {
            continue;
        }
        let Some((options, name)) = account(flavour, "identified by 'p@ss \u{e9}' require ssl").await else {
            continue;
        };
        drop(connect(options.clone().ssl_mode(SslMode::Required)).await);
        let error = refused(options.ssl_mode(SslMode::Disabled)).await;
        assert_eq!(error.kind(), ErrorKind::AuthenticationFailed, "{flavour:?}: {error}");
        assert!(error.hint().is_some_and(|hint| hint.contains("TLS")), "{error}");
        forget(flavour, &name).await;
    }
}

/// MariaDB's ed25519, where the server has the plugin.
#[tokio::test]
async fn ed25519_is_proven() {
    let Some(options) = options(Flavour::MariaDb) else { return };
    let admin = connect(options.max_connections(1)).await;
    let installed = acquire(&admin).await.run_script("install soname 'auth_ed25519'").await;
    if installed.is_err_and(|error| error.code() == Some("1126")) {
        return skip("ed25519", "this MariaDB was installed without the plugin");
    }
    let how = "identified via ed25519 using password('p@ss \u{e9}')";
    let Some((options, name)) = account(Flavour::MariaDb, how).await else { return };
    drop(connect(options.clone()).await);
    let error = refused(options.password("wrong")).await;
    assert_eq!(error.kind(), ErrorKind::AuthenticationFailed, "{error}");
    forget(Flavour::MariaDb, &name).await;
}

/// The authority that MySQL made for itself is verified; its certificate names no host.
#[tokio::test]
async fn certificates_are_verified_as_the_mode_says() {
    for flavour in BOTH {
        if !speaks_tls(flavour).await {
            continue;
        }
        let Some(options) = options(flavour) else { continue };
        // Without an authority the system's are asked, which have signed neither.
        for mode in [SslMode::VerifyCa, SslMode::VerifyIdentity] {
            let error = refused(options.clone().ssl_mode(mode)).await;
            assert_eq!(error.kind(), ErrorKind::Tls, "{flavour:?} {mode:?}: {error}");
        }
        drop(connect(options.ssl_mode(SslMode::Required)).await);
    }
    let Some(options) = options(Flavour::MySql) else { return };
    let Some(ca) = address("mysql", "KYSERA_TEST_MYSQL_CA") else { return };
    drop(connect(options.clone().ssl_mode(SslMode::VerifyCa).ssl_ca(&ca)).await);
    drop(connect(options.clone().ssl_mode(SslMode::Required).ssl_ca(&ca)).await);
    let error = refused(options.clone().ssl_mode(SslMode::VerifyIdentity).ssl_ca(&ca)).await;
    assert_eq!(error.kind(), ErrorKind::Tls, "{error}");
    let error = refused(options.ssl_mode(SslMode::VerifyCa).ssl_ca("/no/such/file.pem")).await;
    assert_eq!(error.kind(), ErrorKind::Tls, "{error}");
}

/// The identity is that of the address, as the certificate names it.
/// MySQL's client takes an authority for `VERIFY_CA`.
#[tokio::test]
async fn an_authority_without_a_mode_was_not_asked() {
    for flavour in BOTH {
        let Some(options) = options(flavour) else { continue };
        let other = std::env::temp_dir().join(format!("{}.pem", fresh_name("authority")));
        let error = refused(options.clone().ssl_ca(&other)).await;
        assert_eq!(error.kind(), ErrorKind::Tls, "{flavour:?}: {error}");
        let error = refused(options.ssl_ca(other).ssl_mode(SslMode::Preferred)).await;
        assert!(error.to_string().contains("nobody would ask the authority"), "{flavour:?}: {error}");
    }
}

/// One of the settings of a session needed a right that only administrators have, and every test was one.
#[tokio::test]
async fn an_account_without_rights_over_the_server_could_not_connect() {
    for flavour in BOTH {
        let Some((options, name)) = account(flavour, "identified by 'p@ss \u{e9}'").await else { continue };
        let schema = fresh_name("own");
        let driver = connect(options.max_connections(2)).await;
        let mut connection = acquire(&driver).await;
        let script = format!("create database {schema}; create table {schema}.t (n int primary key)");
        connection.run_script(&script).await.unwrap();
        connection.begin(TransactionOptions::default()).await.unwrap();
        run(&mut *connection, &format!("insert into {schema}.t values (1)")).await.unwrap();
        connection.commit().await.unwrap();
        let n: i64 = one(&mut *connection, &format!("select n from {schema}.t")).await;
        assert_eq!(n, 1, "{flavour:?}");
        connection.run_script(&format!("drop database {schema}")).await.unwrap();
        drop(connection);
        driver.close().await;
        forget(flavour, &name).await;
    }
}

#[tokio::test]
async fn a_certificate_that_names_the_host_is_enough_for_identity() {
    let Some(options) = options(Flavour::MariaDb) else { return };
    let Some(ca) = address("mariadb", "KYSERA_TEST_MARIADB_CA") else { return };
    for mode in [SslMode::VerifyCa, SslMode::VerifyIdentity] {
        let driver = connect(options.clone().ssl_mode(mode).ssl_ca(&ca)).await;
        assert!(!cipher(&driver).await.is_empty(), "{mode:?}");
        driver.close().await;
    }
}

#[tokio::test]
async fn a_unix_socket_is_as_good_as_tls() {
    for (flavour, variable) in
        [(Flavour::MySql, "KYSERA_TEST_MYSQL_SOCKET"), (Flavour::MariaDb, "KYSERA_TEST_MARIADB_SOCKET")]
    {
        let Some((options, name)) = account(flavour, "identified by 'p@ss \u{e9}'").await else { continue };
        if let Some(file) = address("sockets", variable) {
            let driver = connect(options.socket(file).public_key_retrieval(false)).await;
            assert_eq!(one::<i64>(&mut *acquire(&driver).await, "select 1").await, 1, "{flavour:?}");
            driver.close().await;
        }
        forget(flavour, &name).await;
    }
}

/// The session is the same whatever the server's own settings.
#[tokio::test]
async fn a_session_is_in_utc_strict_and_in_utf8() {
    for flavour in BOTH {
        let Some(options) = options(flavour) else { continue };
        let driver = connect(options).await;
        let mut connection = acquire(&driver).await;
        let connection = &mut *connection;
        assert_eq!(one::<String>(connection, "select @@time_zone").await, "+00:00");
        assert_eq!(one::<String>(connection, "select @@character_set_client").await, "utf8mb4");
        let mode: String = one(connection, "select @@sql_mode").await;
        for wanted in
            ["STRICT_ALL_TABLES", "NO_ZERO_DATE", "ERROR_FOR_DIVISION_BY_ZERO", "NO_AUTO_VALUE_ON_ZERO"]
        {
            assert!(mode.contains(wanted), "{flavour:?}: {mode}");
        }
        assert!(!mode.contains("ANSI_QUOTES") && !mode.contains("NO_BACKSLASH"), "{mode}");
        let expected = if flavour == Flavour::MariaDb { "mariadb" } else { "mysql" };
        assert_eq!(driver.dialect().system(), expected);
        assert!(driver.dialect().server_version().is_some());
    }
}

/// A server that is made of one answer for each connection.
fn fake(answers: Vec<Vec<u8>>) -> MySqlOptions {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        while let Ok((mut socket, _)) = listener.accept() {
            for answer in &answers {
                if socket.write_all(answer).is_err() {
                    break;
                }
                let _ = socket.read(&mut [0; 4096]);
            }
        }
    });
    MySqlOptions::new()
        .host("127.0.0.1")
        .port(port)
        .user("u")
        .password("hunter2")
        .connect_timeout(Duration::from_secs(5))
}

fn packet(sequence: u8, payload: &[u8]) -> Vec<u8> {
    let [a, b, c, ..] = payload.len().to_le_bytes();
    [&[a, b, c, sequence], payload].concat()
}

fn greeting(version: &str, plugin: &str) -> Vec<u8> {
    let mut payload = vec![10];
    payload.extend_from_slice(version.as_bytes());
    payload.extend_from_slice(b"\0\x07\0\0\x0012345678\0\xff\xf7\x2d\x02\0\xff\xc1\x15");
    payload.extend_from_slice(&[0; 10]);
    payload.extend_from_slice(b"901234567890\0");
    payload.extend_from_slice(plugin.as_bytes());
    payload.push(0);
    packet(0, &payload)
}

/// Servers that lie, are something else, or want what they must not have.
#[tokio::test]
async fn a_server_that_is_none_is_an_error_and_no_panic() {
    let sha2 = "caching_sha2_password";
    let cases: [(Vec<Vec<u8>>, ErrorKind, &str); 9] = [
        (vec![b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec()], ErrorKind::ConnectionFailed, "protocol"),
        (vec![], ErrorKind::ConnectionFailed, "hung up"),
        (
            vec![packet(0, b"\xff\x10\x04Too many connections")],
            ErrorKind::PoolTimeout,
            "Too many connections",
        ),
        (vec![greeting("5.7.44", sha2)], ErrorKind::Unsupported, "5.7.44"),
        (vec![greeting("8.0.11-TiDB-v7.5.0", sha2)], ErrorKind::Unsupported, "tidb"),
        (
            vec![greeting("9.7.4", sha2), packet(2, b"\xfemysql_clear_password\0")],
            ErrorKind::AuthenticationFailed,
            "mysql_clear_password",
        ),
        (
            vec![
                greeting("9.7.4", sha2),
                packet(2, b"\x01\x04"),
                packet(4, b"\x01-----BEGIN PUBLIC KEY-----MAAA-----END PUBLIC KEY-----"),
            ],
            ErrorKind::AuthenticationFailed,
            "public key",
        ),
        (
            vec![greeting("9.7.4", sha2), packet(7, b"\0\0\0\x02\0\0\0")],
            ErrorKind::ConnectionFailed,
            "protocol",
        ),
        (vec![greeting("9.7.4", sha2), packet(2, b"")], ErrorKind::ConnectionFailed, "no sense"),
    ];
    for (answers, kind, said) in cases {
        let error = refused(fake(answers).acquire_timeout(Duration::from_secs(1))).await;
        let text = format!("{error} {:?}", std::error::Error::source(&error).map(ToString::to_string));
        assert_eq!(error.kind(), kind, "{text}");
        assert!(text.contains(said), "{said}: {text}");
        assert!(!format!("{error:?}").contains("hunter2"));
    }
}

/// A server that asks for a file of this machine gets nothing, and the statement fails.
#[tokio::test]
async fn no_file_of_this_machine_is_given_away() {
    let ok = b"\0\0\0\x02\0\0\0";
    let asks = packet(1, b"\xfb/etc/passwd");
    let options = fake(vec![greeting("9.7.4", "mysql_native_password"), packet(2, ok), asks, packet(3, ok)]);
    let error = refused(options).await;
    assert!(error.to_string().contains("file"), "{error}");
}
