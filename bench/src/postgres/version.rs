//! The server's version.

use super::session::connect;
use kysera_bench_stage::current_thread;
use kysera_bench_stage::data::postgres;

/// The server's name and version; nothing without one.
pub fn server() -> Option<String> {
    postgres::url()?;
    let version: String = current_thread().block_on(async {
        let client = connect(&postgres::url_in("public")).await;
        client.query_one("show server_version", &[]).await.expect("reads").get(0)
    });
    Some(format!("PostgreSQL {version}"))
}
