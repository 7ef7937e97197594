//! The servers' versions.

use super::schema::connect;
use kysera_bench_stage::current_thread;
use kysera_bench_stage::data::server::{MYSQL_SERVERS, Server};
use mysql_async::prelude::Queryable;

/// Names and versions of the servers that there are.
pub fn servers() -> Vec<String> {
    MYSQL_SERVERS.into_iter().filter(|server| server.url().is_some()).map(version).collect()
}

fn version(server: Server) -> String {
    let version: Option<String> = current_thread().block_on(async {
        let mut conn = connect(&server.url_in("")).await;
        conn.query_first("select version()").await.expect("reads")
    });
    let version = version.unwrap_or_default();
    let number = version.split('-').next().unwrap_or_default();
    format!("{} {number}", server.title())
}
