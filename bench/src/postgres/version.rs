//! The server's version.

use super::session::connect;
use kysera_bench_stage::current_thread;
use kysera_bench_stage::data::server::Server;

/// The server's name and version; nothing without one.
pub fn server() -> Option<String> {
    Server::Postgres.url()?;
    let version: String = current_thread().block_on(async {
        let client = connect(&Server::Postgres.url_in("public")).await;
        client.query_one("show server_version", &[]).await.expect("reads").get(0)
    });
    Some(format!("PostgreSQL {version}"))
}
