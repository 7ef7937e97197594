//! The database of a variant.

use kysera_bench_stage::data::mysql::made;
use kysera_bench_stage::data::server::{Server, database};
use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Opts, OptsBuilder};

/// Makes the database of a variant anew by this script, and gives its address.
pub async fn make(server: Server, variant: &str, script: &str) -> String {
    let database = database(variant);
    let options = Opts::from_url(&server.url_in("")).expect("the address is one");
    let options = OptsBuilder::from_opts(options).prefer_socket(false);
    let mut conn = Conn::new(options).await.expect("connects");
    conn.query_drop(made(&database, script)).await.expect("makes the database");
    conn.disconnect().await.expect("ends");
    server.url_in(&database)
}
