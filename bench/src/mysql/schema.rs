//! The database of a variant, made by mysql_async.

use kysera_bench_stage::data::mysql::made;
use kysera_bench_stage::data::server::{Server, database};
use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Opts, OptsBuilder};

/// Makes the database of a variant anew by this script, and gives its address.
pub async fn make(server: Server, variant: &str, script: &str) -> String {
    let database = database(variant);
    let mut conn = connect(&server.url_in("")).await;
    conn.query_drop(made(&database, script)).await.expect("makes the database");
    conn.disconnect().await.expect("ends");
    server.url_in(&database)
}

/// Opens a connection of mysql_async, by TCP as everybody's.
pub async fn connect(url: &str) -> Conn {
    let options = Opts::from_url(url).expect("the address is one");
    Conn::new(OptsBuilder::from_opts(options).prefer_socket(false)).await.expect("connects")
}
