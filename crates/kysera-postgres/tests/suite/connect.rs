//! Reaching a server: encryption, hosts, and what is said when it fails.

use crate::support::{acquire, connect, driver, one, options};
use kysera_core::driver::Driver;
use kysera_core::error::{Error, ErrorKind};
use kysera_postgres::{Postgres, PostgresOptions, SslMode};
use kysera_sql::compiled::Access;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::time::Duration;

const IS_ENCRYPTED: &str = "select ssl from pg_stat_ssl where pid = pg_backend_pid()";

fn password_url() -> Option<(String, PostgresOptions)> {
    let url = kysera_testing::postgres_password_url()?;
    let options = url.parse().unwrap();
    Some((url, options))
}

async fn refused(options: PostgresOptions) -> Error {
    let error = Postgres::connect(options).await.expect_err("this cannot work");
    let text = format!("{error} {error:?}");
    assert!(!text.contains("hunter2"), "a password in {text}");
    error
}

async fn is_encrypted(options: PostgresOptions) -> bool {
    let driver = connect(options).await;
    one(&mut *acquire(&driver).await, IS_ENCRYPTED).await
}

#[tokio::test]
async fn every_mode_of_encryption_means_what_libpq_means() {
    let Some((_, options)) = password_url() else { return };
    let Some(ca) = kysera_testing::postgres_ca() else { return };
    for (mode, encrypted) in [
        (SslMode::Disable, false),
        (SslMode::Allow, false),
        (SslMode::Prefer, true),
        (SslMode::Require, true),
    ] {
        assert_eq!(is_encrypted(options.clone().ssl_mode(mode)).await, encrypted, "{mode:?}");
    }
    for mode in [SslMode::Require, SslMode::VerifyCa, SslMode::VerifyFull] {
        assert!(is_encrypted(options.clone().ssl_mode(mode).ssl_root_certificate(&ca)).await, "{mode:?}");
    }
}

#[tokio::test]
async fn a_certificate_of_an_unknown_authority_is_refused_and_nothing_falls_back_to_plain_text() {
    let Some((_, options)) = password_url() else { return };
    for mode in [SslMode::VerifyCa, SslMode::VerifyFull] {
        let error = refused(options.clone().ssl_mode(mode)).await;
        assert_eq!(error.kind(), ErrorKind::Tls, "{error:?}");
    }
}

#[tokio::test]
async fn a_certificate_for_another_host_is_refused_by_verify_full_alone() {
    let Some((url, _)) = password_url() else { return };
    let Some(ca) = kysera_testing::postgres_ca() else { return };
    // The name is only for the certificate; the connection goes to the address.
    let separator = if url.contains('?') { '&' } else { '?' };
    let elsewhere = |mode| {
        let url = url.replace("127.0.0.1", "example.invalid");
        let options: PostgresOptions = format!("{url}{separator}hostaddr=127.0.0.1").parse().unwrap();
        options.ssl_mode(mode).ssl_root_certificate(&ca)
    };
    assert!(is_encrypted(elsewhere(SslMode::VerifyCa)).await);
    assert_eq!(refused(elsewhere(SslMode::VerifyFull)).await.kind(), ErrorKind::Tls);
}

#[tokio::test]
async fn channel_binding_passes_through_the_monitor() {
    let Some((url, _)) = password_url() else { return };
    let separator = if url.contains('?') { '&' } else { '?' };
    let bound: PostgresOptions =
        format!("{url}{separator}channel_binding=require&sslmode=require").parse().unwrap();
    assert!(is_encrypted(bound).await);
    let plain: PostgresOptions =
        format!("{url}{separator}channel_binding=require&sslmode=disable").parse().unwrap();
    assert_eq!(refused(plain).await.kind(), ErrorKind::AuthenticationFailed);
}

#[tokio::test]
async fn a_password_that_expires_is_asked_for_each_connection() {
    let Some((_, options)) = password_url() else { return };
    let asked = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let count = asked.clone();
    let options = options.password("expired").max_connections(2).password_provider(move || {
        let number = count.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        Box::pin(async move { Ok(if number < 2 { "kysera" } else { "expired" }.to_owned()) })
    });
    let driver = connect(options).await;
    let held = (acquire(&driver).await, acquire(&driver).await);
    drop(held);
    assert_eq!(asked.load(std::sync::atomic::Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_unix_socket_is_never_encrypted() {
    let (Some(folder), Some((url, _))) = (kysera_testing::postgres_socket(), password_url()) else { return };
    let port: u16 = url.rsplit_once(':').unwrap().1.split('/').next().unwrap().parse().unwrap();
    let options = PostgresOptions::new()
        .host(folder.display().to_string())
        .port(port)
        .user("kysera")
        .database("kysera");
    assert!(!is_encrypted(options.ssl_mode(SslMode::Require)).await);
}

#[tokio::test]
async fn hosts_are_tried_in_order() {
    let Some(url) = kysera_testing::postgres_url() else { return };
    let dead = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let two = url.replacen('@', &format!("@{dead},"), 1);
    assert!(two.contains(','), "{two}");
    let driver = connect(two.parse().unwrap()).await;
    assert_eq!(one::<i32>(&mut *acquire(&driver).await, "select 1").await, 1);
}

#[tokio::test]
async fn each_way_to_fail_has_its_own_kind_and_a_hint() {
    let Some((url, options)) = password_url() else { return };
    let dead = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let nowhere = format!("postgres://ann:hunter2@{dead}/x").parse().unwrap();
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let deaf: PostgresOptions =
        format!("postgres://ann:hunter2@{}/x", silent.local_addr().unwrap()).parse().unwrap();
    let no_password: PostgresOptions = url.replacen("kysera:kysera@", "kysera@", 1).parse().unwrap();
    let cases = [
        (refused(nowhere).await, ErrorKind::ConnectionFailed, "is the server running"),
        (
            refused(deaf.connect_timeout(Duration::from_millis(50))).await,
            ErrorKind::ConnectionFailed,
            "connect_timeout",
        ),
        (refused(options.clone().password("hunter2")).await, ErrorKind::AuthenticationFailed, "password"),
        (refused(no_password).await, ErrorKind::AuthenticationFailed, "none was given"),
        (
            refused(options.clone().database("nosuch")).await,
            ErrorKind::DatabaseNotFound,
            "create the database",
        ),
        (
            refused(PostgresOptions::new().host("nosuch.invalid").password("hunter2")).await,
            ErrorKind::ConnectionFailed,
            "has no address",
        ),
        (
            refused(options.clone().ssl_mode(SslMode::VerifyFull).ssl_root_certificate("/nosuch.pem")).await,
            ErrorKind::Tls,
            "/nosuch.pem",
        ),
    ];
    for (error, kind, says) in cases {
        assert_eq!(error.kind(), kind, "{error:?}");
        assert!(error.to_string().contains(says), "{error}");
    }
}

#[tokio::test]
async fn a_full_pool_says_so() {
    let Some(options) = options() else { return };
    let driver = connect(options.max_connections(1)).await;
    let held = acquire(&driver).await;
    // The clock runs ahead while nothing else can happen.
    tokio::time::pause();
    let error = driver.acquire(Access::Read).await.expect_err("the only connection is taken");
    assert_eq!(error.kind(), ErrorKind::PoolTimeout);
    tokio::time::resume();
    drop(held);
    assert_eq!(one::<i32>(&mut *acquire(&driver).await, "select 1").await, 1);
}

#[tokio::test]
async fn a_closed_driver_gives_no_connection() {
    let Some(options) = options() else { return };
    let driver = connect(options).await;
    let mut held = acquire(&driver).await;
    driver.close().await;
    assert_eq!(one::<i32>(&mut *held, "select 1").await, 1);
    drop(held);
    let error = driver.acquire(Access::Read).await.expect_err("it is closed");
    assert_eq!(error.kind(), ErrorKind::ConnectionClosed);
    assert_eq!(driver.status().open, 0);
}

/// A server that lets everybody in and answers nothing more.
fn silent_behind_the_login() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        let mut open = Vec::new();
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut length = [0; 4];
            stream.read_exact(&mut length).unwrap();
            let mut login = vec![0; u32::from_be_bytes(length) as usize - 4];
            stream.read_exact(&mut login).unwrap();
            // `AuthenticationOk`, `BackendKeyData`, `ReadyForQuery`.
            stream.write_all(b"R\0\0\0\x08\0\0\0\0K\0\0\0\x0c\0\0\0\x01\0\0\0\x02Z\0\0\0\x05I").unwrap();
            open.push(stream);
        }
    });
    port
}

#[tokio::test]
async fn a_server_that_is_silent_behind_the_login_is_given_up_after_connect_timeout() {
    let url = format!("postgres://ann@127.0.0.1:{}/x?sslmode=disable", silent_behind_the_login());
    let plain: PostgresOptions = url.parse().unwrap();
    let primary: PostgresOptions = format!("{url}&target_session_attrs=primary").parse().unwrap();
    // What the dialect is asked, which run of the server it is, which kind of server.
    for options in [plain.clone(), plain.resolve_commits(true), primary] {
        let options = options.connect_timeout(Duration::from_millis(200));
        let error = tokio::time::timeout(Duration::from_secs(60), Postgres::connect(options)).await;
        let error = error.expect("it hangs").expect_err("nothing answers");
        assert_eq!(error.kind(), ErrorKind::ConnectionFailed, "{error}");
        assert!(error.to_string().starts_with("the server let us in and then did not answer"), "{error}");
    }
}

/// The product is told by a function `version` that stands before the server's own.
#[tokio::test]
async fn another_product_that_speaks_the_protocol_is_refused_by_name() {
    let Some(own) = driver("connect_product").await else { return };
    let sql = "create function connect_product.version() returns text language sql
        as $$ select 'CockroachDB CCL v24.1.0 (x86_64-pc-linux-gnu)' $$";
    acquire(&own).await.run_script(sql).await.unwrap();
    let Some(options) = options() else { return };
    let error = refused(options.options("-c search_path=connect_product,pg_catalog")).await;
    assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
    assert!(error.to_string().contains("CockroachDB and not PostgreSQL"), "{error}");
}
